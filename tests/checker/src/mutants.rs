//! Derivatives that are wrong: each rule of each operation, corrupted in each way that people get
//! rules wrong in.

use wengert_autodiff::check::{Check, Report, Verdict};
use wengert_autodiff::ops::{Flip, Permute};
use wengert_autodiff::{Kind, Leaf, Linear, Op, OwnRules, Rules, Sample, Tape, Var};
use wengert_tensor::{DType, Shape, Tensor};

/// What is done to a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Corruption {
    /// The opposite sign.
    Sign,
    /// Twice as much.
    Twice,
    /// A thousandth too much.
    Thousandth,
    /// A thousandth too much in one element.
    OneElement,
    /// The result transposed, or backwards if it is no square matrix.
    Transposed,
    /// One of two terms, or one element, is left out.
    DroppedTerm,
    /// The rule of the other side of a kink.
    WrongBranch,
    /// Of a sum, or of what is broadcast, only the first is taken.
    MissingSum,
    /// Nothing at all.
    Zero,
    /// The identity, where there should be nothing.
    Spurious,
    /// The rule reads a result that is no longer right.
    StaleOutput,
    /// The rule reads an operand that is no longer right.
    StaleInput,
    /// The rule of the other operand.
    SwappedInputs,
    /// A constant was rounded to f32.
    SingleConstant,
    /// Right once, but it can't be differentiated again.
    Detached,
}

impl Corruption {
    /// All of them.
    pub const ALL: [Corruption; 15] = [
        Corruption::Sign,
        Corruption::Twice,
        Corruption::Thousandth,
        Corruption::OneElement,
        Corruption::Transposed,
        Corruption::DroppedTerm,
        Corruption::WrongBranch,
        Corruption::MissingSum,
        Corruption::Zero,
        Corruption::Spurious,
        Corruption::StaleOutput,
        Corruption::StaleInput,
        Corruption::SwappedInputs,
        Corruption::SingleConstant,
        Corruption::Detached,
    ];
}

/// The operations' own rules but for one of them.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// The operation.
    pub name: &'static str,
    /// The operand by which its derivative is wrong.
    pub operand: usize,
    /// In what way.
    pub corruption: Corruption,
}

impl Rules for Mutant {
    fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        if op.name() == self.name && i == self.operand {
            let corrupted = corrupted(self.corruption, op, i, x, y);
            corrupted.unwrap_or_else(|| op.derivative(i, x, y))
        } else {
            op.derivative(i, x, y)
        }
    }
}

/// The corrupted rule; `None` if it would be no other than the right one for a reason that the
/// structure of the rule tells.
fn corrupted<'t>(
    corruption: Corruption,
    op: &Op,
    i: usize,
    x: &[Var<'t>],
    y: Var<'t>,
) -> Option<Linear<'t>> {
    let own = op.derivative(i, x, y);
    let is_zero = matches!(own, Linear::Zero);
    if is_zero != (corruption == Corruption::Spurious) {
        return None;
    }
    let (n, tape) = (y.shape().size(), y.tape());
    let scaled = |own: Linear<'t>, by: f64| Linear::then(own, Linear::Scale(by * y.ones_like()));
    let masked = |own: Linear<'t>, by: &dyn Fn(usize) -> f64| {
        Linear::then(own, Linear::Scale(tape.input(weights(&y.shape(), by))))
    };
    Some(match corruption {
        Corruption::Sign => scaled(own, -1.0),
        Corruption::Twice => scaled(own, 2.0),
        Corruption::Thousandth => scaled(own, 1.001),
        Corruption::SingleConstant => scaled(own, f64::from(0.1_f32) / 0.1),
        Corruption::OneElement if n > 1 => {
            let at = largest(&own, x[i])?;
            masked(own, &|k| if k == at { 1.001 } else { 1.0 })
        }
        Corruption::DroppedTerm => match own {
            Linear::Plus(first, _) => *first,
            own if n > 1 => {
                let at = largest(&own, x[i])?;
                masked(own, &|k| f64::from(u8::from(k != at)))
            }
            _ => return None,
        },
        Corruption::Transposed if n > 1 => Linear::then(own, rearranged(y)),
        Corruption::Zero => Linear::Zero,
        Corruption::Spurious if x[i].type_of() == y.type_of() => Linear::Identity,
        Corruption::MissingSum => missing_sum(own, x[i], y)?,
        Corruption::StaleOutput if reads(&own, x[i], y) => {
            op.derivative(i, x, y * 2.0 + y.ones_like())
        }
        Corruption::StaleInput
            if x.iter().any(|&read| is_real(read) && reads(&own, x[i], read)) =>
        {
            at_other(op, i, x)
        }
        Corruption::WrongBranch if has_branches(op, x) && reads(&own, x[i], x[i]) => {
            let mut others = x.to_vec();
            others[i] = -others[i];
            let y = tape.record(op.clone(), &others);
            op.derivative(i, &others, y)
        }
        Corruption::SwappedInputs => {
            let j = (i + 1) % x.len();
            if j == i || x[j].type_of() != x[i].type_of() {
                return None;
            }
            let other = op.derivative(j, x, y);
            if matches!((&own, &other), (Linear::Identity, Linear::Identity)) {
                return None;
            }
            other
        }
        Corruption::Detached if is_curved(&own, x, i, y) => {
            let stopped: Vec<Var<'t>> = x.iter().map(|x| x.stop_gradient()).collect();
            op.derivative(i, &stopped, y.stop_gradient())
        }
        _ => return None,
    })
}

