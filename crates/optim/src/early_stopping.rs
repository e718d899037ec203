//! When to stop: a number that is watched has not become better for too long. It knows numbers
//! alone, neither parameters nor losses.

use wengert_tensor::Tensor;

use crate::state::{Entries, State, StateError};

/// Watches a number that is to become smaller, as the loss on a validation set, or larger, as the
/// accuracy. When it has not improved for `patience` looks in a row, it is time to stop (Prechelt,
/// "Early stopping – but when?", 1998).
///
/// ```
/// # use wengert_optim::EarlyStopping;
/// let mut stopping = EarlyStopping::smallest(2);
/// let mut best = None;
/// for (epoch, loss) in [1.0, 0.5, 0.6, 0.7, 0.4].into_iter().enumerate() {
///     if stopping.improves(loss) {
///         best = Some(epoch); // a good place to keep a clone of the parameters
///     }
///     if stopping.is_due() {
///         break;
///     }
/// }
/// assert_eq!((best, stopping.best()), (Some(1), Some(0.5)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping {
    /// 1 if the number is to become larger, −1 if smaller.
    sign: f64,
    patience: usize,
    least: f64,
    best: Option<f64>,
    /// How many looks there were since the best.
    since: usize,
}

/// The kind of its state.
const KIND: &str = "early_stopping";

impl EarlyStopping {
    /// For a number that is to become as small as possible.
    ///
    /// # Panics
    ///
    /// If the patience is 0: it would be due before anything was seen.
    #[track_caller]
    pub fn smallest(patience: usize) -> EarlyStopping {
        EarlyStopping::new(-1.0, patience)
    }

    /// For a number that is to become as large as possible.
    ///
    /// # Panics
    ///
    /// As [`EarlyStopping::smallest`].
    #[track_caller]
    pub fn largest(patience: usize) -> EarlyStopping {
        EarlyStopping::new(1.0, patience)
    }

    #[track_caller]
    fn new(sign: f64, patience: usize) -> EarlyStopping {
        assert!(patience > 0, "a patience of 0 stops before anything was seen");
        EarlyStopping { sign, patience, least: 0.0, best: None, since: 0 }
    }

    /// Only what is better than the best by more than this counts as an improvement; 0 unless set.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn by(self, least: f64) -> EarlyStopping {
        let valid = least.is_finite() && least >= 0.0;
        assert!(valid, "a least improvement is finite and not negative, unlike {least}");
        EarlyStopping { least, ..self }
    }

    /// Takes the next number, and answers whether it is the best so far. NaN never is.
    pub fn improves(&mut self, value: f64) -> bool {
        let improves = match self.best {
            None => !value.is_nan(),
            Some(best) => self.sign * (value - best) > self.least,
        };
        if improves {
            self.best = Some(value);
            self.since = 0;
        } else {
            self.since += 1;
        }
        improves
    }

    /// Whether there was no improvement for as many numbers in a row as patience allows.
    pub fn is_due(&self) -> bool {
        self.since >= self.patience
    }

    /// The best number so far, if there is one.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// What it remembers.
    pub fn state(&self) -> State {
        let mut entries = vec![("since".to_owned(), Tensor::from(self.since as i64))];
        entries.extend(self.best.map(|best| ("best".to_owned(), Tensor::from(best))));
        State { kind: KIND.to_owned(), entries }
    }

    /// Goes on from a state.
    ///
    /// # Errors
    ///
    /// If it is the state of something else. Then nothing changes.
    pub fn load_state(&mut self, state: &State) -> Result<(), StateError> {
        let mut entries = Entries::of(state, KIND)?;
        let since = entries.count("since", 0);
        // There is no best as long as all were NaN.
        let has_best = entries.has("best");
        let best = if has_best { entries.tensor("best", &Tensor::from(0.0)) } else { None };
        entries.finish()?;
        self.best = best.map(|best| best.item());
        self.since = since.map_or(0, |since| since as usize);
        Ok(())
    }
}
