//! Functions that are known by their values alone, as foreign code is.

use wengert_autodiff::check::{Check, Claim, ClaimInput, Mistake, Reason, Report, Verdict};

/// Rounds to f32, or not at all.
type Rounding = fn(f64) -> f64;

const ROUNDINGS: [Rounding; 2] = [|x| x, |x| f64::from(x as f32)];

/// A function, each step of it rounded, and $J^T u$.
struct Case {
    name: &'static str,
    at: Vec<f64>,
    value: fn(&[f64], Rounding) -> Vec<f64>,
    gradient: fn(&[f64], &[f64]) -> Vec<f64>,
}

impl Case {
    fn report(&self, round: Rounding, seed: u64) -> Report {
        let at: Vec<f64> = self.at.iter().map(|&x| round(x)).collect();
        let value = |x: &[f64]| {
            let x: Vec<f64> = x.iter().map(|&x| round(x)).collect();
            (self.value)(&x, round)
        };
        let gradient = |x: &[f64], u: &[f64]| {
            let g = (self.gradient)(x, u);
            g.into_iter().map(round).collect()
        };
        Check::new().seed(seed).function(&at, value, gradient)
    }
}

fn spread(n: usize, scale: f64) -> Vec<f64> {
    (0..n).map(|k| scale * (0.3 + 1.7 * (1.0 + k as f64 * 2.4).sin())).collect()
}

fn each(x: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter().map(|&x| f(x)).collect()
}

fn scaled(x: &[f64], u: &[f64], slope: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter().zip(u).map(|(&x, u)| slope(x) * u).collect()
}

fn softmax(x: &[f64], round: Rounding) -> Vec<f64> {
    let e: Vec<f64> = x.iter().map(|x| round(x.exp())).collect();
    let sum = e.iter().fold(0.0, |sum, e| round(sum + e));
    e.into_iter().map(|e| round(e / sum)).collect()
}

fn softmax_gradient(x: &[f64], u: &[f64]) -> Vec<f64> {
    let p = softmax(x, |x| x);
    let mean: f64 = p.iter().zip(u).map(|(p, u)| p * u).sum();
    p.iter().zip(u).map(|(p, u)| p * (u - mean)).collect()
}

/// In pairs, as sums of arrays are made.
fn squares(x: &[f64], round: Rounding) -> Vec<f64> {
    if let [x] = x {
        return vec![round(x * x)];
    }
    let (left, right) = x.split_at(x.len() / 2);
    vec![round(squares(left, round)[0] + squares(right, round)[0])]
}

fn order(x: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    order
}

fn smooth() -> Vec<Case> {
    vec![
        Case {
            name: "tanh",
            at: spread(6, 1.0),
            value: |x, r| each(x, |x| r(x.tanh())),
            gradient: |x, u| scaled(x, u, |x| 1.0 - x.tanh().powi(2)),
        },
        Case {
            name: "exp(10x)",
            at: spread(6, 1.0),
            value: |x, r| each(x, |x| r(r(10.0 * x).exp())),
            gradient: |x, u| scaled(x, u, |x| 10.0 * (10.0 * x).exp()),
        },
        Case { name: "softmax", at: spread(6, 1.0), value: softmax, gradient: softmax_gradient },
        Case {
            name: "sort",
            at: spread(6, 1.0),
            value: |x, _| order(x).into_iter().map(|k| x[k]).collect(),
            gradient: |x, u| {
                let mut g = vec![0.0; x.len()];
                order(x).into_iter().zip(u).for_each(|(k, &u)| g[k] = u);
                g
            },
        },
        Case {
            name: "squares of 1e4",
            at: spread(6, 1e4),
            value: squares,
            gradient: |x, u| each(x, |x| 2.0 * x * u[0]),
        },
        Case {
            name: "logsumexp(50x)",
            at: spread(6, 1.0),
            value: |x, r| {
                let most = x.iter().fold(f64::MIN, |a, &b| a.max(r(50.0 * b)));
                let sum = x.iter().fold(0.0, |sum, x| r(sum + r(r(50.0 * x) - most).exp()));
                vec![r(most + sum.ln())]
            },
            gradient: |x, u| {
                let most = x.iter().fold(f64::MIN, |a, &b| a.max(50.0 * b));
                let e: Vec<f64> = x.iter().map(|x| (50.0 * x - most).exp()).collect();
                let sum: f64 = e.iter().sum();
                e.into_iter().map(|e| 50.0 * e / sum * u[0]).collect()
            },
        },
        Case {
            name: "sin(1e6 x) at 1e-6",
            at: spread(6, 1e-6),
            value: |x, r| each(x, |x| r(r(1e6 * x).sin())),
            gradient: |x, u| scaled(x, u, |x| 1e6 * (1e6 * x).cos()),
        },
        Case {
            name: "sqrt at 1e-8",
            at: vec![1e-8, 0.5],
            value: |x, r| each(x, |x| r(x.sqrt())),
            gradient: |x, u| scaled(x, u, |x| 0.5 / x.sqrt()),
        },
    ]
}