fn is_real(x: Var<'_>) -> bool {
    x.kind() == Kind::Real
}

fn weights(shape: &Shape, by: &dyn Fn(usize) -> f64) -> Tensor {
    Tensor::from_vec((0..shape.size()).map(by).collect(), shape.clone()).expect("one for each")
}

/// The result with its elements in another order.
fn rearranged(y: Var<'_>) -> Linear<'_> {
    let shape = y.shape();
    if let [.., a, b] = shape[..]
        && a == b
        && a > 1
    {
        let mut axes: Vec<usize> = (0..shape.rank()).collect();
        axes.swap(shape.rank() - 2, shape.rank() - 1);
        return Linear::partial(Permute { axes: axes.into_iter().collect() }, &[y], 0);
    }
    Linear::partial(Flip { axes: (0..shape.rank()).collect() }, &[y], 0)
}

/// Of what is summed, or what is broadcast, only a part as large as the other side.
fn missing_sum<'t>(own: Linear<'t>, x: Var<'t>, y: Var<'t>) -> Option<Linear<'t>> {
    let (from, to) = (x.shape().size(), y.shape().size());
    let part = |var: Var<'t>, kept: &dyn Fn(usize) -> bool| {
        let mask = weights(&var.shape(), &|k| f64::from(u8::from(kept(k))));
        Linear::Scale(var.tape().input(mask))
    };
    if from > to && to > 0 {
        return Some(Linear::then(part(x, &|k| k < to), own));
    }
    // Not where there is anything: that would leave all of it.
    let at = largest(&own, x)?;
    let first = at / from * from;
    (from < to).then(|| Linear::then(own, part(y, &|k| k < first || k >= first + from)))
}

/// Whether what the rule records depends on a value, whatever its numbers are.
fn reads<'t>(own: &Linear<'t>, x: Var<'t>, value: Var<'t>) -> bool {
    let tape = x.tape();
    let v = tape.input(weights(&x.shape(), &|_| 1.0));
    let Some(image) = own.apply(v) else { return false };
    let program = tape.program_of(&[value, v], &[image]);
    program.leaves().any(|(leaf, _)| matches!(leaf, Leaf::Input(0)))
}

/// Whether the rule has a derivative of its own, by any operand.
fn is_curved<'t>(own: &Linear<'t>, x: &[Var<'t>], i: usize, y: Var<'t>) -> bool {
    let tape = y.tape();
    let v = tape.input(weights(&x[i].shape(), &|_| 1.0));
    let Some(image) = own.apply(v) else { return false };
    let by: Vec<Var<'t>> = x.iter().copied().filter(|&x| is_real(x)).collect();
    let found = tape.vjp_with(&OwnRules, &[(image, image.ones_like())], &by);
    found.iter().any(Option::is_some)
}

