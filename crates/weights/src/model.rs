//! The parameters of a model in a file of their own.

use std::collections::BTreeSet;
use std::path::Path;

use wengert_autodiff::Params;
use wengert_optim::{Differences, Mismatch};
use wengert_tensor::{DType, Tensor};

use crate::error::{Problem, WeightsError};
use crate::file::{self, Metadata};

/// Writes all parameters, buffers included, under their names: for other programs too, since the
/// format is that of `safetensors` in Python.
///
/// ```
/// # use wengert_autodiff::Params;
/// use wengert_weights::{Strictness, load, save};
/// # let path = std::env::temp_dir().join(format!("wengert-{}.safetensors", std::process::id()));
/// let mut params = Params::f32(0);
/// let w = params.add("encoder.weight", [1.0, 2.0]);
/// save(&path, &params)?;
///
/// let mut again = Params::f32(0);
/// let w = again.add("encoder.weight", [0.0, 0.0]);
/// load(&path, &mut again, Strictness::EXACT)?;
/// assert_eq!(again[w].value.to_string(), "[1. 2.]");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), wengert_weights::WeightsError>(())
/// ```
///
/// The file is written whole or not at all ([`write_atomically`](crate::write_atomically)), and a
/// checksum of its content is noted among its metadata.
///
/// # Errors
///
/// If the system refuses, or two parameters have one name.
pub fn save(path: impl AsRef<Path>, params: &Params) -> Result<(), WeightsError> {
    file::save(path.as_ref(), &named(params), Metadata::new())
}

/// Reads parameters into a model that has been built, by their names. If anything is wrong, the
/// error says all of it, and no parameter is changed.
///
/// # Errors
///
/// If the system refuses, the file is malformed or damaged, or it differs from the model in more
/// than `strictness` allows.
pub fn load(
    path: impl AsRef<Path>,
    params: &mut Params,
    strictness: Strictness,
) -> Result<Report, WeightsError> {
    file::open(path.as_ref(), |tensors, _| {
        assign(params, tensors.keys().map(String::as_str), strictness, |name| {
            let stored = tensors.get(name)?;
            Some(stored.tensor().ok_or_else(|| stored.describe()))
        })
    })
}

/// In what a file of weights may differ from a model; never in shapes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strictness {
    missing: bool,
    unexpected: bool,
    convert: bool,
}

impl Strictness {
    /// In nothing: each parameter is there in its shape and precision, and there is nothing else.
    pub const EXACT: Strictness = Strictness { missing: false, unexpected: false, convert: false };

    /// There may be parameters of the model that are not in the file; they stay as they are.
    pub fn allow_missing(self) -> Strictness {
        Strictness { missing: true, ..self }
    }

    /// There may be tensors in the file that are not in the model.
    pub fn allow_unexpected(self) -> Strictness {
        Strictness { unexpected: true, ..self }
    }

    /// Real numbers of the other precision are rounded to that of the model.
    pub fn convert(self) -> Strictness {
        Strictness { convert: true, ..self }
    }
}

/// What was loaded, and what was allowed to differ.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Report {
    /// The parameters that were loaded.
    pub loaded: Vec<String>,
    /// Those of them that were stored in another precision.
    pub converted: Vec<String>,
    /// Parameters that are not in the file.
    pub missing: Vec<String>,
    /// Tensors of the file that are no parameters.
    pub unexpected: Vec<String>,
}

/// All parameters by name.
pub(crate) fn named(params: &Params) -> Vec<(String, Tensor)> {
    let pair =
        |parameter: &wengert_autodiff::Parameter| (parameter.name.clone(), parameter.value.clone());
    params.iter().map(|(_, parameter)| pair(parameter)).collect()
}

/// Gives parameters the values that `stored` has for their names: nothing, a tensor, or what there
/// is instead of one, in words. All `names` that it knows are given.
pub(crate) fn assign<'n>(
    params: &mut Params,
    names: impl Iterator<Item = &'n str>,
    strictness: Strictness,
    stored: impl Fn(&str) -> Option<Result<Tensor, String>>,
) -> Result<Report, Problem> {
    let mut report = Report::default();
    let mut mismatched = Vec::new();
    let mut values = Vec::new();
    for (id, parameter) in params.iter() {
        let name = &parameter.name;
        let Some(found) = stored(name) else {
            report.missing.push(name.clone());
            continue;
        };
        match found.and_then(|found| fitting(found, &parameter.value, strictness.convert)) {
            Ok((value, converted)) => {
                values.push((id, value));
                report.loaded.push(name.clone());
                report.converted.extend(converted.then(|| name.clone()));
            }
            Err(found) => {
                let (name, expected) = (name.clone(), describe(&parameter.value));
                mismatched.push(Mismatch { name, found, expected });
            }
        }
    }
    let known: BTreeSet<&str> = params.iter().map(|(_, p)| p.name.as_str()).collect();
    report.unexpected = names.filter(|name| !known.contains(name)).map(str::to_owned).collect();

    let refused = |names: &Vec<String>, allowed| if allowed { Vec::new() } else { names.clone() };
    let differences = Differences {
        missing: refused(&report.missing, strictness.missing),
        unexpected: refused(&report.unexpected, strictness.unexpected),
        mismatched,
    };
    if !differences.is_empty() {
        return Err(Problem::Differences(differences));
    }
    for (id, value) in values {
        params.get_mut(id).value = value;
    }
    Ok(report)
}

/// A tensor that can take the place of another, and whether it was converted to its precision; else
/// what was found, in words.
fn fitting(found: Tensor, like: &Tensor, convert: bool) -> Result<(Tensor, bool), String> {
    let is_real = |tensor: &Tensor| tensor.dtype() != DType::I64;
    if found.shape() != like.shape() {
        return Err(describe(&found));
    }
    if found.dtype() == like.dtype() {
        return Ok((found, false));
    }
    if convert && is_real(&found) && is_real(like) {
        return Ok((found.cast(like.dtype()).expect("reals are cast to reals"), true));
    }
    Err(describe(&found))
}

fn describe(tensor: &Tensor) -> String {
    format!("{} of {}", tensor.shape(), tensor.dtype())
}