fn kinked() -> Vec<Case> {
    vec![
        Case {
            name: "relu with a zero",
            at: vec![0.5, 0.0, -1.5, 2.0],
            value: |x, _| each(x, |x| x.max(0.0)),
            gradient: |x, u| scaled(x, u, |x| f64::from(u8::from(x > 0.0))),
        },
        Case {
            name: "relu at 1e-7",
            at: vec![1e-7, -1e-7, 0.5],
            value: |x, _| each(x, |x| x.max(0.0)),
            gradient: |x, u| scaled(x, u, |x| f64::from(u8::from(x > 0.0))),
        },
        Case {
            name: "a tie of three",
            at: vec![0.5, 2.0, 2.0, -1.0, 2.0],
            value: |x, _| vec![x.iter().fold(f64::MIN, |a, &b| a.max(b))],
            gradient: |x, u| each(x, |x| if x == 2.0 { u[0] / 3.0 } else { 0.0 }),
        },
        Case {
            name: "abs at 0",
            at: vec![0.0, 0.5, -2.0],
            value: |x, _| each(x, f64::abs),
            gradient: |x, u| scaled(x, u, |x| if x == 0.0 { 0.0 } else { x.signum() }),
        },
        Case {
            name: "floor just above 2",
            at: vec![2.000_000_5, 0.7],
            value: |x, r| each(x, |x| r(x.floor() * x)),
            gradient: |x, u| scaled(x, u, f64::floor),
        },
    ]
}

fn wrong() -> Vec<Case> {
    vec![
        Case {
            name: "x² as 2.001 x",
            at: spread(6, 1.0),
            value: |x, r| each(x, |x| r(x * x)),
            gradient: |x, u| scaled(x, u, |x| 2.001 * x),
        },
        Case {
            name: "x² as 2.02 x",
            at: spread(6, 1.0),
            value: |x, r| each(x, |x| r(x * x)),
            gradient: |x, u| scaled(x, u, |x| 2.02 * x),
        },
        Case {
            name: "one of six by 5 %",
            at: spread(6, 1.0),
            value: squares,
            gradient: |x, u| {
                let factor = |k| if k == 3 { 2.1 } else { 2.0 };
                x.iter().enumerate().map(|(k, x)| factor(k) * x * u[0]).collect()
            },
        },
        Case {
            name: "one sign of 2000",
            at: spread(2000, 1.0),
            value: squares,
            gradient: |x, u| {
                let factor = |k| if k == 1234 { -2.0 } else { 2.0 };
                x.iter().enumerate().map(|(k, x)| factor(k) * x * u[0]).collect()
            },
        },
        Case {
            name: "twice, but tiny",
            at: spread(6, 1.0),
            value: |x, r| vec![r(1e-6 * squares(x, r)[0])],
            gradient: |x, u| each(x, |x| 4e-6 * x * u[0]),
        },
        Case {
            name: "softmax without backward",
            at: spread(6, 1.0),
            value: softmax,
            gradient: |x, _| vec![0.0; x.len()],
        },
    ]
}

