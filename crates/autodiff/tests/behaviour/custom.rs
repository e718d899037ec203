//! A user's own operation is like any of the list: differentiated in both modes to any order,
//! batched, planned, evaluated on other scalars. And rules that a user puts in place of others.

use wengert_autodiff::ops::Custom;
use wengert_autodiff::real::{DoubleDouble, Dual};
use wengert_autodiff::{
    Adjoint, Linear, Op, Operation, Precision, Real, Rules, ShapeError, Tape, Type, Value, Var,
};
use wengert_tensor::{Array, Tensor};

use crate::check::{check, check_values, dot, weights};
use crate::counters::during;

/// `yₖ = Σⱼ aⱼ bₖ₋ⱼ` with positions modulo `n`, or `Σⱼ aⱼ bⱼ₋ₖ`: circular convolution and
/// correlation, each linear in both operands and the adjoint of the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Circular {
    correlates: bool,
}

const CONVOLUTION: Circular = Circular { correlates: false };
const CORRELATION: Circular = Circular { correlates: true };

impl Operation for Circular {
    const NAME: &'static str = "circular";
    const MATH: &'static str = r"y_k = \sum_j a_j b_{k-j}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        match x {
            [a, b] if a == b && a.shape.rank() == 1 => Ok(a.clone()),
            _ => Err(ShapeError::new(format!("takes two vectors of one size, got {x:?}"))),
        }
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let (a, b) = (x[0].real().to_vec(), x[1].real().to_vec());
        let n = a.len();
        let place = |k: usize, j: usize| if self.correlates { j + n - k } else { k + n - j } % n;
        Value::Real(Array::from_fn([n], |k| {
            (0..n).fold(T::default(), |sum, j| sum + a[j] * b[place(k, j)])
        }))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(Op::custom(*self), x, i)
    }

    fn adjoint(&self, slot: usize, _: &[Type], _: &Type) -> Adjoint {
        let other =
            |operands: [Option<usize>; 2], op: Circular| Adjoint::new(Op::custom(op), operands);
        match (self.correlates, slot) {
            (false, 0) => other([None, Some(1)], CORRELATION),
            (false, _) => other([None, Some(0)], CORRELATION),
            (true, 0) => other([None, Some(1)], CONVOLUTION),
            (true, _) => other([Some(0), None], CORRELATION),
        }
    }
}

fn circular<'t>(op: Circular, a: Var<'t>, b: Var<'t>) -> Var<'t> {
    a.tape().record(Op::custom(op), &[a, b])
}

/// The same in plain Rust.
fn computed(op: Circular, a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = a.len();
    let shifted = |k: usize, j: usize| if op.correlates { j + n - k } else { k + n - j } % n;
    (0..n).map(|k| (0..n).map(|j| a[j] * b[shifted(k, j)]).sum()).collect()
}

const A: [f64; 4] = [0.5, -1.2, 2.0, 0.1];
const B: [f64; 4] = [1.5, 0.3, -0.4, -2.5];

#[test]
fn gradients_of_a_users_operation() {
    let u = weights(4);
    for op in [CONVOLUTION, CORRELATION] {
        let tape = Tape::new();
        let (a, b) = (tape.input(A), tape.input(B));
        let y = circular(op, a, b);
        check(y, computed(op, &A, &B));
        // The gradients by the definition: the product with each unit vector.
        let [by_a, by_b] = tape.vjp([(y, tape.input(u.clone()))], [a, b]);
        let unit = |k: usize| -> Vec<f64> { (0..4).map(|j| f64::from(u8::from(j == k))).collect() };
        let by_unit = |f: &dyn Fn(Vec<f64>) -> Vec<f64>| [0, 1, 2, 3].map(|k| dot(&u, &f(unit(k))));
        check(by_a, by_unit(&|e| computed(op, &e, &B)));
        check(by_b, by_unit(&|e| computed(op, &A, &e)));
        // Forward mode is the operation itself.
        let [y_dot] = tape.jvp([y], [(a, tape.input(u.clone()))]);
        check(y_dot, computed(op, &u, &B));
    }
}

