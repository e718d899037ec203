//! The adjoint law: whether two linear maps are each other's transposes, without any difference.

use crate::check::mistake::Comparison;
use crate::check::noise::Noise;
use crate::check::report::Finding;
use crate::check::{
    Along, Check, Derivative, Evidence, InputReport, JacobianPair, Method, Mistake, Oracle, Report,
    Verdict, relative, unit,
};

/// A pair of maps by hand.
pub(super) struct Pair<F, G> {
    pub forward: F,
    pub transposed: G,
    pub inputs: usize,
    pub outputs: usize,
}

impl<F, G> Pair<F, G>
where
    F: FnMut(&[f64]) -> Vec<f64>,
    G: FnMut(&[f64]) -> Vec<f64>,
{
    pub fn judged(&mut self, settings: &Check) -> Report {
        let (n, m) = (self.inputs, self.outputs);
        let mut random = Noise::new(settings.seed);
        let mut input = InputReport::new("v", &[n].into(), n * m);
        let mut evaluations = 0;
        for _ in 0..settings.directions.max(1) {
            let (v, u) = (random.numbers(n), random.numbers(m));
            let (image, pulled) = ((self.forward)(&v), (self.transposed)(&u));
            evaluations += 2;
            for (found, wanted) in [(image.len(), m), (pulled.len(), n)] {
                if found != wanted {
                    input.verdict = Verdict::Wrong;
                    input.mistake = Some(Mistake::MissingSum { claimed: found, wanted });
                    return report(input, settings, evaluations);
                }
            }
            input.add(law(&image, &u, &pulled, &v), None);
            input.coverage.directions += 1;
        }
        if n * m <= settings.largest_jacobian && n * m > 0 {
            self.compare(&mut input);
            evaluations += n + m;
        }
        report(input.settled(), settings, evaluations)
    }

    /// Compares the two matrices, element by element.
    fn compare(&mut self, input: &mut InputReport) {
        let (n, m) = (self.inputs, self.outputs);
        let mut found = vec![0.0; n * m];
        for j in 0..n {
            for (i, y) in (self.forward)(&unit(n, j)).into_iter().enumerate().take(m) {
                found[i * n + j] = y;
            }
        }
        let rows = (0..m).map(|i| (self.transposed)(&unit(m, i)));
        let claimed: Vec<f64> = rows.flatten().collect();
        if claimed.len() != n * m {
            return;
        }
        if input.verdict == Verdict::Wrong {
            let error = vec![0.0; n * m];
            let (shape, sizes) = ([m, n].into(), [n, m]);
            let (claimed, found) = (&claimed, &found);
            let all = Comparison { claimed, found, error: &error, shape: &shape, sizes: &sizes };
            input.mistake = all.mistake();
        }
        input.coverage.elements = n * m;
        input.jacobian = Some(JacobianPair { rows: m, columns: n, claimed, found });
    }
}

/// $\langle u, L v \rangle = \langle L^T u, v \rangle$, up to the rounding of two sums.
fn law(image: &[f64], u: &[f64], pulled: &[f64], v: &[f64]) -> Finding {
    let dot = |a: &[f64], b: &[f64]| -> (f64, f64) {
        let products = a.iter().zip(b).map(|(a, b)| a * b);
        products.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()))
    };
    let ((found, a), (claimed, b)) = (dot(image, u), dot(pulled, v));
    let (apart, size) = ((claimed - found).abs(), a + b);
    // The maps themselves add up as many terms as there are elements on the other side.
    let allowed = f64::EPSILON * (u.len() + v.len()) as f64 * 8.0 * size;
    if apart <= allowed {
        return Finding::Right { bound: relative(apart, size) };
    }
    Finding::Wrong(Evidence {
        derivative: Derivative::Reverse,
        along: Along::Direction,
        output: None,
        claimed,
        found,
        error: allowed,
        oracle: Oracle::Adjoint,
    })
}

fn report(input: InputReport, settings: &Check, evaluations: usize) -> Report {
    let note = "the adjoint law tells whether one map is the transpose of the other, not whether either \
                is a derivative";
    let report = Report::new(vec![input], Method::AdjointLaw, evaluations, settings.seed);
    Report { notes: vec![note.to_owned()], ..report }
}
