//! Code that knows f64 alone and brings its own derivatives: one of them, the other, or both.

use wengert_autodiff::ops::Foreign;
use wengert_autodiff::real::{DoubleDouble, Dual};
use wengert_autodiff::{ForeignOperation, Op, Real, ShapeError, Tape, Value, Var};
use wengert_tensor::{Array, Shape, Tensor};

use crate::check::{check, check_values};
use crate::refusal::refusal;

/// `y = (a² b, a b²)` of two numbers, with the derivatives that it is said to know.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Pair {
    knows_vjp: bool,
    knows_jvp: bool,
}

const BOTH: Pair = Pair { knows_vjp: true, knows_jvp: true };
const VJP: Pair = Pair { knows_vjp: true, knows_jvp: false };
const JVP: Pair = Pair { knows_vjp: false, knows_jvp: true };

/// Column `i` of the Jacobian.
fn column(i: usize, a: f64, b: f64) -> [f64; 2] {
    if i == 0 { [2.0 * a * b, b * b] } else { [a * a, 2.0 * a * b] }
}

impl ForeignOperation for Pair {
    const NAME: &'static str = "pair";

    fn shape(&self, x: &[Shape]) -> Result<Shape, ShapeError> {
        match x {
            [a, b] if a.rank() == 0 && b.rank() == 0 => Ok([2].into()),
            _ => Err(ShapeError::new(format!("takes two numbers, got {x:?}"))),
        }
    }

    fn eval(&self, x: &[Array<f64>]) -> Array<f64> {
        let (a, b) = (x[0].item(), x[1].item());
        Array::from_fn([2], |k| if k == 0 { a * a * b } else { a * b * b })
    }

    fn vjp(&self, i: usize, x: &[Array<f64>], u: &Array<f64>) -> Option<Array<f64>> {
        let column = column(i, x[0].item(), x[1].item());
        let u = u.to_vec();
        self.knows_vjp.then(|| Array::scalar(column[0] * u[0] + column[1] * u[1]))
    }

    fn jvp(&self, i: usize, x: &[Array<f64>], v: &Array<f64>) -> Option<Array<f64>> {
        let column = column(i, x[0].item(), x[1].item());
        self.knows_jvp.then(|| Array::from_fn([2], |k| column[k] * v.item()))
    }
}

#[track_caller]
fn pair<'t>(op: Pair, a: Var<'t>, b: Var<'t>) -> Var<'t> {
    a.tape().record(Op::custom(Foreign(op)), &[a, b])
}

/// `⟨u, y⟩` of `a = sin s`, `b = s²` for `s`, with its derivative.
fn through<'t>(tape: &'t Tape, op: Pair, s: Var<'t>) -> Var<'t> {
    tape.input([0.7, -1.3]).dot(pair(op, s.sin(), s.square()).exp())
}

fn slope_through(s: f64) -> f64 {
    let (a, b) = (s.sin(), s * s);
    let (by_a, by_b) = (column(0, a, b), column(1, a, b));
    let moved = |k: usize| by_a[k] * s.cos() + by_b[k] * 2.0 * s;
    0.7 * (a * a * b).exp() * moved(0) - 1.3 * (a * b * b).exp() * moved(1)
}

#[test]
fn each_mode_uses_its_own_derivative() {
    let (s, tape) = (0.8, Tape::new());
    let x = tape.input(s);
    check(pair(BOTH, x, tape.input(2.0)), [s * s * 2.0, s * 4.0]);
    for op in [BOTH, VJP] {
        check(tape.grad(through(&tape, op, x), [x])[0], [slope_through(s)]);
    }
    for op in [BOTH, JVP] {
        let v = tape.input(1.5);
        check(tape.jvp([through(&tape, op, x)], [(x, v)])[0], [1.5 * slope_through(s)]);
    }
    // Batched by the default rule: the Jacobian by reverse and by forward mode.
    let (a, b) = (tape.input(0.5), tape.input(3.0));
    check(tape.jacobian(pair(JVP, a, b), b), column(1, 0.5, 3.0));
    let sum = pair(VJP, a, b).sum();
    let [each] = tape.vmap([tape.grad(sum, [a])[0]], [(a, tape.input([0.5, -1.0, 2.0]))]);
    check(each, [0.5, -1.0, 2.0].map(|a| column(0, a, 3.0).iter().sum()));
}

