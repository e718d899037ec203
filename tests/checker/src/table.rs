//! Fifteen gradients that are right but awkward, and seven that are wrong but look right to common
//! checkers: in both precisions, none may be judged wrongly.

use wengert_autodiff::check::{Check, Report};
use wengert_autodiff::{Tape, Var};

use crate::flawed::{Flaw, Flawed, Function};

/// A name, the point, and the formula.
pub type Case = (&'static str, Vec<f64>, for<'t> fn(Var<'t>) -> Var<'t>);

fn spread(n: usize, scale: f64) -> Vec<f64> {
    (0..n).map(|k| scale * (0.3 + 1.7 * (1.0 + k as f64 * 2.4).sin())).collect()
}

/// What is right.
pub fn right() -> Vec<Case> {
    vec![
        ("tanh", spread(6, 1.0), |x| x.tanh()),
        ("exp(10x)", spread(6, 1.0), |x| (10.0 * x).exp()),
        ("softmax", spread(6, 1.0), |x| x.softmax(0)),
        ("sort", spread(6, 1.0), |x| x.sort(0)),
        ("products of matrices", spread(9, 1.0), |x| {
            let a = x.reshape([3, 3]);
            a.matmul(a).matmul(a.t())
        }),
        ("squares of 1e4", spread(6, 1e4), |x| (x * x).sum()),
        ("logsumexp(50x)", spread(6, 1.0), |x| (50.0 * x).logsumexp(0)),
        ("sin(1e6 x) at 1e-6", spread(6, 1e-6), |x| (1e6 * x).sin()),
        ("relu with a zero", vec![0.5, 0.0, -1.5, 2.0], |x| x.relu()),
        ("relu at 1e-7", vec![1e-7, -1e-7, 0.5], |x| x.relu()),
        ("a tie of three", vec![0.5, 2.0, 2.0, -1.0, 2.0], |x| x.max()),
        ("abs at 0", vec![0.0, 0.5, -2.0], |x| x.abs()),
        ("sqrt at 1e-8", vec![1e-8, 0.5], |x| x.sqrt()),
        ("floor just above 2", vec![2.000_000_5, 0.7], |x| x.floor() * x),
        ("x stop(x)", spread(4, 1.0), |x| x * x.stop_gradient()),
    ]
}

/// What is wrong.
pub fn wrong() -> Vec<Case> {
    vec![
        ("x² as 2.001 x", spread(6, 1.0), |x| {
            Flawed(Function::Square, Flaw::HalfThousandths(2001)).record(x)
        }),
        ("x² as 2.02 x", spread(6, 1.0), |x| {
            Flawed(Function::Square, Flaw::HalfThousandths(2020)).record(x)
        }),
        ("one of six by 5 %", spread(6, 1.0), |x| {
            Flawed(Function::Square, Flaw::Element(3, 1050)).record(x).sum()
        }),
        ("one sign of 2000", spread(2000, 1.0), |x| {
            Flawed(Function::Square, Flaw::Element(1234, -1000)).record(x).sum()
        }),
        ("twice, but tiny", spread(6, 1.0), |x| {
            Flawed(Function::TinySquare, Flaw::HalfThousandths(4000)).record(x).sum()
        }),
        ("softmax without backward", spread(6, 1.0), |x| {
            Flawed(Function::Softmax, Flaw::Zero).record(x)
        }),
        ("softmax without backward, summed", spread(6, 1.0), |x| {
            Flawed(Function::Softmax, Flaw::Zero).record(x).sum()
        }),
    ]
}

/// Checks a case.
pub fn report(case: &Case, single: bool, seed: u64) -> Report {
    let tape = if single { Tape::f32() } else { Tape::new() };
    let x = tape.input(case.1.as_slice());
    Check::new().seed(seed).recorded(case.2(x), &[("x", x)])
}

#[cfg(test)]
mod tests {
    use wengert_autodiff::check::Verdict;

    use super::{report, right, wrong};

    #[test]
    fn what_is_right_raises_no_alarm() {
        for case in right() {
            for single in [false, true] {
                for seed in 0..5 {
                    let report = report(&case, single, seed);
                    assert_eq!(
                        report.verdict,
                        Verdict::Right,
                        "{}, f32: {single}\n{report}",
                        case.0
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_caught_and_named() {
        for case in wrong() {
            for single in [false, true] {
                for seed in 0..5 {
                    let report = report(&case, single, seed);
                    assert_eq!(
                        report.verdict,
                        Verdict::Wrong,
                        "{}, f32: {single}\n{report}",
                        case.0
                    );
                    let suspects: Vec<_> = report.suspects.iter().map(|s| s.operation).collect();
                    assert_eq!(suspects, ["flawed"], "{}, f32: {single}\n{report}", case.0);
                    assert!(report.suspects[0].origin.file.ends_with("flawed.rs"));
                }
            }
        }
    }
}
