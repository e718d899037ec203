//! Columns of text, and sums over the lines of a table that have something in common.

use std::fmt;
use std::time::Duration;

use rustc_hash::FxHashMap;

/// Writes rows of cells in columns as wide as they need to be. Numbers stand to the right, and
/// everything else to the left, as the heads do that begin with a space.
pub(super) fn write_columns(
    f: &mut fmt::Formatter<'_>,
    heads: &[&str],
    rows: &[Vec<String>],
) -> fmt::Result {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(heads[column].trim().chars().count())
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut write = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for ((cell, head), &width) in cells.zip(heads).zip(&widths) {
            let padded = if head.starts_with(' ') {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            };
            line.push_str(&padded);
            line.push_str("  ");
        }
        writeln!(f, "{}", line.trim_end())
    };
    write(&mut heads.iter().map(|head| head.trim()))?;
    rows.iter().try_for_each(|row| write(&mut row.iter().map(String::as_str)))
}

/// A number of operations, bytes or the like with a prefix of the International System.
pub(super) fn scaled(number: f64) -> String {
    let prefixes = ["", "k", "M", "G", "T", "P"];
    let mut power = 0;
    let mut rest = number;
    // What would be printed as 1000 has the next prefix.
    while rest >= 999.5 && power + 1 < prefixes.len() {
        rest /= 1000.0;
        power += 1;
    }
    let digits = if power == 0 || rest >= 99.95 { 0 } else { usize::from(rest < 9.995) + 1 };
    format!("{rest:.digits$}{}", prefixes[power])
}

/// A time in the unit that suits it.
pub(super) fn timed(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} µs", s * 1e6),
    }
}

/// A part of a whole in percent.
pub(super) fn share(part: f64, whole: f64) -> String {
    if whole > 0.0 { format!("{:.1}%", 100.0 * part / whole) } else { "–".into() }
}

/// What the lines of a table cost that have an operation, a scope or a source line in common; the
/// most expensive first.
#[derive(Clone, PartialEq, Debug)]
pub struct Totals {
    /// What the lines have in common.
    pub by: &'static str,
    /// One line for each.
    pub lines: Vec<TotalsLine>,
}

/// A line of [`Totals`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TotalsLine {
    /// The operation, scope or source line.
    pub name: String,
    /// How many operations these are.
    pub count: usize,
    /// Their floating-point operations.
    pub flops: u64,
    /// The bytes that they read and write.
    pub bytes: usize,
    /// The time they took, in a profile.
    pub time: Option<Duration>,
}

impl Totals {
    /// Adds up lines of equal names.
    pub(super) fn of(by: &'static str, parts: impl Iterator<Item = TotalsLine>) -> Totals {
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        let mut lines: Vec<TotalsLine> = Vec::new();
        for part in parts {
            let place = *places.entry(part.name.clone()).or_insert(lines.len());
            match lines.get_mut(place) {
                None => lines.push(part),
                Some(line) => {
                    line.count += part.count;
                    line.flops += part.flops;
                    line.bytes += part.bytes;
                    line.time = line.time.zip(part.time).map(|(a, b)| a + b);
                }
            }
        }
        // The sort is stable: among equals, the first to be computed comes first.
        lines.sort_by_key(|line| std::cmp::Reverse((line.time, line.flops, line.bytes)));
        Totals { by, lines }
    }
}

/// A table with shares of the whole.
impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flops: u64 = self.lines.iter().map(|line| line.flops).sum();
        let time: Option<Duration> = self.lines.iter().map(|line| line.time).sum();
        let mut heads = vec![self.by, " count", " FLOPs", " share", " bytes"];
        if time.is_some() {
            heads.extend([" time", " share"]);
        }
        let rows = self.lines.iter().map(|line| {
            let mut row = vec![
                line.name.clone(),
                line.count.to_string(),
                scaled(line.flops as f64),
                share(line.flops as f64, flops as f64),
                scaled(line.bytes as f64),
            ];
            if let (Some(part), Some(whole)) = (line.time, time) {
                row.extend([timed(part), share(part.as_secs_f64(), whole.as_secs_f64())]);
            }
            row
        });
        write_columns(f, &heads, &rows.collect::<Vec<_>>())
    }
}
