//! Where the time of a program goes, after it was run.

use std::fmt;
use std::time::Duration;

use wengert_tensor::Tensor;

use crate::inspect::cost::CostLine;
use crate::inspect::table::{Totals, TotalsLine, scaled, share, timed, write_columns};
use crate::program::Program;
use crate::run::RunError;

/// Where the time of a program went.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// One line for each operation that was carried out, in the order of the program.
    pub lines: Vec<ProfileLine>,
    /// The time of a run: the mean of those that were made.
    pub time: Duration,
    /// How many operations the program was recorded with.
    pub recorded: usize,
    /// How many of these were only another way to read a value.
    pub views: usize,
    /// How many were not carried out: constants, what equals another operation, and what nothing
    /// depends on.
    pub saved: usize,
    /// How many were carried out a second time, to need less memory.
    pub again: usize,
    /// How many operands were copied, since an operation needed them in order.
    pub copies: usize,
}

/// The time of an operation.
#[derive(Clone, PartialEq, Debug)]
pub struct ProfileLine {
    /// What it was expected to cost.
    pub cost: CostLine,
    /// The time it took, copies of its operands included: the mean of all runs.
    pub time: Duration,
    /// How it was computed.
    pub form: &'static str,
}

impl ProfileLine {
    /// Floating-point operations in a second.
    pub fn flops_per_second(&self) -> f64 {
        self.cost.flops as f64 / self.time.as_secs_f64()
    }
}

impl Program {
    /// Runs the program `runs` times after a run to warm up, and tells where the time went. This
    /// library knows no clock: `clock` tells the time since some moment.
    ///
    /// The clock is read between any two operations, so short ones take longer than they would
    /// without it.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// # use wengert_tensor::Tensor;
    /// use std::time::Instant;
    ///
    /// let tape = Tape::new();
    /// let x = tape.input(vec![1.0; 1000]);
    /// let program = tape.program([x], [x.exp().sum()]);
    /// let start = Instant::now();
    /// let profile = program.profile(&[&x.value()], 10, || start.elapsed()).unwrap();
    /// assert_eq!(profile.lines.len(), 2);
    /// println!("{profile}\n{}", profile.by_operation());
    /// ```
    ///
    /// # Errors
    /// As [`Program::try_run`].
    pub fn profile(
        &self,
        inputs: &[&Tensor],
        runs: usize,
        clock: impl Fn() -> Duration,
    ) -> Result<Profile, RunError> {
        self.try_run(inputs)?;
        let forms = self.forms();
        let mut times = vec![Duration::ZERO; forms.len()];
        let runs = runs.max(1);
        let start = clock();
        for _ in 0..runs {
            let (mut step, mut before): (Option<usize>, _) = (None, Duration::ZERO);
            self.run_watched(inputs, || {
                let now = clock();
                // The first reading is made before the first step.
                if let Some(step) = step {
                    times[step] += now.saturating_sub(before);
                }
                step = Some(step.map_or(0, |step| step + 1));
                before = now;
            })?;
        }
        let time = clock().saturating_sub(start) / runs as u32;
        Ok(self.profile_of(&forms, &times, runs as u32, time))
    }

    /// Adds the times of steps up to those of operations.
    fn profile_of(
        &self,
        forms: &[(u32, &'static str)],
        times: &[Duration],
        runs: u32,
        time: Duration,
    ) -> Profile {
        let costs = self.cost().lines;
        let views = self.nodes().map(|node| node.op.is_view());
        let views: Vec<bool> = views.collect();
        let mut lines: Vec<Option<ProfileLine>> = vec![None; costs.len()];
        let (mut again, mut copies) = (0, 0);
        for (&(node, form), &time) in forms.iter().zip(times) {
            let node = node as usize;
            let is_copy = form == "copy" && !views[node];
            copies += usize::from(is_copy);
            match &mut lines[node] {
                Some(line) => {
                    line.time += time / runs;
                    if line.form == "copy" {
                        line.form = form;
                    } else if !is_copy {
                        again += 1;
                    }
                }
                line => {
                    let cost = costs[node].clone();
                    *line = Some(ProfileLine { cost, time: time / runs, form });
                }
            }
        }
        let without = lines.iter().zip(&views).filter(|(line, _)| line.is_none());
        let (mut free, mut saved) = (0, 0);
        for (_, &is_view) in without {
            free += usize::from(is_view);
            saved += usize::from(!is_view);
        }
        let recorded = costs.len();
        let lines = lines.into_iter().flatten().collect();
        Profile { lines, time, recorded, views: free, saved, again, copies }
    }
}

impl Profile {
    /// Added up by the names of operations.
    pub fn by_operation(&self) -> Totals {
        self.by("operation", CostLine::operation)
    }

    /// Added up by scopes, such as `encoder.0`; a derivative has the scope of what it is one of.
    pub fn by_scope(&self) -> Totals {
        self.by("scope", CostLine::scope)
    }

    /// Added up by source lines; a derivative has the line of what it is one of.
    pub fn by_line(&self) -> Totals {
        self.by("line", CostLine::source_line)
    }

    fn by(&self, by: &'static str, name: impl Fn(&CostLine) -> String) -> Totals {
        let total =
            |line: &ProfileLine| TotalsLine { time: Some(line.time), ..line.cost.total(&name) };
        Totals::of(by, self.lines.iter().map(total))
    }
}

/// A table with a line for each operation that was carried out, and what was saved below it.
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Duration = self.lines.iter().map(|line| line.time).sum();
        let rows = self.lines.iter().map(|line| {
            let rate = line.flops_per_second() / 1e9;
            vec![
                line.cost.operation.to_owned(),
                line.cost.signature(),
                line.form.to_owned(),
                timed(line.time),
                share(line.time.as_secs_f64(), all.as_secs_f64()),
                scaled(line.cost.flops as f64),
                if rate.is_finite() { format!("{rate:.2}") } else { "–".into() },
                line.cost.origin.to_string(),
            ]
        });
        let heads = [
            "operation",
            "types",
            "computed as",
            " time",
            " share",
            " FLOPs",
            " GFLOP/s",
            "recorded at",
        ];
        write_columns(f, &heads, &rows.collect::<Vec<_>>())?;
        writeln!(
            f,
            "{} a run. Of {} recorded operations {} were carried out; {} are views, {} were merged, \
             folded or not needed. {} computed again, {} operands copied.",
            timed(self.time),
            self.recorded,
            self.lines.len(),
            self.views,
            self.saved,
            self.again,
            self.copies,
        )
    }
}
