//! JSON as programs write it in answers, and tensors in it. Three things are wanted that `serde_json`
//! does not give: members in their order, `NaN` and `Infinity` as bare words, and numbers to the bit.

use std::fmt::Write;

use wengert::prelude::*;

/// A value in JSON.
#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    /// Names and values, in their order.
    Members(Vec<(String, Json)>),
}

/// Lists inside lists.
const DEEPEST: usize = 64;

impl Json {
    /// Reads a line that is one value.
    ///
    /// # Errors
    /// What was expected where.
    pub fn read(line: &str) -> Result<Json, String> {
        let mut reader = Reader { line, at: 0 };
        let value = reader.value(0)?;
        match reader.next() {
            None => Ok(value),
            Some(_) => Err(reader.expected("the end of the line")),
        }
    }

    /// The member of this name, if it is there and not `null`.
    pub fn member(&self, name: &str) -> Option<&Json> {
        let Json::Members(members) = self else { return None };
        let (_, value) = members.iter().find(|(known, _)| known == name)?;
        (*value != Json::Null).then_some(value)
    }

    /// The tensor that it is: a number, or lists of lists by rows, with its shape.
    ///
    /// # Errors
    /// What is there instead.
    pub fn tensor(&self) -> Result<(Shape, Vec<f64>), String> {
        let mut elements = Vec::new();
        let mut sizes = self.elements(&mut elements)?;
        sizes.reverse();
        Ok((sizes.into_iter().collect(), elements))
    }

    /// Appends all elements; answers with the sizes, innermost first.
    fn elements(&self, elements: &mut Vec<f64>) -> Result<Vec<usize>, String> {
        let word = match self {
            Json::Number(number) => {
                elements.push(*number);
                return Ok(Vec::new());
            }
            Json::List(rows) => {
                let mut sizes = Vec::new();
                for (k, row) in rows.iter().enumerate() {
                    let size = row.elements(elements)?;
                    if k > 0 && size != sizes {
                        return Err("lists that are not all of one length".into());
                    }
                    sizes = size;
                }
                sizes.push(rows.len());
                return Ok(sizes);
            }
            Json::Text(text) => match special(text) {
                Some(number) => {
                    elements.push(number);
                    return Ok(Vec::new());
                }
                None => "a text",
            },
            Json::Null => "null",
            Json::Flag(_) => "true or false",
            Json::Members(_) => "an object",
        };
        Err(format!("{word} in place of a number"))
    }
}

/// The number of a word that JSON has no number for, as Python or C write it.
fn special(word: &str) -> Option<f64> {
    let (sign, word) = word.strip_prefix('-').map_or((1.0, word), |word| (-1.0, word));
    match word {
        "NaN" | "nan" => Some(f64::NAN),
        "Infinity" | "inf" => Some(sign * f64::INFINITY),
        _ => None,
    }
}

