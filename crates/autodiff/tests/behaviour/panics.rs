//! Panics in a user's code that the library runs – an operation, a rule, a layer – leave the tape as
//! it was: it records, differentiates and runs, and its plans are right.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert_autodiff::{
    Linear, Op, Operation, Params, Real, Rules, ShapeError, Tape, Type, Value, Var,
};

use crate::counters::during;
use crate::refusal::refusal;

/// Where a [`Fragile`] operation breaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum At {
    Shape,
    Eval,
    Derivative,
    Batched,
    Nowhere,
}

/// The square, of whatever does not break.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Fragile(At);

impl Fragile {
    fn reaches(&self, at: At) {
        assert!(self.0 != at, "broken at {at:?}");
    }
}

impl Operation for Fragile {
    const NAME: &'static str = "fragile";
    const MATH: &'static str = "x^2";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        self.reaches(At::Shape);
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        self.reaches(At::Eval);
        Value::Real(x[0].real().map(|x| x * x))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        // What it has recorded by then stays on the tape, unused.
        let factor = 2.0 * x[0];
        self.reaches(At::Derivative);
        Linear::Scale(factor)
    }

    fn batched<'t>(&self, _: &[bool], x: &[Var<'t>], _: usize) -> Var<'t> {
        self.reaches(At::Batched);
        x[0].tape().record(Op::custom(self.clone()), x)
    }
}

fn fragile(x: Var<'_>, at: At) -> Var<'_> {
    x.tape().record(Op::custom(Fragile(at)), &[x])
}

/// A value and a gradient, in new nodes, by plans that are there.
#[track_caller]
fn check_usable(tape: &Tape, x: Var<'_>, plans: usize) {
    let at = x.value().to_vec_f64();
    let (work, ()) = during(tape, || {
        let y = (fragile(x, At::Nowhere) * x.exp()).sum();
        let [by_x] = tape.grad(y, [x]);
        let [tangent] = tape.jvp([y], [(x, x)]);
        let [y, by_x, tangent] = tape.run([y, by_x, tangent]);
        let each = |f: &dyn Fn(f64) -> f64| at.iter().map(|&x| f(x)).collect::<Vec<f64>>();
        assert_eq!(y.item(), each(&|x| x * x * x.exp()).iter().sum::<f64>());
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * b.abs(), "{a} for {b}");
        let slopes = each(&|x| (x * x + 2.0 * x) * x.exp());
        by_x.to_vec_f64().into_iter().zip(slopes).for_each(|(a, b)| near(a, b));
        near(tangent.item(), each(&|x| (x * x + 2.0 * x) * x.exp() * x).iter().sum());
        let origin = x.exp().origin();
        assert_eq!((&*origin.file, origin.line), (file!(), line!() - 1));
    });
    assert_eq!(work.plans, plans);
}

#[test]
fn a_users_operation_may_panic_anywhere() {
    let mut tape = Tape::new();
    for round in 0..2 {
        let x = tape.input([0.5, 1.5]);
        // The plan of this outlives everything that follows, `clear` included.
        check_usable(&tape, x, usize::from(round == 0));
        refusal(|| {
            let y = x.sin();
            fragile(y, At::Shape)
        })
        .mentions("broken at Shape");
        check_usable(&tape, x, 0);
        let (broken, fine) = (fragile(x.sin(), At::Eval), x.sin());
        for _ in 0..2 {
            refusal(|| (broken + fine).value()).mentions("broken at Eval");
            refusal(|| tape.run([fine, broken])).mentions("broken at Eval");
        }
        assert_eq!(fine.value().to_vec_f64(), [0.5_f64.sin(), 1.5_f64.sin()]);
        check_usable(&tape, x, 0);
        let y = fragile(x.sin(), At::Derivative).exp().sum();
        refusal(|| tape.grad(y, [x])).mentions("broken at Derivative");
        refusal(|| tape.jvp([y], [(x, x)])).mentions("broken at Derivative");
        check_usable(&tape, x, 0);
        let y = fragile(x.sin(), At::Batched);
        refusal(|| tape.vmap([y], [(x, x.unsqueeze(0))])).mentions("broken at Batched");
        check_usable(&tape, x, 0);
        tape.clear();
    }
}

/// Rules are asked in the middle of a sweep; one that panics is no harm either.
#[test]
fn a_rule_may_panic() {
    struct Broken;
    impl Rules for Broken {
        fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
            assert!(op.name() != "sin", "no rule for {}", op.name());
            op.derivative(i, x, y)
        }
    }
    let tape = Tape::new();
    let x = tape.input([0.5, 1.5]);
    check_usable(&tape, x, 1);
    let y = x.sin().exp().sum();
    refusal(|| tape.grad_with(&Broken, y, &[x])).mentions("no rule for sin");
    refusal(|| tape.jvp_with(&Broken, &[y], &[(x, x)])).mentions("no rule for sin");
    check_usable(&tape, x, 0);
    let [by_x] = tape.grad(y, [x]);
    assert_eq!(by_x.value().to_vec_f64(), [0.5_f64, 1.5].map(|x| x.sin().exp() * x.cos()));
}

/// A program that has panicked on one thread runs on all others, and again on this one.
#[test]
fn a_panic_in_a_program() {
    /// The inverse of whatever is not 0.
    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    struct Inverse;

    impl Operation for Inverse {
        const NAME: &'static str = "inverse";
        const MATH: &'static str = "1/x";

        fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
            Ok(x[0].clone())
        }

        fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
            let inverse = |x: T| {
                assert!(!x.is_zero(), "the inverse of 0");
                T::from_f64(1.0) / x
            };
            Value::Real(x[0].real().map(inverse))
        }

        fn derivative<'t>(&self, _: usize, _: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
            Linear::Scale(-y * y)
        }
    }

    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let y = tape.record(Op::custom(Inverse), &[x]) + x;
    let program = tape.program([x], [y]);
    let fails = || refusal(|| program.run::<1, 1>([&[1.0, 0.0].into()])).mentions("inverse of 0");
    let works = || {
        let [y] = program.run([&[2.0, 4.0].into()]);
        assert_eq!(y.to_vec_f64(), [2.5, 4.25]);
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..5).for_each(|_| (fails(), works()).0));
        }
    });
    works();
}

/// A step whose closure panics is as if it had not been begun: the tape is free for the next, and
/// the parameters are not shared with it once that is done.
#[test]
fn a_panic_in_a_step() {
    let mut params = Params::f64(0);
    let w = params.add("w", [1.0, 2.0]);
    let mut tape = Tape::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        tape.value_and_grad(&params, |scope| {
            scope.named("deep", |scope| {
                let y = fragile(scope.var(w), At::Nowhere).sum();
                std::panic::resume_unwind(Box::new(y.item()));
                #[expect(unreachable_code, reason = "the closure has a type")]
                (y, [])
            })
        });
    }));
    assert_eq!(panicked.err().and_then(|seen| seen.downcast().ok()), Some(Box::new(5.0)));
    let step = tape.value_and_grad(&params, |scope| {
        let y = scope.var(w).square().sum();
        assert_eq!(y.origin().scope, "");
        (y, [])
    });
    assert_eq!((step.loss, step.gradients[w].to_vec_f64()), (5.0, vec![2.0, 4.0]));
    assert!(!params[w].value.array::<f64>().expect("in f64").is_shared());
}
