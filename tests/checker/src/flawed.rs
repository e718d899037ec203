//! An operation whose derivative is wrong in a way of one's choice.

use wengert_autodiff::{Linear, Op, Operation, Real, ShapeError, Type, Value, Var};
use wengert_tensor::Tensor;

/// What it computes, element by element or along the whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Function {
    /// $x^2$.
    Square,
    /// $10^{-6} x^2$.
    TinySquare,
    /// $e^{x_i} / \sum_j e^{x_j}$.
    Softmax,
}

/// What is wrong with its derivative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Flaw {
    /// So many two-thousandths of what it should be.
    HalfThousandths(i64),
    /// That, but of one element alone.
    Element(usize, i64),
    /// It is zero.
    Zero,
}

/// The function, differentiated wrongly.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Flawed(pub Function, pub Flaw);

impl Flawed {
    /// Records it.
    pub fn record(self, x: Var<'_>) -> Var<'_> {
        x.tape().record(Op::custom(self), &[x])
    }
}

impl Operation for Flawed {
    const NAME: &'static str = "flawed";
    const MATH: &'static str = "f(x)";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let x = x[0].real();
        Value::Real(match self.0 {
            Function::Square => x.map(|x| x * x),
            Function::TinySquare => x.map(|x| T::from_f64(1e-6) * x * x),
            Function::Softmax => {
                let mut sum = T::default();
                x.iter().for_each(|x| sum += x.exp());
                x.map(|x| x.exp() / sum)
            }
        })
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        let (x, tape) = (x[0], x[0].tape());
        let slope = match self.0 {
            Function::Square => 2.0 * x,
            Function::TinySquare => 2e-6 * x,
            Function::Softmax => return Linear::Zero,
        };
        let flawed = |is_flawed: &dyn Fn(usize) -> bool, thousandths: i64| {
            let factor = |k| if is_flawed(k) { thousandths as f64 / 1000.0 } else { 1.0 };
            let factors = (0..x.shape().size()).map(factor).collect();
            let factors = Tensor::from_vec(factors, x.shape()).expect("as many as there are");
            tape.input(factors.cast(tape.precision().dtype()).expect("reals"))
        };
        match self.1 {
            Flaw::Zero => Linear::Zero,
            Flaw::HalfThousandths(n) => Linear::Scale(slope * flawed(&|_| true, n) * 0.5),
            Flaw::Element(at, n) => Linear::Scale(slope * flawed(&|k| k == at, n)),
        }
    }
}
