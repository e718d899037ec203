//! Gradients under the keys of their parameters: data, to be added, scaled, measured and looked
//! at.

use std::ops::{AddAssign, Index};

use wengert_tensor::Tensor;

use crate::inspect::Reason;
use crate::params::{ParamId, ParamMap};

/// The gradients of a step.
#[derive(Clone, Debug, Default)]
pub struct Gradients {
    pub(super) map: ParamMap<Tensor>,
    pub(super) missing: Vec<Missing>,
}

/// A parameter that a gradient was wanted by, and that has none.
#[derive(Clone, PartialEq, Debug)]
pub struct Missing {
    /// Its key.
    pub id: ParamId,
    /// Its name.
    pub name: String,
    /// Why there is none.
    pub reason: Reason,
}

impl Gradients {
    /// The gradient by a parameter, if it has one.
    ///
    /// # Panics
    /// If the key is of another store.
    #[track_caller]
    pub fn get(&self, id: ParamId) -> Option<&Tensor> {
        self.map.get(id)
    }

    /// All gradients with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &Tensor)> {
        self.map.iter()
    }

    /// All gradients, to be changed: to clip them, to add noise.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ParamId, &mut Tensor)> {
        self.map.iter_mut()
    }

    /// The parameters that a gradient was wanted by and that have none, and why.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Multiplies all gradients by a number.
    pub fn scale(&mut self, factor: f64) {
        for (_, gradient) in self.map.iter_mut() {
            match gradient {
                Tensor::F32(x) => x.make_mut().iter_mut().for_each(|x| *x *= factor as f32),
                Tensor::F64(x) => x.make_mut().iter_mut().for_each(|x| *x *= factor),
                Tensor::I64(_) => unreachable!("gradients are real"),
            }
        }
    }

    /// The Euclidean norm of all gradients together, accumulated in double precision.
    pub fn norm(&self) -> f64 {
        let square = |gradient: &Tensor| -> f64 {
            match gradient {
                Tensor::F32(x) => x.iter().map(|x| f64::from(x) * f64::from(x)).sum(),
                Tensor::F64(x) => x.iter().map(|x| x * x).sum(),
                Tensor::I64(_) => unreachable!("gradients are real"),
            }
        };
        self.map.iter().map(|(_, gradient)| square(gradient)).sum::<f64>().sqrt()
    }

    /// Whether there is no infinity and no NaN among them. A step by such gradients spoils
    /// parameters for good, so it is better left out:
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// # let mut params = Params::f64(0);
    /// # let w = params.add("w", 0.0);
    /// let step = Tape::new().value_and_grad(&params, |scope| (scope.var(w).sqrt(), []));
    /// if step.gradients.is_finite() {
    ///     unreachable!("the square root is vertical at 0");
    /// }
    /// ```
    pub fn is_finite(&self) -> bool {
        self.map.iter().all(|(_, gradient)| match gradient {
            Tensor::F32(x) => x.iter().all(f32::is_finite),
            Tensor::F64(x) => x.iter().all(f64::is_finite),
            Tensor::I64(_) => unreachable!("gradients are real"),
        })
    }

    /// Shortens all gradients together, if their norm is more than `most`, to that norm: multiplies
    /// them by $\min(1, \text{most} / (\text{norm} + 10^{-6}))$, as PyTorch does (Pascanu, Mikolov
    /// and Bengio, "On the difficulty of training recurrent neural networks", 2013). The answer is
    /// the norm that they had. If that is infinite or NaN, they are left as they are.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// # let mut params = Params::f64(0);
    /// # let w = params.add("w", [0.0, 0.0]);
    /// let mut step = Tape::new().value_and_grad(&params, |scope| {
    ///     ((scope.var(w) * scope.input([30.0, -40.0])).sum(), [])
    /// });
    /// assert_eq!(step.gradients.clip_norm(1.0), 50.0);
    /// assert_eq!(format!("{:.3}", step.gradients[w]), "[ 0.600 -0.800]");
    /// ```
    ///
    /// # Panics
    /// If `most` is negative or NaN.
    #[track_caller]
    pub fn clip_norm(&mut self, most: f64) -> f64 {
        assert!(most >= 0.0, "gradients can't be clipped to the norm {most}");
        let norm = self.norm();
        let factor = most / (norm + 1e-6);
        if norm.is_finite() && factor < 1.0 {
            self.scale(factor);
        }
        norm
    }

    /// Clips each element of each gradient to $[-\text{most}, \text{most}]$. A NaN stays one.
    ///
    /// # Panics
    /// If `most` is negative or NaN.
    #[track_caller]
    pub fn clip_value(&mut self, most: f64) {
        assert!(most >= 0.0, "gradients can't be clipped to values of size {most}");
        for (_, gradient) in self.map.iter_mut() {
            match gradient {
                Tensor::F32(x) => {
                    let most = most as f32;
                    x.make_mut().iter_mut().for_each(|x| *x = x.clamp(-most, most));
                }
                Tensor::F64(x) => x.make_mut().iter_mut().for_each(|x| *x = x.clamp(-most, most)),
                Tensor::I64(_) => unreachable!("gradients are real"),
            }
        }
    }
}

impl Index<ParamId> for Gradients {
    type Output = Tensor;

    /// # Panics
    /// If the parameter has no gradient, or the key is of another store.
    #[track_caller]
    fn index(&self, id: ParamId) -> &Tensor {
        if let Some(gradient) = self.map.get(id) {
            return gradient;
        }
        match self.missing.iter().find(|missing| missing.id == id) {
            Some(Missing { name, reason, .. }) => panic!("{name:?} has no gradient: {reason}"),
            None => panic!("parameter {id:?} has no gradient: none was wanted by it"),
        }
    }
}

impl AddAssign for Gradients {
    /// Adds the gradients of another step, as for a batch in parts. What is missing in both stays
    /// missing.
    fn add_assign(&mut self, other: Gradients) {
        for (id, gradient) in other.map.iter() {
            match (self.map.get_mut(id), gradient) {
                (None, gradient) => {
                    self.map.insert(id, gradient.clone());
                }
                (Some(Tensor::F32(sum)), Tensor::F32(x)) => {
                    sum.make_mut().iter_mut().zip(x.iter()).for_each(|(sum, x)| *sum += x);
                }
                (Some(Tensor::F64(sum)), Tensor::F64(x)) => {
                    sum.make_mut().iter_mut().zip(x.iter()).for_each(|(sum, x)| *sum += x);
                }
                _ => panic!("gradients of one parameter in two precisions"),
            }
        }
        let map = &self.map;
        self.missing.retain(|missing| map.get(missing.id).is_none());
    }
}
