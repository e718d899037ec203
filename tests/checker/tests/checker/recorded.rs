//! Computations on a tape.

use wengert_autodiff::check::{Along, Check, Derivative, Method, Mistake, Reason, Verdict};
use wengert_autodiff::ops::Uniform;
use wengert_autodiff::{
    Foreign, ForeignOperation, Linear, Mode, Op, Operation, OwnRules, Params, Real, Rules,
    ShapeError, Tape, Type, Value, Var,
};
use wengert_tensor::{Array, Shape, Tensor};

#[test]
fn kinks_are_told_and_any_slope_between_is_right() {
    let report = Check::new().formula(|[x]| x.abs(), [[0.0, 1.0, -2.0].into()]);
    assert_eq!((report.verdict, report.inputs[0].kinks.as_slice()), (Verdict::Right, &[0][..]));
    let tape = Tape::new();
    let (x, u) = (tape.input([0.0, 1.0, -2.0]), tape.input([1.0; 3]));
    for (slope, wanted) in [(-1.0, Verdict::Right), (0.3, Verdict::Right), (1.0, Verdict::Right)] {
        let claim = u * tape.input([slope, 1.0, -1.0]);
        let report = Check::new().claimed(x.abs(), u, &[("x", x, claim)]);
        assert_eq!(report.verdict, wanted, "{slope}\n{report}");
    }
    // Outside of the interval, it is no slope; but kinks that meet may do that to right rules.
    let claim = u * tape.input([1.1, 1.0, -1.0]);
    let report = Check::new().claimed(x.abs(), u, &[("x", x, claim)]);
    assert_ne!(report.verdict, Verdict::Right, "{report}");
}

/// relu(x) − relu(−x) is x, but both slopes are taken as 0 at 0: no rule is wrong, nor is the sum
/// right.
#[test]
fn kinks_that_meet_are_in_doubt() {
    let report = Check::new().formula(|[x]| x.relu() - (-x).relu(), [[0.0, 1.0].into()]);
    assert_eq!(report.verdict, Verdict::CannotTell, "{report}");
    assert_eq!(report.inputs[0].doubts[0].reason, Reason::Kink);
    assert!(report.suspects.is_empty());
}

#[test]
fn infinite_slopes() {
    Check::new().formula(|[x]| x.sqrt(), [[0.0, 4.0].into()]).assert_right();
    let report = Check::new().formula(|[x]| x.ln(), [[-1.0, -4.0].into()]);
    assert_eq!(report.inputs[0].doubts[0].reason, Reason::Domain);
    // A slope that is hidden from the result is none, and NaN is not 0.
    let report = Check::new().formula(|[x]| x.gt(0.0).select(x.sqrt(), 0.0), [[-1.0, 4.0].into()]);
    assert_ne!(report.verdict, Verdict::CannotTell, "{report}");
}

#[test]
fn what_was_drawn_is_held_fixed() {
    for precision in [Tape::f32(), Tape::new()] {
        let x = precision.input([0.5, -1.0, 2.0, 0.25]);
        let seed = precision.indices(Array::scalar(7));
        let draw = precision.record(Uniform { stream: 0, shape: [4].into() }, &[seed]);
        let y = (x * draw).tanh() * draw.lt(0.5).select(0.0, x);
        Check::new().order(2).recorded(y, &[("x", x)]).assert_right();
    }
}

#[test]
fn what_goes_straight_through_is_checked_as_it_is_defined() {
    let tape = Tape::f32();
    let x = tape.input([0.3, -1.2, 2.6]);
    let y = x.round().straight_through(x).sin() * x;
    Check::new().recorded(y, &[("x", x)]).assert_right();
}

#[test]
fn models_are_checked_by_name_and_in_training() {
    let mut params = Params::f32(3);
    let (w, b) = params.named("layer", |params| {
        let w = params.normal([4, 3], 0.0, 1.0);
        (params.add("weight", w), params.add("bias", [0.1, -0.2, 0.3]))
    });
    let report = Check::new().model(&params, |scope| {
        let scope = scope.in_mode(Mode::Train).seeded(5);
        let pixels = Tensor::F32(Array::from_fn([6, 4], |k| (1.7 * k as f32).sin()));
        let h = (scope.input(pixels).matmul(scope.var(w)) + scope.var(b)).relu();
        scope.dropout(h, 0.5).logsumexp(-1).mean()
    });
    report.assert_right();
    let names: Vec<&str> = report.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["layer.weight", "layer.bias"]);
}

/// The derivative of exp, wrong by a hundredth.
struct WrongExp;

impl Rules for WrongExp {
    fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        match op {
            Op::Exp(_) => Linear::Scale(1.01 * y),
            _ => op.derivative(i, x, y),
        }
    }
}

#[test]
fn the_line_that_is_wrong_is_named() {
    let tape = Tape::new();
    let x = tape.input([[0.5, -1.0], [2.0, 0.25]]);
    let h = x.matmul(x).sin();
    let line = line!() + 1;
    let e = h.exp();
    let y = (e.sum_over(0) * h).softmax(1);
    let report = Check::new().recorded_with(&WrongExp, y, &[("x", x)]);
    let [first, softmax] = report.suspects.as_slice() else { panic!("{report}") };
    assert_eq!((first.operation, first.operand, first.origin.line), ("exp", 0, line));
    assert!(first.origin.file.ends_with("recorded.rs"));
    assert!(
        matches!(first.mistake, Mistake::Factor(multiple) if (multiple.factor - 1.01).abs() < 1e-9)
    );
    assert_eq!(softmax.operation, "exp");
    assert!(first.reproducer.contains("let y = tape.record(ops::Exp, &[x0]);"), "{report}");
}

