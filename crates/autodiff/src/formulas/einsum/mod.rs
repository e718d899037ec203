//! Sums of products by Einstein's convention: what an equation means for the operands at hand, and
//! its evaluation by permutations, sums and products of matrices. How an equation is written is
//! said in [`equation`].

mod equation;

use wengert_tensor::Shape;

use crate::op::{Kind, ShapeError};
use crate::tape::explained;
use crate::var::Var;

use equation::{Equation, Label};

impl<'t> Var<'t> {
    /// The sum of products that an equation says (Einstein, "Die Grundlage der allgemeinen
    /// Relativitätstheorie", 1916). Each axis of an operand is named by a letter; equal letters run
    /// together, and whatever is not named behind the arrow is summed over. `"ij,jk->ik"` is the
    /// matrix product $y_{ik} = \sum_j a_{ij} b_{jk}$.
    ///
    /// A letter that an operand has twice means its diagonal. `...` stands for any number of axes,
    /// which broadcast. Without an arrow, the result has the axes of the ellipsis, then the letters
    /// that occur once, in alphabetical order. Spaces mean nothing.
    ///
    /// Of several operands, those two are multiplied first that cost the fewest multiplications,
    /// and so on; each product is one of matrices where it sums.
    ///
    /// ```
    /// # use wengert_autodiff::{Tape, Var};
    /// let tape = Tape::new();
    /// let a = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// let x = tape.input([1.0, -1.0]);
    /// assert_eq!(Var::einsum("ij,j->i", &[a, x]).to_string(), "[-1. -1.]");
    /// assert_eq!(Var::einsum("i,ij,j", &[x, a, x]).item(), 0.0);
    /// assert_eq!(Var::einsum("ii", &[a]).item(), 5.0);
    /// assert_eq!(Var::einsum("...i->...", &[a]).to_string(), "[3. 7.]");
    /// ```
    ///
    /// # Panics
    /// If the equation can't be read, or does not suit the operands: the message names the letter,
    /// the sizes and the operand.
    #[track_caller]
    pub fn einsum(equation: &str, operands: &[Var<'t>]) -> Var<'t> {
        match Var::try_einsum(equation, operands) {
            Ok(y) => y,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`Var::einsum`], for equations that come from outside.
    ///
    /// # Errors
    /// If the equation can't be read, or does not suit the operands.
    #[track_caller]
    pub fn try_einsum(equation: &str, operands: &[Var<'t>]) -> Result<Var<'t>, ShapeError> {
        let types: Vec<_> = operands.iter().map(|x| x.type_of()).collect();
        let shapes: Vec<_> = types.iter().map(|x| x.shape.clone()).collect();
        let is_elsewhere = |x: &Var<'t>| !std::ptr::eq(x.tape, operands[0].tape);
        let read = if operands.is_empty() {
            Err("no operands, so no tape".to_owned())
        } else if operands.iter().any(is_elsewhere) {
            Err("operands are on different tapes".to_owned())
        } else if let Some(k) = types.iter().position(|x| x.kind == Kind::Index) {
            Err(format!("takes real operands, but operand {k} is {}", types[k]))
        } else {
            Equation::read(equation, &shapes)
        };
        match read {
            Ok(equation) => Ok(evaluated(&equation, operands)),
            Err(message) => Err(explained("einsum".to_owned(), message, operands)),
        }
    }
}

/// A factor of the product, each of its axes with another label.
struct Factor<'t> {
    x: Var<'t>,
    labels: Vec<Label>,
}

#[track_caller]
fn evaluated<'t>(equation: &Equation, operands: &[Var<'t>]) -> Var<'t> {
    let mut factors = Vec::new();
    for (&x, labels) in operands.iter().zip(&equation.operands) {
        factors.push(Factor { x, labels: labels.clone() }.without_repetitions(equation));
    }
    let mut product = loop {
        let Some((a, b)) = cheapest_pair(&factors, equation) else { break factors.remove(0) };
        let (b, a) = (factors.remove(b), factors.remove(a));
        let is_needed = |label: Label| {
            equation.result.contains(&label) || factors.iter().any(|x| x.labels.contains(&label))
        };
        let product = a.times(b, is_needed);
        factors.push(product);
    };
    product = product.summed(|label| equation.result.contains(&label));
    product.arranged(&equation.result)
}

/// The two factors whose product takes the fewest multiplications; of equals, the first.
fn cheapest_pair(factors: &[Factor<'_>], equation: &Equation) -> Option<(usize, usize)> {
    let pairs = (0..factors.len()).flat_map(|a| (a + 1..factors.len()).map(move |b| (a, b)));
    let cost = |&(a, b): &(usize, usize)| {
        let others = factors[b].labels.iter().filter(|label| !factors[a].labels.contains(label));
        let labels = factors[a].labels.iter().chain(others);
        labels.fold(1_usize, |cost, &label| cost.saturating_mul(equation.size(label)))
    };
    pairs.min_by_key(cost)
}

impl<'t> Factor<'t> {
    /// With the diagonal for a label that occurs twice, and without axes of size 1 that broadcast.
    #[track_caller]
    fn without_repetitions(mut self, equation: &Equation) -> Factor<'t> {
        while let Some((first, second)) = repeated(&self.labels) {
            let others = (0..self.labels.len()).filter(|&axis| axis != first && axis != second);
            let axes: Vec<usize> = others.chain([first, second]).collect();
            let x = self.x.permute(axes.as_slice());
            // In a row of n² elements, those of the diagonal are n + 1 apart.
            let (shape, batch) = (x.shape(), x.rank() - 2);
            let (sizes, n) = (shape[..batch].iter().copied(), shape[batch]);
            let rows = x.reshape(sizes.chain([n * n]).collect::<Shape>());
            self.x = rows.slice_step(batch, .., n + 1);
            self.labels = axes[..=batch].iter().map(|&axis| self.labels[axis]).collect();
        }
        let sizes = self.x.shape();
        let is_repeated = |axis: usize| sizes[axis] == 1 && equation.size(self.labels[axis]) != 1;
        let repeated: Vec<usize> = (0..sizes.rank()).filter(|&axis| is_repeated(axis)).collect();
        self.x = self.x.reshape(sizes.without(&repeated));
        let kept = (0..sizes.rank()).filter(|axis| !repeated.contains(axis));
        self.labels = kept.map(|axis| self.labels[axis]).collect();
        self
    }

    /// Summed over all that is not needed.
    #[track_caller]
    fn summed(self, is_needed: impl Fn(Label) -> bool) -> Factor<'t> {
        let (kept, dropped): (Vec<usize>, Vec<usize>) =
            (0..self.labels.len()).partition(|&axis| is_needed(self.labels[axis]));
        if dropped.is_empty() {
            return self;
        }
        let labels = kept.iter().map(|&axis| self.labels[axis]).collect();
        Factor { x: self.x.sum_over(dropped.as_slice()), labels }
    }

