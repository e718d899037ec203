//! Checks: whether a gradient is right, wrong, or cannot be told – and where it is wrong.

mod claim;
mod differences;
mod mistake;
mod noise;
mod report;

pub use claim::{Claim, ClaimInput};
pub use mistake::{Mistake, Multiple};
pub use report::{
    Along, Coverage, Derivative, Doubt, Evidence, InputReport, JacobianPair, Method, Oracle,
    Reason, Report, Suspect, Verdict,
};

use claim::Closures;

/// How a gradient is checked.
///
/// ```
/// use wengert_autodiff::check::{Check, Verdict};
///
/// // Any function, with a gradient written by hand: here f(x) = x₀² x₁.
/// let value = |x: &[f64]| vec![x[0] * x[0] * x[1]];
/// let right = |x: &[f64], u: &[f64]| vec![2.0 * x[0] * x[1] * u[0], x[0] * x[0] * u[0]];
/// let wrong = |x: &[f64], u: &[f64]| vec![x[0] * x[1] * u[0], x[0] * x[0] * u[0]];
///
/// let check = Check::new();
/// assert_eq!(check.function(&[0.5, 3.0], value, right).verdict, Verdict::Right);
/// let report = check.function(&[0.5, 3.0], value, wrong);
/// assert_eq!(report.verdict, Verdict::Wrong);
/// println!("{report}");
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Check {
    pub(super) seed: u64,
    pub(super) directions: usize,
    pub(super) budget: usize,
    pub(super) largest_jacobian: usize,
    pub(super) order: usize,
}

impl Default for Check {
    fn default() -> Check {
        Check::new()
    }
}

impl Check {
    /// A check as it is usually made: along two random directions, and element by element where the
    /// Jacobian is small.
    pub fn new() -> Check {
        Check { seed: 0, directions: 2, budget: 20_000, largest_jacobian: 4096, order: 1 }
    }

    /// The seed of random directions and weights; 0 unless set.
    pub fn seed(self, seed: u64) -> Check {
        Check { seed, ..self }
    }

    /// How many random directions are looked along in each input; 2 unless set.
    pub fn directions(self, directions: usize) -> Check {
        Check { directions, ..self }
    }

    /// How often a function may be evaluated, about; 20,000 times unless set. What is left when
    /// directions were looked along is spent on single elements.
    pub fn budget(self, evaluations: usize) -> Check {
        Check { budget: evaluations, ..self }
    }

    /// Jacobians of more elements than this are not looked at element by element; 4096 unless set,
    /// 0 to look along directions alone.
    pub fn largest_jacobian(self, elements: usize) -> Check {
        Check { largest_jacobian: elements, ..self }
    }

    /// Up to which order derivatives are checked, 1 or 2; 1 unless set.
    ///
    /// # Panics
    /// If it is neither.
    #[track_caller]
    pub fn order(self, order: usize) -> Check {
        assert!(order == 1 || order == 2, "order: 1 or 2, not {order}");
        Check { order, ..self }
    }

    /// Checks a gradient written by hand, of a function $f: \\mathbb R^n \\to \\mathbb R^m$ at a point:
    /// `gradient(x, u)` is $J^T u$, for one result and $u = 1$ the gradient.
    pub fn function(
        &self,
        at: &[f64],
        value: impl FnMut(&[f64]) -> Vec<f64>,
        gradient: impl FnMut(&[f64], &[f64]) -> Vec<f64>,
    ) -> Report {
        let input = ClaimInput { name: "x".into(), shape: [at.len()].into(), at: at.to_vec() };
        match self.claim(&[input], &mut Closures(value, gradient)) {
            Ok(report) => report,
            Err(never) => match never {},
        }
    }

    /// Checks the gradients that foreign code claims, by values of its function alone.
    ///
    /// # Errors
    /// If the code could not be evaluated.
    pub fn claim<C: Claim>(
        &self,
        inputs: &[ClaimInput],
        claim: &mut C,
    ) -> Result<Report, C::Error> {
        claim::judge(self, inputs, claim)
    }
}
