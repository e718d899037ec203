//! What a check answers with: a verdict, what it rests on, and where a gradient is wrong.

use wengert_tensor::Shape;

use crate::check::Mistake;
use crate::op::Type;
use crate::origin::Origin;

/// Whether a gradient is right. Of several verdicts the greatest stands for all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// It is, within the bound that is stated.
    Right,
    /// Neither can be shown.
    CannotTell,
    /// It is not: there is evidence.
    Wrong,
}

/// Why it can't be told whether a gradient is right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// There is no derivative: slopes differ to both sides.
    Kink,
    /// The function is rounded too much for its slope to be seen.
    Noise,
    /// The function or its slope is not finite there.
    Domain,
    /// The function answers differently when it is asked again.
    Nondeterminism,
    /// More evaluations were needed than allowed.
    Budget,
}

/// A reason for doubt, in words as well.
#[derive(Clone, PartialEq, Debug)]
pub struct Doubt {
    /// Of what kind.
    pub reason: Reason,
    /// What was seen.
    pub text: String,
}

/// Which derivative was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Derivative {
    /// The gradient, by reverse mode, or the one that is claimed.
    Reverse,
    /// The tangent of the result, by forward mode.
    Forward,
    /// The gradient of the gradient.
    ReverseOverReverse,
    /// The tangent of the gradient.
    ForwardOverReverse,
}

/// Along what a slope was taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Along {
    /// A random direction through all elements.
    Direction,
    /// One element alone.
    Element(usize),
}

/// What a claim is held against.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Oracle {
    /// Dual numbers: exact up to rounding.
    Dual,
    /// Differences of the function's values, extrapolated.
    Difference,
    /// The other map of a pair.
    Adjoint,
}

/// A claim beside what is true.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// Of which derivative.
    pub derivative: Derivative,
    /// Along what.
    pub along: Along,
    /// Of which element of the result; `None` if all are mixed with random weights.
    pub output: Option<usize>,
    /// The slope that is claimed.
    pub claimed: f64,
    /// The slope that was found.
    pub found: f64,
    /// How far that may be from the true one.
    pub error: f64,
    /// How it was found.
    pub oracle: Oracle,
}

impl Evidence {
    /// $|\text{claimed} - \text{found}|$.
    pub fn difference(&self) -> f64 {
        (self.claimed - self.found).abs()
    }

    /// The difference relative to the larger of both; infinite if the claim is not finite.
    pub fn relative(&self) -> f64 {
        let size = self.claimed.abs().max(self.found.abs());
        match self.difference() {
            0.0 => 0.0,
            difference if difference.is_finite() => difference / size,
            _ => f64::INFINITY,
        }
    }
}

/// A matrix of derivatives twice: as claimed, and as found.
#[derive(Clone, PartialEq, Debug)]
pub struct JacobianPair {
    /// The number of elements of the result.
    pub rows: usize,
    /// The number of elements of the input.
    pub columns: usize,
    /// By rows; NaN where nothing is claimed or it was not looked at.
    pub claimed: Vec<f64>,
    /// By rows; NaN where it was not looked at, or there is no derivative.
    pub found: Vec<f64>,
}

/// How much of an input's derivative was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// Random directions through all of its elements.
    pub directions: usize,
    /// Elements of its Jacobian that were looked at one by one.
    pub elements: usize,
    /// The elements of its Jacobian.
    pub total: usize,
}

impl Coverage {
    /// The probability to have missed it if this fraction of the elements of the Jacobian were
    /// wrong: $(1 - p)^n$ for $n$ elements drawn at random, 0 if there was a direction through all,
    /// which misses errors with probability 0 as long as they are above the bound.
    pub fn missed(&self, fraction: f64) -> f64 {
        if self.directions > 0 || self.elements >= self.total {
            return 0.0;
        }
        (1.0 - fraction).powi(self.elements as i32)
    }
}

/// What was found out about one input.
#[derive(Clone, PartialEq, Debug)]
pub struct InputReport {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Whether its gradient is right.
    pub verdict: Verdict,
    /// If it is right: how far the claim is from the truth at most, relative to the terms that it is
    /// the sum of; NaN otherwise.
    pub bound: f64,
    /// Why it can't be told, if it can't.
    pub doubts: Vec<Doubt>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// The elements that are at a kink, where any slope between those to both sides is right.
    pub kinks: Vec<usize>,
    /// What is wrong, the worst first.
    pub evidence: Vec<Evidence>,
    /// What kind of mistake it looks like.
    pub mistake: Option<Mistake>,
    /// The whole Jacobian, if it was looked at.
    pub jacobian: Option<JacobianPair>,
}

/// What was found out about one slope.
pub(super) enum Finding {
    /// It is what is claimed, within this, relatively.
    Right { bound: f64 },
    /// There is a kink, and the claim lies between the slopes to both sides.
    AtKink,
    /// It can't be told.
    Unknown(Doubt),
    /// It is not what is claimed, but that may be due to kinks that meet.
    Doubtful(Evidence, Doubt),
    /// It is not what is claimed.
    Wrong(Evidence),
}

/// How many pieces of evidence and doubts are kept.
const MOST: usize = 8;

