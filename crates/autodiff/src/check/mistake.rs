//! The kinds of mistakes that gradients have, and how to tell them from the numbers alone.

use std::fmt;

use wengert_tensor::Shape;

/// What kind of mistake a gradient looks like.
#[derive(Clone, PartialEq, Debug)]
pub enum Mistake {
    /// It is not finite where the derivative is.
    NotFinite,
    /// It is zero where the derivative is not.
    Severed,
    /// It has the opposite sign.
    Sign,
    /// It is so many times too large.
    Factor(Multiple),
    /// The elements are right, but in transposed order.
    Transposed,
    /// The elements are right, but shifted or in another order.
    Rearranged,
    /// It is the gradient of another input.
    Swapped {
        /// Which.
        with: String,
    },
    /// It has too many elements, as if it was not summed over an axis that was broadcast; or too few.
    MissingSum {
        /// How many it has.
        claimed: usize,
        /// How many it should have.
        wanted: usize,
    },
    /// All but these elements are right.
    Elements(Vec<usize>),
    /// A term is missing: the rest is right.
    DroppedTerm {
        /// What the missing term comes through.
        through: String,
    },
    /// None of these: it differs so much, relatively.
    Other {
        /// The largest difference, relative to the largest element.
        relative: f64,
    },
}

/// A factor, and what it may stand for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Multiple {
    /// The factor.
    pub factor: f64,
    /// The number of elements of something that it is, or that its inverse is.
    pub size: Option<usize>,
}

impl Mistake {
    /// How such mistakes usually come about.
    pub fn hint(&self) -> &'static str {
        match self {
            Mistake::NotFinite => {
                "0 · inf, or the branch that was not taken: choose the argument before the function \
                 is applied, not only the result after it"
            }
            Mistake::Severed => {
                "the path is cut: a detached copy, an integer, a missing return value, a gradient \
                 that was not added to what came before"
            }
            Mistake::Sign => "a minus sign was lost or is too many, as in d(a - b)/db or d(1/x)/dx",
            Mistake::Factor(multiple) => multiple.hint(),
            Mistake::Transposed => {
                "a matrix product was differentiated with its factors in the wrong order, or not \
                 transposed: for y = a b it is da = dy bᵀ, db = aᵀ dy"
            }
            Mistake::Rearranged => {
                "a permutation, shift or index goes forward where its inverse is needed"
            }
            Mistake::Swapped { .. } => "the gradients are returned in the wrong order",
            Mistake::MissingSum { claimed, wanted } if claimed < wanted => {
                "it was summed over too many axes, or the gradients are returned in the wrong order"
            }
            Mistake::MissingSum { .. } => {
                "what was broadcast has to be summed over the broadcast axes in the backward pass"
            }
            Mistake::Elements(_) => {
                "a border, a loop's end, or a branch that these elements take has its own mistake"
            }
            Mistake::DroppedTerm { .. } => {
                "the input is used more than once, and the contribution of one use was not added"
            }
            Mistake::Other { .. } => {
                "the rule is of another function, or uses a value from before or after the one it \
                 needs"
            }
        }
    }
}

impl Multiple {
    fn hint(self) -> &'static str {
        match (self.size, self.factor) {
            (Some(_), factor) if factor.abs() > 1.0 => {
                "a sum where there is a mean: the derivative has to be divided by the number of \
                 elements"
            }
            (Some(_), _) => {
                "a mean where there is a sum: the derivative is divided by a number of elements"
            }
            (None, 2.0) => "added twice, or the ½ of a square is missing",
            (None, 0.5) => "the 2 of a square is missing, or it was averaged over two uses",
            (None, factor) if (factor - 1.0).abs() < 0.01 => {
                "a constant is rounded or mistyped: compare it with the formula, digit by digit"
            }
            (None, _) => "a constant factor of the inner function is missing, or there twice",
        }
    }
}

impl fmt::Display for Multiple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Multiple { factor, size } = *self;
        match size {
            Some(n) if factor.abs() > 1.0 => {
                write!(f, "{factor} times the derivative, {n} elements")
            }
            Some(n) => write!(f, "1/{n} of the derivative, {n} elements"),
            None => write!(f, "{factor:.10} times the derivative"),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistake::NotFinite => f.write_str("not finite where the derivative is"),
            Mistake::Severed => f.write_str("zero where the derivative is not"),
            Mistake::Sign => f.write_str("the opposite sign"),
            Mistake::Factor(multiple) => write!(f, "{multiple}"),
            Mistake::Transposed => f.write_str("the derivative transposed"),
            Mistake::Rearranged => f.write_str("the derivative with its elements rearranged"),
            Mistake::Swapped { with } => write!(f, "the derivative by {with} instead"),
            Mistake::MissingSum { claimed, wanted } if claimed > wanted => {
                write!(f, "{claimed} elements instead of {wanted}: a sum is missing")
            }
            Mistake::MissingSum { claimed, wanted } => {
                write!(f, "{claimed} elements instead of {wanted}")
            }
            Mistake::Elements(places) => match places.as_slice() {
                [place] => write!(f, "right but for element {place}"),
                places if places.len() <= 8 => write!(f, "right but for elements {places:?}"),
                places => write!(f, "right but for {} elements", places.len()),
            },
            Mistake::DroppedTerm { through } => write!(f, "without the term through {through}"),
            Mistake::Other { relative } => {
                write!(f, "different by {relative:.1e} of its largest element")
            }
        }
    }
}

