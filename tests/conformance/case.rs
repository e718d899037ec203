//! A case as it is written in a file: plain data, nothing recorded.

use serde_json::{Map, Value};

/// What one line of a file says.
pub struct Case {
    pub op: String,
    pub flags: Vec<String>,
    pub attributes: Map<String, Value>,
    pub inputs: Vec<Option<Input>>,
    pub outputs: Vec<Reference>,
    /// For each output, by how much it counts in the gradients; none where nothing flows from it.
    pub cotangents: Vec<Option<Reference>>,
    /// For each input, its gradient; none where it is not to be checked.
    pub gradients: Vec<Option<Reference>>,
    /// For each input, the direction of the derivatives that follow.
    pub tangents: Option<Vec<Option<Reference>>>,
    /// For each output, its derivative in that direction.
    pub jvp: Option<Vec<Option<Reference>>>,
    /// For each input, the derivative of its gradient in that direction.
    pub hvp: Option<Vec<Option<Reference>>>,
    pub hessian: Option<Reference>,
    pub jacobian: Option<Reference>,
    pub tolerance: Tolerance,
    pub gradient_tolerance: Tolerance,
}

/// A leaf, and the views that are applied to it before the operation.
pub struct Input {
    pub name: String,
    pub value: Reference,
    pub views: Vec<Map<String, Value>>,
}

/// A tensor of reference values, in row-major order.
#[derive(Clone)]
pub struct Reference {
    pub kind: Kind,
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Real,
    Index,
    Truth,
}

/// How far a number may be from its reference.
#[derive(Clone, Copy)]
pub struct Tolerance {
    pub relative: f64,
    pub absolute: f64,
}

impl Case {
    /// # Errors
    /// If the line is not of the format.
    pub fn parse(line: &Value) -> Result<Case, String> {
        let tensors = |key: &str| line.get(key).map(|list| references(list, key)).transpose();
        let needed = |key: &str| tensors(key)?.ok_or_else(|| format!("no {key}"));
        let extra = |key: &str| {
            let tensor = line.get("extra").and_then(|extra| extra.get(key));
            tensor.map(Reference::parse).transpose()
        };
        let tolerance = Tolerance::parse(line.get("tol").ok_or("no tol")?)?;
        let inputs = array(line.get("inputs"), "inputs")?.iter().map(Input::parse);
        let flags = line.get("flags").and_then(Value::as_array).into_iter().flatten();
        let outputs = needed("outputs")?.into_iter().collect::<Option<Vec<_>>>();
        let case = Case {
            op: text(line, "op")?,
            flags: flags.filter_map(Value::as_str).map(str::to_owned).collect(),
            attributes: line.get("attrs").and_then(Value::as_object).cloned().unwrap_or_default(),
            inputs: inputs.collect::<Result<_, _>>()?,
            outputs: outputs.ok_or("an output is null")?,
            cotangents: needed("cotangent")?,
            gradients: needed("grads")?,
            tangents: tensors("tangent")?,
            jvp: tensors("jvp")?,
            hvp: tensors("hvp")?,
            hessian: extra("hessian")?,
            jacobian: extra("jacobian")?,
            tolerance,
            gradient_tolerance: match line.get("tol_grad") {
                Some(tolerance) => Tolerance::parse(tolerance)?,
                None => tolerance,
            },
        };
        case.check_counts()?;
        Ok(case)
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }

    fn check_counts(&self) -> Result<(), String> {
        let (inputs, outputs) = (self.inputs.len(), self.outputs.len());
        let count = |list: &Option<Vec<_>>| list.as_ref().map(Vec::len);
        let fits = self.cotangents.len() == outputs
            && self.gradients.len() == inputs
            && count(&self.tangents).is_none_or(|n| n == inputs)
            && count(&self.jvp).is_none_or(|n| n == outputs)
            && count(&self.hvp).is_none_or(|n| n == inputs)
            && (self.tangents.is_some() || self.jvp.is_none() && self.hvp.is_none());
        if fits { Ok(()) } else { Err("its lists do not belong together".to_owned()) }
    }
}

impl Input {
    fn parse(value: &Value) -> Result<Option<Input>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let views = value.get("views").and_then(Value::as_array).into_iter().flatten();
        Ok(Some(Input {
            name: text(value, "name")?,
            value: Reference::parse(value)?,
            views: views.filter_map(Value::as_object).cloned().collect(),
        }))
    }
}

impl Reference {
    fn parse(value: &Value) -> Result<Reference, String> {
        let sizes = array(value.get("shape"), "shape")?.iter().map(Value::as_u64);
        let shape = sizes.map(|n| n.map(|n| n as usize)).collect::<Option<Vec<_>>>();
        let data = array(value.get("data"), "data")?.iter().map(number);
        let reference = Reference {
            kind: match text(value, "dtype")?.as_str() {
                "f64" => Kind::Real,
                "i64" => Kind::Index,
                "bool" => Kind::Truth,
                other => return Err(format!("unknown dtype {other}")),
            },
            shape: shape.ok_or("a shape of something else than sizes")?,
            data: data.collect::<Option<_>>().ok_or("data that are no numbers")?,
        };
        let size: usize = reference.shape.iter().product();
        match reference.data.len() {
            n if n == size => Ok(reference),
            n => Err(format!("{n} numbers of shape {:?}", reference.shape)),
        }
    }
}

impl Tolerance {
    fn parse(value: &Value) -> Result<Tolerance, String> {
        let part = |key| value.get(key).and_then(Value::as_f64);
        match (part("rtol"), part("atol")) {
            (Some(relative), Some(absolute)) => Ok(Tolerance { relative, absolute }),
            _ => Err("a tolerance without rtol or atol".to_owned()),
        }
    }
}

/// A number; what is not finite is written as text.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(truth) => Some(f64::from(*truth)),
        Value::String(text) => text.parse().ok(), // knows inf, -inf and nan
        other => other.as_f64(),
    }
}

fn references(list: &Value, key: &str) -> Result<Vec<Option<Reference>>, String> {
    let parse = |value: &Value| match value {
        Value::Null => Ok(None),
        tensor => Reference::parse(tensor).map(Some),
    };
    array(Some(list), key)?.iter().map(parse).collect()
}

fn array<'v>(value: Option<&'v Value>, key: &str) -> Result<&'v Vec<Value>, String> {
    value.and_then(Value::as_array).ok_or_else(|| format!("{key} is no list"))
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    let text = value.get(key).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("{key} is no text"))
}
