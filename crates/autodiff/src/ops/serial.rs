//! Operations as parts of files: the name of one that has no parameters, or a map from its name to
//! them. Only those of the list can be written; what a user's own does is not known by its name.

use std::fmt::{self, Display};

use serde::de::value::UnitDeserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::ops::{Implicit, Op};

impl Serialize for Op {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.write(to)
    }
}

impl<'de> Deserialize<'de> for Op {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Op, D::Error> {
        from.deserialize_any(Names)
    }
}

/// An operation without parameters has no size.
pub(super) fn write<O: Serialize, S: Serializer>(
    op: &O,
    name: &'static str,
    to: S,
) -> Result<S::Ok, S::Error> {
    if size_of::<O>() == 0 {
        return to.serialize_str(name);
    }
    let mut map = to.serialize_map(Some(1))?;
    map.serialize_entry(name, op)?;
    map.end()
}

pub(super) fn not_of_the_list<E: ser::Error>(name: impl Display) -> E {
    E::custom(format_args!("`{name}` is none of the operations that can be written"))
}

pub(super) fn unknown<E: de::Error>(name: &str) -> E {
    E::custom(format_args!("unknown operation `{name}`"))
}

/// Takes the name of an operation, or a map from one to its parameters.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Op;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operation")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Op, E> {
        Op::read(name, UnitDeserializer::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Op, A::Error> {
        let name = map.next_key::<String>()?.ok_or_else(|| A::Error::custom("no operation"))?;
        let op = map.next_value_seed(Parameters(&name))?;
        match map.next_key::<IgnoredAny>()? {
            None => Ok(op),
            Some(_) => Err(A::Error::custom("more than one operation")),
        }
    }
}

/// Takes the parameters of the operation of this name.
struct Parameters<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Parameters<'_> {
    type Value = Op;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Op, D::Error> {
        Op::read(self.0, from)
    }
}

impl Serialize for Implicit {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("an equation is a program itself, and can't be written"))
    }
}

impl<'de> Deserialize<'de> for Implicit {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Implicit, D::Error> {
        Err(D::Error::custom("an equation is a program itself, and can't be read"))
    }
}
