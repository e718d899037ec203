//! Words as a tree, by climbing precedences. Nothing is recorded here, and no shape is known.

use std::collections::HashMap;

use crate::error::{Fault, Span};
use crate::functions::{self, Function};
use crate::lexer::{self, Token};
use crate::tree::{Binary, Expression, Item, Node, Part, Tree};

/// Brackets, powers and signs inside each other.
const DEEPEST: usize = 100;

/// How tightly an operator binds; comparisons do so least.
const COMPARISON: u8 = 1;
const SUM: u8 = 2;
const PRODUCT: u8 = 3;
const SIGN: u8 = 4;
const POWER: u8 = 5;

fn operator(symbol: &str) -> Option<(Binary, u8)> {
    Some(match symbol {
        "<" => (Binary::Less, COMPARISON),
        "<=" => (Binary::LessEqual, COMPARISON),
        ">" => (Binary::Greater, COMPARISON),
        ">=" => (Binary::GreaterEqual, COMPARISON),
        "==" => (Binary::Equal, COMPARISON),
        "!=" => (Binary::NotEqual, COMPARISON),
        "+" => (Binary::Add, SUM),
        "-" => (Binary::Sub, SUM),
        "*" => (Binary::Mul, PRODUCT),
        "/" => (Binary::Div, PRODUCT),
        "@" => (Binary::MatMul, PRODUCT),
        "^" | "**" => (Binary::Pow, POWER),
        _ => return None,
    })
}

/// Names that are numbers.
fn constant(name: &str) -> Option<f64> {
    Some(match name {
        "pi" => std::f64::consts::PI,
        "tau" => std::f64::consts::TAU,
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        "true" => 1.0,
        "false" => 0.0,
        _ => return None,
    })
}

pub(crate) fn tree(text: &str) -> Result<Tree, Fault> {
    let words = lexer::words(text)?;
    let mut parser = Parser {
        words,
        at: 0,
        depth: 0,
        nodes: Vec::new(),
        inputs: Vec::new(),
        names: HashMap::new(),
    };
    let result = parser.statements()?;
    Ok(Tree { nodes: parser.nodes, result, inputs: parser.inputs })
}

/// What a name stands for.
enum Meaning {
    Input(usize),
    Definition(usize),
}

struct Parser {
    words: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    nodes: Vec<Node>,
    inputs: Vec<(String, Span)>,
    names: HashMap<String, Meaning>,
}

impl Parser {
    fn token(&self) -> &Token {
        &self.words[self.at].0
    }

    fn ahead(&self, by: usize) -> &Token {
        &self.words[(self.at + by).min(self.words.len() - 1)].0
    }

