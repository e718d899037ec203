//! Learning rates against PyTorch's, which are in `data/schedules.csv`, made by the script beside
//! it; and what holds of schedules beyond that.

use proptest::prelude::*;
use wengert_optim::{Optimizer, ReduceOnPlateau, Schedule, Sgd};

const BASE: f64 = 0.1;

/// The rows of the file by name.
fn rows() -> impl Iterator<Item = (&'static str, Vec<f64>)> {
    include_str!("../data/schedules.csv").lines().map(|row| {
        let (name, numbers) = row.split_once(';').expect("a name and numbers");
        (name, numbers.split(';').map(|x| x.parse().expect("a number")).collect())
    })
}

#[track_caller]
fn check(name: &str, have: impl IntoIterator<Item = f64>, want: &[f64]) {
    for (t, (have, &want)) in have.into_iter().zip(want).enumerate() {
        let error = (have - want).abs();
        assert!(error <= 1e-12 * want, "{name} at step {t}: {have}, not {want}");
    }
}

#[test]
fn pytorch_has_the_same_rates() {
    let mut rows = rows();
    let (_, losses) = rows.next().unwrap();
    let (name, rates) = rows.next().unwrap();
    let mut plateau = ReduceOnPlateau::new(BASE).factor(0.3).patience(2).cooldown(3);
    plateau = plateau.relative_threshold(1e-3).minimum(0.01);
    check(name, losses.iter().map(|&loss| plateau.observe(loss)), &rates);
    assert_eq!(plateau.learning_rate(), 0.01, "the losses reach the minimum");

    let (rate, from) = (BASE, BASE);
    let schedules = [
        ("step", Schedule::Step { rate, factor: 0.5, every: 7 }),
        ("multi-step", Schedule::MultiStep { rate, factor: 0.2, at: vec![4, 11, 20] }),
        ("exponential", Schedule::Exponential { rate, factor: 0.9 }),
        ("inverse time", Schedule::InverseTime { rate, decay: 0.2 }),
        ("linear", Schedule::Linear { from: 0.1 * rate, to: 0.7 * rate, steps: 12 }),
        ("polynomial", Schedule::Polynomial { from, to: 0.0, steps: 20, power: 1.7 }),
        ("cosine", Schedule::Cosine { from, to: 0.003, steps: 29 }),
        ("restarts", Schedule::CosineRestarts { from, to: 0.003, steps: 8, growth: 1 }),
        ("growing restarts", Schedule::CosineRestarts { from, to: 0.0, steps: 4, growth: 2 }),
        ("one cycle", Schedule::one_cycle(rate, 30)),
        ("sequence", Schedule::Exponential { rate, factor: 0.9 }.after_warm_up(5)),
    ];
    for (name, schedule) in schedules {
        let (of, rates) = rows.next().expect("a row for each schedule");
        assert_eq!(of, name);
        check(name, (0..30).map(|step| schedule.rate(step)), &rates);
    }
    assert!(rows.next().is_none(), "a schedule for each row");
}

/// Any schedule, however little sense it makes.
fn some_schedule() -> impl Strategy<Value = Schedule> {
    let (rate, steps) = (0.0..1.0, prop_oneof![0..40_u64, Just(u64::MAX)]);
    let leaf = (rate.clone(), rate, steps.clone(), 0..4_u64, 0..10_usize).prop_map(
        |(from, to, steps, growth, kind)| match kind {
            0 => Schedule::Constant { rate: from },
            1 => Schedule::Step { rate: from, factor: to, every: steps },
            2 => Schedule::MultiStep { rate: from, factor: to, at: vec![steps, growth] },
            3 => Schedule::Exponential { rate: from, factor: to },
            4 => Schedule::InverseTime { rate: from, decay: to },
            5 => Schedule::Linear { from, to, steps },
            6 => Schedule::Polynomial { from, to, steps, power: growth as f64 },
            7 => Schedule::Cosine { from, to, steps },
            8 => Schedule::CosineRestarts { from, to, steps, growth },
            _ => Schedule::one_cycle(from, steps),
        },
    );
    leaf.prop_recursive(3, 6, 2, move |inner| {
        (inner.clone(), steps.clone(), inner)
            .prop_map(|(first, steps, then)| first.then(steps, then))
    })
}

proptest! {
    /// No step and no schedule makes a rate that an optimizer would refuse.
    #[test]
    fn every_rate_is_one(schedule in some_schedule(), step in prop_oneof![0..100_u64, any::<u64>()]) {
        let mut sgd = Sgd::new(0.0);
        sgd.set_learning_rate(schedule.rate(step));
        prop_assert!(sgd.learning_rate() <= 1.0, "{schedule}");
    }

    /// What follows begins where it would have begun by itself.
    #[test]
    fn one_after_the_other(first in some_schedule(), then in some_schedule(), steps in 0..50_u64, step in 0..50_u64) {
        let both = first.clone().then(steps, then.clone());
        prop_assert_eq!(both.rate(steps.saturating_add(step)), then.rate(step));
        if step < steps {
            prop_assert_eq!(both.rate(step), first.rate(step));
        }
    }
}

#[test]
fn the_ends_are_exact_and_stay() {
    let (from, to, steps) = (0.1, 0.03, 7);
    for schedule in [
        Schedule::Linear { from, to, steps },
        Schedule::Polynomial { from, to, steps, power: 2.0 },
        Schedule::Cosine { from, to, steps },
    ] {
        let rates = [0, 7, 8, u64::MAX].map(|step| schedule.rate(step));
        assert_eq!(rates, [from, to, to, to], "{schedule}");
    }
    let warm = Schedule::Constant { rate: 0.4 }.after_warm_up(3);
    let quarters = [0, 1, 2, 3, 4].map(|step| (warm.rate(step) * 10.0).round());
    assert_eq!(quarters, [1.0, 2.0, 3.0, 4.0, 4.0]);
}

#[test]
fn a_plateau_goes_on_from_its_state() {
    let losses: Vec<f64> = (0..40).map(|t| f64::from(t * 7919 % 13)).collect();
    let make = || ReduceOnPlateau::new(1.0).factor(0.5).patience(1).cooldown(2).maximise();
    for stop in [0, 1, 5, 11, 12, 13] {
        let (mut straight, mut first, mut second) = (make(), make(), make());
        let rates: Vec<f64> = losses.iter().map(|&loss| straight.observe(loss)).collect();
        let mut resumed: Vec<f64> = losses[..stop].iter().map(|&x| first.observe(x)).collect();
        second.load_state(&first.state()).unwrap();
        assert_eq!(second, first);
        resumed.extend(losses[stop..].iter().map(|&loss| second.observe(loss)));
        assert_eq!(resumed, rates);
        assert!(rates.last() < rates.first());
    }
    // NaN is no better than anything, and nothing hides behind it.
    let mut plateau = ReduceOnPlateau::new(1.0).patience(0).factor(0.5);
    assert_eq!([f64::NAN, 2.0, f64::NAN, 1.0].map(|x| plateau.observe(x)), [0.5, 0.5, 0.25, 0.25]);
}
