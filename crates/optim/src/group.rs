//! Groups: some parameters at another rate than the others, or with another decay.

use crate::{valid_rate, valid_weight_decay};

/// Parameters, by a pattern of their names, that are trained otherwise than the rest: slower where
/// a model was trained before, without decay, or with more of it.
///
/// ```
/// # use wengert_autodiff::Params;
/// # use wengert_optim::{AdamW, Group};
/// // Fine-tuning: the head is new, the encoder follows at a tenth of the rate.
/// let adam = AdamW::new(1e-3).group(Group::new("encoder.*").rate(0.1).decay(0.0));
/// ```
///
/// If several groups of an optimizer have a parameter, the last counts. What is not to be trained at
/// all is better left out with [`Params::only`](wengert_autodiff::Params::only), or not trainable:
/// then it has no gradient either.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    pub(crate) pattern: String,
    pub(crate) rate: f64,
    pub(crate) decay: Option<f64>,
}

impl Group {
    /// The parameters whose name matches a pattern, in which `*` stands for anything.
    pub fn new(pattern: impl Into<String>) -> Group {
        Group { pattern: pattern.into(), rate: 1.0, decay: None }
    }

    /// Trained at `factor` times the optimizer's learning rate, whatever that is at each step.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn rate(mut self, factor: f64) -> Group {
        self.rate = valid_rate(factor);
        self
    }

    /// With this weight decay instead of the optimizer's. What does not decay at all
    /// ([`Parameter::decays`](wengert_autodiff::Parameter::decays)), does not here.
    ///
    /// # Panics
    ///
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn decay(mut self, decay: f64) -> Group {
        self.decay = Some(valid_weight_decay(decay));
        self
    }
}