/// A derivative by one input, and what it looks like beside the true one.
pub(super) struct Comparison<'a> {
    /// What is claimed.
    pub claimed: &'a [f64],
    /// What is true, within `error`.
    pub found: &'a [f64],
    /// How far off each element of `found` may be.
    pub error: &'a [f64],
    /// The shape that both are read in; its product is their length.
    pub shape: &'a Shape,
    /// Numbers of elements that a wrong factor may be: of results, axes, batches.
    pub sizes: &'a [usize],
}

impl Comparison<'_> {
    /// Whether these elements are alike within the errors, or very nearly.
    fn are_alike(&self, claimed: impl Iterator<Item = f64>) -> bool {
        let largest = self.found.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let mut all = claimed.zip(self.found.iter().zip(self.error));
        all.all(|(a, (&b, &error))| {
            (a - b).abs() <= error + 1e-9 * b.abs().max(1e-6 * largest)
                || (a.is_nan() && b.is_nan())
        })
    }

    /// The kind of mistake; `None` if there is none to be seen.
    pub fn mistake(&self) -> Option<Mistake> {
        let (claimed, found) = (self.claimed, self.found);
        if self.are_alike(claimed.iter().copied()) {
            return None;
        }
        if claimed.iter().zip(found).any(|(a, b)| !a.is_finite() && b.is_finite()) {
            return Some(Mistake::NotFinite);
        }
        if claimed.iter().all(|&x| x == 0.0) {
            return Some(Mistake::Severed);
        }
        if self.are_alike(claimed.iter().map(|x| -x)) {
            return Some(Mistake::Sign);
        }
        if let Some(multiple) = self.multiple() {
            return Some(Mistake::Factor(multiple));
        }
        if let Some(order) = self.rearranged() {
            return Some(order);
        }
        let differing = self.differing();
        if differing.len() * 2 <= claimed.len() {
            return Some(Mistake::Elements(differing));
        }
        let largest = found.iter().fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
        let difference = |(a, b): (&f64, &f64)| (a - b).abs();
        let most = claimed.iter().zip(found).map(difference).fold(0.0, f64::max);
        Some(Mistake::Other { relative: most / largest })
    }

    /// The places where they differ.
    fn differing(&self) -> Vec<usize> {
        let largest = self.found.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let differs = |&k: &usize| {
            let (a, b) = (self.claimed[k], self.found[k]);
            (a - b).abs() > self.error[k] + 1e-9 * b.abs().max(1e-6 * largest)
        };
        (0..self.found.len()).filter(differs).collect()
    }

    /// The factor between them, by least squares, if it explains all.
    fn multiple(&self) -> Option<Multiple> {
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let square = product(self.found, self.found);
        let factor = product(self.claimed, self.found) / square;
        if square == 0.0 || !factor.is_finite() || factor == 0.0 {
            return None;
        }
        if self.found.len() == 1 && self.error[0] > 1e-3 * self.found[0].abs() {
            return None;
        }
        if !self.are_alike(self.claimed.iter().map(|x| x / factor)) {
            return None;
        }
        let near = |wanted: f64| (factor / wanted - 1.0).abs() < 1e-3;
        let is_size = |&n: &usize| n > 2 && (near(n as f64) || near(1.0 / n as f64));
        let size = self.sizes.iter().copied().find(is_size);
        let factor =
            [2.0, 0.5].into_iter().find(|&f| (factor / f - 1.0_f64).abs() < 1e-6).unwrap_or(factor);
        Some(Multiple { factor, size })
    }

    fn rearranged(&self) -> Option<Mistake> {
        let n = self.found.len();
        if n < 2 {
            return None;
        }
        if let [.., rows, columns] = self.shape[..]
            && rows > 1
            && columns > 1
        {
            let batch = rows * columns;
            let transposed = (0..n).map(|k| {
                let (block, place) = (k / batch * batch, k % batch);
                // Read as if the claim lay by columns.
                self.claimed[block + place % columns * rows + place / columns]
            });
            if self.are_alike(transposed) {
                return Some(Mistake::Transposed);
            }
        }
        if self.are_alike(self.claimed.iter().rev().copied()) {
            return Some(Mistake::Rearranged);
        }
        let shifted = (1..n.min(64)).flat_map(|by| [by, n - by]);
        for by in shifted {
            if self.are_alike((0..n).map(|k| self.claimed[(k + by) % n])) {
                return Some(Mistake::Rearranged);
            }
        }
        None
    }
}
