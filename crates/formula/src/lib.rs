//! A small language of formulas: text such as `sum(tanh(x @ w + b)^2)` is read, checked, and
//! recorded on a tape.
//!
//! ```
//! use wengert_autodiff::Tape;
//! use wengert_formula::Formula;
//!
//! let formula = Formula::parse("x * y + sin(x)")?;
//! assert_eq!(formula.inputs().collect::<Vec<_>>(), ["x", "y"]);
//!
//! let tape = Tape::new();
//! let (x, y) = (tape.input(0.5), tape.input(3.0));
//! let z = formula.record(&tape, &[x, y])?;
//! let [slope] = tape.grad(z, [x]);
//! assert_eq!(slope.item(), 3.0 + 0.5_f64.cos());
//! assert_eq!(z.origin().to_string(), "formula:1:7");
//! # Ok::<(), wengert_formula::FormulaError>(())
//! ```
//!
//! # The language
//!
//! * Numbers `2`, `0.5`, `1e-3`, and `pi`, `tau`, `inf`, `nan`, `true`, `false`; every other name
//!   is an input, or what it was defined as.
//! * `+ - * / @ ^` (or `**`), comparisons `< <= > >= == !=` with the answers 1 and 0, and brackets.
//!   `-x^2` is `-(x^2)`, and `2^3^2` is `2^(3^2)`.
//! * Functions `softmax(x, axis=-1)`, also as methods, `x.softmax(axis=-1)`, and `x.T`; they are
//!   listed by [`functions`].
//! * Indices as in NumPy: `x[0]`, `x[:, 1:3]`, `x[-1]`, `x[::-1]`, `x[..., None]`.
//! * Lists `[[1, 0], [0, 1]]`, also of expressions, `[x, x^2]`.
//! * Definitions, on lines of their own or with `;` behind them, and comments behind `#`:
//!   `h = tanh(x @ w); sum(h^2)`.
//!
//! Whatever is wrong with a text is a [`FormulaError`]; no text makes it panic. Values have at most
//! 2²⁴ elements and 16 axes; texts have at most 65 536 characters and 100 brackets inside each
//! other.
#![forbid(unsafe_code)]

mod error;
pub use error::FormulaError;
mod functions;
mod lexer;
mod parser;
mod tree;
pub use functions::{Function, functions};
mod call;
mod index;
mod record;
mod value;
pub use value::{parse_bindings, parse_shapes};

use wengert_autodiff::{Origin, Tape, Var};

use crate::error::Fault;
use crate::tree::Tree;

/// A formula that has been read.
#[derive(Clone, Debug)]
pub struct Formula {
    text: String,
    tree: Tree,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// If it is none; the error says where.
    pub fn parse(text: &str) -> Result<Formula, FormulaError> {
        let tree = parser::tree(text).map_err(|fault| fault.in_text(text))?;
        Ok(Formula { text: text.to_owned(), tree })
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of its inputs, in order of first use.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tree.inputs.iter().map(|(name, _)| name.as_str())
    }

    /// Where each input is used first, as the origin of its variable.
    ///
    /// ```
    /// # use wengert_formula::Formula;
    /// let origins = Formula::parse("x + y")?.input_origins();
    /// assert_eq!(origins[1].to_string(), "formula:1:5");
    /// # Ok::<(), wengert_formula::FormulaError>(())
    /// ```
    pub fn input_origins(&self) -> Vec<Origin> {
        let spans = self.tree.inputs.iter().map(|&(_, span)| span);
        let positions = record::positions(&self.text);
        spans
            .map(|span| positions[span.start])
            .map(|(line, column)| record::origin(line, column))
            .collect()
    }

    /// Records it on these inputs, given in the order of [`Formula::inputs`]. What is recorded has
    /// its operator's or function's place in the text as its origin.
    ///
    /// # Errors
    /// If the shapes do not suit it, or there are more or fewer inputs.
    ///
    /// # Panics
    /// If an input is of another tape.
    #[track_caller]
    pub fn record<'t>(&self, tape: &'t Tape, inputs: &[Var<'t>]) -> Result<Var<'t>, FormulaError> {
        for x in inputs {
            assert!(std::ptr::eq(x.tape(), tape), "formula: an input of another tape");
        }
        let names = &self.tree.inputs;
        if let Some((name, span)) = names.get(inputs.len()) {
            let message = format!("no value is given for `{name}`");
            return Err(Fault::new(*span, message).in_text(&self.text));
        }
        if inputs.len() > names.len() {
            let message = format!("{} values are given for {} inputs", inputs.len(), names.len());
            return Err(Fault::new(self.tree.result.span, message).in_text(&self.text));
        }
        record::record(&self.text, &self.tree, tape, inputs)
            .map_err(|fault| fault.in_text(&self.text))
    }
}
