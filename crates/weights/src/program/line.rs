//! The lines of a program's file, and numbers to the bit.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use wengert_autodiff::{Kind, Op, Precision, Type};
use wengert_tensor::Shape;

/// What the first line says of the file.
pub(super) const FORMAT: &str = "program";

/// Goes up when something is written that older programs would misunderstand.
pub(super) const VERSION: u64 = 1;

/// The first line. That of another version may say other things too.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub wengert: String,
    pub version: u64,
    pub precision: Option<String>,
}

/// The precisions, as the header names them.
pub(super) const PRECISIONS: [(&str, Precision); 2] =
    [("f32", Precision::F32), ("f64", Precision::F64)];

/// All other lines; `E` are the elements of a tensor.
#[derive(Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "lines are read one at a time")]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Line<E> {
    /// An input of the program.
    Input {
        value: usize,
        #[serde(rename = "type")]
        type_of: StatedType,
    },
    /// A number typed in a formula.
    Literal { value: usize, number: Exact<f64> },
    /// A tensor that the program has captured.
    Data {
        value: usize,
        #[serde(rename = "type")]
        type_of: StatedType,
        elements: E,
    },
    /// An operation.
    Node {
        value: usize,
        op: Op,
        operands: Vec<usize>,
        #[serde(rename = "type")]
        type_of: StatedType,
        origin: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        scope: String,
    },
    /// What the program answers with: the last line.
    Outputs(Vec<usize>),
}

/// A type, as `{"real":[2,3]}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatedType {
    Real(Shape),
    Index(Shape),
}

impl From<&Type> for StatedType {
    fn from(Type { shape, kind }: &Type) -> StatedType {
        match kind {
            Kind::Real => StatedType::Real(shape.clone()),
            Kind::Index => StatedType::Index(shape.clone()),
        }
    }
}

impl From<StatedType> for Type {
    fn from(stated: StatedType) -> Type {
        match stated {
            StatedType::Real(shape) => Type::real(shape),
            StatedType::Index(shape) => Type::index(shape),
        }
    }
}

/// A number that is read as it was written: never through another kind of number, which would
/// round it twice.
pub(super) struct Exact<T>(pub T);

/// What the numbers are that JSON has no way of writing.
const BEYOND: [&str; 3] = ["NaN", "inf", "-inf"];

macro_rules! exact {
    ($($T:ty, $is_plain:expr;)*) => {$(
        impl Serialize for Exact<$T> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let is_plain: fn($T) -> bool = $is_plain;
                if is_plain(self.0) { self.0.serialize(to) } else { to.collect_str(&self.0) }
            }
        }

        impl<'de> Deserialize<'de> for Exact<$T> {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Exact<$T>, D::Error> {
                let text = <&RawValue>::deserialize(from)?.get();
                let is_plain: fn($T) -> bool = $is_plain;
                let number = match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    Some(name) if BEYOND.contains(&name) => <$T>::from_str(name).ok(),
                    Some(_) => None,
                    None => <$T>::from_str(text).ok().filter(|&number| is_plain(number)),
                };
                let refused = || D::Error::custom(not_a_number(text, stringify!($T)));
                Ok(Exact(number.ok_or_else(refused)?))
            }
        }
    )*};
}

exact! {
    f32, f32::is_finite;
    f64, f64::is_finite;
    i64, |_| true;
}

/// The complaint about something in place of a number, which may be long.
fn not_a_number(text: &str, kind: &str) -> String {
    const MOST: usize = 40;
    let mut shown: String = text.chars().take(MOST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown} is not a number of {kind}")
}