#[test]
fn what_is_smooth_and_right_is_right() {
    for case in smooth() {
        for round in ROUNDINGS {
            for seed in 0..10 {
                let report = case.report(round, seed);
                assert_eq!(report.verdict, Verdict::Right, "{}\n{report}", case.name);
            }
        }
    }
}

#[test]
fn kinks_raise_no_alarm() {
    for case in kinked() {
        for round in ROUNDINGS {
            for seed in 0..10 {
                let report = case.report(round, seed);
                assert_ne!(report.verdict, Verdict::Wrong, "{}\n{report}", case.name);
            }
        }
    }
}

#[test]
fn what_is_wrong_is_caught() {
    for case in wrong() {
        for round in ROUNDINGS {
            for seed in 0..3 {
                let report = case.report(round, seed);
                assert_eq!(report.verdict, Verdict::Wrong, "{}\n{report}", case.name);
            }
        }
    }
}

#[test]
fn a_wrong_slope_at_a_kink_is_wrong() {
    let relu = |x: &[f64]| each(x, |x| x.max(0.0));
    let report = Check::new().function(&[0.5, 0.0], relu, |_, u| vec![u[0], 1.5 * u[1]]);
    assert_eq!(report.verdict, Verdict::Wrong, "{report}");
    assert!(report.inputs[0].evidence.iter().any(|e| (e.claimed - 1.5).abs() < 1e-12));
}

#[test]
fn what_answers_differently_is_not_judged() {
    let mut count = 0.0;
    let drifting = |x: &[f64]| {
        count += 1e-3;
        vec![x[0] + count]
    };
    let report = Check::new().function(&[0.5], drifting, |_, u| vec![u[0]]);
    assert_eq!(report.verdict, Verdict::CannotTell);
    assert_eq!(report.inputs[0].doubts[0].reason, Reason::Nondeterminism);
}

#[test]
fn what_is_not_a_number_is_not_judged() {
    let report = Check::new().function(&[-1.0], |x| vec![x[0].ln()], |x, u| vec![u[0] / x[0]]);
    assert_eq!(report.verdict, Verdict::CannotTell);
    assert_eq!(report.inputs[0].doubts[0].reason, Reason::Domain);
    // Of several results, only those that are numbers count.
    let logs = |x: &[f64]| each(x, f64::ln);
    let report = Check::new().function(&[-1.0, 2.0], logs, |x, u| scaled(x, u, |x| 1.0 / x));
    assert_ne!(report.verdict, Verdict::Wrong, "{report}");
    let report = Check::new().function(&[1.0], |x| vec![x[0].exp()], |_, _| vec![f64::NAN]);
    assert_eq!(report.verdict, Verdict::Wrong, "{report}");
    assert_eq!(report.inputs[0].mistake, Some(Mistake::NotFinite));
}

#[test]
fn lengths_that_are_wrong_are_told() {
    let report = Check::new().function(&[1.0, 2.0], |x| vec![x[0] * x[1]], |x, _| vec![x[1]]);
    assert_eq!(report.verdict, Verdict::Wrong);
    assert_eq!(report.inputs[0].mistake, Some(Mistake::MissingSum { claimed: 1, wanted: 2 }));
    let report = Check::new().function(&[], |_| vec![1.0], |_, _| vec![]);
    assert_eq!(report.verdict, Verdict::Right, "{report}");
    let report = Check::new().function(&[1.0], |_| vec![], |_, _| vec![0.0]);
    assert_eq!(report.verdict, Verdict::CannotTell, "{report}");
}

