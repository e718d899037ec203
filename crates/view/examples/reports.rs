//! Answers of checks, to be looked at: `cargo run -p wengert-view --example reports -- DIR`.

use std::convert::Infallible;
use std::path::Path;
use std::{env, fs};

use wengert_autodiff::check::{
    Check, Claim, ClaimInput, Derivative, Method, Mistake, Oracle, Report, Suspect,
};
use wengert_autodiff::{Origin, Type};
use wengert_view::check::{to_html, to_json, to_junit};

fn main() -> std::io::Result<()> {
    let directory = env::args().nth(1).unwrap_or_else(|| "reports".into());
    fs::create_dir_all(&directory)?;
    let reports = [
        ("right", running_products()),
        ("wrong", energy()),
        ("single", wave()),
        ("large", many_waves()),
        ("doubt", rough()),
        ("rule", wrong_rule()),
    ];
    for (name, report) in reports {
        let path = |ending: &str| Path::new(&directory).join(format!("{name}.{ending}"));
        fs::write(path("html"), to_html(&report, name))?;
        fs::write(path("json"), to_json(&report, name))?;
        fs::write(path("xml"), to_junit(&report, name))?;
    }
    Ok(())
}

/// Numbers between 0.25 and 1.25.
fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|k| (k as f64 * 0.618_034).fract() + 0.25).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Two inputs, of which values and gradients are computed by these functions.
struct Pair<F, G>(F, G);

impl<F, G> Claim for Pair<F, G>
where
    F: Fn(&[f64], &[f64]) -> Vec<f64>,
    G: Fn(&[f64], &[f64], &[f64]) -> [Vec<f64>; 2],
{
    type Error = Infallible;

    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, Infallible> {
        Ok(self.0(&x[0], &x[1]))
    }

    fn gradient(&mut self, x: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, Infallible> {
        Ok(self.1(&x[0], &x[1], u).to_vec())
    }
}

impl<F, G> Pair<F, G>
where
    Pair<F, G>: Claim<Error = Infallible>,
{
    fn checked(&mut self, inputs: [(&str, &[usize]); 2]) -> Report {
        let inputs = inputs.map(|(name, shape)| ClaimInput {
            name: name.into(),
            shape: shape.into(),
            at: numbers(shape.iter().product()),
        });
        match Check::new().claim(&inputs, self) {
            Ok(report) => report,
            Err(never) => match never {},
        }
    }
}

/// A right gradient, of six results: y_r = x_0 ⋯ x_r.
fn running_products() -> Report {
    let value =
        |x: &[f64]| -> Vec<f64> { (1..=x.len()).map(|r| x[..r].iter().product()).collect() };
    let gradient = |x: &[f64], u: &[f64]| -> Vec<f64> {
        let y = value(x);
        (0..x.len()).map(|k| dot(&u[k..], &y[k..]) / x[k]).collect()
    };
    Check::new().function(&numbers(6), value, gradient)
}

/// Six results, x_k x_(k+1) |w|²: a term is missing by x, and a sign is wrong by w.
fn energy() -> Report {
    let after = |x: &[f64], k: usize| x[(k + 1) % x.len()];
    let value = move |x: &[f64], w: &[f64]| -> Vec<f64> {
        (0..x.len()).map(|k| x[k] * after(x, k) * dot(w, w)).collect()
    };
    let gradient = move |x: &[f64], w: &[f64], u: &[f64]| {
        let by_x = (0..x.len()).map(|k| u[k] * after(x, k) * dot(w, w)).collect();
        let energy: f64 = (0..x.len()).map(|k| u[k] * x[k] * after(x, k)).sum();
        [by_x, w.iter().map(|w| -2.0 * w * energy).collect()]
    };
    Pair(value, gradient).checked([("x", &[6]), ("w", &[2, 3])])
}

/// One result, sin(a · x) |w|²: not a number in one place by x, transposed by w.
fn wave() -> Report {
    let a = || numbers(12);
    let value = |x: &[f64], w: &[f64]| vec![dot(x, &a()).sin() * dot(w, w)];
    let gradient = |x: &[f64], w: &[f64], u: &[f64]| {
        let phase = dot(x, &a());
        let mut by_x: Vec<f64> = a().iter().map(|a| u[0] * a * phase.cos() * dot(w, w)).collect();
        by_x[7] = f64::NAN;
        [by_x, (0..12).map(|k| u[0] * 2.0 * w[k % 4 * 3 + k / 4] * phase.sin()).collect()]
    };
    Pair(value, gradient).checked([("x", &[12]), ("w", &[4, 3])])
}

/// A large Jacobian that is wrong in two places.
fn many_waves() -> Report {
    let wave = |r: usize, k: usize| ((r * k) as f64 * 0.01).cos();
    let value = |x: &[f64]| -> Vec<f64> {
        (0..200).map(|r| (0..300).map(|k| wave(r, k) * x[k] * x[k]).sum()).collect()
    };
    let slope = |x: &[f64], r: usize, k: usize| match (r, k) {
        (120..150, 33) => f64::NAN,
        (40..60, 200..240) => -2.0 * wave(r, k) * x[k],
        _ => 2.0 * wave(r, k) * x[k],
    };
    let gradient = |x: &[f64], u: &[f64]| -> Vec<f64> {
        let weighted = |r: usize, k: usize| if u[r] == 0.0 { 0.0 } else { u[r] * slope(x, r, k) };
        (0..300).map(|k| (0..200).map(|r| weighted(r, k)).sum()).collect()
    };
    let check = Check::new().largest_jacobian(100_000).budget(100_000);
    check.function(&numbers(300), value, gradient)
}

/// A function that is rounded so much that nobody can tell.
fn rough() -> Report {
    let noise = |x: f64| (x.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 * 1e-9;
    let value = |x: &[f64]| vec![x.iter().map(|&x| x.sin() + noise(x)).sum()];
    Check::new().function(&numbers(4), value, |x, u| x.iter().map(|x| u[0] * x.cos()).collect())
}

/// What is said of an operation whose rule is wrong.
fn wrong_rule() -> Report {
    let operands = vec![Type::real([3, 2]), Type::real([2])];
    let suspect = Suspect {
        operation: "mat_vec",
        parameters: "transposed: false".into(),
        operand: 1,
        operands,
        result: Type::real([3]),
        origin: Origin {
            file: "src/model.rs".into(),
            line: 42,
            column: 17,
            scope: "encoder.2.attention".into(),
        },
        mistake: Mistake::Transposed,
        reproducer: "let tape = Tape::new();\nlet a = tape.input([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]]);\n\
                     let x = tape.input([0.5, 2.0]);\ncheck::Check::new().program(&tape.program([x], [a.mat_vec(x)]));"
            .into(),
    };
    let mut report = Report { suspects: vec![suspect], method: Method::DoubleDouble, ..energy() };
    let first = &mut report.inputs[0];
    first.kinks = vec![2, 5];
    first.evidence[1].oracle = Oracle::Dual;
    first.evidence[2].derivative = Derivative::ForwardOverReverse;
    report.notes = vec!["sampled once: the mask of a dropout is the same in every replay".into()];
    report
}