/// Large enough to be checked in f64, and wrong in one element of one product.
struct WrongAdd;

impl Rules for WrongAdd {
    fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        match op {
            Op::Tanh(_) => {
                let n = y.shape().size();
                let mask = (0..n).map(|k| if k == 77 { 1.001 } else { 1.0 }).collect();
                let mask = Tensor::from_vec(mask, y.shape()).expect("as many");
                Linear::then(op.derivative(i, x, y), Linear::Scale(y.tape().input(mask)))
            }
            _ => op.derivative(i, x, y),
        }
    }
}

#[test]
fn large_programs_are_checked_in_f64() {
    let tape = Tape::new();
    let numbers = |n: usize, m: usize| {
        let values = (0..n * m).map(|k| (0.7 * k as f64).sin() / (n as f64).sqrt());
        Tensor::from_vec(values.collect(), [n, m]).expect("as many")
    };
    let (x, w) = (tape.input(numbers(64, 100)), tape.input(numbers(100, 80)));
    let y = x.matmul(w).tanh().matmul(w.t()).square().mean();
    let report = Check::new().recorded(y, &[("x", x), ("w", w)]);
    assert_eq!((report.verdict, report.method), (Verdict::Right, Method::Double), "{report}");
    assert!(report.inputs.iter().all(|input| input.bound < 1e-10));
    let report = Check::new().recorded_with(&WrongAdd, y, &[("x", x), ("w", w)]);
    assert_eq!(report.verdict, Verdict::Wrong, "{report}");
    let names: Vec<_> = report.suspects.iter().map(|suspect| suspect.operation).collect();
    assert_eq!(names, ["tanh"], "{report}");
    assert_eq!(report.suspects[0].mistake, Mistake::Elements(vec![77]));
}

/// x², known in f64 alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Solver {
    percent: i64,
}

impl ForeignOperation for Solver {
    const NAME: &'static str = "solver";

    fn shape(&self, x: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval(&self, x: &[Array<f64>]) -> Array<f64> {
        x[0].map(|x| x * x)
    }

    fn vjp(&self, _: usize, x: &[Array<f64>], u: &Array<f64>) -> Option<Array<f64>> {
        let mut u = u.iter();
        Some(x[0].map(|x| 0.02 * self.percent as f64 * x * u.next().expect("as many")))
    }

    fn jvp(&self, i: usize, x: &[Array<f64>], v: &Array<f64>) -> Option<Array<f64>> {
        self.vjp(i, x, v)
    }
}

#[test]
fn code_that_knows_f64_alone_is_checked_by_differences() {
    for (percent, wanted) in [(100, Verdict::Right), (101, Verdict::Wrong)] {
        let tape = Tape::new();
        let x = tape.input([0.5, -1.0, 3.0]);
        let y = tape.record(Op::custom(Foreign(Solver { percent })), &[x.sin()]) * x;
        let report = Check::new().recorded(y, &[("x", x)]);
        assert_eq!((report.verdict, report.method), (wanted, Method::Differences), "{report}");
    }
}

/// x², of which forward mode is right and the transpose is not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shifted;

impl Operation for Shifted {
    const NAME: &'static str = "shifted";
    const MATH: &'static str = "y_i = x_{i+1}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let mut elements = x[0].real().to_vec();
        elements.rotate_left(1);
        Value::Real(Array::from_fn(x[0].shape(), |k| elements[k]))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(Op::custom(Shifted), x, 0)
    }

    /// Wrong: as if it were its own transpose.
    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> wengert_autodiff::Adjoint {
        wengert_autodiff::Adjoint::unary(Op::custom(Shifted))
    }
}

#[test]
fn a_wrong_transpose_is_named() {
    let report = Check::new().operation(Op::custom(Shifted), &[[1.0, 2.0, 4.0].into()]);
    assert_eq!(report.verdict, Verdict::Wrong);
    assert_eq!(report.suspects[0].mistake, Mistake::Rearranged, "{report}");
    assert!(report.inputs[0].evidence.iter().all(|e| e.derivative == Derivative::Reverse));
    assert!(report.inputs[0].evidence.iter().any(|e| matches!(e.along, Along::Element(_))));
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let report =
        |seed: u64| Check::new().seed(seed).formula(|[x]| x.softmax(0), [[0.5, 1.0, -2.0].into()]);
    assert_eq!(report(3), report(3));
}

/// What has no derivative is not called wrong, and what is infinitely steep ends.
#[test]
fn outside_of_domains_nobody_is_accused() {
    let report = Check::new().formula(|[x]| x.pow(0.5), [0.0.into()]);
    assert_ne!(report.verdict, Verdict::Wrong, "{report}");
    let report = Check::new().formula(|[x]| x.pow(0.5).sum(), [[0.0, 2.0].into()]);
    assert_ne!(report.verdict, Verdict::Wrong, "{report}");
    let indefinite = || Tensor::from([[1.0, 2.0], [2.0, 1.0]]);
    let report = Check::new().formula(|[x]| x.cholesky().sum(), [indefinite()]);
    assert_eq!(report.verdict, Verdict::CannotTell, "{report}");
    let report = Check::new().formula(|[x]| x.cholesky(), [indefinite()]);
    assert_ne!(report.verdict, Verdict::Wrong, "{report}");
}

#[test]
fn nothing_to_check() {
    let report = Check::new()
        .formula(|[x]| x.sin(), [Tensor::from_vec(Vec::<f64>::new(), [0]).expect("none")]);
    assert_eq!(report.verdict, Verdict::Right);
    let tape = Tape::new();
    let report = Check::new().recorded_with(&OwnRules, tape.input(1.0), &[("x", tape.input(2.0))]);
    assert_eq!(report.verdict, Verdict::Right, "{report}");
}
