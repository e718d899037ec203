//! All that the result of a training depends on: the options, with what suits the data in place of
//! those that were not given.

use clap::{Parser, ValueEnum};
use wengert::prelude::*;

use crate::failure::Failure;
use crate::train::options::{Architecture, Decline, Method, Options, Sizes};
use crate::train::source::{Parts, Source};

/// All that the result of a training depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    pub source: Source,
    pub model: Architecture,
    pub epochs: u64,
    pub batch: usize,
    pub method: Method,
    pub learning_rate: f64,
    pub schedule: Decline,
    pub weight_decay: f64,
    pub dropout: f64,
    pub noise: f64,
    pub hidden: Sizes,
    pub patience: Option<u64>,
    pub seed: u64,
}

impl Recipe {
    /// The options that were given, and what suits the data.
    pub fn new(options: &Options) -> Recipe {
        let source = Source::named(options.data.as_deref().unwrap_or("digits"));
        let model = options.model.unwrap_or(Architecture::Mlp);
        let usual = Usual::of(&source, model);
        let method = options.optimizer.unwrap_or(Method::Adam);
        let hidden = || Sizes(usual.hidden.to_vec());
        let rate = || usual.adam_rate * method.rate_beside_adam();
        Recipe {
            model,
            epochs: options.epochs.unwrap_or(usual.epochs),
            batch: options.batch.unwrap_or(usual.batch),
            method,
            learning_rate: options.learning_rate.unwrap_or_else(rate),
            schedule: options.schedule.unwrap_or(Decline::Linear),
            weight_decay: options.weight_decay.unwrap_or_else(|| method.usual_decay()),
            dropout: options.dropout.unwrap_or(usual.dropout),
            noise: options.noise.unwrap_or(usual.noise),
            hidden: options.hidden.clone().unwrap_or_else(hidden),
            patience: options.patience,
            seed: options.seed.unwrap_or(0),
            source,
        }
    }

    /// The options by name, and what they stand at if they stand at anything. As text every number
    /// has all its digits.
    pub fn settings(&self) -> [(&'static str, Option<String>); 13] {
        [
            ("data", Some(self.source.to_string())),
            ("model", Some(name_of(&self.model))),
            ("hidden", Some(self.hidden.to_string())),
            ("epochs", Some(self.epochs.to_string())),
            ("batch", Some(self.batch.to_string())),
            ("optimizer", Some(name_of(&self.method))),
            ("learning-rate", Some(self.learning_rate.to_string())),
            ("schedule", Some(name_of(&self.schedule))),
            ("weight-decay", Some(self.weight_decay.to_string())),
            ("dropout", Some(self.dropout.to_string())),
            ("noise", Some(self.noise.to_string())),
            ("patience", self.patience.map(|patience| patience.to_string())),
            ("seed", Some(self.seed.to_string())),
        ]
    }

    /// The data, divided by the seed. What is an image to the model has pixels of one scale.
    pub fn parts(&self) -> Result<Parts, Failure> {
        let is_cnn = self.model == Architecture::Cnn;
        if is_cnn && !self.source.has_images() {
            return Err(Failure::NoImages(self.source.to_string()));
        }
        let together = is_cnn || matches!(self.source, Source::Directory(_));
        self.source.parts(self.seed, together)
    }

    /// The optimizer, which has learnt nothing yet.
    pub fn optimizer(&self) -> Box<dyn Optimizer> {
        let (rate, decay) = (self.learning_rate, self.weight_decay);
        let sgd = || Sgd::new(rate).weight_decay(decay);
        match self.method {
            Method::Adam => Box::new(Adam::new(rate).weight_decay(decay)),
            Method::Adamw => Box::new(AdamW::new(rate).weight_decay(decay)),
            Method::Rmsprop => Box::new(RmsProp::new(rate).weight_decay(decay)),
            Method::Sgd => Box::new(sgd()),
            Method::Momentum => Box::new(sgd().momentum(0.9)),
            Method::Nesterov => Box::new(sgd().momentum(0.9).nesterov()),
        }
    }

    /// The learning rate over so many steps.
    pub fn schedule(&self, steps: u64) -> Schedule {
        let (from, to) = (self.learning_rate, 0.0);
        match self.schedule {
            Decline::Constant => Schedule::Constant { rate: from },
            Decline::Linear => Schedule::Linear { from, to, steps },
            Decline::Cosine => Schedule::Cosine { from, to, steps },
        }
    }

    /// Whether the steps of the first epochs are the same whatever the number of epochs.
    pub fn is_endless(&self) -> bool {
        self.schedule == Decline::Constant
    }
}

/// The options that settings stand for, if they can be understood.
pub fn options_of(settings: &[(&str, String)]) -> Result<Options, clap::Error> {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }
    let arguments = settings.iter().map(|(name, value)| format!("--{name}={value}"));
    Line::try_parse_from(["train".to_owned()].into_iter().chain(arguments)).map(|line| line.options)
}

impl Method {
    /// How large its learning rate is beside Adam's when both serve.
    fn rate_beside_adam(self) -> f64 {
        match self {
            Method::Adam | Method::Adamw => 1.0,
            Method::Rmsprop => 0.5,
            Method::Sgd => 200.0 / 3.0,
            Method::Momentum | Method::Nesterov => 20.0 / 3.0,
        }
    }

    fn usual_decay(self) -> f64 {
        if self == Method::Adamw { 0.01 } else { 0.0 }
    }
}

/// What suits the data, found by trying.
struct Usual {
    epochs: u64,
    batch: usize,
    adam_rate: f64,
    noise: f64,
    dropout: f64,
    hidden: &'static [usize],
}

impl Usual {
    fn of(source: &Source, model: Architecture) -> Usual {
        let dropout = 0.0;
        match (source, model) {
            (Source::Digits, Architecture::Mlp) => Usual {
                epochs: 40,
                batch: 32,
                adam_rate: 0.003,
                noise: 0.6,
                dropout,
                hidden: &[128, 64],
            },
            (Source::Iris | Source::Wine | Source::BreastCancer, _) => {
                Usual { epochs: 60, batch: 16, adam_rate: 0.01, noise: 0.3, dropout, hidden: &[32] }
            }
            (Source::Digits, Architecture::Cnn) => Usual {
                epochs: 30,
                batch: 32,
                adam_rate: 0.002,
                noise: 0.3,
                dropout: 0.25,
                hidden: &[128],
            },
            (Source::Directory(_), Architecture::Cnn) => Usual {
                epochs: 3,
                batch: 64,
                adam_rate: 0.002,
                noise: 0.0,
                dropout: 0.25,
                hidden: &[128],
            },
            (Source::Directory(_), Architecture::Mlp) => Usual {
                epochs: 5,
                batch: 128,
                adam_rate: 0.002,
                noise: 0.0,
                dropout,
                hidden: &[256, 128],
            },
        }
    }
}

/// How a value of an option is written.
fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