/// The rule at other values of the operands, each element changed by a factor of its own.
fn at_other<'t>(op: &Op, i: usize, x: &[Var<'t>]) -> Linear<'t> {
    let tape = x[0].tape();
    let mut others = x.to_vec();
    for (j, other) in others.iter_mut().enumerate().filter(|(_, x)| is_real(**x)) {
        let wave = |k: usize| (1.7 * k as f64 + 2.3 * j as f64 + 1.0).sin();
        let scaled = *other * tape.input(weights(&other.shape(), &|k| 1.0 + 0.6 * wave(k)));
        // Where there are kinks, some elements go to the other side.
        let aside = if has_branches(op, x) { 2.0 } else { 0.0 };
        *other = scaled + tape.input(weights(&other.shape(), &|k| aside * wave(k + 1)));
    }
    let y = tape.record(op.clone(), &others);
    op.derivative(i, &others, y)
}

/// The largest element of the derivative along some direction; `None` if it vanishes.
fn largest<'t>(own: &Linear<'t>, x: Var<'t>) -> Option<usize> {
    let v = x.tape().input(weights(&x.shape(), &|k| 1.0 + (1.7 * k as f64).sin() / 2.0));
    let image = own.apply(v)?.value().to_vec_f64().into_iter().map(f64::abs).enumerate();
    let (at, size) = image.filter(|(_, x)| x.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (size > 0.0).then_some(at)
}

fn has_branches(op: &Op, x: &[Var<'_>]) -> bool {
    let x: Vec<_> = x.iter().map(|x| wengert_autodiff::Value::<f64>::of(&x.value())).collect();
    op.branch(&x.iter().collect::<Vec<_>>()).is_some()
}

/// What became of a mutant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// No sample showed it.
    Survived,
    /// It was caught, but another operation was named, or none.
    Caught,
    /// It was caught, and the operation named.
    Named,
}

const SHARE: &str = "the term that is left out is the share of ties, 0 elsewhere; at a tie a ≥ b and a ≤ b \
                     are both so, and every share from 0 to 1 is a slope between those to both sides";

/// Mutants that are right, and why.
pub const EQUIVALENT: &[(&str, usize, Corruption, &str)] = &[
    ("maximum", 0, Corruption::DroppedTerm, SHARE),
    ("maximum", 1, Corruption::DroppedTerm, SHARE),
    ("minimum", 0, Corruption::DroppedTerm, SHARE),
    ("minimum", 1, Corruption::DroppedTerm, SHARE),
    (
        "atan2",
        0,
        Corruption::WrongBranch,
        "∂ atan2(y, x)/∂y = x/(x² + y²) is even in y, which is what has its sign changed",
    ),
    (
        "atan2",
        1,
        Corruption::WrongBranch,
        "∂ atan2(y, x)/∂x = −y/(x² + y²) is even in x, which is what has its sign changed",
    ),
];

/// Why a mutant is right, if it is.
pub fn proof(mutant: Mutant) -> Option<&'static str> {
    let is_it = |(name, operand, corruption, _): &&(&str, usize, Corruption, &str)| {
        (*name, *operand, *corruption) == (mutant.name, mutant.operand, mutant.corruption)
    };
    EQUIVALENT.iter().find(is_it).map(|(.., proof)| *proof)
}

/// All mutants that have a meaning, and what became of them.
pub fn all() -> Vec<(Mutant, Fate)> {
    let samples = samples();
    let mut all = Vec::new();
    for (name, operand) in rules(&samples) {
        let of: Vec<&Sample<Op>> =
            samples.iter().filter(|sample| sample.operation.name() == name).collect();
        for corruption in Corruption::ALL {
            let mutant = Mutant { name, operand, corruption };
            all.extend(fate(mutant, &of).map(|fate| (mutant, fate)));
        }
    }
    all
}