struct Reader<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next byte that is no space.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.line.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.line.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, symbol: u8) -> bool {
        let is_there = self.next() == Some(symbol);
        self.at += usize::from(is_there);
        is_there
    }

    fn expected(&self, what: &str) -> String {
        if self.at == self.line.len() {
            return format!("it ends where {what} is expected");
        }
        let before = self.line[..self.at].chars().count();
        format!("{what} is expected at character {}", before + 1)
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        match self.next() {
            Some(b'[' | b'{') if depth == DEEPEST => {
                Err(format!("there are more than {DEEPEST} lists inside each other"))
            }
            Some(b'[') => self.list(depth),
            Some(b'{') => self.members(depth),
            Some(b'"') => self.text().map(Json::Text),
            _ => self.word(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Json::List(items));
            }
            if !self.take(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn members(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut members = Vec::new();
        if self.take(b'}') {
            return Ok(Json::Members(members));
        }
        loop {
            if self.next() != Some(b'"') {
                return Err(self.expected("the name of a member in quotes"));
            }
            let name = self.text()?;
            if !self.take(b':') {
                return Err(self.expected("`:`"));
            }
            members.push((name, self.value(depth + 1)?));
            if self.take(b'}') {
                return Ok(Json::Members(members));
            }
            if !self.take(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    /// A text in quotes.
    fn text(&mut self) -> Result<String, String> {
        let rest = &self.line.as_bytes()[self.at..];
        let mut is_escaped = false;
        let closes = |&(_, &byte): &(usize, &u8)| {
            let closes = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            closes
        };
        let Some((end, _)) = rest.iter().enumerate().skip(1).find(closes) else {
            return Err("a text has no end".into());
        };
        let quoted = &self.line[self.at..=self.at + end];
        let text = serde_json::from_str(quoted).map_err(|_| self.expected("a text of JSON"))?;
        self.at += quoted.len();
        Ok(text)
    }

    /// A number, or one of the words.
    fn word(&mut self) -> Result<Json, String> {
        let rest = &self.line[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length = rest.bytes().take_while(|byte| is_part(byte)).count();
        let word = &rest[..length];
        let value = match word {
            "null" => Some(Json::Null),
            "true" => Some(Json::Flag(true)),
            "false" => Some(Json::Flag(false)),
            _ => special(word).or_else(|| number(word)).map(Json::Number),
        };
        let value = value.ok_or_else(|| self.expected("a value"))?;
        self.at += length;
        Ok(value)
    }
}

/// A number, rounded once; none if it is too large.
fn number(word: &str) -> Option<f64> {
    let starts = word.strip_prefix('-').unwrap_or(word).starts_with(|c: char| c.is_ascii_digit());
    word.parse().ok().filter(|number: &f64| starts && number.is_finite())
}

/// Appends a tensor as lists of lists by rows; of numbers that JSON hasn't, as texts.
pub fn write_tensor(text: &mut String, shape: &[usize], elements: &[f64]) {
    let [n, inner @ ..] = shape else {
        let number = elements[0];
        let written = if number.is_finite() {
            write!(text, "{number:?}")
        } else if number.is_nan() {
            write!(text, "\"NaN\"")
        } else {
            write!(text, "\"{}Infinity\"", if number < 0.0 { "-" } else { "" })
        };
        return written.expect("a text takes all");
    };
    let size: usize = inner.iter().product();
    text.push('[');
    for k in 0..*n {
        if k > 0 {
            text.push_str(", ");
        }
        write_tensor(text, inner, &elements[k * size..(k + 1) * size]);
    }
    text.push(']');
}

/// A text as JSON writes it.
pub fn in_quotes(text: &str) -> String {
    serde_json::to_string(text).expect("every text can be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tensor(line: &str) -> (Vec<usize>, Vec<f64>) {
        let (shape, elements) = Json::read(line).expect("it is JSON").tensor().expect("a tensor");
        (shape.to_vec(), elements)
    }

    #[test]
    fn tensors_are_read_and_written_to_the_bit() {
        assert_eq!(tensor("-0.5"), (vec![], vec![-0.5]));
        assert_eq!(tensor(" [ [1, 2.5e-3 ],[3,4]]\r"), (vec![2, 2], vec![1.0, 2.5e-3, 3.0, 4.0]));
        assert_eq!(tensor("[]"), (vec![0], vec![]));
        assert_eq!(tensor("[[], []]"), (vec![2, 0], vec![]));
        let numbers = [0.1 + 0.2, -0.0, 5e-324, f64::MAX, 1e22, 123_456_789.123_456_78];
        let mut text = String::new();
        write_tensor(&mut text, &[2, 3], &numbers);
        let (shape, read) = tensor(&text);
        assert_eq!(shape, [2, 3]);
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&read), bits(&numbers));
    }

    #[test]
    fn what_json_has_no_numbers_for_is_read_and_written() {
        let words = "[NaN, Infinity, -Infinity, nan, -nan, inf, -inf, \"NaN\", \"-Infinity\"]";
        let (_, found) = tensor(words);
        let signs: Vec<f64> = found.iter().map(|x| if x.is_nan() { 0.0 } else { *x }).collect();
        let infinity = f64::INFINITY;
        let wanted = [0.0, infinity, -infinity, 0.0, 0.0, infinity, -infinity, 0.0, -infinity];
        assert_eq!(signs, wanted);
        let mut text = String::new();
        write_tensor(&mut text, &[3], &[f64::NAN, infinity, -infinity]);
        assert_eq!(text, r#"["NaN", "Infinity", "-Infinity"]"#);
    }

    #[test]
    fn members_keep_their_order_and_texts_their_escapes() {
        let line = r#"{"x": {"b": 1, "a": null}, "é\"\\\u00e9": "[{NaN"}"#;
        let read = Json::read(line).expect("it is JSON");
        let Some(Json::Members(inner)) = read.member("x") else { panic!("{read:?}") };
        let names: Vec<&str> = inner.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(read.member("é\"\\é"), Some(&Json::Text("[{NaN".into())));
        assert_eq!(read.member("x").and_then(|x| x.member("a")), None);
    }

    #[test]
    fn what_is_none_is_refused_where_it_stops_being_some() {
        for (line, complaint) in [
            ("", "it ends where a value is expected"),
            ("hello", "a value is expected at character 1"),
            ("[1, 2", "it ends where `,` or `]` is expected"),
            ("[1 2]", "`,` or `]` is expected at character 4"),
            ("[1, é]", "a value is expected at character 5"),
            ("{x: 1}", "the name of a member in quotes is expected at character 2"),
            ("{\"x\" 1}", "`:` is expected at character 6"),
            ("{\"x\": 1", "it ends where `,` or `}` is expected"),
            ("1 2", "the end of the line is expected at character 3"),
            ("\"x", "a text has no end"),
            ("\"\\q\"", "a text of JSON is expected at character 1"),
            ("1e999", "a value is expected at character 1"),
            ("+1", "a value is expected at character 1"),
            ("True", "a value is expected at character 1"),
        ] {
            assert_eq!(Json::read(line), Err(complaint.into()), "{line}");
        }
        let deep = "[".repeat(100_000);
        assert!(Json::read(&deep).is_err_and(|error| error.contains("more than 64 lists")));
        for (line, complaint) in [
            ("[[1], [2, 3]]", "lists that are not all of one length"),
            ("[1, [2]]", "lists that are not all of one length"),
            ("[true]", "true or false in place of a number"),
            ("{}", "an object in place of a number"),
            ("\"x\"", "a text in place of a number"),
            ("[null]", "null in place of a number"),
        ] {
            let read = Json::read(line).expect("it is JSON");
            assert_eq!(read.tensor(), Err(complaint.into()), "{line}");
        }
    }
}
