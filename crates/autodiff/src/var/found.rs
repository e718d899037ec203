//! Choices whose number depends on values: the operand is run when they are recorded, and what was
//! found becomes an index input. A program that is cut from the tape, and a batch, choose the same
//! positions for all other values too.

use wengert_tensor::{Array, Tensor};

use crate::input::Operand;
use crate::ops::Gather;
use crate::tape::refuse;
use crate::var::Var;

/// The different elements of a variable; see [`Var::unique`].
#[derive(Clone, Copy, Debug)]
pub struct Unique<'t> {
    /// Each once, in ascending order.
    pub values: Var<'t>,
    /// For each element of the variable, where among the values it is: an index of its shape.
    pub inverse: Var<'t>,
    /// How often each value occurs, as an index.
    pub counts: Var<'t>,
}

impl<'t> Var<'t> {
    /// The elements where the mask is not 0, in row-major order, along one axis. Both are broadcast.
    /// Their number depends on the mask, so that it is run now, and the positions become an input.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, -2.0], [-3.0, 4.0]]);
    /// assert_eq!(x.masked_select(x.gt(0.0)).to_string(), "[1. 4.]");
    /// ```
    ///
    /// # Panics
    /// If they can't be broadcast.
    #[track_caller]
    pub fn masked_select(self, mask: impl Operand<'t>) -> Var<'t> {
        let mask = mask.on(self.tape);
        let (from, of_mask) = (self.shape(), mask.shape());
        let Some(shape) = from.broadcast(&of_mask) else {
            let message = format!("{from} and a mask {of_mask} can't be broadcast");
            refuse("masked_select", message, &[self, mask]);
        };
        let positions = found(&mask.spread(&of_mask, &shape).value());
        let index = self.tape.indices(positions);
        let x = self.spread(&from, &shape).flatten();
        self.tape.record_as("masked_select", Gather { batch: 0 }, &[x, index])
    }

    /// The positions of the elements that are not 0, in row-major order: a row each, with a position
    /// along each axis, so that [`index`](Var::index) with its columns reads those elements. Their
    /// number depends on the values, so that they are run now. An index.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let x = tape.input([[1.0, 0.0], [0.0, 4.0]]);
    /// assert_eq!(x.nonzero().to_string(), "[[0 0]\n [1 1]]");
    /// ```
    #[doc(alias = "argwhere")]
    #[track_caller]
    pub fn nonzero(self) -> Var<'t> {
        let (flat, shape) = (found(&self.value()), self.shape());
        let along = |k: usize| {
            let axis = k % shape.rank();
            let stride: usize = shape[axis + 1..].iter().product();
            flat[k / shape.rank()] / stride as i64 % shape[axis] as i64
        };
        self.tape.indices(Array::from_fn([flat.len(), shape.rank()], along))
    }

    /// The different elements in ascending order, where among them each element is, and how often
    /// each occurs. NaN comes last; it differs from every other, also from another NaN. Positions
    /// can be asked too. The number depends on the values, so that they are run now.
    ///
    /// The derivative of a value goes to the first element that has it.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let unique = tape.input([3.0, 1.0, 3.0]).unique();
    /// assert_eq!(unique.values.to_string(), "[1. 3.]");
    /// assert_eq!(unique.inverse.to_string(), "[1 0 1]");
    /// assert_eq!(unique.counts.to_string(), "[1 2]");
    /// ```
    #[track_caller]
    pub fn unique(self) -> Unique<'t> {
        let x = self.flatten();
        let order = x.argsort(0);
        let [elements, order] = self.tape.run([x.take(0, order), order]);
        let order = order.to_vec_f64().into_iter().map(|position| position as usize);
        let (mut firsts, mut counts) = (Vec::new(), Vec::<i64>::new());
        let mut inverse = vec![0; self.shape().size()];
        for (position, is_new) in order.zip(differs_from_last(&elements)) {
            if is_new {
                firsts.push(position as i64);
                counts.push(0);
            }
            let last = counts.len() - 1;
            counts[last] += 1;
            inverse[position] = last as i64;
        }
        let inverse = Array::from_fn(self.shape(), |k| inverse[k]);
        Unique {
            values: x.take(0, self.tape.indices(firsts)),
            inverse: self.tape.indices(inverse),
            counts: self.tape.indices(counts),
        }
    }
}

/// The flat positions of what is not 0.
fn found(x: &Tensor) -> Vec<i64> {
    let all = x.to_vec_f64().into_iter().zip(0..);
    all.filter(|&(x, _)| x != 0.0).map(|(_, k)| k).collect()
}

/// For each of sorted elements, whether it is the first of its kind.
fn differs_from_last(x: &Tensor) -> Vec<bool> {
    fn differ<E: PartialEq>(x: &[E]) -> Vec<bool> {
        (0..x.len()).map(|k| k == 0 || x[k] != x[k - 1]).collect()
    }
    match x {
        Tensor::I64(x) => differ(&x.to_vec()),
        real => differ(&real.to_vec_f64()),
    }
}
