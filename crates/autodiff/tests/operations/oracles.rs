//! What derivatives are held against: differences in double-double, and dual numbers. Neither
//! shares a rule with the tape.

use wengert_autodiff::real::{DoubleDouble, Dual, Real};
use wengert_autodiff::{Program, Value};
use wengert_tensor::Tensor;

use crate::case::moved;
use crate::numbers::{is_index, real};

/// The largest step of [`Objective::slope`]. Directions are to the scale of their variables, so
/// it is relative.
pub(crate) const STEP: f64 = 1.0 / 8192.0;

/// t ↦ Σₖ ⟨wₖ, fₖ(x + t v)⟩, in double-double: never a plain sum, which
/// would be blind to what a plain sum is blind to.
pub(crate) struct Objective<'a> {
    pub program: &'a Program,
    pub x: &'a [Tensor],
    pub v: &'a [Tensor],
    pub w: &'a [Tensor],
}

impl Objective<'_> {
    /// The value at `t`.
    fn at(&self, t: f64) -> DoubleDouble {
        let mut sum = DoubleDouble::default();
        for (y, w) in self.outputs(t).iter().zip(self.w) {
            for (y, w) in y.real().iter().zip(w.to_vec_f64()) {
                // Nothing times infinity is nothing: elements without a weight don't count.
                if w != 0.0 {
                    sum += y * w;
                }
            }
        }
        sum
    }

    fn outputs(&self, t: f64) -> Vec<Value<DoubleDouble>> {
        let x: Vec<_> = self.x.iter().zip(self.v).map(|(x, v)| moved(x, v, t)).collect();
        self.program.evaluate(&x).expect("inputs of the program's own types")
    }

    /// The derivative at 0: central differences with two steps of Richardson's extrapolation. The
    /// error is about `STEP⁶` from truncation and `10⁻³⁰ / STEP` from rounding, relatively.
    pub fn slope(&self) -> f64 {
        let central = |t: f64| (self.at(t) - self.at(-t)) / (2.0 * t);
        let [a, b, c] = [STEP, STEP / 2.0, STEP / 4.0].map(central);
        let [ab, bc] = [(b * 4.0 - a) / 3.0, (c * 4.0 - b) / 3.0];
        ((bc * 16.0 - ab) / 15.0).to_f64()
    }

    /// The slope to one side: `direction` is 1 or −1. It is infinite at a jump and at a vertical
    /// tangent, and NaN where there is nothing on that side.
    pub fn one_sided(&self, direction: f64) -> f64 {
        const TINY: f64 = 1.0 / (1_u64 << 45) as f64;
        let here = self.at(0.0);
        let quotient = |t: f64| ((self.at(t) - here) / t).to_f64();
        let (far, close) = (quotient(direction * TINY), quotient(direction * TINY / 2.0));
        // A finite slope does not change; a jump's doubles when the step is halved.
        if (close - far).abs() > 0.1 * close.abs() {
            return f64::INFINITY.copysign(close);
        }
        2.0 * close - far
    }

    /// Σ |wₖ fₖ(x)|: what rounding errors of the objective are relative to.
    pub fn magnitude(&self) -> f64 {
        let weighted = |(y, w): (&Value<DoubleDouble>, &Tensor)| -> f64 {
            y.real().iter().zip(w.to_vec_f64()).map(|(y, w)| (y.to_f64() * w).abs()).sum()
        };
        self.outputs(0.0).iter().zip(self.w).map(weighted).sum()
    }
}

/// A tensor and a direction as dual numbers.
fn dual(x: &Tensor, v: &Tensor) -> Value<Dual<f64>> {
    let v = v.to_vec_f64();
    let mut v = v.iter();
    Value::Real(x.to_f64().map(|x| Dual::new(x, *v.next().expect("as many as in x"))))
}

/// The derivatives of a program's outputs at `x` along `v`.
pub(crate) fn dual_tangents(program: &Program, x: &[Tensor], v: &[Tensor]) -> Vec<Tensor> {
    assert!(!x.iter().any(is_index), "index leaves are captured");
    let x: Vec<_> = x.iter().zip(v).map(|(x, v)| dual(x, v)).collect();
    let y = program.evaluate(&x).expect("inputs of the program's own types");
    y.iter().map(|y| real(y.real().iter().map(|y| y.tangent).collect(), y.shape())).collect()
}

/// The second derivatives of a program's outputs at `x`, along `v` twice.
pub(crate) fn dual_curvatures(program: &Program, x: &[Tensor], v: &[Tensor]) -> Vec<Tensor> {
    let nested = |(x, v): (&Tensor, &Tensor)| {
        let Value::Real(inner) = dual(x, v) else { unreachable!("dual numbers are real") };
        Value::Real(inner.map(|x| Dual::new(x, Dual::constant(x.tangent))))
    };
    let x: Vec<Value<Dual<Dual<f64>>>> = x.iter().zip(v).map(nested).collect();
    let y = program.evaluate(&x).expect("inputs of the program's own types");
    let second = |y: &Value<Dual<Dual<f64>>>| {
        real(y.real().iter().map(|y| y.tangent.tangent).collect(), y.shape())
    };
    y.iter().map(second).collect()
}
