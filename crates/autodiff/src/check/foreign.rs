//! Recorded computations with code in them that knows f64 alone: checked by differences of values,
//! as foreign functions are, with what was drawn or stopped held fixed all the same.

use wengert_tensor::{Array, Tensor};

use crate::check::subject::{Claimed, Subject};
use crate::check::{Check, Claim, ClaimInput, Report};
use crate::op::Value;
use crate::run::RunError;

struct Recorded<'s, 't> {
    subject: &'s Subject<'t>,
    base: Vec<Value<f64>>,
}

pub(super) fn judged(subject: &Subject<'_>, settings: &Check) -> Result<Report, RunError> {
    let inputs: Vec<ClaimInput> = subject
        .names
        .iter()
        .zip(&subject.x)
        .map(|(name, x)| ClaimInput {
            name: name.clone(),
            shape: x.shape().clone(),
            at: x.to_vec_f64(),
        })
        .collect();
    let x: Vec<Value<f64>> = subject.x.iter().map(Value::of).collect();
    let base = subject.f.values(&x, None)?;
    settings.claim(&inputs, &mut Recorded { subject, base })
}

impl Recorded<'_, '_> {
    fn inputs(&self, x: &[Vec<f64>]) -> Vec<Value<f64>> {
        let values = x.iter().zip(&self.subject.x).map(|(x, like): (&Vec<f64>, &Tensor)| {
            Value::Real(Array::from_fn(like.shape(), |k| x[k]))
        });
        values.collect()
    }
}

impl Claim for Recorded<'_, '_> {
    type Error = RunError;

    fn value(&mut self, x: &[Vec<f64>]) -> Result<Vec<f64>, RunError> {
        let all = self.subject.f.values(&self.inputs(x), Some(&self.base))?;
        let outputs = self.subject.f.outputs(&all);
        Ok(outputs.iter().flat_map(|y| y.real().to_vec()).collect())
    }

    fn gradient(&mut self, x: &[Vec<f64>], u: &[f64]) -> Result<Vec<Vec<f64>>, RunError> {
        let mut inputs = self.inputs(x);
        let mut rest = u;
        for shape in &self.subject.results {
            let (first, others) = rest.split_at(shape.size());
            inputs.push(Value::Real(Array::from_fn(shape, |k| first[k])));
            rest = others;
        }
        let Claimed { replay, outputs, misshapen } = &self.subject.reverse;
        let answers = replay.outputs(&replay.values(&inputs, None)?);
        let gradient = outputs.iter().zip(misshapen).zip(x).map(|((place, misshapen), x)| {
            match (place, misshapen) {
                (Some(place), _) => answers[*place].real().to_vec(),
                (None, Some(size)) => vec![0.0; *size],
                (None, None) => vec![0.0; x.len()],
            }
        });
        Ok(gradient.collect())
    }
}
