//! No alarm on any operation of the list, on any of its samples.

use wengert_autodiff::check::{Check, Report, Verdict};
use wengert_autodiff::{Kind, Op, Sample, Tape, Var};
use wengert_tensor::Tensor;

/// How many checks of right derivatives there were, and what they answered.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// All.
    pub seen: usize,
    /// Those that could not tell, with their reports.
    pub unsure: Vec<String>,
    /// Those that raised an alarm, with their reports.
    pub alarms: Vec<String>,
}

/// Checks every operation on every sample, with each of these seeds.
pub fn tally(seeds: u64, order: usize) -> Tally {
    let mut tally = Tally::default();
    for sample in Op::samples() {
        for seed in 0..seeds {
            let Some(report) = report(&sample, &Check::new().seed(seed).order(order)) else {
                break;
            };
            tally.seen += 1;
            let list = match report.verdict {
                Verdict::Right => continue,
                Verdict::CannotTell => &mut tally.unsure,
                Verdict::Wrong => &mut tally.alarms,
            };
            let shapes: Vec<_> = sample.x.iter().map(|x| x.shape().to_string()).collect();
            list.push(format!("{:?} on {shapes:?}\n{report}", sample.operation));
        }
    }
    tally
}

/// The report on an operation; `None` if there is nothing to differentiate.
fn report(sample: &Sample<Op>, check: &Check) -> Option<Report> {
    let tape = Tape::new();
    let x: Vec<Var<'_>> = sample.x.iter().map(|x: &Tensor| tape.input(x)).collect();
    let y = tape.record(sample.operation.clone(), &x);
    let named = x.iter().enumerate().filter(|(_, x)| x.kind() == Kind::Real);
    let named: Vec<(String, Var<'_>)> = named.map(|(k, &x)| (format!("x{k}"), x)).collect();
    let inputs: Vec<(&str, Var<'_>)> = named.iter().map(|(name, x)| (name.as_str(), *x)).collect();
    (y.kind() == Kind::Real && !inputs.is_empty()).then(|| check.recorded(y, &inputs))
}

#[cfg(test)]
mod tests {
    use super::tally;

    #[test]
    fn no_operation_raises_an_alarm() {
        let tally = tally(2, 2);
        assert!(tally.seen > 1000, "only {}", tally.seen);
        assert!(tally.alarms.is_empty(), "{}", tally.alarms.join("\n"));
        // The order of a polygamma function is an integer: there is no slope. The curvature of an
        // angle at the origin is infinite.
        let is_known =
            |report: &&String| report.starts_with("Polygamma") || report.starts_with("Atan2");
        let others = tally.unsure.iter().filter(|report| !is_known(report));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
