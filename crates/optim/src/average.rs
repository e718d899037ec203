//! Exponentially weighted averages: of a number, and of all parameters.

use wengert_autodiff::{ParamMap, Params};
use wengert_tensor::{Array, DType, Tensor};

use crate::state::{Entries, State, StateError};
use crate::update::Number;
use crate::valid_average;

/// The exponentially weighted average of a number, such as the loss of a batch: of the newest
/// $\frac{1}{1 - \beta}$ values, about.
///
/// From $v = 0$, each value makes it $v \leftarrow \beta v + (1 - \beta)\, x$. After $t$ of them the
/// weights sum to $1 - \beta^t$ only; $v / (1 - \beta^t)$ is corrected for that.
///
/// ```
/// # use wengert_optim::MovingAverage;
/// let mut average = MovingAverage::new(0.5);
/// assert_eq!(average.value(), None);
/// assert_eq!([8.0, 2.0, 11.0].map(|x| average.update(x)), [8.0, 4.0, 8.0]);
/// assert_eq!(average.uncorrected(), 7.0);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct MovingAverage {
    decay: f64,
    t: i32,
    v: f64,
}

impl MovingAverage {
    /// With the weight `decay` $= \beta$ for what was.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn new(decay: f64) -> MovingAverage {
        MovingAverage { decay: valid_average("a decay", decay), t: 0, v: 0.0 }
    }

    /// Takes in a value, and answers the corrected average.
    pub fn update(&mut self, x: f64) -> f64 {
        self.t = self.t.saturating_add(1);
        self.v = self.decay * self.v + (1.0 - self.decay) * x;
        self.corrected()
    }

    /// The corrected average, if there was a value.
    pub fn value(&self) -> Option<f64> {
        (self.t > 0).then(|| self.corrected())
    }

    fn corrected(&self) -> f64 {
        self.v / (1.0 - self.decay.powi(self.t))
    }

    /// The average $v$ that has begun at 0: too small at first.
    pub fn uncorrected(&self) -> f64 {
        self.v
    }

    /// What it remembers.
    pub fn state(&self) -> State {
        let entries = [("t", Tensor::from(i64::from(self.t))), ("v", Tensor::from(self.v))];
        let entries = entries.map(|(name, tensor)| (name.to_owned(), tensor)).into();
        State { kind: "moving_average".to_owned(), entries }
    }

    /// Goes on from a state.
    ///
    /// # Errors
    ///
    /// If it is the state of something else. Then nothing changes.
    pub fn load_state(&mut self, state: &State) -> Result<(), StateError> {
        let mut entries = Entries::of(state, "moving_average")?;
        let (t, v) = (entries.count("t", 0), entries.tensor("v", &Tensor::from(0.0)));
        entries.finish()?;
        if let (Some(t), Some(v)) = (t, v) {
            (self.t, self.v) = (t, v.item());
        }
        Ok(())
    }
}

/// The exponentially weighted average of all parameters, which often answers better than the last
/// of them (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992).
///
/// It is that of [`MovingAverage`], corrected for its start, for each element of each parameter, and
/// of buffers too. Written as $a \leftarrow a + \frac{1 - \beta}{1 - \beta^t} (p - a)$, it is an
/// average of parameters at any time: the first of them after one update, and nearly that of all
/// alike as long as $t$ is much less than $\frac{1}{1 - \beta}$.
///
/// ```
/// # use wengert_autodiff::Params;
/// # use wengert_optim::Ema;
/// let mut params = Params::f64(0);
/// let w = params.add("w", 8.0);
/// let mut ema = Ema::new(0.5);
/// for value in [8.0, 2.0, 11.0] {
///     params.get_mut(w).value = value.into(); // a step of training
///     ema.update(&params);
/// }
/// let mut averaged = params.clone();
/// ema.apply(&mut averaged);
/// assert_eq!((averaged[w].value.item(), params[w].value.item()), (8.0, 11.0));
/// ```
#[derive(Clone, Debug)]
pub struct Ema {
    decay: f64,
    averages: ParamMap<(i32, Tensor)>,
}

