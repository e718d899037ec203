//! The equation of a sum of products: how it is read, and what its letters mean for operands of
//! given shapes. Nothing is recorded here.

use std::collections::BTreeMap;

use wengert_tensor::Shape;

/// What an axis is called. The order is that of the axes of a result that is not written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Label {
    /// An axis under the ellipsis; how many axes of the longest ellipsis come before it.
    Ellipsis(usize),
    /// A letter.
    Letter(char),
}

/// An equation for operands of certain shapes.
#[derive(Debug)]
pub(super) struct Equation {
    /// What the axes of each operand are called.
    pub operands: Vec<Vec<Label>>,
    /// What the axes of the result are called: no two of them the same.
    pub result: Vec<Label>,
    sizes: BTreeMap<Label, usize>,
}

/// The letters for one operand, or for the result: before the ellipsis, and, if there is one,
/// behind it.
struct Term<'e> {
    text: &'e str,
    before: Vec<char>,
    behind: Option<Vec<char>>,
}

impl Equation {
    /// Reads an equation for operands of these shapes.
    ///
    /// # Errors
    /// If it can't be read, or does not suit them.
    pub fn read(equation: &str, shapes: &[Shape]) -> Result<Equation, String> {
        let (operands, result) = match equation.split_once("->") {
            Some((operands, result)) => (operands, Some(Term::read(result)?)),
            None => (equation, None),
        };
        let terms: Vec<_> = operands.split(',').map(Term::read).collect::<Result<_, _>>()?;
        if terms.len() != shapes.len() {
            let (names, operands) = (terms.len(), shapes.len());
            return Err(format!(
                "\"{equation}\" is for {names} operands, but {operands} are given"
            ));
        }
        let mut hidden = Vec::new();
        for (k, (term, shape)) in terms.iter().zip(shapes).enumerate() {
            hidden.push(term.hidden_axes(k, shape)?);
        }
        let most = hidden.iter().copied().max().unwrap_or(0);
        let labels = |(term, &n): (&Term<'_>, &usize)| term.labels(most - n..most);
        let operands: Vec<Vec<Label>> = terms.iter().zip(&hidden).map(labels).collect();
        let sizes = sizes(&operands, shapes)?;
        let result = match result {
            Some(term) => {
                let has_ellipsis = terms.iter().any(|term| term.behind.is_some());
                written(&term, &term.labels(0..most), &sizes, has_ellipsis)?
            }
            None => sizes.keys().copied().filter(|label| is_free(*label, &operands)).collect(),
        };
        Ok(Equation { operands, result, sizes })
    }

    /// How far a label runs.
    pub fn size(&self, label: Label) -> usize {
        self.sizes[&label]
    }
}

impl<'e> Term<'e> {
    fn read(text: &'e str) -> Result<Term<'e>, String> {
        let letters = |part: &str| {
            let letter = |c: char| match c {
                c if c.is_ascii_alphabetic() => Ok(c),
                c => {
                    Err(format!("{c:?} in \"{text}\" is neither a letter nor an ellipsis \"...\""))
                }
            };
            part.chars().filter(|c| !c.is_whitespace()).map(letter).collect::<Result<_, _>>()
        };
        Ok(match text.split_once("...") {
            Some((before, behind)) => {
                Term { text, before: letters(before)?, behind: Some(letters(behind)?) }
            }
            None => Term { text, before: letters(text)?, behind: None },
        })
    }

    /// How many axes of an operand are under its ellipsis.
    fn hidden_axes(&self, operand: usize, shape: &Shape) -> Result<usize, String> {
        let letters = self.before.len() + self.behind.as_ref().map_or(0, Vec::len);
        match shape.rank().checked_sub(letters) {
            Some(rest) if rest == 0 || self.behind.is_some() => Ok(rest),
            _ => Err(format!(
                "\"{}\" names {letters} axes, but operand {operand} is {shape}",
                self.text.trim()
            )),
        }
    }

    /// The names of all axes, with this range under the ellipsis.
    fn labels(&self, hidden: std::ops::Range<usize>) -> Vec<Label> {
        let letters = |letters: &[char]| letters.iter().map(|&c| Label::Letter(c)).collect();
        let mut labels: Vec<Label> = letters(&self.before);
        if let Some(behind) = &self.behind {
            labels.extend(hidden.map(Label::Ellipsis));
            labels.extend(letters(behind));
        }
        labels
    }
}

/// How far each label runs: axes of one letter have one size, those under the ellipsis broadcast.
fn sizes(operands: &[Vec<Label>], shapes: &[Shape]) -> Result<BTreeMap<Label, usize>, String> {
    let mut known: BTreeMap<Label, (usize, usize)> = BTreeMap::new();
    for (k, (labels, shape)) in operands.iter().zip(shapes).enumerate() {
        for (&label, &size) in labels.iter().zip(shape.iter()) {
            let &mut (other, of) = known.entry(label).or_insert((size, k));
            match label {
                _ if other == size => {}
                Label::Ellipsis(_) if other == 1 => {
                    known.insert(label, (size, k));
                }
                Label::Ellipsis(_) if size == 1 => {}
                _ => {
                    let name = match label {
                        Label::Letter(letter) => format!("letter {letter}"),
                        Label::Ellipsis(axis) => format!("axis {axis} under the ellipsis"),
                    };
                    let message = format!("{name} is of size {other} in operand {of}");
                    return Err(format!("{message}, but of size {size} in operand {k}"));
                }
            }
        }
    }
    Ok(known.into_iter().map(|(label, (size, _))| (label, size)).collect())
}

/// The labels of a result that is written, if it can be one.
fn written(
    term: &Term<'_>,
    labels: &[Label],
    sizes: &BTreeMap<Label, usize>,
    has_ellipsis: bool,
) -> Result<Vec<Label>, String> {
    if term.behind.is_some() && !has_ellipsis {
        return Err("the result has an ellipsis, but no operand has one".to_owned());
    }
    for (k, label) in labels.iter().enumerate() {
        let Label::Letter(letter) = label else { continue };
        if !sizes.contains_key(label) {
            return Err(format!("letter {letter} of the result names an axis of no operand"));
        }
        if labels[..k].contains(label) {
            return Err(format!("letter {letter} occurs twice in the result"));
        }
    }
    Ok(labels.to_vec())
}

/// Whether a label is one of the result where that is not written.
fn is_free(label: Label, operands: &[Vec<Label>]) -> bool {
    let times = operands.iter().flatten().filter(|other| **other == label).count();
    matches!(label, Label::Ellipsis(_)) || times == 1
}
