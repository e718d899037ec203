//! Checks: whether a gradient is right, wrong, or cannot be told – and where it is wrong.

mod adjoint;
mod claim;
mod differences;
mod foreign;
mod judge;
mod localise;
mod mistake;
mod noise;
mod replay;
mod report;
mod subject;
mod text;

pub use claim::{Claim, ClaimInput};
pub use mistake::{Mistake, Multiple};
pub use report::{
    Along, Coverage, Derivative, Doubt, Evidence, InputReport, JacobianPair, Method, Oracle,
    Reason, Report, Suspect, Verdict,
};

use wengert_tensor::Tensor;

use crate::derive::{OwnRules, Rules};
use crate::op::{Kind, ShapeError};
use crate::ops::Op;
use crate::params::{Params, Scope};
use crate::program::Program;
use crate::run::RunError;
use crate::tape::{Tape, refuse};
use crate::var::Var;
use claim::Closures;
use judge::judged;
use subject::Subject;

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

    /// Checks the gradient of a formula on variables at a point, with the rules of its operations.
    /// Its inputs are named x0, x1, ….
    ///
    /// ```
    /// # use wengert_autodiff::check::Check;
    /// let report = Check::new().formula(|[x, w]| x.matmul(w).tanh(), [
    ///     [[0.5, -1.0], [2.0, 0.25]].into(),
    ///     [[1.0, 0.3], [-0.2, 0.7]].into(),
    /// ]);
    /// report.assert_right();
    /// ```
    pub fn formula<const N: usize>(
        &self,
        f: impl for<'t> FnOnce([Var<'t>; N]) -> Var<'t>,
        at: [Tensor; N],
    ) -> Report {
        let tape = Tape::new();
        let x = at.map(|x| tape.input(x));
        let names: [String; N] = std::array::from_fn(|k| format!("x{k}"));
        let inputs: Vec<(&str, Var<'_>)> = names.iter().map(String::as_str).zip(x).collect();
        self.recorded(f(x), &inputs)
    }

    /// Checks an operation on these operands: its derivatives by those that are real.
    ///
    /// # Panics
    /// If the operation does not admit the operands, or its result is an index.
    #[track_caller]
    pub fn operation(&self, op: impl Into<Op>, operands: &[Tensor]) -> Report {
        let tape = Tape::new();
        let x: Vec<Var<'_>> = operands.iter().map(|x| tape.input(x)).collect();
        let y = tape.record(op, &x);
        let named = x.iter().enumerate().filter(|(_, x)| x.kind() == Kind::Real);
        let named: Vec<(String, Var<'_>)> = named.map(|(k, &x)| (format!("x{k}"), x)).collect();
        let inputs: Vec<(&str, Var<'_>)> = named.iter().map(|(k, x)| (k.as_str(), *x)).collect();
        self.recorded(y, &inputs)
    }

    /// Checks a model: the derivatives of what `f` computes by all parameters of the store that can be
    /// trained, under their names. To check it in training, `f` may take the scope
    /// [in that mode](Scope::in_mode), and [seeded](Scope::seeded): what is drawn is held fixed.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, check::Check};
    /// let mut params = Params::f64(0);
    /// let (w, b) = (params.add("w", [[0.5], [-1.0]]), params.add("b", [0.25]));
    /// let report = Check::new().model(&params, |scope| {
    ///     let x = scope.input([[1.0, 2.0], [3.0, -0.5], [0.0, 1.0]]);
    ///     (x.matmul(scope.var(w)) + scope.var(b)).sigmoid().ln().mean()
    /// });
    /// report.assert_right();
    /// assert_eq!(report.inputs[1].name, "b");
    /// ```
    ///
    /// # Panics
    /// If what it computes is an index.
    pub fn model(&self, params: &Params, f: impl for<'t> FnOnce(&Scope<'t>) -> Var<'t>) -> Report {
        let tape = Tape::with_precision(params.precision());
        let scope = tape.scope(params);
        let trainable = params.iter().filter(|(_, parameter)| parameter.trainable);
        let inputs: Vec<(&str, Var<'_>)> =
            trainable.map(|(id, parameter)| (parameter.name.as_str(), scope.var(id))).collect();
        self.recorded(f(&scope), &inputs)
    }

    /// Checks the derivatives of a result that is on a tape by these variables, which have names in
    /// the report, at the values that they have. The tape is in either precision: the
    /// computation is replayed in a higher one.
    ///
    /// Random numbers, and values behind [`stop_gradient`](Var::stop_gradient) and its kin, are held fixed.
    ///
    /// ```
    /// # use wengert_autodiff::{Tape, check::Check};
    /// let tape = Tape::f32();
    /// let x = tape.input([0.5, 0.0, -2.0]);
    /// let report = Check::new().recorded(x.relu() * x.stop_gradient(), &[("x", x)]);
    /// report.assert_right();
    /// assert_eq!(report.inputs[0].kinks, [1]);
    /// ```
    ///
    /// # Panics
    /// If a variable is on another tape, named twice, or an index.
    #[track_caller]
    pub fn recorded<'t>(&self, y: Var<'t>, inputs: &[(&str, Var<'t>)]) -> Report {
        self.recorded_with(&OwnRules, y, inputs)
    }

    /// As [`Check::recorded`], with the derivatives that `rules` give.
    ///
    /// # Panics
    /// As [`Check::recorded`].
    #[track_caller]
    pub fn recorded_with<'t>(
        &self,
        rules: &dyn Rules,
        y: Var<'t>,
        inputs: &[(&str, Var<'t>)],
    ) -> Report {
        let horizon = y.tape().len();
        let first = [Derivative::Reverse, Derivative::Forward];
        let subject = Subject::new(rules, &[y], inputs, horizon, first);
        let (mut report, x_bar) = match subject {
            Err(error) => return self.unanswered(inputs, &error),
            Ok(subject) => (self.of_subject(&subject, Some(rules)), subject.x_bar),
        };
        let x_bar: Vec<Var<'t>> = x_bar.into_iter().flatten().collect();
        if self.order == 2 && report.verdict != Verdict::Wrong && !x_bar.is_empty() {
            let second = [Derivative::ReverseOverReverse, Derivative::ForwardOverReverse];
            match Subject::new(rules, &x_bar, inputs, horizon, second) {
                Err(error) => return self.unanswered(inputs, &error),
                Ok(subject) => report.join(self.of_subject(&subject, Some(rules))),
            }
        }
        report
    }

    /// Checks derivatives that are written by hand on the same tape: for each input its name, the
    /// variable, and $J^T u$, given the cotangent `u` of the result (for a single number, 1).
    ///
    /// ```
    /// # use wengert_autodiff::{Tape, check::{Check, Mistake}};
    /// let tape = Tape::new();
    /// let (x, u) = (tape.input([0.5, 2.0]), tape.input(1.0));
    /// let y = (x * x).sum();
    /// Check::new().claimed(y, u, &[("x", x, u * 2.0 * x)]).assert_right();
    /// let report = Check::new().claimed(y, u, &[("x", x, u * -2.0 * x)]);
    /// assert_eq!(report.inputs[0].mistake, Some(Mistake::Sign));
    /// ```
    ///
    /// # Panics
    /// As [`Check::recorded`], or if `u` has not the shape of the result.
    #[track_caller]
    pub fn claimed<'t>(
        &self,
        y: Var<'t>,
        u: Var<'t>,
        claims: &[(&str, Var<'t>, Var<'t>)],
    ) -> Report {
        if u.shape() != y.shape() {
            let message = format!("the cotangent of {} is of shape {}", y.shape(), u.shape());
            refuse("check", message, &[y, u]);
        }
        let inputs: Vec<(&str, Var<'t>)> = claims.iter().map(|&(name, x, _)| (name, x)).collect();
        let x_bar: Vec<Option<Var<'t>>> = claims.iter().map(|&(.., claim)| Some(claim)).collect();
        let derivatives = [Derivative::Reverse, Derivative::Forward];
        let horizon = y.tape().len();
        match Subject::claimed(&[y], &[u], &inputs, &x_bar, horizon, derivatives) {
            Err(error) => self.unanswered(&inputs, &error),
            Ok(subject) => self.of_subject(&subject, None),
        }
    }

    /// Checks the derivatives of a program's first output by those of its inputs that are real, at
    /// a point.
    ///
    /// # Errors
    /// If these are not values of its inputs, or its first output is an index.
    ///
    /// # Panics
    /// If there are more or fewer names than inputs.
    pub fn program(
        &self,
        program: &Program,
        names: &[&str],
        at: &[Tensor],
    ) -> Result<Report, RunError> {
        assert_eq!(names.len(), program.inputs().len(), "check: a name for each input");
        program.try_run(&at.iter().collect::<Vec<_>>())?;
        let tape = Tape::with_precision(program.precision());
        let x: Vec<Var<'_>> = at.iter().map(|x| tape.input(x)).collect();
        let outputs = tape.call(program, &x);
        let Some(&y) = outputs.first().filter(|y| y.kind() == Kind::Real) else {
            let message = "the program has no result that could be differentiated".into();
            let error = ShapeError { operation: "check".into(), message };
            return Err(RunError { error, origin: None });
        };
        let named = names.iter().copied().zip(x).filter(|(_, x)| x.kind() == Kind::Real);
        Ok(self.recorded(y, &named.collect::<Vec<_>>()))
    }

    fn of_subject(&self, subject: &Subject<'_>, rules: Option<&dyn Rules>) -> Report {
        let inputs: Vec<(&str, Var<'_>)> =
            subject.names.iter().map(String::as_str).zip(subject.inputs.iter().copied()).collect();
        if !subject.replays() {
            let found = foreign::judged(subject, self);
            return found.unwrap_or_else(|error| self.unanswered(&inputs, &error));
        }
        let found = judged(subject, self, false).and_then(|judged| {
            let suspects = match rules {
                Some(rules) => localise::suspects(subject, self, rules)?,
                None => Vec::new(),
            };
            Ok((judged, suspects))
        });
        let (judged, suspects) = match found {
            Ok(found) => found,
            Err(error) => return self.unanswered(&inputs, &error),
        };
        let mut inputs = judged.inputs;
        let mut notes = Vec::new();
        if !suspects.is_empty() {
            // What a kink could have excused has a wrong operation behind it.
            for input in inputs.iter_mut().filter(|input| !input.evidence.is_empty()) {
                input.verdict = Verdict::Wrong;
            }
            if inputs.iter().all(|input| input.verdict != Verdict::Wrong) {
                let note = "the result does not show it: what the wrong rule adds cancels, or does \
                            not reach it at this point";
                notes.push(note.to_owned());
            }
        }
        let mut report = Report::new(inputs, judged.method, judged.evaluations, self.seed);
        if !suspects.is_empty() {
            report.verdict = Verdict::Wrong;
        }
        Report { suspects, notes, ..report }
    }

    /// The answer if the computation can't be replayed.
    fn unanswered(&self, inputs: &[(&str, Var<'_>)], error: &RunError) -> Report {
        let doubt = || Doubt { reason: Reason::Domain, text: error.to_string() };
        let inputs = inputs.iter().map(|(name, x)| {
            let mut input = InputReport::new(name, &x.shape(), x.shape().size());
            input.add(report::Finding::Unknown(doubt()), None);
            input.settled()
        });
        Report::new(inputs.collect(), Method::DoubleDouble, 0, self.seed)
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

    /// Checks that of two linear maps, $L: \mathbb R^n \to \mathbb R^m$ and one back, the second is the
    /// transpose of the first: $\langle u, L v \rangle = \langle L^T u, v \rangle$ for random $u$ and $v$. This is exact
    /// up to rounding, and says nothing about what the maps are derivatives of.
    ///
    /// ```
    /// # use wengert_autodiff::check::{Check, Mistake};
    /// let sums = |v: &[f64]| vec![v[0], v[0] + v[1]];
    /// let right = |u: &[f64]| vec![u[0] + u[1], u[1]];
    /// Check::new().adjoint(2, 2, sums, right).assert_right();
    /// let report = Check::new().adjoint(2, 2, sums, sums);
    /// assert_eq!(report.inputs[0].mistake, Some(Mistake::Transposed));
    /// ```
    pub fn adjoint(
        &self,
        inputs: usize,
        outputs: usize,
        forward: impl FnMut(&[f64]) -> Vec<f64>,
        transposed: impl FnMut(&[f64]) -> Vec<f64>,
    ) -> Report {
        adjoint::Pair { forward, transposed, inputs, outputs }.judged(self)
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

/// How far each element may be moved: its magnitude; of a zero, the typical one of the others.
fn scales(x: &[f64]) -> Vec<f64> {
    let finite = || x.iter().filter(|x| x.is_finite() && **x != 0.0);
    let typical = match finite().count() {
        0 => 1.0,
        n => (finite().map(|x| x.abs().ln()).sum::<f64>() / n as f64).exp(),
    };
    x.iter().map(|&x| if x == 0.0 || !x.is_finite() { typical } else { x.abs() }).collect()
}

/// 1 at one place among zeros.
fn unit(len: usize, at: usize) -> Vec<f64> {
    (0..len).map(|k| f64::from(u8::from(k == at))).collect()
}

/// A difference relative to a size; that of equal numbers is 0, whatever their size is.
fn relative(apart: f64, size: f64) -> f64 {
    if apart == 0.0 { 0.0 } else { apart / size }
}