impl Ema {
    /// With the weight `decay` $= \beta$ for what was, such as 0.999.
    ///
    /// # Panics
    ///
    /// If it is not in $[0, 1)$.
    #[track_caller]
    pub fn new(decay: f64) -> Ema {
        Ema { decay: valid_average("a decay", decay), averages: ParamMap::new() }
    }

    /// Takes in the parameters as they are. From the second time on nothing is allocated.
    ///
    /// # Panics
    ///
    /// If they are of another store than before, or one has changed its shape or precision.
    #[track_caller]
    pub fn update(&mut self, params: &Params) {
        for (id, parameter) in params.iter() {
            let (name, value) = (&parameter.name, &parameter.value);
            // Indices have no average.
            if value.dtype() == DType::I64 {
                continue;
            }
            let zeros = || (0, Tensor::zeros(value.dtype(), value.shape().clone()));
            let (t, average) = self.averages.get_or_insert_with(id, zeros);
            *t = t.saturating_add(1);
            let weight = (1.0 - self.decay) / (1.0 - self.decay.powi(*t));
            let done = average.shape() == value.shape()
                && match value {
                    Tensor::F32(p) => approach(average, p, weight as f32),
                    Tensor::F64(p) => approach(average, p, weight),
                    Tensor::I64(_) => unreachable!("they were left out"),
                };
            assert!(done, "parameter {name:?} has changed its shape or precision");
        }
    }

    /// Replaces parameters by their averages; those that have none stay as they are. Keep the
    /// parameters themselves to go on training: this is for a clone.
    ///
    /// # Panics
    ///
    /// If they are of another store, and not clones.
    #[track_caller]
    pub fn apply(&self, params: &mut Params) {
        for (id, (_, average)) in self.averages.iter() {
            params.get_mut(id).value = average.clone();
        }
    }

    /// The averages, and how many updates each has had.
    ///
    /// # Panics
    ///
    /// If the parameters are of another store.
    #[track_caller]
    pub fn state(&self, params: &Params) -> State {
        let mut entries = Vec::new();
        for (id, parameter) in params.iter() {
            if let Some((t, average)) = self.averages.get(id) {
                let name = |what: &str| format!("{}/{what}", parameter.name);
                entries.push((name("t"), Tensor::from(i64::from(*t))));
                entries.push((name("average"), average.clone()));
            }
        }
        State { kind: "ema".to_owned(), entries }
    }

    /// Goes on from a state, with these parameters.
    ///
    /// # Errors
    ///
    /// If it is the state of something else, or of other parameters. Then nothing changes.
    pub fn load_state(&mut self, params: &Params, state: &State) -> Result<(), StateError> {
        let mut entries = Entries::of(state, "ema")?;
        let mut averages = ParamMap::new();
        for (id, parameter) in params.iter() {
            let [t, average] = ["t", "average"].map(|what| format!("{}/{what}", parameter.name));
            if !entries.has(&t) && !entries.has(&average) {
                continue;
            }
            let found = (entries.count(&t, 1), entries.tensor(&average, &parameter.value));
            if let (Some(t), Some(average)) = found {
                averages.insert(id, (t, average));
            }
        }
        entries.finish()?;
        self.averages = averages;
        Ok(())
    }
}

/// Moves an average towards `p` by a part of the way; says whether it is of its precision.
fn approach<T: Number>(average: &mut Tensor, p: &Array<T>, weight: T) -> bool {
    let p = p.contiguous();
    let p = p.as_slice().expect("it was made contiguous");
    let Some(average) = T::elements(average) else { return false };
    for (a, &p) in average.iter_mut().zip(p) {
        *a = *a + weight * (p - *a);
    }
    true
}
