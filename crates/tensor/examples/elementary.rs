//! Sweeps the elementary functions over every number of single precision and prints the largest
//! errors: `cargo run --release -p wengert-tensor --example elementary`. Takes some minutes.

use std::thread;

use wengert_tensor::kernel::Elementary;

/// A function, and the same in double precision.
type Judged = (&'static str, fn(f32) -> f32, fn(f64) -> f64);

const FUNCTIONS: [Judged; 4] = [
    ("exp", Elementary::exp, f64::exp),
    ("ln", Elementary::ln, f64::ln),
    ("tanh", Elementary::tanh, f64::tanh),
    ("sigmoid", Elementary::sigmoid, sigmoid),
];

fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// The error in units of the last place that single precision has at `exact`.
fn error(exact: f64, y: f32) -> f64 {
    if f64::from(exact as f32) == f64::from(y) || exact.is_nan() && y.is_nan() {
        return 0.0;
    }
    let exponent = (exact.abs().to_bits() >> 52) as i32 - 1023;
    (f64::from(y) - exact).abs() / 2f64.powi(exponent.max(-126) - 23)
}

/// The largest error among every `step`-th number from `first` on, and where it is.
fn worst((_, function, exact): Judged, first: u32, step: u32) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for bits in (first..=u32::MAX).step_by(step as usize) {
        let x = f32::from_bits(bits);
        let error = error(exact(f64::from(x)), function(x));
        // So that a NaN counts, too.
        if error.total_cmp(&worst.0).is_gt() {
            worst = (error, x);
        }
    }
    worst
}

fn main() {
    let threads = thread::available_parallelism().map_or(1, usize::from) as u32;
    for judged in FUNCTIONS {
        let parts: Vec<(f64, f32)> = thread::scope(|scope| {
            let part = |first| scope.spawn(move || worst(judged, first, threads));
            let parts: Vec<_> = (0..threads).map(part).collect();
            parts.into_iter().map(|part| part.join().expect("a sweep does not panic")).collect()
        });
        let (error, x) = parts.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).expect("a thread");
        println!("{:8} {error:.4} ulp, at {x:e}", judged.0);
    }
}
