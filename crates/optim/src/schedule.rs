//! Schedules: the learning rate as a function of the step. What depends on how training goes is in
//! `plateau`.

use std::f64::consts::PI;
use std::fmt;

/// The learning rate as a function of the step's number $t$, from 0. Whether a step is a batch or an
/// epoch is the caller's business.
///
/// A schedule is plain data and remembers nothing, so that training can be resumed at any step.
///
/// ```
/// # use wengert_optim::{Adam, Optimizer, Schedule};
/// let schedule = Schedule::Cosine { from: 0.1, to: 0.001, steps: 900 }.after_warm_up(100);
/// println!("{schedule}");
/// # assert_eq!(
/// #     schedule.to_string(),
/// #     "linear from 0.0009900990099009901 to 0.1 in 100 steps for 100 steps, \
/// #      then cosine from 0.1 to 0.001 in 900 steps"
/// # );
/// let mut adam = Adam::new(0.0);
/// for step in 0..1000 {
///     adam.set_learning_rate(schedule.rate(step));
///     // …
/// }
/// assert!(adam.learning_rate() < 0.0011);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub enum Schedule {
    /// $\eta$ for ever.
    Constant {
        /// The rate $\eta$.
        rate: f64,
    },
    /// $\eta \gamma^{\lfloor t / n \rfloor}$: multiplied by a factor every so many steps.
    Step {
        /// The first rate $\eta$.
        rate: f64,
        /// The factor $\gamma$.
        factor: f64,
        /// The number of steps $n$; 0 counts as 1.
        every: u64,
    },
    /// $\eta \gamma^k$, where $k$ of the given steps are not later than $t$.
    MultiStep {
        /// The first rate $\eta$.
        rate: f64,
        /// The factor $\gamma$.
        factor: f64,
        /// The steps at which the rate is multiplied by it, in any order.
        at: Vec<u64>,
    },
    /// $\eta \gamma^t$.
    Exponential {
        /// The first rate $\eta$.
        rate: f64,
        /// The factor $\gamma$.
        factor: f64,
    },
    /// $\eta / (1 + \delta t)$.
    InverseTime {
        /// The first rate $\eta$.
        rate: f64,
        /// The decay $\delta$.
        decay: f64,
    },
    /// $a + (b - a)\, t / n$, and $b$ from step $n$ on.
    Linear {
        /// The first rate $a$.
        from: f64,
        /// The last rate $b$.
        to: f64,
        /// The number of steps $n$ between them.
        steps: u64,
    },
    /// $b + (a - b)\, (1 - t / n)^p$, and $b$ from step $n$ on.
    Polynomial {
        /// The first rate $a$.
        from: f64,
        /// The last rate $b$.
        to: f64,
        /// The number of steps $n$ between them.
        steps: u64,
        /// The power $p$.
        power: f64,
    },
    /// $b + (a - b)\, \frac12 \left(1 + \cos \frac{\pi t}{n}\right)$, and $b$ from step $n$ on
    /// (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017).
    Cosine {
        /// The first rate $a$.
        from: f64,
        /// The last rate $b$.
        to: f64,
        /// The number of steps $n$ between them.
        steps: u64,
    },
    /// As [`Schedule::Cosine`], but at $n$ it begins anew at $a$, and then takes $m n$, $m^2 n$ …
    /// steps.
    CosineRestarts {
        /// The rate $a$ after each restart.
        from: f64,
        /// The rate $b$ before each restart.
        to: f64,
        /// The number of steps $n$ before the first restart; 0 counts as 1.
        steps: u64,
        /// How many times as long $m$ each turn takes as the one before; 0 counts as 1.
        growth: u64,
    },
    /// One after the other. The second counts its steps from its own beginning.
    Then {
        /// The schedule of the first steps.
        first: Box<Schedule>,
        /// How many these are.
        steps: u64,
        /// The schedule of those that follow.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// The rate of step `step`, which is $t$.
    pub fn rate(&self, step: u64) -> f64 {
        let t = step as f64;
        match *self {
            Schedule::Constant { rate } => rate,
            Schedule::Step { rate, factor, every } => rate * power(factor, step / every.max(1)),
            Schedule::MultiStep { rate, factor, ref at } => {
                rate * power(factor, at.iter().filter(|&&at| at <= step).count() as u64)
            }
            Schedule::Exponential { rate, factor } => rate * power(factor, step),
            Schedule::InverseTime { rate, decay } => rate / (1.0 + decay * t),
            Schedule::Linear { from, to, steps } => blend(from, to, share(step, steps)),
            Schedule::Polynomial { from, to, steps, power } => {
                blend(to, from, (1.0 - share(step, steps)).powf(power))
            }
            Schedule::Cosine { from, to, steps } => cosine(from, to, share(step, steps)),
            Schedule::CosineRestarts { from, to, steps, growth } => {
                let (step, steps) = turn(step, steps.max(1), growth.max(1));
                cosine(from, to, share(step, steps))
            }
            Schedule::Then { ref first, steps, ref then } => match step.checked_sub(steps) {
                None => first.rate(step),
                Some(later) => then.rate(later),
            },
        }
    }

    /// This schedule for so many steps, then another, which counts its steps from there.
    pub fn then(self, steps: u64, then: Schedule) -> Schedule {
        Schedule::Then { first: Box::new(self), steps, then: Box::new(then) }
    }

    /// This schedule after `steps` steps in which the rate grows evenly to its first: the $k$-th
    /// of $n$ is made with $\frac{k}{n + 1}$ of it.
    pub fn after_warm_up(self, steps: u64) -> Schedule {
        let to = self.rate(0);
        Schedule::Linear { from: to / (steps as f64 + 1.0), to, steps }.then(steps, self)
    }

    /// One cycle of `steps` steps: up along a cosine from $\frac{1}{25}$ of the `peak` to all of it
    /// in the first three tenths, and down to $\frac{1}{250\,000}$ of it at the last step (Smith
    /// and Topin, "Super-convergence: very fast training of neural networks using large learning
    /// rates", 2018, with the numbers of PyTorch).
    pub fn one_cycle(peak: f64, steps: u64) -> Schedule {
        let (start, last) = (peak / 25.0, steps.saturating_sub(1));
        let rise = ((0.3 * steps as f64).round() as u64).saturating_sub(1);
        let fall = Schedule::Cosine { from: peak, to: start / 1e4, steps: last - rise };
        Schedule::Cosine { from: start, to: peak, steps: rise }.then(rise, fall)
    }
}

