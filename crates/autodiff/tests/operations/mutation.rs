//! The test of the walk: with any one rule off by a thousandth, or missing, it fails.

use wengert_autodiff::{Linear, Op, OwnRules, Rules, Tape, Var};

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
    ("stop_gradient", 0, "zero by definition, whatever its value does"),
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
            if x.kind() == wengert_autodiff::Kind::Index {
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
    for (name, operand, _) in rules().into_iter().filter(|(.., rule)| *rule == Rule::Map) {
        for mutation in [Mutation::Scaled, Mutation::Zero] {
            seen += 1;
            let mutant = Mutant { name, operand, mutation };
            let killed = |check: fn(&Case, &dyn Rules) -> Result<(), String>| {
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

/// The adjoint law holds for any scaled map – that is why it never certifies a rule alone – but
/// not for one that is transposed wrongly: this one is scaled on one side only.
#[test]
fn the_walk_sees_a_wrong_transpose() {
    use wengert_autodiff::ops::{Flip, Permute};

    /// A permutation in place of the identity: linear, but not the sum's derivative.
    struct Misplaced;
    impl Rules for Misplaced {
        fn derivative<'t>(&self, op: &Op, i: usize, x: &[Var<'t>], y: Var<'t>) -> Linear<'t> {
            match op {
                Op::Permute(Permute { .. }) if y.rank() > 0 => {
                    let flipped =
                        Linear::partial(Flip { axes: [0].into_iter().collect() }, &[y], 0);
                    Linear::then(op.derivative(i, x, y), flipped)
                }
                _ => op.derivative(i, x, y),
            }
        }
    }
    let permuted = samples::everything().into_iter().filter(|s| s.operation.name() == "permute");
    let cases: Vec<_> = permuted.map(|sample| Case::new(&sample, View::Plain)).collect();
    assert!(cases.iter().all(|case| walk::adjoint_law(case, &Misplaced).is_ok()));
    assert!(cases.iter().any(|case| walk::forward(case, &Misplaced).is_err()));
    assert!(cases.iter().any(|case| walk::reverse(case, &Misplaced).is_err()));
}
