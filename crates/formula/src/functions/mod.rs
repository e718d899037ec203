//! The functions by name: one row each, with its signature, what it is, and how it is recorded.
//! The rows of a family stand in one file.

mod arrange;
mod create;
mod linear;
mod loss;
mod pointwise;
mod reduce;

use wengert_autodiff::Var;

use crate::call::Call;
use crate::error::Fault;
use crate::tree::Part;

/// How a function is recorded once its arguments suit it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// On one operand of real numbers.
    One(for<'t> fn(Var<'t>) -> Var<'t>),
    /// On two, broadcast.
    Two(for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>),
    /// On three, broadcast.
    Three(for<'t> fn(Var<'t>, Var<'t>, Var<'t>) -> Var<'t>),
    /// Over axes, of which nothing, or 1, is left: `(x, axis=all, keep=false)`.
    Over(for<'t> fn(Var<'t>, &[usize]) -> Var<'t>),
    /// Along one axis: `(x, axis)`.
    Along(for<'t> fn(Var<'t>, usize) -> Var<'t>),
    /// In its own way.
    Own(for<'r, 't> fn(&Call<'r, 't>) -> Result<Var<'t>, Fault>),
}

/// A function of the language.
///
/// ```
/// let softmax = wengert_formula::functions().find(|function| function.name() == "softmax").unwrap();
/// assert_eq!(softmax.signature(), "softmax(x, axis=-1)");
/// ```
#[derive(Debug)]
pub struct Function {
    /// Its name and parameters: with `=` and what it is if not given, or `*` for any number.
    pub(crate) signature: &'static str,
    help: &'static str,
    pub(crate) rule: Rule,
}

/// The functions of the language, family by family.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    families().into_iter().flatten()
}

fn families() -> [&'static [Function]; 6] {
    [
        pointwise::FUNCTIONS,
        reduce::FUNCTIONS,
        arrange::FUNCTIONS,
        create::FUNCTIONS,
        linear::FUNCTIONS,
        loss::FUNCTIONS,
    ]
}

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    functions().find(|function| function.name() == name)
}

/// The name that is most like this one, if one is like it.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let most = (name.chars().count() / 3).clamp(1, 3);
    let distances = functions().map(|function| (distance(name, function.name()), function.name()));
    distances.filter(|&(distance, _)| distance <= most).min().map(|(_, name)| name)
}

/// How many letters have to be put in, left out or changed to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 40 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

impl Function {
    const fn new(signature: &'static str, help: &'static str, rule: Rule) -> Function {
        Function { signature, help, rule }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.signature.split('(').next().unwrap_or(self.signature)
    }

    /// Its name and parameters. One with `=` may be left out and is then what stands behind it;
    /// one with `*` stands for any number of arguments, or one list of them.
    pub fn signature(&self) -> &'static str {
        self.signature
    }

    /// What it computes, in a line.
    pub fn help(&self) -> &'static str {
        self.help
    }

    /// Names of parameters, and what they are if not given.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
        let inside = self.signature.split(['(', ')']).nth(1).unwrap_or("");
        inside.split(", ").filter(|word| !word.is_empty()).map(|word| match word.split_once('=') {
            Some((name, default)) => (name, Some(default)),
            None => (word.trim_start_matches('*'), None),
        })
    }

    pub(crate) fn parameter(&self, k: usize) -> (&'static str, Option<&'static str>) {
        self.parameters().nth(k).unwrap_or(("", Some("")))
    }

    /// Whether the parameter stands for any number of arguments.
    pub(crate) fn is_many(&self, k: usize) -> bool {
        self.signature.contains(&format!("*{}", self.parameter(k).0))
    }

    pub(crate) fn named(&self, name: &str) -> Option<usize> {
        self.parameters().position(|(known, _)| known == name)
    }

    /// The parameter of the next argument without a name.
    pub(crate) fn positional(&self, arguments: &[(usize, Part)]) -> Option<usize> {
        let last = arguments.last().map(|&(k, _)| k);
        match last {
            Some(k) if self.is_many(k) => Some(k),
            _ => Some(last.map_or(0, |k| k + 1)).filter(|&k| k < self.parameters().count()),
        }
    }
}