/// A derivative that is not known is missed when it is needed, and only then.
#[test]
fn a_missing_derivative() {
    let tape = Tape::new();
    let x = tape.input(0.8);
    let gradient = tape.grad(through(&tape, JVP, x), [x]);
    refusal(|| gradient[0].value()).mentions("pair has no vjp by operand");
    let tangent = tape.jvp([through(&tape, VJP, x)], [(x, x)]);
    refusal(|| tangent[0].value()).mentions("pair has no jvp by operand");
    let [by_x] = tape.grad(through(&tape, VJP, x), [x]);
    check(by_x, [slope_through(0.8)]);
}

/// Its derivative is linear in the direction, so that can be differentiated; by the operands it
/// can't.
#[test]
fn a_foreign_operation_is_differentiated_once() {
    let tape = Tape::new();
    let (a, b) = (tape.input(0.5), tape.input(3.0));
    let u = tape.input([0.7, -1.3]);
    let [by_a] = tape.vjp([(pair(BOTH, a, b), u)], [a]);
    check(tape.grad(by_a, [u])[0], column(0, 0.5, 3.0));
    check(tape.jvp([by_a], [(u, u)])[0], [by_a.item()]);
    refusal(|| tape.grad(by_a, [a]))
        .mentions("pair: a foreign operation is differentiated only once");
}

/// The same numbers as other scalars.
fn on<T: Real>(x: &[Tensor; 2]) -> [Value<T>; 2] {
    [Value::of(&x[0]), Value::of(&x[1])]
}

#[test]
fn on_other_scalars_it_can_not_tell() {
    let tape = Tape::new();
    let (a, b) = (tape.input(0.5), tape.input(3.0));
    let y = pair(BOTH, a, b);
    let place = y.origin();
    let [by_a] = tape.grad(y.sum(), [a]);
    for output in [y, by_a] {
        let program = tape.program([a, b], [output]);
        let inputs = [Tensor::from(0.5), Tensor::from(3.0)];
        let wanted = format!(
            "pair: it is evaluated in f64 alone, not on these scalars, recorded at {place}"
        );
        let precise = program.evaluate(&on::<DoubleDouble>(&inputs)).expect_err("it can't tell");
        let dual = program.evaluate(&on::<Dual<f64>>(&inputs)).expect_err("it can't tell");
        assert_eq!([precise.to_string(), dual.to_string()], [wanted.clone(), wanted]);
        let native = program.evaluate(&on::<f64>(&inputs)).expect("its own scalars");
        let [run] = program.run([&inputs[0], &inputs[1]]);
        check_values(&native[0].to_tensor(), run.to_vec_f64());
    }
}

/// In single precision it is rounded from and to f64.
#[test]
fn a_foreign_operation_in_single_precision() {
    let tape = Tape::f32();
    let (a, b) = (tape.input(0.1), tape.input(3.0));
    let y = pair(BOTH, a, b);
    let a = f64::from(0.1_f32);
    let rounded = |x: f64| f64::from(x as f32);
    assert_eq!(y.value().to_vec_f64(), [rounded(a * a * 3.0), rounded(a * 9.0)]);
}

#[test]
fn what_it_does_not_take() {
    let tape = Tape::new();
    refusal(|| {
        let x = tape.input([1.0, 2.0]);
        pair(BOTH, x, tape.input(1.0))
    })
    .mentions("pair: takes two numbers, got [[2], []]\n  operand 0: [2] from input at line 1");
    refusal(|| pair(BOTH, tape.input(1.0), tape.indices(1)))
        .mentions("pair: takes real operands, got [] (index)");
}
