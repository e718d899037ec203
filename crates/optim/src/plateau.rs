//! A learning rate that is reduced when training gets nowhere.

use wengert_tensor::Tensor;

use crate::state::{Entries, State, StateError};
use crate::valid_rate;

/// Reduces the learning rate when a value, such as the loss on data that is not learnt from, has
/// stopped getting better. Unlike a [`Schedule`](crate::Schedule) it remembers what was.
///
/// ```
/// # use wengert_optim::ReduceOnPlateau;
/// let mut plateau = ReduceOnPlateau::new(0.1).factor(0.5).patience(1);
/// let losses = [3.0, 2.0, 2.5, 2.4, 2.3];
/// assert_eq!(losses.map(|loss| plateau.observe(loss)), [0.1, 0.1, 0.1, 0.05, 0.05]);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: u32,
    cooldown: u32,
    minimum: f64,
    threshold: Threshold,
    /// 1 if lower is better, -1 if higher is.
    sign: f64,

    rate: f64,
    /// The best value so far, times the sign.
    best: f64,
    /// For how many values there was no better one.
    bad: u32,
    /// For how many more values nothing counts as bad.
    cooling: u32,
}

/// What is called better.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Threshold {
    Relative(f64),
    Absolute(f64),
}

impl ReduceOnPlateau {
    /// Begins with a learning rate. It is multiplied by 0.1 when ten values in a row were not lower
    /// than the lowest by at least a ten-thousandth of it, and the eleventh isn't either.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> ReduceOnPlateau {
        ReduceOnPlateau {
            factor: 0.1,
            patience: 10,
            cooldown: 0,
            minimum: 0.0,
            threshold: Threshold::Relative(1e-4),
            sign: 1.0,
            rate: valid_rate(rate),
            best: f64::INFINITY,
            bad: 0,
            cooling: 0,
        }
    }

    /// Multiplies by this factor.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> ReduceOnPlateau {
        assert!((0.0..1.0).contains(&factor), "a factor is in [0, 1), unlike {factor}");
        self.factor = factor;
        self
    }

    /// After more than so many values in a row that are no better.
    pub fn patience(mut self, values: u32) -> ReduceOnPlateau {
        self.patience = values;
        self
    }

    /// Having reduced the rate, does not count so many values.
    pub fn cooldown(mut self, values: u32) -> ReduceOnPlateau {
        self.cooldown = values;
        self
    }

    /// Never reduces the rate to less than this one.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn minimum(mut self, rate: f64) -> ReduceOnPlateau {
        self.minimum = valid_rate(rate);
        self
    }

    /// Better is what is below $(1 - \theta)$ times the best; with
    /// [`maximise`](ReduceOnPlateau::maximise), above $(1 + \theta)$ times. For values that are
    /// positive.
    pub fn relative_threshold(mut self, threshold: f64) -> ReduceOnPlateau {
        self.threshold = Threshold::Relative(threshold);
        self
    }

    /// Better is what is below the best by more than this.
    pub fn absolute_threshold(mut self, threshold: f64) -> ReduceOnPlateau {
        self.threshold = Threshold::Absolute(threshold);
        self
    }

    /// Takes higher values for better, such as accuracies.
    pub fn maximise(mut self) -> ReduceOnPlateau {
        self.sign = -1.0;
        self
    }

    /// The rate from now on.
    pub fn learning_rate(&self) -> f64 {
        self.rate
    }

    /// Takes note of a value, and answers the rate from now on. A NaN is no better than anything.
    pub fn observe(&mut self, value: f64) -> f64 {
        let value = self.sign * value;
        let bar = match self.threshold {
            _ if self.best == f64::INFINITY => self.best,
            Threshold::Relative(share) => self.best * (1.0 - self.sign * share),
            Threshold::Absolute(distance) => self.best - distance,
        };
        if value < bar {
            (self.best, self.bad) = (value, 0);
        } else {
            self.bad += 1;
        }
        if self.cooling > 0 {
            (self.cooling, self.bad) = (self.cooling - 1, 0);
        }
        if self.bad > self.patience {
            self.rate = (self.factor * self.rate).max(self.minimum).min(self.rate);
            (self.cooling, self.bad) = (self.cooldown, 0);
        }
        self.rate
    }

    /// What it remembers.
    pub fn state(&self) -> State {
        let count = |count: u32| Tensor::from(i64::from(count));
        let entries = [
            ("learning_rate", Tensor::from(self.rate)),
            ("best", Tensor::from(self.best)),
            ("bad", count(self.bad)),
            ("cooling", count(self.cooling)),
        ];
        let entries = entries.map(|(name, tensor)| (name.to_owned(), tensor)).into();
        State { kind: "plateau".to_owned(), entries }
    }

    /// Goes on from a state.
    ///
    /// # Errors
    ///
    /// If it is the state of something else. Then nothing changes.
    pub fn load_state(&mut self, state: &State) -> Result<(), StateError> {
        let mut entries = Entries::of(state, "plateau")?;
        let rate = entries.number("learning_rate");
        let best = entries.tensor("best", &Tensor::from(0.0));
        let [bad, cooling] = ["bad", "cooling"].map(|name| entries.count(name, 0));
        entries.finish()?;
        if let (Some(rate), Some(best), Some(bad), Some(cooling)) = (rate, best, bad, cooling) {
            (self.rate, self.best) = (rate, best.item());
            (self.bad, self.cooling) = (bad.unsigned_abs(), cooling.unsigned_abs());
        }
        Ok(())
    }
}
