//! Text as words: numbers, names, symbols. What they mean together is the parser's business.

use std::fmt;

use crate::error::{Fault, Span};

/// A word of a text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Token {
    Number(f64),
    Name(String),
    /// What stands in quotes.
    Text(String),
    Symbol(&'static str),
    /// The end of a line outside of brackets.
    Newline,
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Number(number) => write!(f, "`{number}`"),
            Token::Name(name) => write!(f, "`{name}`"),
            Token::Text(_) => f.write_str("a text"),
            Token::Symbol(symbol) => write!(f, "`{symbol}`"),
            Token::Newline => f.write_str("the end of the line"),
            Token::End => f.write_str("the end"),
        }
    }
}

/// Longer ones before those that they begin with.
const SYMBOLS: [&str; 23] = [
    "...", "**", "<=", ">=", "==", "!=", "+", "-", "*", "/", "@", "^", "<", ">", "=", "(", ")",
    "[", "]", ",", ".", ":", ";",
];

/// Longer texts are refused.
const MOST_CHARACTERS: usize = 1 << 16;

/// The words of a text and their places, with [`Token::End`] behind them.
pub(crate) fn words(text: &str) -> Result<Vec<(Token, Span)>, Fault> {
    let characters: Vec<char> = text.chars().take(MOST_CHARACTERS + 1).collect();
    if characters.len() > MOST_CHARACTERS {
        let message = format!("the text has more than {MOST_CHARACTERS} characters");
        return Err(Fault::new(Span::new(0, 0), message));
    }
    let mut lexer = Lexer { text: &characters, at: 0, depth: 0, words: Vec::new() };
    while lexer.at < characters.len() {
        lexer.step()?;
    }
    let end = Span::new(characters.len(), characters.len());
    lexer.words.push((Token::End, end));
    Ok(lexer.words)
}

struct Lexer<'a> {
    text: &'a [char],
    at: usize,
    /// How many brackets are open.
    depth: usize,
    words: Vec<(Token, Span)>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn skip(&mut self, suits: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&suits) {
            self.at += 1;
        }
    }

    /// Reads a word or what stands between words.
    fn step(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let c = self.text[start];
        let follows_digit = self.peek(1).is_some_and(|c| c.is_ascii_digit());
        let token = match c {
            '#' => {
                self.skip(|c| c != '\n');
                return Ok(());
            }
            '\n' if self.depth == 0 => {
                self.at += 1;
                Token::Newline
            }
            c if c.is_whitespace() => {
                self.at += 1;
                return Ok(());
            }
            '\'' | '"' => self.quoted(c)?,
            c if c.is_ascii_digit() || (c == '.' && follows_digit) => self.number()?,
            c if c.is_alphabetic() || c == '_' => {
                self.skip(|c| c.is_alphanumeric() || c == '_');
                Token::Name(self.text[start..self.at].iter().collect())
            }
            _ => self.symbol()?,
        };
        self.words.push((token, Span::new(start, self.at)));
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Result<Token, Fault> {
        let start = self.at;
        self.at += 1;
        self.skip(|c| c != quote && c != '\n');
        if self.peek(0) != Some(quote) {
            let message = format!("expected {quote} at the end of this text");
            return Err(Fault::new(Span::new(start, self.at), message));
        }
        self.at += 1;
        Ok(Token::Text(self.text[start + 1..self.at - 1].iter().collect()))
    }

    fn number(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let is_digit = |c: char| c.is_ascii_digit();
        self.skip(is_digit);
        // `2.T` is a method of 2, and `2...` a range.
        let ends = |c: Option<char>| c.is_none_or(|c| c != '.' && c != '_' && !c.is_alphabetic());
        if self.peek(0) == Some('.') && ends(self.peek(1)) {
            self.at += 1;
            self.skip(is_digit);
        }
        if let Some('e' | 'E') = self.peek(0) {
            let sign = usize::from(matches!(self.peek(1), Some('+' | '-')));
            if self.peek(1 + sign).is_some_and(is_digit) {
                self.at += 1 + sign;
                self.skip(is_digit);
            }
        }
        let word: String = self.text[start..self.at].iter().collect();
        let span = Span::new(start, self.at);
        if let Some(c) = self.peek(0).filter(|&c| c.is_alphanumeric() || c == '_') {
            let message = format!("a number followed by `{c}`: expected an operator between them");
            return Err(Fault::new(Span::new(start, self.at + 1), message));
        }
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Token::Number(number)),
            Ok(_) => Err(Fault::new(span, "larger than every number: expected `inf`")),
            Err(_) => Err(Fault::new(span, "expected a number")),
        }
    }

    fn symbol(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let stands_here = |symbol: &&&str| {
            let characters: Vec<char> = symbol.chars().collect();
            self.text[start..].starts_with(&characters)
        };
        let Some(symbol) = SYMBOLS.iter().find(stands_here) else {
            let message = format!("unexpected character `{}`", self.text[start].escape_debug());
            return Err(Fault::new(Span::new(start, start + 1), message));
        };
        match *symbol {
            "(" | "[" => self.depth += 1,
            ")" | "]" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.at += symbol.len();
        Ok(Token::Symbol(symbol))
    }
}