impl InputReport {
    /// Of an input that nothing is known of, whose Jacobian has so many elements.
    pub(super) fn new(name: &str, shape: &Shape, total: usize) -> InputReport {
        InputReport {
            name: name.to_owned(),
            shape: shape.clone(),
            verdict: Verdict::Right,
            bound: 0.0,
            doubts: Vec::new(),
            coverage: Coverage { total, ..Coverage::default() },
            kinks: Vec::new(),
            evidence: Vec::new(),
            mistake: None,
            jacobian: None,
        }
    }

    /// Takes a finding in, on this element or on all.
    pub(super) fn add(&mut self, finding: Finding, element: Option<usize>) {
        let verdict = match finding {
            Finding::Right { bound } => {
                self.bound = self.bound.max(bound);
                Verdict::Right
            }
            Finding::AtKink => {
                self.kinks.extend(element.filter(|k| !self.kinks.contains(k)));
                Verdict::Right
            }
            Finding::Unknown(doubt) => {
                self.doubt(doubt);
                Verdict::CannotTell
            }
            Finding::Doubtful(evidence, doubt) => {
                self.evidence.push(evidence);
                self.doubt(doubt);
                Verdict::CannotTell
            }
            Finding::Wrong(evidence) => {
                self.evidence.push(evidence);
                Verdict::Wrong
            }
        };
        self.verdict = self.verdict.max(verdict);
    }

    fn doubt(&mut self, doubt: Doubt) {
        if self.doubts.len() < MOST && !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    /// The same with its evidence in order, the worst first, and no bound unless it is right.
    pub(super) fn settled(mut self) -> InputReport {
        let key = |evidence: &Evidence| -evidence.relative();
        self.evidence.sort_by(|a, b| key(a).total_cmp(&key(b)));
        self.evidence.truncate(MOST);
        if self.verdict != Verdict::Right {
            self.bound = f64::NAN;
        }
        self
    }
}

/// In which numbers a check was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Method {
    /// The program and its derivative were replayed in double-double, and on dual numbers over it.
    DoubleDouble,
    /// As the program is large: in f64, and on dual numbers over it, within rounding. What did not
    /// agree was looked at in double-double.
    Double,
    /// Values of the function alone, by differences with bounds of their errors.
    Differences,
    /// Two linear maps were held against each other: $\langle u, L v \rangle = \langle L^T u, v \rangle$.
    AdjointLaw,
}

/// An operation whose derivative is wrong.
#[derive(Clone, PartialEq, Debug)]
pub struct Suspect {
    /// Its name.
    pub operation: &'static str,
    /// Its parameters, such as `axes: [0]`.
    pub parameters: String,
    /// The derivative by which operand.
    pub operand: usize,
    /// The types of its operands.
    pub operands: Vec<Type>,
    /// The type of its result.
    pub result: Type,
    /// Where it was recorded.
    pub origin: Origin,
    /// What kind of mistake it looks like.
    pub mistake: Mistake,
    /// Lines of Rust that show the mistake with this operation alone.
    pub reproducer: String,
}

/// The answer of a check. It prints as text.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// Whether all of it is right.
    pub verdict: Verdict,
    /// What was found out, input by input.
    pub inputs: Vec<InputReport>,
    /// The operations whose derivatives are wrong, in the order of the program.
    pub suspects: Vec<Suspect>,
    /// In which numbers.
    pub method: Method,
    /// How often the function was evaluated.
    pub evaluations: usize,
    /// The seed of its random directions.
    pub seed: u64,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Report {
    /// What was found out input by input; the worst of it stands for all.
    pub(super) fn new(
        inputs: Vec<InputReport>,
        method: Method,
        evaluations: usize,
        seed: u64,
    ) -> Report {
        Report {
            verdict: inputs.iter().map(|input| input.verdict).max().unwrap_or(Verdict::CannotTell),
            inputs,
            suspects: Vec::new(),
            method,
            evaluations,
            seed,
            notes: Vec::new(),
        }
    }

    /// Takes in what was found out about another derivative of the same inputs.
    pub(super) fn join(&mut self, other: Report) {
        for (input, other) in self.inputs.iter_mut().zip(other.inputs) {
            input.verdict = input.verdict.max(other.verdict);
            input.bound = input.bound.max(other.bound);
            input.doubts.extend(other.doubts);
            input.coverage.directions += other.coverage.directions;
            input.coverage.elements += other.coverage.elements;
            input.coverage.total += other.coverage.total;
            let unknown = other.kinks.into_iter().filter(|k| !input.kinks.contains(k));
            let unknown: Vec<usize> = unknown.collect();
            input.kinks.extend(unknown);
            input.evidence.extend(other.evidence);
            input.mistake = input.mistake.take().or(other.mistake);
            if input.verdict != Verdict::Right {
                input.bound = f64::NAN;
            }
        }
        self.verdict = self.verdict.max(other.verdict);
        self.suspects.extend(other.suspects);
        self.evaluations += other.evaluations;
        self.notes.extend(other.notes);
        if other.method == Method::Double {
            self.method = Method::Double;
        }
    }

    /// Whether the verdict is *right*.
    pub fn is_right(&self) -> bool {
        self.verdict == Verdict::Right
    }

    /// Panics with the whole report unless the verdict is *right*: for tests.
    ///
    /// # Panics
    /// If the gradient is wrong, or it can't be told.
    #[track_caller]
    pub fn assert_right(&self) {
        assert!(self.is_right(), "{self}");
    }
}
