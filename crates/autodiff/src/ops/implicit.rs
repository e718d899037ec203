//! What an equation defines: the values that make it true, as an operation. They are found by
//! iteration, but differentiated through the equation alone, by the implicit function theorem.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use wengert_tensor::{Array, Shape};

use crate::linear::Linear;
use crate::op::{Operation, Sample, ShapeError, Type, Value};
use crate::ops::{MatMul, Neg, Reshape, Solve, ordinary, solve_in_place};
use crate::program::Program;
use crate::real::Real;
use crate::tape::Tape;
use crate::var::Var;

/// How an equation is solved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Method {
    /// $y \leftarrow y - F(y)$; where $F(y) = y - f(y)$, that is $f$ again and again.
    Iterate,
    /// Newton's method, with steps that are halved until $|F|$ falls.
    Newton,
    /// Newton's method on a gradient $F = \nabla g$, with steps that are halved until $g$ falls; a
    /// step that does not lead downhill is replaced by $-\nabla g$.
    Minimise,
}

/// $y$ with $F(y, \theta) = 0$. Its operands are a guess at $y$, and all that $F$ depends on.
///
/// $\partial y/\partial\theta = -(\partial F/\partial y)^{-1}\, \partial F/\partial\theta$, and 0 by
/// the guess. NaN where no solution is found.
#[derive(Clone, Debug)]
pub struct Implicit {
    /// From $(y, \theta)$ to $F$, to $\partial F/\partial y$ as a matrix and, for a minimum, to $g$.
    equation: Arc<Program>,
    method: Method,
}

/// No more steps than these are made, and no step is halved more often.
const MOST_STEPS: usize = 20_000;
const MOST_HALVINGS: u32 = 60;

/// When steps are this many roundings long, Newton's method does the rest.
const NEAR: f64 = 1e3;

/// Steps of Newton's method at the end. Each doubles the number of right digits; and of dual
/// numbers, each makes the derivatives of one more order right.
const LAST_STEPS: usize = 3;

impl Implicit {
    /// An equation whose program holds no values of its own.
    pub(crate) fn new(equation: Program, method: Method) -> Implicit {
        Implicit { equation: Arc::new(equation), method }
    }

    /// Solves the equation from a first guess.
    fn solve<T: Real>(&self, guess: &Array<T>, others: &[&Value<T>]) -> Option<Vec<T>> {
        let at = |y: &[T]| Point::new(&self.equation, y, guess.shape(), others);
        let near = NEAR * T::roundoff();
        let mut here = at(&guess.to_vec())?;
        let mut steps = 0;
        loop {
            let step = here.step(self.method);
            let is_near = largest(&step) <= near * (1.0 + largest(&here.y));
            steps += 1;
            if !is_near && steps == MOST_STEPS {
                return None;
            }
            here = match self.method {
                Method::Iterate => at(&moved(&here.y, &step, 1.0))?,
                _ if is_near => at(&moved(&here.y, &step, 1.0))?,
                method => {
                    let parts = (0..MOST_HALVINGS).map(|halvings| 0.5_f64.powi(halvings as i32));
                    let mut points = parts.map(|part| (part, moved(&here.y, &step, part)));
                    points.find_map(|(part, y)| {
                        at(&y).filter(|there| here.is_worse_than(there, method, part, &step))
                    })?
                }
            };
            if is_near {
                break;
            }
        }
        for _ in 0..LAST_STEPS {
            let step = here.newton();
            // At a point where the derivative is singular, this is as near as it gets.
            if !step.iter().all(|d| d.to_f64().is_finite()) {
                break;
            }
            here = at(&moved(&here.y, &step, 1.0))?;
        }
        Some(here.y)
    }
}

/// A point on the way to a solution, and what the equation says there.
struct Point<T> {
    y: Vec<T>,
    residual: Vec<T>,
    /// Rows of $\partial F/\partial y$.
    jacobian: Vec<T>,
    /// What is minimised.
    objective: Option<T>,
}

impl<T: Real> Point<T> {
    /// `None` where the point or the equation's value is not finite.
    fn new(equation: &Program, y: &[T], shape: &Shape, others: &[&Value<T>]) -> Option<Point<T>> {
        let array = Array::from_vec(y.to_vec(), shape.clone()).expect("as many as the guess has");
        let x: Vec<Value<T>> =
            [Value::Real(array)].into_iter().chain(others.iter().map(|&x| x.clone())).collect();
        let mut values = equation.evaluate(&x).ok()?.into_iter();
        let mut next = || Some(values.next()?.real().to_vec());
        let (residual, jacobian) = (next()?, next()?);
        let objective = next().map(|values| values[0]);
        let is_finite = y.iter().chain(&residual).all(|x| x.to_f64().is_finite());
        is_finite.then_some(Point { y: y.to_vec(), residual, jacobian, objective })
    }

    fn newton(&self) -> Vec<T> {
        let mut step: Vec<T> = self.residual.iter().map(|&f| -f).collect();
        solve_in_place(&mut self.jacobian.clone(), step.len(), &mut step);
        step
    }

    fn step(&self, method: Method) -> Vec<T> {
        let back = || self.residual.iter().map(|&f| -f).collect();
        match method {
            Method::Iterate => back(),
            Method::Newton => self.newton(),
            Method::Minimise => {
                let step = self.newton();
                // An infinite step leads nowhere, whatever its direction.
                let slope = dot(&step, &self.residual);
                let is_downhill = slope.is_finite() && slope < 0.0;
                if is_downhill || largest(&step) == 0.0 { step } else { back() }
            }
        }
    }