    fn span(&self) -> Span {
        self.words[self.at].1
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token(), Token::Symbol(s) if *s == symbol)
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        self.at = (self.at + 1).min(self.words.len() - 1);
        span
    }

    fn take(&mut self, symbol: &str) -> bool {
        let is = self.is(symbol);
        if is {
            self.advance();
        }
        is
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::new(self.span(), format!("expected {what}, found {}", self.token()))
    }

    /// The closing bracket for what `open` opens.
    fn close(&mut self, symbol: &str, open: Span) -> Result<Span, Fault> {
        if self.is(symbol) {
            return Ok(self.advance());
        }
        if *self.token() == Token::End {
            return Err(Fault::new(open, format!("expected `{symbol}` to close this bracket")));
        }
        Err(self.expected(&format!("an operator, `,` or `{symbol}`")))
    }

    fn add(&mut self, expression: Expression, place: Span, span: Span) -> Part {
        self.nodes.push(Node { expression, place });
        Part { id: self.nodes.len() - 1, span }
    }

    /// Definitions, and the expression behind them.
    fn statements(&mut self) -> Result<Part, Fault> {
        loop {
            self.separators();
            if let (Token::Name(_), Token::Symbol("=")) = (self.token(), self.ahead(1)) {
                self.definition()?;
                continue;
            }
            let result = self.expression(0)?;
            let is_separated = self.is(";") || *self.token() == Token::Newline;
            self.separators();
            return match self.token() {
                Token::End => Ok(result),
                _ if is_separated => Err(Fault::new(
                    result.span,
                    "nothing uses this: expected a definition, as in `y = …`, or no more behind it",
                )),
                _ => Err(self.expected("an operator or the end")),
            };
        }
    }

    fn separators(&mut self) {
        while self.is(";") || *self.token() == Token::Newline {
            self.advance();
        }
    }

    fn definition(&mut self) -> Result<(), Fault> {
        let Token::Name(name) = self.token().clone() else { return Ok(()) };
        let place = self.advance();
        if constant(&name).is_some() {
            return Err(Fault::new(place, format!("`{name}` is a number: expected another name")));
        }
        self.advance();
        let value = self.expression(0)?;
        let message = match self.names.insert(name.clone(), Meaning::Definition(value.id)) {
            None => None,
            Some(Meaning::Input(_)) => Some("is used above, where it is an input"),
            Some(Meaning::Definition(_)) => Some("is defined above"),
        };
        if let Some(message) = message {
            return Err(Fault::new(place, format!("`{name}` {message}: expected a new name")));
        }
        match self.token() {
            Token::End => Err(self.expected("an expression behind the definitions")),
            Token::Newline | Token::Symbol(";") => Ok(()),
            _ => Err(self.expected("an operator, `;` or the end of the line")),
        }
    }

    /// An expression of operators that bind more tightly than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Part, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("more than {DEEPEST} expressions inside each other");
            return Err(Fault::new(self.span(), message));
        }
        let mut left = self.signed()?;
        while let &Token::Symbol(symbol) = self.token() {
            let Some((binary, strength)) = operator(symbol).filter(|&(_, s)| s > floor) else {
                break;
            };
            let place = self.advance();
            // Powers are grouped from the right.
            let right = self.expression(if strength == POWER { SIGN } else { strength })?;
            left =
                self.add(Expression::Binary(binary, left, right), place, left.span.to(right.span));
            if strength == COMPARISON
                && let &Token::Symbol(symbol) = self.token()
                && let Some((_, COMPARISON)) = operator(symbol)
            {
                let message = "comparisons don't chain: expected `(a < b) * (b < c)`";
                return Err(Fault::new(self.span(), message));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn signed(&mut self) -> Result<Part, Fault> {
        if !self.is("-") && !self.is("+") {
            return self.postfix();
        }
        let is_minus = self.is("-");
        let place = self.advance();
        let inner = self.expression(SIGN)?;
        let span = place.to(inner.span);
        if is_minus {
            return Ok(self.add(Expression::Negate(inner), place, span));
        }
        Ok(Part { span, ..inner })
    }

    /// A value, and the methods and indices behind it.
    fn postfix(&mut self) -> Result<Part, Fault> {
        let mut x = self.value()?;
        loop {
            if self.is("[") {
                let place = self.advance();
                let items = self.items()?;
                let end = self.close("]", place)?;
                x = self.add(Expression::Index(x, items), place, x.span.to(end));
            } else if self.is(".") {
                self.advance();
                let Token::Name(name) = self.token().clone() else {
                    return Err(self.expected("the name of a method"));
                };
                let place = self.advance();
                x = if self.is("(") {
                    self.call(&name, place, Some(x))?
                } else if name == "T" {
                    self.add(Expression::Transpose(x), place, x.span.to(place))
                } else {
                    return Err(self.expected(&format!("`(` behind the method `{name}`")));
                };
            } else {
                return Ok(x);
            }
        }
    }

    fn value(&mut self) -> Result<Part, Fault> {
        let span = self.span();
        match self.token().clone() {
            Token::Number(number) => {
                self.advance();
                Ok(self.add(Expression::Number(number), span, span))
            }
            Token::Text(text) => {
                self.advance();
                Ok(self.add(Expression::Text(text), span, span))
            }
            Token::Name(name) => {
                self.advance();
                if self.is("(") { self.call(&name, span, None) } else { Ok(self.name(name, span)) }
            }
            Token::Symbol("(") => {
                self.advance();
                let inner = self.expression(0)?;
                let end = self.close(")", span)?;
                Ok(Part { id: inner.id, span: span.to(end) })
            }
            Token::Symbol("[") => {
                self.advance();
                let mut items = Vec::new();
                while !self.is("]") {
                    items.push(self.expression(0)?);
                    if !self.take(",") {
                        break;
                    }
                }
                let end = self.close("]", span)?;
                Ok(self.add(Expression::List(items), span, span.to(end)))
            }
            _ => Err(self.expected("a number, a name or a bracket")),
        }
    }

    fn name(&mut self, name: String, span: Span) -> Part {
        if let Some(number) = constant(&name) {
            return self.add(Expression::Number(number), span, span);
        }
        let input = match self.names.get(&name) {
            Some(&Meaning::Definition(id)) => return Part { id, span },
            Some(&Meaning::Input(input)) => input,
            None => {
                let input = self.inputs.len();
                self.inputs.push((name.clone(), span));
                self.names.insert(name, Meaning::Input(input));
                input
            }
        };
        self.add(Expression::Input(input), span, span)
    }

    fn call(&mut self, name: &str, place: Span, first: Option<Part>) -> Result<Part, Fault> {
        let Some(function) = functions::find(name) else {
            let near = functions::nearest(name);
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Fault::new(place, format!("unknown function `{name}`{hint}")));
        };
        let open = self.advance();
        let mut arguments: Vec<(usize, Part)> = first.map(|x| (0, x)).into_iter().collect();
        let start = first.map_or(place, |x| x.span);
        while !self.is(")") {
            let named = match (self.token(), self.ahead(1)) {
                (Token::Name(name), Token::Symbol("=")) => Some(name.clone()),
                _ => None,
            };
            let at = self.span();
            let parameter = match named {
                None => function.positional(&arguments),
                Some(word) => {
                    self.advance();
                    self.advance();
                    function.named(&word)
                }
            };
            let value = self.expression(0)?;
            let Some(parameter) = parameter else {
                let message = format!("no such argument: expected {}", function.signature);
                return Err(Fault::new(at.to(value.span), message));
            };
            if !function.is_many(parameter) && arguments.iter().any(|&(k, _)| k == parameter) {
                let name = function.parameter(parameter).0;
                let message = format!("`{name}` is given twice: expected {}", function.signature);
                return Err(Fault::new(at.to(value.span), message));
            }
            arguments.push((parameter, value));
            if !self.take(",") {
                break;
            }
        }
        let end = self.close(")", open)?;
        check_complete(function, &arguments, place)?;
        Ok(self.add(Expression::Call(function, arguments), place, start.to(end)))
    }

    /// What stands in the brackets of an index.
    fn items(&mut self) -> Result<Vec<(Item, Span)>, Fault> {
        let mut items = Vec::new();
        while !self.is("]") {
            let start = self.span();
            let item = self.item()?;
            let end = self.words[self.at - 1].1;
            items.push((item, start.to(end)));
            if !self.take(",") {
                break;
            }
        }
        if items.is_empty() {
            return Err(self.expected("a position or a range"));
        }
        Ok(items)
    }

    fn item(&mut self) -> Result<Item, Fault> {
        if self.take("...") {
            return Ok(Item::Ellipsis);
        }
        if matches!(self.token(), Token::Name(name) if name == "None" || name == "newaxis") {
            self.advance();
            return Ok(Item::NewAxis);
        }
        let start = self.position()?;
        if !self.take(":") {
            let what = "a position, as in `x[0]`, or a range, as in `x[1:3]`; for positions that \
                        are computed see `take`";
            return start.map(Item::At).ok_or_else(|| self.expected(what));
        }
        let stop = self.position()?;
        let mut step = 1;
        if self.take(":") {
            let span = self.span();
            step = self.position()?.unwrap_or(1);
            if step == 0 {
                return Err(Fault::new(span, "a range in steps of 0: expected another step"));
            }
        }
        Ok(Item::Range { start, stop, step })
    }

    /// A whole number, if one stands here.
    fn position(&mut self) -> Result<Option<i64>, Fault> {
        let span = self.span();
        let is_minus = self.take("-");
        let Token::Number(number) = *self.token() else {
            return if is_minus { Err(self.expected("a whole number")) } else { Ok(None) };
        };
        let span = span.to(self.advance());
        if number.fract() != 0.0 || number > 1e15 {
            return Err(Fault::new(span, "expected a whole number"));
        }
        Ok(Some(if is_minus { -(number as i64) } else { number as i64 }))
    }
}

/// Whether every parameter without a default has an argument.
fn check_complete(
    function: &'static Function,
    arguments: &[(usize, Part)],
    place: Span,
) -> Result<(), Fault> {
    let is_given = |k: usize| arguments.iter().any(|&(parameter, _)| parameter == k);
    let missing = (0..function.parameters().count())
        .find(|&k| function.parameter(k).1.is_none() && !is_given(k));
    let Some(missing) = missing else { return Ok(()) };
    let name = function.parameter(missing).0;
    Err(Fault::new(place, format!("`{name}` is missing: expected {}", function.signature)))
}
