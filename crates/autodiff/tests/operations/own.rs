//! Operations that are not in the list: a user's own go through the same walk, and code that knows
//! f64 alone through as much of it as it can.

use wengert_autodiff::ops::Foreign;
use wengert_autodiff::real::Real;
use wengert_autodiff::{
    Branch, ForeignOperation, Linear, Op, Operation, OwnRules, Precision, Sample, ShapeError, Tape,
    Type, Value, Var,
};
use wengert_tensor::{Array, Shape};

use crate::case::{Case, View};
use crate::{batched, executor, walk};

/// a |b|, with slope 0 where b is 0. It leaves batching to the default.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Scaled;

impl Operation for Scaled {
    const NAME: &'static str = "scaled";
    const MATH: &'static str = "a |b|";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        if x[0] != x[1] {
            return Err(ShapeError::new(format!("{} and {} differ", x[0], x[1])));
        }
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let (a, b) = (x[0].real().to_vec(), x[1].real().to_vec());
        Value::Real(Array::from_fn(x[0].shape(), |k| a[k] * b[k].abs()))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::Scale(if i == 0 { x[1].abs() } else { x[0] * x[1].sign() })
    }

    fn branch<T: Real>(&self, x: &[&Value<T>]) -> Option<Branch> {
        let side = |b: T| i64::from(b > T::default()) - i64::from(b < T::default());
        Some(Branch(x[1].real().iter().map(side).collect()))
    }

    fn samples() -> Vec<Sample<Self>> {
        vec![
            Sample { operation: Scaled, x: vec![2.0.into(), (-3.0).into()] },
            Sample {
                operation: Scaled,
                x: vec![[[1.0, -2.0], [0.5, 3.0]].into(), [[-1.0, 4.0], [2.0, -0.5]].into()],
            },
        ]
    }
}

#[test]
fn a_users_operation_takes_the_same_walk() {
    for Sample { operation, x } in Scaled::samples() {
        let sample = Sample { operation: Op::custom(operation), x };
        for case in Case::all_of(&sample) {
            let checks = [
                walk::adjoint_law(&case, &OwnRules),
                walk::forward(&case, &OwnRules),
                walk::reverse(&case, &OwnRules),
                walk::second_order(&case, &OwnRules),
                walk::curvature(&case, &OwnRules),
                executor::agrees::<f64>(&case, Precision::F64),
                executor::agrees::<f32>(&case, Precision::F32),
            ];
            for (k, check) in checks.into_iter().enumerate() {
                assert_eq!(check, Ok(()), "{case}, check {k}");
            }
        }
        for which in 1..4 {
            assert_eq!(batched::agrees(&sample, which, 3), Ok(()), "operands {which:b}");
        }
    }
}

/// The cubes of a vector, scaled by a number, from code that knows f64 alone.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Cubes;

impl ForeignOperation for Cubes {
    const NAME: &'static str = "cubes";

    fn shape(&self, x: &[Shape]) -> Result<Shape, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval(&self, x: &[Array<f64>]) -> Array<f64> {
        let c = x[1].item();
        x[0].map(|x| c * x * x * x)
    }

    fn vjp(&self, i: usize, x: &[Array<f64>], u: &Array<f64>) -> Option<Array<f64>> {
        let (c, pairs) = (x[1].item(), || x[0].iter().zip(u.iter()));
        Some(
            match i {
                0 => Array::from_vec(
                    pairs().map(|(x, u)| 3.0 * c * x * x * u).collect(),
                    x[0].shape(),
                ),
                _ => Array::from_vec(vec![pairs().map(|(x, u)| x * x * x * u).sum()], []),
            }
            .expect("as many as there were"),
        )
    }

    fn jvp(&self, i: usize, x: &[Array<f64>], v: &Array<f64>) -> Option<Array<f64>> {
        if i == 0 {
            return self.vjp(0, x, v);
        }
        let v = v.item();
        Some(x[0].map(|x| x * x * x * v))
    }
}

#[test]
fn a_foreign_operation_is_differentiated_by_its_own_code() {
    let x = vec![[1.0, -2.0, 0.5].into(), 1.5.into()];
    let sample = Sample { operation: Op::custom(Foreign(Cubes)), x };
    let case = Case::new(&sample, View::Plain);
    assert_eq!(walk::adjoint_law(&case, &OwnRules), Ok(()));
    assert_eq!(executor::agrees::<f64>(&case, Precision::F64), Ok(()));
    for which in 1..4 {
        assert_eq!(batched::agrees(&sample, which, 3), Ok(()), "operands {which:b}");
    }
    let tape = Tape::new();
    let recorded = case.record(&tape);
    let [by_x, by_c] = tape.grad(recorded.y.sum(), [recorded.leaves[0], recorded.leaves[1]]);
    assert_eq!(by_x.value().to_vec_f64(), [4.5, 18.0, 1.125]);
    assert_eq!(by_c.item(), 1.0 - 8.0 + 0.125);
    // Other scalars than its own get an answer that says so.
    let program = recorded.program();
    let inputs: Vec<Value<wengert_autodiff::real::DoubleDouble>> =
        case.reals().iter().map(Value::of).collect();
    let error = program.evaluate(&inputs).expect_err("it knows f64 alone").to_string();
    assert!(error.contains("cubes") && error.contains("f64 alone"), "{error}");
}
