//! How a workload is timed, and what else is told about its process.

use std::time::{Duration, Instant};

use serde_json::Value;

/// What a workload has measured.
pub struct Outcome {
    /// Seconds a call, for each sample.
    pub samples: Vec<f64>,
    /// The number that shows that the right thing was computed.
    pub loss: f64,
    /// Further members of the JSON line.
    pub extra: Vec<(String, Value)>,
    pub note: &'static str,
}

/// Seconds a call: after three calls and half a second, samples until there are 30 and a second has
/// passed, or three seconds have.
pub fn measure(mut call: impl FnMut()) -> Vec<f64> {
    let end = Instant::now() + Duration::from_millis(500);
    let mut calls = 0;
    while calls < 3 || Instant::now() < end {
        call();
        calls += 1;
    }
    let (start, mut samples) = (Instant::now(), Vec::new());
    loop {
        let begin = Instant::now();
        call();
        samples.push(begin.elapsed().as_secs_f64());
        let total = start.elapsed().as_secs_f64();
        if (total >= 3.0 && samples.len() >= 3) || (total >= 1.0 && samples.len() >= 30) {
            return samples;
        }
    }
}

/// The quantile `q` of some numbers, interpolated.
pub fn quantile(numbers: &[f64], q: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = q * (sorted.len() - 1) as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + part * (sorted[high] - sorted[low])
}

fn status(key: &str) -> Option<String> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    Some(line.trim().to_owned())
}

/// A figure of this process in MB, 0 where the system does not tell.
pub fn status_mb(key: &str) -> f64 {
    let kilobytes = status(key).and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    kilobytes.map_or(0.0, |kilobytes| (kilobytes / 102.4).round() / 10.0)
}

/// The last cores that this process may use, as `taskset` takes them; `None` where there is no
/// `taskset` or fewer cores.
pub fn last_cores(count: usize) -> Option<String> {
    std::process::Command::new("taskset").arg("--version").output().ok()?;
    let mut cores: Vec<usize> = Vec::new();
    for range in status("Cpus_allowed_list")?.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        cores.extend(first.parse::<usize>().ok()?..=last.parse::<usize>().ok()?);
    }
    let last = cores.get(cores.len().checked_sub(count)?..)?;
    Some(last.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
}