/// The list's own samples, and of operations of numbers the same without ties.
fn samples() -> Vec<Sample<Op>> {
    let mut all = Op::samples();
    let detuned = |(j, x): (usize, &Tensor)| {
        let factor = |k: usize| 1.0 + 0.05 * (1.7 * k as f64 + 2.3 * j as f64).sin();
        let values = x.to_vec_f64().into_iter().enumerate().map(|(k, x)| x * factor(k));
        Tensor::from_vec(values.collect(), x.shape()).expect("of the same shape")
    };
    let pointwise = all.iter().filter(|sample| sample.operation.is_pointwise());
    let others: Vec<Sample<Op>> = pointwise
        .map(|sample| Sample {
            operation: sample.operation.clone(),
            x: sample.x.iter().enumerate().map(detuned).collect(),
        })
        .collect();
    all.extend(others);
    all
}

/// Tries a mutant on these samples of its operation, until one shows it; `None` if it has no meaning
/// on any.
fn fate(mutant: Mutant, samples: &[&Sample<Op>]) -> Option<Fate> {
    let mut fate = None;
    for sample in samples {
        if !applies(mutant, sample) {
            continue;
        }
        let report = report(sample, &mutant);
        if report.verdict == Verdict::Wrong {
            let mut named = report.suspects.iter().map(|suspect| suspect.operation);
            let is_named = !report.suspects.is_empty() && named.all(|name| name == mutant.name);
            return Some(if is_named { Fate::Named } else { Fate::Caught });
        }
        fate = Some(Fate::Survived);
    }
    fate
}

/// Whether the corruption has a meaning for the rule on a sample.
fn applies(mutant: Mutant, sample: &Sample<Op>) -> bool {
    let tape = Tape::new();
    let x: Vec<Var<'_>> = sample.x.iter().map(|x: &Tensor| tape.input(x)).collect();
    let y = tape.record(sample.operation.clone(), &x);
    let is_there = |x: &Var<'_>| is_real(*x) && x.shape().size() > 0;
    is_real(y)
        && y.shape().size() > 0
        && x.get(mutant.operand).is_some_and(is_there)
        && corrupted(mutant.corruption, &sample.operation, mutant.operand, &x, y).is_some()
}

/// Checks a small program around the operation, by the rules of the mutant.
fn report(sample: &Sample<Op>, rules: &dyn Rules) -> Report {
    let tape = Tape::new();
    let x: Vec<Var<'_>> = sample.x.iter().map(|x: &Tensor| tape.input(x)).collect();
    let operands: Vec<Var<'_>> = x.iter().map(|&x| if is_real(x) { -(-x) } else { x }).collect();
    let y = tape.record(sample.operation.clone(), &operands);
    let result = y * tape.input(weights(&y.shape(), &|k| 1.0 + (1.7 * k as f64).sin() / 2.0));
    let named: Vec<(String, Var<'_>)> = x
        .iter()
        .enumerate()
        .filter(|(_, x)| is_real(**x))
        .map(|(k, &x)| (format!("x{k}"), x))
        .collect();
    let inputs: Vec<(&str, Var<'_>)> = named.iter().map(|(name, x)| (name.as_str(), *x)).collect();
    Check::new().order(2).recorded_with(rules, result, &inputs)
}

/// Each operation of the list with each operand that it has a rule for.
fn rules(samples: &[Sample<Op>]) -> Vec<(&'static str, usize)> {
    let mut all = Vec::new();
    for sample in samples {
        for i in 0..sample.x.len() {
            let rule = (sample.operation.name(), i);
            if sample.x[i].dtype() != DType::I64 && !all.contains(&rule) {
                all.push(rule);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{EQUIVALENT, Fate, all, proof};

    #[test]
    fn every_mutant_is_caught_and_named() {
        let all = all();
        assert!(all.len() > 1000, "only {} mutants", all.len());
        let of = |wanted: Fate| {
            let all = all
                .iter()
                .filter(move |(mutant, fate)| *fate == wanted && proof(*mutant).is_none());
            all.map(|(mutant, _)| *mutant).collect::<Vec<_>>()
        };
        let (survived, unnamed) = (of(Fate::Survived), of(Fate::Caught));
        assert!(survived.is_empty(), "{survived:#?}");
        assert!(unnamed.is_empty(), "{unnamed:#?}");
        // What is proven to be right must not be called wrong either.
        let right =
            all.iter().filter(|(mutant, fate)| proof(*mutant).is_some() && *fate == Fate::Survived);
        assert_eq!(right.count(), EQUIVALENT.len());
    }
}