/// `½|a ∗ b|²`: `∂/∂a` is `(a ∗ b) ⋆ b`, and the Hessian by `a` times `v` is `(v ∗ b) ⋆ b`.
#[test]
fn curvature_of_a_users_operation() {
    let tape = Tape::new();
    let (a, b) = (tape.input(A), tape.input(B));
    let f = 0.5 * circular(CONVOLUTION, a, b).square().sum();
    let [by_a] = tape.grad(f, [a]);
    check(by_a, computed(CORRELATION, &computed(CONVOLUTION, &A, &B), &B));
    let v = weights(4);
    let wanted = computed(CORRELATION, &computed(CONVOLUTION, &v, &B), &B);
    let direction = tape.input(v);
    check(tape.hvp(f, [(a, direction)])[0], &wanted);
    check(tape.grad(by_a.dot(direction), [a])[0], &wanted);
    // The whole Hessian is batched by the default rule, one example after the other.
    check(tape.hessian(f, a).matmul(direction), &wanted);
}

#[test]
fn batches_of_a_users_operation() {
    let rows = [A, B, [3.0, 0.0, -1.0, 0.5]];
    let tape = Tape::new();
    let (a, b) = (tape.input(A), tape.input(B));
    let y = circular(CONVOLUTION, a, b).exp();
    let batch = tape.input(rows);
    let value = |a: &[f64], b: &[f64]| -> Vec<f64> {
        computed(CONVOLUTION, a, b).into_iter().map(f64::exp).collect()
    };
    check(tape.vmap([y], [(a, batch)])[0], rows.map(|a| value(&a, &B)).concat());
    check(tape.vmap([y], [(b, batch)])[0], rows.map(|b| value(&A, &b)).concat());
    check(tape.vmap([y], [(a, batch), (b, batch)])[0], rows.map(|x| value(&x, &x)).concat());
    let [gradient] = tape.grad(y.sum(), [a]);
    let [each] = tape.vmap([gradient], [(a, batch)]);
    let wanted = rows.map(|a| computed(CORRELATION, &value(&a, &B), &B));
    check(each, wanted.concat());
}

/// Programs with it are evaluated on every scalar, and run in both precisions.
#[test]
fn a_users_operation_on_other_scalars() {
    let tape = Tape::new();
    let (a, b) = (tape.input(A), tape.input(B));
    let y = circular(CONVOLUTION, a, b).exp();
    let program = tape.program([a, b], [y]);
    let (a, b) = (Tensor::from(A), Tensor::from(B));
    let wanted: Vec<f64> = computed(CONVOLUTION, &A, &B).into_iter().map(f64::exp).collect();

    let precise = program.evaluate(&[Value::<DoubleDouble>::of(&a), Value::of(&b)]);
    check_values(&precise.expect("it has a meaning there")[0].to_tensor(), &wanted);

    let direction = weights(4);
    let variable = |k: usize| Dual { value: A[k], tangent: direction[k] };
    let along = Value::Real(Array::from_fn([4], variable));
    let dual = program.evaluate(&[along, Value::<Dual<f64>>::of(&b)]).expect("as above");
    let tangents = dual[0].real().to_vec().into_iter().map(|y| y.tangent);
    let moved = computed(CONVOLUTION, &direction, &B);
    let wanted_tangents: Vec<f64> = wanted.iter().zip(moved).map(|(y, v)| y * v).collect();
    check_values(&Tensor::from(tangents.collect::<Vec<_>>()), wanted_tangents);

    let program = program.in_precision(Precision::F32);
    let single = |x: &Tensor| x.cast(wengert_tensor::DType::F32).expect("a cast of reals");
    let [y] = program.run([&single(&a), &single(&b)]);
    let error = y.to_vec_f64().into_iter().zip(&wanted).map(|(y, w)| (y / w - 1.0).abs());
    assert!(error.fold(0.0, f64::max) < 1e-5);
}

