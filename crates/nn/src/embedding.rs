//! Rows of a table instead of numbers of words.

use wengert_autodiff::{Kind, ParamId, Params, Scope, Var};

use crate::{Initializer, Layer};

/// From positions `[…]`, an index, to rows `[…, width]` of a table: what stands for a word, or for
/// any of `n` things that are no numbers, is learnt.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// # use wengert_nn::{Embedding, Layer};
/// let mut params = Params::f64(0);
/// let embedding = Embedding::new(&mut params, 3, 2);
/// params.get_mut(embedding.weight).value = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]].into();
/// let y = Tape::new().evaluate(&params, |scope| {
///     embedding.forward(scope, scope.tape().indices([2, 0]))
/// });
/// assert_eq!(y.to_string(), "[[5. 6.]\n [1. 2.]]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedding {
    /// The table: `[n, width]`.
    pub weight: ParamId,
    /// The position that fills up what is too short.
    padding: Option<usize>,
}

impl Embedding {
    /// A layer whose table is normally distributed with mean 0 and variance 1.
    ///
    /// # Panics
    ///
    /// If the store has a `weight` under the same name already; see [`Params::named`].
    #[track_caller]
    pub fn new(params: &mut Params, n: usize, width: usize) -> Embedding {
        Embedding::with(params, n, width, Initializer::Normal(1.0))
    }

    /// A layer with a table by this rule, with `n` as the fan in.
    ///
    /// # Panics
    ///
    /// As [`Embedding::new`].
    #[track_caller]
    pub fn with(
        params: &mut Params,
        n: usize,
        width: usize,
        initializer: Initializer,
    ) -> Embedding {
        let weight = initializer.draw(params, [n, width], n, width);
        Embedding { weight: params.add("weight", weight), padding: None }
    }

    /// The same layer, for which this position stands for nothing: its row is zeros, whatever the
    /// table says, and learns nothing.
    pub fn padding(self, position: usize) -> Embedding {
        Embedding { padding: Some(position), ..self }
    }
}

impl Layer for Embedding {
    fn forward<'t>(&self, scope: &Scope<'t>, x: Var<'t>) -> Var<'t> {
        let weight = scope.var(self.weight);
        if x.kind() != Kind::Index {
            let message = format!("x is {}, but must be positions, an index (i64)", x.shape());
            scope.refuse("embedding", message, &[x, weight]);
        }
        let (rows, n) = (weight.take(0, x), weight.shape()[0]);
        match self.padding {
            Some(padding) if padding < n => {
                let mut counts = vec![1.0; n];
                counts[padding] = 0.0;
                rows * scope.input(counts).take(0, x).unsqueeze(x.rank())
            }
            _ => rows,
        }
    }
}
