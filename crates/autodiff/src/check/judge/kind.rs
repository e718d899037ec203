//! What kind of mistake a wrong gradient looks like.

use super::Judge;
use super::slope::Weighting;
use crate::check::mistake::Comparison;
use crate::check::{Along, Mistake, Verdict};
use crate::real::Real;
use crate::run::RunError;

/// How many elements are looked at to tell, if they are not all known.
const MOST: usize = 64;
impl<T: Real> Judge<'_, '_, T> {
    /// What kind of mistake it is, if the gradient by an input is wrong.
    pub(super) fn name_mistake(&mut self, k: usize) -> Result<(), RunError> {
        if self.inputs[k].verdict != Verdict::Wrong {
            return Ok(());
        }
        let Some(weighting) = self.mixed()? else { return Ok(()) };
        let n = self.x[k].shape().size();
        let is_whole = n <= MOST || self.inputs[k].jacobian.is_some();
        let places: Vec<usize> = if is_whole {
            (0..n).collect()
        } else {
            let known =
                self.inputs[k].evidence.iter().filter_map(|evidence| match evidence.along {
                    Along::Element(j) => Some(j),
                    Along::Direction => None,
                });
            let mut some: Vec<usize> = known.collect();
            some.extend((0..MOST).map(|_| self.random.below(n)));
            some.sort_unstable();
            some.dedup();
            some
        };
        let found = self.weighted(&weighting, k, &places, None)?;
        let claimed: Vec<f64> = places.iter().map(|&j| weighting.gradient[k][j].to_f64()).collect();
        let leaves = self.subject.f.program.leaves().map(|(_, type_of)| &type_of.shape);
        let shapes = leaves.chain(&self.subject.results);
        let sizes: Vec<usize> = shapes.flat_map(|s| s.iter().copied().chain([s.size()])).collect();
        let shape = if is_whole { self.x[k].shape().clone() } else { [places.len()].into() };
        let error = vec![0.0; places.len()];
        let compared = |found: &[f64]| {
            let (claimed, error) = (&claimed, &error);
            Comparison { claimed, found, error, shape: &shape, sizes: &sizes }.mistake()
        };
        let mut mistake = compared(&found).map(|mistake| match mistake {
            Mistake::Elements(at) => Mistake::Elements(at.iter().map(|&at| places[at]).collect()),
            other => other,
        });
        // A claim by hand may have forgotten one use of the input.
        let uses = self.subject.f.uses(k);
        if let Some(Mistake::Other { .. }) = mistake
            && self.subject.forward.is_none()
            && (2..=MOST / 4).contains(&uses.len())
        {
            for cut in uses {
                let rest = self.weighted(&weighting, k, &places, Some(cut))?;
                if compared(&rest).is_none() {
                    let node = self.subject.f.program.nodes().nth(cut.0).expect("one of its nodes");
                    let through = format!("{} at {}", node.op.name(), node.origin);
                    mistake = Some(Mistake::DroppedTerm { through });
                }
            }
        }
        self.inputs[k].mistake = mistake;
        Ok(())
    }

    /// The derivatives of the weighted results by some elements of an input.
    fn weighted(
        &mut self,
        weighting: &Weighting<T>,
        k: usize,
        places: &[usize],
        cut: Option<(usize, usize)>,
    ) -> Result<Vec<f64>, RunError> {
        let mut found = Vec::with_capacity(places.len());
        for &j in places {
            let column = self.column(k, j, cut)?;
            let weights = weighting.u.iter().flatten();
            let weighted = column.iter().zip(weights).filter(|(_, u)| **u != 0.0);
            found.push(weighted.map(|(y, u)| y.to_f64() * u).sum::<f64>());
        }
        Ok(found)
    }
}