/// Operations are equal by type and value: equal ones share a plan, others do not.
#[test]
fn users_operations_share_plans_by_value() {
    /// Another type with the same data, and another meaning.
    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    struct Difference {
        correlates: bool,
    }

    impl Operation for Difference {
        const NAME: &'static str = "circular";
        const MATH: &'static str = "a - b";

        fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
            Ok(x[0].clone())
        }

        fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
            let b = x[1].real().to_vec();
            let mut k = 0..b.len();
            Value::Real(x[0].real().map(|a| a - b[k.next().expect("of one size")]))
        }

        fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
            Linear::Zero
        }
    }

    assert_eq!(Op::custom(CONVOLUTION), Op::custom(CONVOLUTION));
    assert_ne!(Op::custom(CONVOLUTION), Op::custom(CORRELATION));
    assert_ne!(Op::custom(CONVOLUTION), Op::custom(Difference { correlates: false }));
    let Op::Custom(custom) = Op::custom(CORRELATION) else { panic!("a custom operation") };
    assert_eq!(Custom::downcast(&custom), Some(&CORRELATION));
    assert_eq!(custom.downcast::<Difference>(), None);

    let tape = Tape::new();
    let run = |op: Op, a: [f64; 4], b: [f64; 4]| {
        let y = tape.record(op, &[tape.input(a), tape.input(b)]);
        let (work, [value]) = during(&tape, || tape.run([y]));
        (work.plans, value.to_vec_f64())
    };
    let convolution = || Op::custom(CONVOLUTION);
    assert_eq!(run(convolution(), A, B), (1, computed(CONVOLUTION, &A, &B)));
    assert_eq!(run(convolution(), B, A), (0, computed(CONVOLUTION, &B, &A)));
    assert_eq!(run(Op::custom(CORRELATION), A, B), (1, computed(CORRELATION, &A, &B)));
    let difference: Vec<f64> = A.iter().zip(B).map(|(a, b)| a - b).collect();
    assert_eq!(run(Op::custom(Difference { correlates: false }), A, B), (1, difference));
}

/// The floor as if it were the identity, where a sweep is told so; nothing else changes.
#[test]
fn a_rule_in_place_of_another() {
    struct StraightThrough;
    impl Rules for StraightThrough {
        fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
            match op {
                Op::Floor(_) => Linear::Identity,
                _ => op.derivative(i, x, y),
            }
        }
    }
    let tape = Tape::new();
    let at: [f64; 3] = [0.5, 1.5, -0.5];
    let x = tape.input(at);
    let y = (x.floor() * x.sin()).sum();
    let wanted = at.map(|x| x.sin() + x.floor() * x.cos());
    let found = tape.grad_with(&StraightThrough, y, &[x]);
    check(found[0].expect("there is a path"), wanted);
    let found = tape.jvp_with(&StraightThrough, &[y], &[(x, x)]);
    check(found[0].expect("there is a path"), [dot(&wanted, &at)]);
    // Where the whole path goes through it, there is one only by the other rule.
    assert!(tape.grad_with(&StraightThrough, x.floor().sum(), &[x])[0].is_some());
    assert!(tape.vjp_with(&wengert_autodiff::OwnRules, &[(x.floor(), x)], &[x])[0].is_none());
    check(tape.grad(y, [x])[0], at.map(|x| x.floor() * x.cos()));
}

/// Its shape rule and its meaning contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Contradiction;

impl Operation for Contradiction {
    const NAME: &'static str = "contradiction";
    const MATH: &'static str = "";

    fn shape(&self, _: &[Type]) -> Result<Type, ShapeError> {
        Ok(Type::real([2, 2]))
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        x[0].clone()
    }

    fn derivative<'t>(&self, _: usize, _: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Zero
    }
}

#[test]
fn an_answer_of_another_type_than_the_shape_rule_says_is_an_error() {
    let tape = Tape::new();
    let y = tape.record(Op::custom(Contradiction), &[tape.input([1.0, 2.0, 3.0, 4.0])]);
    let error = tape.try_run(&[y]).expect_err("four in a row are no square");
    assert_eq!(
        error.error.to_string(),
        "contradiction: its eval answers [4], its shape rule [2, 2]"
    );
}
