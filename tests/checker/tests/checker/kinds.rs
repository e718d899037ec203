//! Kinds of mistakes, each told from the others.

use wengert_autodiff::check::{Check, Mistake, Verdict};
use wengert_autodiff::{Tape, Var};
use wengert_tensor::Tensor;

fn matrix(rows: usize, columns: usize) -> Tensor {
    let values = (0..rows * columns).map(|k| 0.2 + (1.3 * k as f64).sin());
    Tensor::from_vec(values.collect(), [rows, columns]).expect("as many as places")
}

/// The mistake in a claim for $\sum_{ij} \tanh(x w)_{ij}^2$ by `w`, made of the right gradient.
#[track_caller]
fn mistake(wrong: impl for<'t> Fn(Var<'t>) -> Var<'t>) -> Option<Mistake> {
    let tape = Tape::new();
    let (x, w, u) = (tape.input(matrix(5, 3)), tape.input(matrix(3, 3)), tape.input(1.0));
    let y = x.matmul(w).tanh().square().sum();
    let [right] = tape.vjp([(y, u)], [w]);
    let report = Check::new().claimed(y, u, &[("w", w, wrong(right))]);
    assert_eq!(report.verdict == Verdict::Right, report.inputs[0].mistake.is_none(), "{report}");
    report.inputs[0].mistake.clone()
}

#[test]
fn each_kind_is_told() {
    assert_eq!(mistake(|g| g), None);
    assert_eq!(mistake(|g| -g), Some(Mistake::Sign));
    assert_eq!(mistake(|g| g * 0.0), Some(Mistake::Severed));
    assert_eq!(mistake(|g| g.t()), Some(Mistake::Transposed));
    assert_eq!(mistake(|g| g.flip([0, 1])), Some(Mistake::Rearranged));
    assert_eq!(mistake(|g| g / 0.0), Some(Mistake::NotFinite));
    let Some(Mistake::Factor(multiple)) = mistake(|g| 2.0 * g) else { panic!() };
    assert_eq!((multiple.factor, multiple.size), (2.0, None));
    let Some(Mistake::Factor(multiple)) = mistake(|g| g / 5.0) else { panic!() };
    assert_eq!(multiple.size, Some(5));
    let Some(Mistake::Factor(multiple)) = mistake(|g| g * 1.000_000_1) else { panic!() };
    assert!((multiple.factor - 1.000_000_1).abs() < 1e-12);
    let broadcast = mistake(|g| g.unsqueeze(0).broadcast_to([5, 3, 3]));
    assert_eq!(broadcast, Some(Mistake::MissingSum { claimed: 45, wanted: 9 }));
    let one = mistake(|g| {
        let tape = g.tape();
        let mask = (0..9).map(|k| if k == 4 { 1.5 } else { 1.0 }).collect();
        g * tape.input(Tensor::from_vec(mask, [3, 3]).expect("nine"))
    });
    assert_eq!(one, Some(Mistake::Elements(vec![4])));
    assert!(matches!(mistake(|g| g.sin()), Some(Mistake::Other { .. })));
}

#[test]
fn a_term_that_is_left_out_is_named() {
    let tape = Tape::new();
    let (x, u) = (tape.input([0.5, -1.0, 2.0]), tape.input(1.0));
    let y = (x * x.sin()).sum();
    let report = Check::new().claimed(y, u, &[("x", x, u * x.sin())]);
    let Some(Mistake::DroppedTerm { through }) = &report.inputs[0].mistake else {
        panic!("{report}")
    };
    assert!(through.starts_with("sin"), "{through}");
}

#[test]
fn every_mistake_has_words() {
    let tape = Tape::new();
    let (x, u) = (tape.input([0.5, -1.0]), tape.input(1.0));
    let report = Check::new().claimed((x * x).sum(), u, &[("x", x, u * x)]);
    let text = report.to_string();
    assert!(text.starts_with("verdict: wrong\nx [2]: wrong"), "{text}");
    assert!(text.contains("0.5000000000 times the derivative"), "{text}");
    assert!(text.contains("hint: the 2 of a square is missing"), "{text}");
}