fn power(factor: f64, exponent: u64) -> f64 {
    factor.powf(exponent as f64)
}

/// How much of a stretch of steps lies behind: from 0 to 1.
fn share(step: u64, steps: u64) -> f64 {
    if step < steps { step as f64 / steps as f64 } else { 1.0 }
}

/// Exact at both ends.
fn blend(from: f64, to: f64, share: f64) -> f64 {
    (1.0 - share) * from + share * to
}

fn cosine(from: f64, to: f64, share: f64) -> f64 {
    blend(to, from, 0.5 * (1.0 + (PI * share).cos()))
}

/// The step inside its turn, and how many steps that has. The first has `steps`.
fn turn(mut step: u64, mut steps: u64, growth: u64) -> (u64, u64) {
    if growth == 1 {
        return (step % steps, steps);
    }
    while step >= steps {
        step -= steps;
        steps = steps.saturating_mul(growth);
    }
    (step, steps)
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Constant { rate } => write!(f, "constant {rate}"),
            Schedule::Step { rate, factor, every } => {
                write!(f, "{rate}, times {factor} every {every} steps")
            }
            Schedule::MultiStep { rate, factor, at } => {
                write!(f, "{rate}, times {factor} at steps {at:?}")
            }
            Schedule::Exponential { rate, factor } => {
                write!(f, "{rate}, times {factor} every step")
            }
            Schedule::InverseTime { rate, decay } => write!(f, "{rate} / (1 + {decay} step)"),
            Schedule::Linear { from, to, steps } => {
                write!(f, "linear from {from} to {to} in {steps} steps")
            }
            Schedule::Polynomial { from, to, steps, power } => {
                write!(f, "polynomial of power {power} from {from} to {to} in {steps} steps")
            }
            Schedule::Cosine { from, to, steps } => {
                write!(f, "cosine from {from} to {to} in {steps} steps")
            }
            Schedule::CosineRestarts { from, to, steps, growth } => write!(
                f,
                "cosine from {from} to {to} in {steps} steps, restarting, \
                 each time {growth} times as long"
            ),
            Schedule::Then { first, steps, then } => {
                write!(f, "{first} for {steps} steps, then {then}")
            }
        }
    }
}
