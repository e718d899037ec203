//! An explanation as text: the table, and the backward pass in sentences.

use std::fmt;

use wengert_tensor::Tensor;

use crate::explain::number::{subscript, summary};
use crate::explain::{Contribution, Explanation, Line};

/// Longer formulas are not written out.
const LONGEST_FORMULA: usize = 70;

/// How many columns a text takes: marks above a letter take none.
fn width(text: &str) -> usize {
    text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count()
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |mark: &str, line: usize, value: &Option<Tensor>| match value {
            Some(value) => format!("v{mark}{} = {}", subscript(line + 1), summary(value)),
            None => String::new(),
        };
        let tangent = match self.by.as_str() {
            "" => String::new(),
            by => format!("tangent by {by}"),
        };
        let mut rows = vec![[String::new(), "value".into(), tangent, "adjoint".into()]];
        for (number, line) in self.lines.iter().enumerate() {
            rows.push([
                format!("v{} = {}", subscript(number + 1), line.formula),
                summary(&line.primal),
                named("\u{307}", number, &line.tangent),
                named("\u{304}", number, &line.adjoint),
            ]);
        }
        let columns = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
        let columns: [usize; 4] = std::array::from_fn(columns);
        writeln!(f, "{}\n", self.title)?;
        for row in &rows {
            let cells: Vec<String> =
                row.iter().zip(columns).map(|(cell, columns)| padded(cell, columns)).collect();
            writeln!(f, "{}", cells.join("   ").trim_end())?;
        }
        let is_single = self.lines.last().is_none_or(|line| line.primal.size() == 1);
        if !is_single {
            writeln!(f, "\nadjoints are derivatives of the sum of the result's elements")?;
        }
        Ok(())
    }
}

impl Explanation {
    /// The result of line `number` in a sentence: `v₄ = sin(v₁) = sin(0.5) = 0.479426`.
    pub fn forward_sentence(&self, number: usize) -> String {
        let line = &self.lines[number];
        format!("v{} = {} = {}", subscript(number + 1), line.formula, summary(&line.primal))
    }

    /// What the backward pass does at line `number`: one sentence for each operand that its adjoint
    /// is passed on to. What has come to an operand before is added.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// # use wengert_view::Explanation;
    /// let tape = Tape::new();
    /// let x = tape.input(0.5);
    /// let explanation = Explanation::new("", 1.2 * x.sin(), &[("x", x)], 0)?;
    /// assert_eq!(explanation.backward_sentences(1), [
    ///     "v̄₁ = v̄₂ · ∂v₂/∂v₁ = v̄₂ · cos(v₁) = 1.2 · cos(0.5) = 1.0531",
    /// ]);
    /// # Ok::<(), wengert_autodiff::RunError>(())
    /// ```
    pub fn backward_sentences(&self, number: usize) -> Vec<String> {
        let line = &self.lines[number];
        let mut sentences = Vec::new();
        if number + 1 == self.lines.len()
            && let Some(adjoint) = &line.adjoint
        {
            let (name, value) = (subscript(number + 1), summary(adjoint));
            sentences.push(format!("v̄{name} = {value}, since v{name} is the result"));
        }
        for place in 0..line.contributions.len() {
            sentences.push(self.sentence(number, line, place));
        }
        sentences
    }

    fn sentence(&self, number: usize, line: &Line, place: usize) -> String {
        let Contribution { to, formula, numbers, value } = &line.contributions[place];
        let (from, name) = (subscript(number + 1), subscript(to + 1));
        // The pass goes from the last line to the first.
        let later = self.lines[number + 1..].iter().flat_map(|line| &line.contributions);
        let before = later.chain(&line.contributions[..place]).any(|other| other.to == *to);
        let sign = if before { "+=" } else { "=" };
        let mut text = format!("v̄{name} {sign} v̄{from} · ∂v{from}/∂v{name}");
        // What is defined piece by piece is a long formula, which tells nobody much.
        let readable = |text: &&String| text.chars().count() <= LONGEST_FORMULA;
        if readable(&formula) {
            text = format!("{text} = {formula}");
        }
        let value = summary(value);
        for part in numbers.iter().filter(readable).chain([&value]) {
            // What is a number already is not said twice.
            if !text.ends_with(&format!("= {part}")) {
                text = format!("{text} = {part}");
            }
        }
        let others = self.lines[..number].iter().flat_map(|line| &line.contributions);
        let is_last = !others.chain(&line.contributions[place + 1..]).any(|other| other.to == *to);
        if let (true, true, Some(whole)) = (before, is_last, &self.lines[*to].adjoint) {
            text = format!("{text}; together {}", summary(whole));
        }
        text
    }

    /// The backward pass, line by line from the result to the inputs, in sentences.
    pub fn steps(&self) -> String {
        let mut text = String::new();
        for (number, line) in self.lines.iter().enumerate().rev() {
            let sentences = self.backward_sentences(number);
            if !sentences.is_empty() {
                let head = format!("v{} = {}\n", subscript(number + 1), line.formula);
                text.push_str(&head);
            }
            for sentence in sentences {
                text = text + "    " + &sentence + "\n";
            }
        }
        text
    }
}
