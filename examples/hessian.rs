//! Curvature: the Hessian of the Rosenbrock function in full and one product at a time, and
//! Newton's method with it. `cargo run --example hessian`

use wengert::prelude::*;

/// `Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`: a curved valley whose lowest point is all ones.
fn rosenbrock(x: Var<'_>) -> Var<'_> {
    let n = x.shape().size();
    let (low, high) = (x.slice(0, ..n - 1), x.slice(0, 1..));
    (100.0 * (high - low.square()).square() + (1.0 - low).square()).sum()
}

fn main() {
    let start = [1.5, 0.5, 1.2, 0.8];
    let tape = Tape::new();
    let x = tape.input(start);
    let y = rosenbrock(x);
    let hessian = tape.hessian(y, x);
    println!("the Hessian at {x}:\n{hessian}\n");

    // A product with the Hessian costs a few gradients, however large it is.
    let direction = tape.input([1.0, 0.0, 0.0, 0.0]);
    let [column] = tape.hvp(y, [(x, direction)]);
    println!("its first column, as a product: {column}\n");

    // Newton's method. The program is recorded once and run at every point.
    let [gradient] = tape.grad(y, [x]);
    let program = tape.program([x], [y, gradient, hessian]);
    let mut point = start.to_vec();
    for step in 0..20 {
        let [y, gradient, hessian] = program.run([&Tensor::from(point.clone())]);
        println!("step {step:2}: f = {:.3e} at {}", y.item(), Tensor::from(point.clone()));
        if y.item() < 1e-20 {
            break;
        }
        let step = solve(hessian.to_vec_f64(), gradient.to_vec_f64());
        point.iter_mut().zip(step).for_each(|(x, step)| *x -= step);
    }
}

/// The solution `x` of `A x = b`, by elimination with row exchanges.
fn solve(mut a: Vec<f64>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs()));
        let pivot = pivot.expect("there is a row left");
        (0..n).for_each(|j| a.swap(k * n + j, pivot * n + j));
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            (k..n).for_each(|j| a[i * n + j] -= factor * a[k * n + j]);
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k * n + j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k * n + k];
    }
    b
}
