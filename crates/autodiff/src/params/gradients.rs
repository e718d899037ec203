//! Gradients under the keys of their parameters: data, to be added, scaled, measured and looked
//! at.

use std::fmt;
use std::ops::{AddAssign, Index};

use wengert_tensor::Tensor;

use crate::origin::Origin;
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

/// Why a parameter has no gradient.
#[derive(Clone, PartialEq, Debug)]
pub enum Reason {
    /// The loss does not depend on it.
    Unused,
    /// Every path to the loss goes through an operation without a derivative; this is the first.
    Cut {
        /// The operation.
        operation: &'static str,
        /// Where it was recorded.
        origin: Origin,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unused => f.write_str("the loss does not depend on it"),
            Reason::Cut { operation, origin } => {
                write!(f, "nothing is differentiated through {operation} at {origin}")
            }
        }
    }
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
