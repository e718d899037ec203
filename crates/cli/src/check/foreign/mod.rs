//! Programs in any language, and the questions that they are asked: `docs/check-protocol.md`.

mod error;
mod json;
mod process;

pub use error::ForeignError;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::Duration;

use wengert::autodiff::check::{Claim, ClaimInput};
use wengert::prelude::*;

use error::{Problem, Question, short};
use json::{Json, in_quotes, write_tensor};
use process::Process;

use crate::words::{list, quoted};

/// A foreign program, and the function that it computes.
pub struct Foreign {
    process: Process,
    /// The program and its arguments, for complaints.
    command: String,
    /// What it calls itself.
    pub name: Option<String>,
    /// Its inputs, at the point that is checked.
    pub inputs: Vec<ClaimInput>,
    seed: u64,
    /// The point as every question repeats it; empty until it is asked for a value.
    base: String,
    /// The shape of its value, once that is known.
    shape: Option<Shape>,
}

impl Foreign {
    /// Starts a program, and asks it what it is.
    pub fn start(
        command: &[OsString],
        timeout: Duration,
        seed: u64,
    ) -> Result<Foreign, ForeignError> {
        let shown = shown(command);
        let process = Process::start(command, timeout);
        let process = process.map_err(|problem| {
            let command = shown.clone();
            ForeignError { command, question: None, problem }
        })?;
        let mut foreign = Foreign {
            process,
            command: shown,
            name: None,
            inputs: Vec::new(),
            seed,
            base: String::new(),
            shape: None,
        };
        let description = "{\"ask\": \"describe\"}\n".to_owned();
        (foreign.name, foreign.inputs) = foreign.ask(Question::Describe, description, described)?;
        Ok(foreign)
    }

    /// The program and its arguments as they would be typed.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Asks a question, and reads its answer.
    fn ask<T>(
        &mut self,
        question: Question,
        line: String,
        read: impl FnOnce(&Json) -> Result<T, String>,
    ) -> Result<T, ForeignError> {
        let answered = self.process.ask(line).and_then(|line| {
            let answer = match Json::read(&line) {
                Ok(answer) => answer,
                Err(reason) => return Err(Problem::NoJson { line, reason }),
            };
            if let Some(error) = answer.member("error") {
                return Err(Problem::Said(match error {
                    Json::Text(message) => message.clone(),
                    _ => line,
                }));
            }
            read(&answer).map_err(|reason| Problem::Form { line, reason })
        });
        let command = &self.command;
        answered.map_err(|problem| ForeignError {
            command: command.clone(),
            question: Some(question),
            problem,
        })
    }

    /// A question about the function at a point.
    fn question(&mut self, ask: &str, x: &[Vec<f64>], more: &str) -> String {
        if self.base.is_empty() {
            self.base = self.point(self.inputs.iter().map(|input| input.at.as_slice()));
        }
        let inputs = self.point(x.iter().map(Vec::as_slice));
        let (base, seed) = (&self.base, self.seed);
        format!(
            "{{\"ask\": \"{ask}\", \"inputs\": {inputs}{more}, \"base\": {base}, \"seed\": {seed}}}\n"
        )
    }

    /// Values of all inputs by their names.
    fn point<'a>(&self, x: impl Iterator<Item = &'a [f64]>) -> String {
        let mut text = String::from("{");
        for (k, (input, x)) in self.inputs.iter().zip(x).enumerate() {
            if k > 0 {
                text.push_str(", ");
            }
            text.push_str(&in_quotes(&input.name));
            text.push_str(": ");
            write_tensor(&mut text, &input.shape, x);
        }
        text.push('}');
        text
    }
}

impl Claim for Foreign {
    type Error = ForeignError;

    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, ForeignError> {
        let question = self.question("value", x, "");
        let before = self.shape.clone();
        let (shape, y) = self.ask(Question::Value, question, |answer| {
            let (shape, y) = tensor(answer, "value")?;
            match before {
                Some(before) if before != shape => {
                    Err(format!("its value has shape {shape}, and had {before} before"))
                }
                _ => Ok((shape, y)),
            }
        })?;
        self.shape = Some(shape);
        Ok(y)
    }

    fn gradient(&mut self, x: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, ForeignError> {
        let mut cotangent = String::from(", \"cotangent\": ");
        let flat = Shape::from([u.len()]);
        write_tensor(&mut cotangent, self.shape.as_ref().unwrap_or(&flat), u);
        let question = self.question("gradient", x, &cotangent);
        let sizes: Vec<(String, usize)> =
            self.inputs.iter().map(|input| (input.name.clone(), input.at.len())).collect();
        self.ask(Question::Gradient, question, |answer| gradients(answer, &sizes))
    }
}

/// The name and the inputs of a program that says what it is.
fn described(answer: &Json) -> Result<(Option<String>, Vec<ClaimInput>), String> {
    let name = match answer.member("name") {
        None => None,
        Some(Json::Text(name)) => Some(name.clone()),
        Some(_) => return Err("its member `name` is not a text".into()),
    };
    let mut known = BTreeSet::new();
    let mut inputs = Vec::new();
    for (name, value) in members(answer, "inputs")? {
        let (shape, at) =
            value.tensor().map_err(|found| format!("its input `{name}` has {found}"))?;
        if !known.insert(name) {
            return Err(format!("its input `{name}` is there twice"));
        }
        inputs.push(ClaimInput { name: name.clone(), shape, at });
    }
    match inputs.len() {
        0 => Err("it has no inputs, and so no gradient".into()),
        _ => Ok((name, inputs)),
    }
}

/// The gradients by inputs of these names, as they are claimed: of an input that is left out, zeros
/// of its size; in the order of the names, whatever their shapes.
fn gradients(answer: &Json, inputs: &[(String, usize)]) -> Result<Vec<Vec<f64>>, String> {
    let given = members(answer, "gradient")?;
    let is_input = |name: &String| inputs.iter().any(|(known, _)| known == name);
    if let Some((name, _)) = given.iter().find(|(name, _)| !is_input(name)) {
        let names: Vec<String> = inputs.iter().map(|(name, _)| format!("`{name}`")).collect();
        let names = list(&names);
        return Err(format!("there is a gradient by `{name}`, and its inputs are {names}"));
    }
    let gradient = |(name, size): &(String, usize)| match given
        .iter()
        .find(|(known, value)| known == name && *value != Json::Null)
    {
        None => Ok(vec![0.0; *size]),
        Some((_, value)) => match value.tensor() {
            Ok((_, elements)) => Ok(elements),
            Err(found) => Err(format!("its gradient by `{name}` has {found}")),
        },
    };
    inputs.iter().map(gradient).collect()
}

/// The tensor that an answer has as a member.
fn tensor(answer: &Json, member: &str) -> Result<(Shape, Vec<f64>), String> {
    let value = answer.member(member).ok_or_else(|| format!("its member `{member}` is missing"))?;
    value.tensor().map_err(|found| format!("its member `{member}` has {found}"))
}

/// The members of a member of an answer.
fn members<'a>(answer: &'a Json, member: &str) -> Result<&'a [(String, Json)], String> {
    match answer.member(member) {
        Some(Json::Members(members)) => Ok(members),
        None => Err(format!("its member `{member}` is missing")),
        Some(_) => {
            Err(format!("its member `{member}` is not an object, with a name for each input"))
        }
    }
}

/// A command as it would be typed.
fn shown(command: &[OsString]) -> String {
    let words: Vec<String> = command.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    short(&words.join(" "))
}
