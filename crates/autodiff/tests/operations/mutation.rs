//! The test of the walk: with any one rule off by a thousandth, or missing, it fails.

use wengert_autodiff::{
    Adjoint, Kind, Linear, Op, Operation, OwnRules, Real, Rules, Sample, ShapeError, Tape, Type,
    Value, Var,
};
use wengert_tensor::Array;

use crate::case::{Case, View};
use crate::numbers::report;
use crate::samples;
use crate::walk;

/// What a mutant does to a rule.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    /// A thousandth too much.
    Scaled,
    /// Nothing at all.
    Zero,
}

/// The operations' own rules but for one of them.
struct Mutant {
    name: &'static str,
    operand: usize,
    mutation: Mutation,
}

impl Rules for Mutant {
    fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        let own = op.derivative(i, x, y);
        if op.name() != self.name || i != self.operand {
            return own;
        }
        match self.mutation {
            Mutation::Scaled => Linear::then(own, Linear::Scale(1.001 * y.ones_like())),
            Mutation::Zero => Linear::Zero,
        }
    }
}

/// Rules that say zero, which no mutant can change, and why they may. Everything else is killed.
const EQUIVALENT: &[(&str, usize, &str)] = &[
    ("sign", 0, "constant on both sides of its kink"),
    ("floor", 0, "constant between its kinks"),
    ("round", 0, "constant between its kinks"),
    ("trunc", 0, "constant between its kinks"),
    ("polygamma", 0, "the order is an integer"),
    ("eq", 0, "takes two values only"),
    ("eq", 1, "takes two values only"),
    ("ne", 0, "takes two values only"),
    ("ne", 1, "takes two values only"),
    ("lt", 0, "takes two values only"),
    ("lt", 1, "takes two values only"),
    ("le", 0, "takes two values only"),
    ("le", 1, "takes two values only"),
    ("select", 0, "a condition: constant on both sides of its kink"),
    ("argmax", 0, "its result is an index"),
    ("to_index", 0, "its result is an index"),
    ("argsort", 0, "its result is an index"),
    ("cumargmax", 0, "its result is an index"),
    ("search_sorted", 0, "its result is an index"),
    ("search_sorted", 1, "its result is an index"),
    ("window_argmax", 0, "its result is an index"),
    ("stop_gradient", 0, "zero by definition, whatever its value does"),
    ("straight_through", 0, "zero by definition, whatever its value does"),
    ("det_sign", 0, "constant on both sides of its kink"),
    ("implicit", 0, "a guess: any other gives the same solution"),
];

/// What a sample says about the rule of one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    Zero,
    Map,
}

/// Each operation of the list with each operand that a rule is asked for.
fn rules() -> Vec<(&'static str, usize, Rule)> {
    let mut all: Vec<(&'static str, usize, Rule)> = Vec::new();
    for sample in samples::everything() {
        let tape = Tape::new();
        let case = Case::new(&sample, View::Plain);
        let recorded = case.record(&tape);
        for (i, x) in recorded.operands.iter().enumerate() {
            let name = case.op.name();
            if x.kind() == Kind::Index {
                continue;
            }
            let map = OwnRules.derivative(&case.op, i, &recorded.operands, recorded.y);
            let rule = if matches!(map, Linear::Zero) { Rule::Zero } else { Rule::Map };
            match all.iter().find(|(known, operand, _)| (*known, *operand) == (name, i)) {
                Some((.., known)) => assert_eq!(*known, rule, "{name}: zero on some samples only"),
                None => all.push((name, i, rule)),
            }
        }
    }
    all
}

#[test]
fn rules_that_say_zero_are_known_to() {
    let zero: Vec<_> = rules().into_iter().filter(|(.., rule)| *rule == Rule::Zero).collect();
    let known: Vec<_> = EQUIVALENT.iter().map(|(name, i, _)| (*name, *i, Rule::Zero)).collect();
    assert_eq!(zero, known);
}

/// Forward mode has one oracle, reverse mode another: each must see each mutant by itself.
#[test]
fn the_walk_sees_every_mutant() {
    let cases: Vec<Case> =
        samples::everything().iter().map(|sample| Case::new(sample, View::Plain)).collect();
    let (mut survivors, mut seen) = (Vec::new(), 0);
    // What is a derivative by definition, no oracle can know; see `kinks`.
    let is_known = |name: &str| name != "straight_through";
    let rules = rules().into_iter().filter(|&(name, _, rule)| rule == Rule::Map && is_known(name));
    for (name, operand, _) in rules {
        for mutation in [Mutation::Scaled, Mutation::Zero] {
            seen += 1;
            let mutant = Mutant { name, operand, mutation };
            let killed = |check: walk::Check| {
                let mut cases = cases.iter().filter(|case| case.op.name() == name);
                cases.any(|case| check(case, &mutant).is_err())
            };
            for (check, killed) in
                [("forward", killed(walk::forward)), ("reverse", killed(walk::reverse))]
            {
                if !killed {
                    survivors.push(format!("{name}, operand {operand}, {mutation:?}: {check}"));
                }
            }
        }
    }
    assert!(seen > 80, "only {seen} mutants");
    report(&survivors);
}

/// First derivatives that are right, of which nothing depends on the operand any more.
struct Detached;

impl Rules for Detached {
    fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
        match op {
            Op::Exp(_) => Linear::Scale(y.stop_gradient()),
            _ => op.derivative(i, x, y),
        }
    }
}

#[test]
fn the_second_order_sees_a_rule_that_ends_there() {
    let exp = samples::everything().into_iter().filter(|sample| sample.operation.name() == "exp");
    let cases: Vec<_> = exp.map(|sample| Case::new(&sample, View::Plain)).collect();
    let fails = |check: walk::Check| cases.iter().any(|case| check(case, &Detached).is_err());
    assert!(!fails(walk::forward) && !fails(walk::reverse) && !fails(walk::adjoint_law));
    assert!(fails(walk::second_order) && fails(walk::curvature));
}

/// The elements of a vector, each one place on: y₀ = x₁, y₁ = x₂, …, the last one x₀.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Rotate;

impl Operation for Rotate {
    const NAME: &'static str = "rotate";
    const MATH: &'static str = "x_{i+1}";

    fn shape(&self, x: &[Type]) -> Result<Type, ShapeError> {
        Ok(x[0].clone())
    }

    fn eval<T: Real>(&self, x: &[&Value<T>]) -> Value<T> {
        let mut elements = x[0].real().to_vec();
        elements.rotate_left(1);
        Value::Real(Array::from_fn(x[0].shape(), |k| elements[k]))
    }

    fn derivative<'t>(&self, _: usize, x: &[Var<'t>], _: Var<'t>) -> Linear<'t> {
        Linear::partial(Op::custom(Rotate), x, 0)
    }

    /// Wrong: as if the map were its own transpose.
    fn adjoint(&self, _: usize, _: &[Type], _: &Type) -> Adjoint {
        Adjoint::unary(Op::custom(Rotate))
    }
}

#[test]
fn the_walk_sees_a_wrong_transpose() {
    let sample = Sample { operation: Op::custom(Rotate), x: vec![[1.0, 2.0, 4.0].into()] };
    let case = Case::new(&sample, View::Plain);
    assert_eq!(walk::forward(&case, &OwnRules), Ok(()));
    assert!(walk::adjoint_law(&case, &OwnRules).is_err());
    assert!(walk::reverse(&case, &OwnRules).is_err());
}