#[test]
fn a_budget_is_kept_and_told() {
    let at = spread(3000, 1.0);
    let check = Check::new().budget(1500);
    let mut count = 0;
    let value = |x: &[f64]| {
        count += 1;
        vec![x.iter().map(|x| x * x).sum::<f64>()]
    };
    let report = check.function(&at, value, |x, u| each(x, |x| 2.0 * x * u[0]));
    assert_eq!(report.verdict, Verdict::Right, "{report}");
    assert!(count < 3000, "{count} evaluations");
    let coverage = report.inputs[0].coverage;
    assert!(coverage.directions == 2 && coverage.elements > 10 && coverage.elements < 200);
    let report = Check::new().budget(10).function(&at, |x| vec![x[0]], |x, _| vec![0.0; x.len()]);
    assert_eq!(report.inputs[0].doubts[0].reason, Reason::Budget);
}

/// What can't be evaluated ends the check with its reason.
struct Failing(usize);

impl Claim for Failing {
    type Error = String;

    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, String> {
        self.0 = self.0.checked_sub(1).ok_or("it has had enough")?;
        Ok(x[0].clone())
    }

    fn gradient(&mut self, _: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, String> {
        Ok(vec![u.to_vec()])
    }
}

#[test]
fn failures_are_passed_on() {
    let input = ClaimInput { name: "x".into(), shape: [2].into(), at: vec![1.0, 2.0] };
    for evaluations in [0, 1, 3, 20] {
        let found = Check::new().claim(std::slice::from_ref(&input), &mut Failing(evaluations));
        assert_eq!(found, Err("it has had enough".to_owned()));
    }
    let report = Check::new().claim(&[input], &mut Failing(10_000)).expect("enough");
    assert_eq!(report.verdict, Verdict::Right);
}

/// Two inputs whose gradients are returned in the wrong order.
struct Swapping;

impl Claim for Swapping {
    type Error = String;

    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, String> {
        Ok(vec![x[0].iter().zip(&x[1]).map(|(a, b)| a * b.exp()).sum()])
    }

    fn gradient(&mut self, x: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, String> {
        let by_a = x[1].iter().map(|b| b.exp() * u[0]).collect();
        let by_b = x[0].iter().zip(&x[1]).map(|(a, b)| a * b.exp() * u[0]).collect();
        Ok(vec![by_b, by_a])
    }
}

#[test]
fn gradients_in_the_wrong_order_are_named() {
    let input = |name: &str, at: [f64; 3]| ClaimInput {
        name: name.into(),
        shape: [3].into(),
        at: at.to_vec(),
    };
    let inputs = [input("a", [0.5, -1.0, 2.0]), input("b", [0.3, 0.7, -0.4])];
    let report = Check::new().claim(&inputs, &mut Swapping).expect("it answers");
    assert_eq!(report.inputs[0].mistake, Some(Mistake::Swapped { with: "b".into() }));
    assert_eq!(report.inputs[1].mistake, Some(Mistake::Swapped { with: "a".into() }));
}

#[test]
fn pairs_of_maps() {
    let matrix = [[1.0, 2.0, -0.5], [0.25, 0.0, 3.0]];
    let forward =
        |v: &[f64]| matrix.map(|row| row.iter().zip(v).map(|(a, v)| a * v).sum()).to_vec();
    let transposed = |u: &[f64], factor: f64| {
        (0..3).map(|j| factor * (matrix[0][j] * u[0] + matrix[1][j] * u[1])).collect()
    };
    Check::new().adjoint(3, 2, forward, |u| transposed(u, 1.0)).assert_right();
    let report = Check::new().adjoint(3, 2, forward, |u| transposed(u, -1.0));
    assert_eq!(report.inputs[0].mistake, Some(Mistake::Sign));
    let report = Check::new().adjoint(3, 2, forward, |u| transposed(u, 1.0 + 1e-9));
    assert_eq!(report.verdict, Verdict::Wrong);
    let report = Check::new().adjoint(3, 2, forward, <[f64]>::to_vec);
    assert_eq!(report.verdict, Verdict::Wrong);
}