    /// With its axes in this order of their labels.
    #[track_caller]
    fn arranged(&self, labels: &[Label]) -> Var<'t> {
        let place = |label| self.labels.iter().position(|other| other == label);
        let axes: Vec<usize> = labels.iter().filter_map(place).collect();
        self.x.permute(axes.as_slice())
    }

    /// The product with another factor, summed over all that is not needed.
    #[track_caller]
    fn times(self, other: Factor<'t>, is_needed: impl Fn(Label) -> bool) -> Factor<'t> {
        let a = self.summed(|label| is_needed(label) || other.labels.contains(&label));
        let b = other.summed(|label| is_needed(label) || a.labels.contains(&label));
        let (both, left): (Vec<_>, Vec<_>) =
            a.labels.iter().partition(|label| b.labels.contains(label));
        let (batch, inner): (Vec<_>, Vec<_>) = both.iter().partition(|label| is_needed(**label));
        let right: Vec<_> = b.labels.iter().copied().filter(|x| !a.labels.contains(x)).collect();
        if inner.is_empty() || left.is_empty() && right.is_empty() {
            return a.spread_times(&b, &both, &left, &right).summed(is_needed);
        }
        let (x, y) = (
            a.arranged(&[&batch[..], &left, &inner].concat()),
            b.arranged(&[&batch[..], &inner, &right].concat()),
        );
        let (x_shape, y_shape) = (x.shape(), y.shape());
        let (sizes, rows) = x_shape.split_at(batch.len());
        let (rows, common) = rows.split_at(left.len());
        let columns = &y_shape[batch.len() + inner.len()..];
        let product = |sizes: &[usize]| sizes.iter().product::<usize>();
        let matrices = |m: usize, n: usize| sizes.iter().copied().chain([m, n]).collect::<Shape>();
        let x = x.reshape(matrices(product(rows), product(common)));
        let y = y.reshape(matrices(product(common), product(columns)));
        let shape: Shape = sizes.iter().chain(rows).chain(columns).copied().collect();
        Factor { x: x.matmul(y).reshape(shape), labels: [batch, left, right].concat() }
    }

    /// The product element by element: over what both have, then over the rest of one and of the
    /// other.
    #[track_caller]
    fn spread_times(
        &self,
        other: &Factor<'t>,
        both: &[Label],
        left: &[Label],
        right: &[Label],
    ) -> Factor<'t> {
        let x = self.arranged(&[both, left].concat());
        let y = other.arranged(&[both, right].concat());
        let ones = |n: usize| std::iter::repeat_n(1, n);
        let (x_shape, y_shape) = (x.shape(), y.shape());
        let (sizes, columns) = y_shape.split_at(both.len());
        let x = x.reshape(x_shape.iter().copied().chain(ones(right.len())).collect::<Shape>());
        let wide = sizes.iter().copied().chain(ones(left.len())).chain(columns.iter().copied());
        let y = y.reshape(wide.collect::<Shape>());
        Factor { x: x * y, labels: [both, left, right].concat() }
    }
}

/// The first label that occurs twice, as the two axes.
fn repeated(labels: &[Label]) -> Option<(usize, usize)> {
    let before = |axis: usize| labels[..axis].iter().position(|other| *other == labels[axis]);
    (0..labels.len()).find_map(|axis| Some((before(axis)?, axis)))
}