    /// Whether a part of a step leads to a better point.
    fn is_worse_than(&self, there: &Point<T>, method: Method, part: f64, step: &[T]) -> bool {
        let norm = |point: &Point<T>| dot(&point.residual, &point.residual);
        let is_nearer = norm(there) < norm(self);
        let (Method::Minimise, Some(here), Some(there)) = (method, self.objective, there.objective)
        else {
            return is_nearer;
        };
        let (here, fall) = (here.to_f64(), (there - here).to_f64());
        // A thousandth of what the slope promises (Armijo, 1966). Where that is lost in rounding,
        // the gradient tells.
        let rounding = NEAR * T::roundoff() * (1.0 + here.abs());
        fall <= 1e-3 * part * dot(step, &self.residual) || fall <= rounding && is_nearer
    }
}

fn largest<T: Real>(x: &[T]) -> f64 {
    // NaN is larger than everything, so that nothing is near it.
    x.iter().map(|x| x.abs().to_f64()).fold(0.0, |a: f64, b| if b.is_nan() { b } else { a.max(b) })
}

fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (a * b).to_f64()).sum()
}

/// $y$ and a part of a step.
fn moved<T: Real>(y: &[T], step: &[T], part: f64) -> Vec<T> {
    y.iter().zip(step).map(|(&y, &d)| y + T::from_f64(part) * d).collect()
}

impl PartialEq for Implicit {
    fn eq(&self, other: &Implicit) -> bool {
        self.method == other.method && self.equation.is_same_formula(&other.equation)
    }
}

impl Eq for Implicit {}

impl Hash for Implicit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.method.hash(state);
        self.equation.hash_formula(state);
    }
}

impl Operation for Implicit {
    const NAME: &'static str = "implicit";
    const MATH: &'static str = r"y : F(y, \theta) = 0";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        let wanted = self.equation.inputs();
        if x != wanted {
            return Err(ShapeError::new(format!("takes operands of {wanted:?}, got {x:?}")));
        }
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        // Nothing depends on the guess: it comes without its derivatives.
        let guess = &x[0].real().map(|x| T::from_f64(x.to_f64()));
        let y = self.solve(guess, &x[1..]);
        let y = y.unwrap_or_else(|| vec![T::from_f64(f64::NAN); guess.size()]);
        Value::Real(Array::from_vec(y, guess.shape().clone()).expect("as many as the guess has"))
    }

    fn derivative<'t>(&self, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        if i == 0 {
            return Linear::Zero;
        }
        let tape = y.tape();
        let (n, m) = (y.shape().size(), x[i].shape().size());
        let at: Vec<Var<'t>> = [y].into_iter().chain(x[1..].iter().copied()).collect();
        let by_y = tape.call(&self.equation, &at)[1];
        // On a tape of its own, where y does not depend on what the equation is differentiated by.
        let by_x = {
            let aside = Tape::with_precision(self.equation.precision());
            let inputs: Vec<Var<'_>> =
                self.equation.inputs().iter().map(|type_of| aside.placeholder(type_of)).collect();
            let residual = aside.call(&self.equation, &inputs)[0];
            let jacobian = aside.jacobian(residual, inputs[i]).reshape([n, m]);
            tape.call(&aside.program_of(&inputs, &[jacobian]), &at)[0]
        };
        let (v, w) = (x[i].reshape([m, 1]), y.reshape([n, 1]));
        let to = |from: Var<'t>, shape: Shape| Linear::partial(Reshape { shape }, &[from], 0);
        [
            Linear::partial(MatMul::PLAIN, &[by_x, v], 1),
            Linear::partial(Solve { transposed: false }, &[by_y, w], 1),
            Linear::partial(Neg, &[w], 0),
            to(w, y.shape()),
        ]
        .into_iter()
        .fold(to(x[i], [m, 1].into()), Linear::then)
    }

    fn flops(&self, _: &[Type], y: &Type) -> u64 {
        // A step of Newton's method; nobody knows how many are needed.
        let n = y.shape.size() as u64;
        2 * n * n * n / 3 + 2 * n * n
    }

    fn samples() -> Vec<Sample<Self>> {
        let tape = Tape::new();
        let types = [Type::real([2]), Type::real([2]), Type::real([])];
        let [y, a, b] = types.map(|type_of| tape.placeholder(&type_of));
        let sample = |residual: Var<'_>, method: Method, objective: Option<Var<'_>>| {
            let jacobian = tape.jacobian(residual, y);
            let outputs: Vec<Var<'_>> = [residual, jacobian].into_iter().chain(objective).collect();
            let equation = tape.program_of(&[y, a, b], &outputs);
            let x = vec![ordinary(&[2], 0), ordinary(&[2], 1), ordinary(&[], 2)];
            Sample { operation: Implicit::new(equation, method), x }
        };
        let objective = (y.cosh() + y.square() * b.exp() + y * a).sum() + y.sum().square();
        let [gradient] = tape.grad(objective, [y]);
        vec![
            sample(y - 0.5 * (y.flip(0) * b + a).sin(), Method::Iterate, None),
            sample(y * y * y + y * b.exp() - a, Method::Newton, None),
            sample(gradient, Method::Minimise, Some(objective)),
        ]
    }
}
