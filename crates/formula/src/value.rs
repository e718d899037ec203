//! Values and shapes of inputs as text: `x=0.5, y=[1, 2, 3]` and `x=3x4, y=scalar`. Nothing here
//! is computed.

use wengert_tensor::{Shape, Tensor};

use crate::error::{Fault, FormulaError, Span};
use crate::lexer::{self, Token};
use crate::record::MOST_ELEMENTS;

/// Lists inside lists.
const DEEPEST: usize = 16;

/// Reads values of inputs, in f64: numbers and nested lists of them.
///
/// ```
/// let values = wengert_formula::parse_bindings("x=-0.5, y=[[1, 2e-3], [inf, nan]]")?;
/// assert_eq!(values[0].0, "x");
/// assert_eq!(values[0].1.item(), -0.5);
/// assert_eq!(values[1].1.shape()[..], [2, 2]);
/// # Ok::<(), wengert_formula::FormulaError>(())
/// ```
///
/// # Errors
/// If something else is written, lists are uneven, or a name is given twice.
pub fn parse_bindings(text: &str) -> Result<Vec<(String, Tensor)>, FormulaError> {
    bindings(text).map_err(|fault| fault.in_text(text))
}

fn bindings(text: &str) -> Result<Vec<(String, Tensor)>, Fault> {
    let mut reader = Reader { words: lexer::words(text)?, at: 0 };
    let mut all: Vec<(String, Tensor)> = Vec::new();
    while *reader.token() != Token::End {
        let span = reader.span();
        let Token::Name(name) = reader.token().clone() else {
            return Err(reader.expected("the name of an input"));
        };
        if all.iter().any(|(known, _)| *known == name) {
            return Err(Fault::new(span, format!("`{name}` is given twice")));
        }
        reader.at += 1;
        if !reader.take("=") {
            return Err(reader.expected(&format!("`=` behind `{name}`")));
        }
        let start = reader.span();
        let mut values = Vec::new();
        let shape = reader.value(&mut values, 0)?;
        let tensor = Tensor::from_vec(values, shape);
        all.push((name, tensor.map_err(|error| Fault::new(start, error.to_string()))?));
        let is_separated = reader.take(",") || reader.take(";") || reader.skip(&Token::Newline);
        if !is_separated && *reader.token() != Token::End {
            return Err(reader.expected("`,` or the end"));
        }
    }
    Ok(all)
}

struct Reader {
    words: Vec<(Token, Span)>,
    at: usize,
}

impl Reader {
    fn token(&self) -> &Token {
        &self.words[self.at].0
    }

    fn span(&self) -> Span {
        self.words[self.at].1
    }

    fn skip(&mut self, token: &Token) -> bool {
        let is = self.token() == token;
        self.at += usize::from(is);
        is
    }

    fn take(&mut self, symbol: &'static str) -> bool {
        self.skip(&Token::Symbol(symbol))
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::new(self.span(), format!("expected {what}, found {}", self.token()))
    }

    /// A number or a list; its elements go to `values`, its shape is the answer.
    fn value(&mut self, values: &mut Vec<f64>, depth: usize) -> Result<Vec<usize>, Fault> {
        if self.is_list() {
            return self.list(values, depth);
        }
        let is_minus = self.take("-");
        let number = match self.token() {
            Token::Number(number) => *number,
            Token::Name(name) if name == "inf" => f64::INFINITY,
            Token::Name(name) if name == "nan" => f64::NAN,
            _ => return Err(self.expected("a number or a list")),
        };
        self.at += 1;
        values.push(if is_minus { -number } else { number });
        Ok(Vec::new())
    }

    fn is_list(&self) -> bool {
        *self.token() == Token::Symbol("[")
    }

    fn list(&mut self, values: &mut Vec<f64>, depth: usize) -> Result<Vec<usize>, Fault> {
        if depth == DEEPEST {
            let message = format!("more than {DEEPEST} lists inside each other");
            return Err(Fault::new(self.span(), message));
        }
        self.at += 1;
        let (mut inner, mut count) = (Vec::new(), 0);
        while !self.take("]") {
            let start = self.span();
            let shape = self.value(values, depth + 1)?;
            if count == 0 {
                inner = shape;
            } else if inner != shape {
                let message = format!("expected shape {inner:?} as before, found {shape:?}");
                return Err(Fault::new(start, message));
            }
            count += 1;
            if !self.take(",") && *self.token() != Token::Symbol("]") {
                return Err(self.expected("`,` or `]`"));
            }
        }
        inner.insert(0, count);
        Ok(inner)
    }
}

/// Reads shapes of inputs: sizes with `x` between them, or `scalar`.
///
/// ```
/// let shapes = wengert_formula::parse_shapes("x=3x4, b=4, s=scalar")?;
/// assert_eq!(shapes[0].1[..], [3, 4]);
/// assert_eq!(shapes[2].1.rank(), 0);
/// # Ok::<(), wengert_formula::FormulaError>(())
/// ```
///
/// # Errors
/// If something else is written, a name is given twice, or a shape has too many elements.
pub fn parse_shapes(text: &str) -> Result<Vec<(String, Shape)>, FormulaError> {
    let mut all: Vec<(String, Shape)> = Vec::new();
    let mut at = 0;
    for piece in text.split(',') {
        let span = Span::new(at, at + piece.chars().count());
        at = span.end + 1;
        let (name, shape) = shape(piece, span).map_err(|fault| fault.in_text(text))?;
        if all.iter().any(|(known, _)| *known == name) {
            return Err(Fault::new(span, format!("`{name}` is given twice")).in_text(text));
        }
        all.push((name, shape));
    }
    Ok(all)
}

fn shape(piece: &str, span: Span) -> Result<(String, Shape), Fault> {
    let expected = || Fault::new(span, "expected a name and its sizes, as in `x=3x4`");
    let (name, sizes) = piece.split_once('=').ok_or_else(expected)?;
    let (name, sizes) = (name.trim(), sizes.trim());
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if !is_name {
        return Err(expected());
    }
    let shape: Shape = match sizes {
        "scalar" => Shape::default(),
        sizes => {
            let sizes = sizes.split('x').map(|size| size.trim().parse::<usize>().ok());
            sizes.collect::<Option<Shape>>().ok_or_else(expected)?
        }
    };
    if shape.size() > MOST_ELEMENTS || shape.rank() > DEEPEST {
        let message = format!("shape {shape}: a formula has no values of more than");
        return Err(Fault::new(span, format!("{message} {MOST_ELEMENTS} elements")));
    }
    Ok((name.to_owned(), shape))
}
