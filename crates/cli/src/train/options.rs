//! The command line of `wengert train`, and what it stands for.

use std::fmt;

use clap::{Args, ValueEnum};
use wengert::prelude::*;

/// Train a classifier of handwritten digits (UCI, 1,797 images of 8×8 pixels)
///
/// Results go to standard output, a progress bar to standard error if that is a terminal. Equal
/// options give equal parameters, to the last bit.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)] // to refuse them with our own words
pub struct Options {
    /// How often to go through the training data
    #[arg(long, default_value_t = 40, value_parser = positive)]
    pub epochs: u64,

    /// How many rows to learn from at a time; all at once if there are fewer
    #[arg(long, default_value_t = 32, value_parser = count)]
    pub batch: usize,

    /// The learning rate of the first step, from which it falls evenly to 0
    /// [default: 0.003 for adam, 0.2 for sgd, 0.02 for momentum]
    #[arg(long, value_parser = not_negative)]
    learning_rate: Option<f64>,

    /// The standard deviation of the noise on the inputs when learning, theirs being 1
    #[arg(long, default_value_t = 0.6, value_parser = not_negative)]
    pub noise: f64,

    /// The sizes of the hidden layers, between commas
    #[arg(long, value_delimiter = ',', default_value = "128,64", value_parser = size)]
    hidden: Vec<usize>,

    /// What the split, the first weights, the order of the batches and the noise are drawn from
    #[arg(long, default_value_t = 0, value_parser = whole)]
    pub seed: u64,

    /// How parameters follow their gradients
    #[arg(long, value_enum, default_value_t = Method::Adam)]
    optimizer: Method,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Method {
    /// Adam: steps of about one size
    Adam,
    /// Gradient descent
    Sgd,
    /// Gradient descent with momentum 0.9
    Momentum,
}

impl Options {
    /// The sizes of all layers, from the features of the data to its classes.
    pub fn sizes(&self, data: &Dataset) -> Vec<usize> {
        let features = data.x.shape()[1..].iter().product();
        let ends = (features, data.classes().len());
        [ends.0].into_iter().chain(self.hidden.iter().copied()).chain([ends.1]).collect()
    }

    /// The learning rate that was asked for, or one that suits the optimizer.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate.unwrap_or(match self.optimizer {
            Method::Adam => 0.003,
            Method::Sgd => 0.2,
            Method::Momentum => 0.02,
        })
    }

    /// The optimizer that was asked for.
    pub fn optimizer(&self) -> Box<dyn Optimizer> {
        let rate = self.learning_rate();
        match self.optimizer {
            Method::Adam => Box::new(Adam::new(rate)),
            Method::Sgd => Box::new(Sgd::new(rate)),
            Method::Momentum => Box::new(Sgd::new(rate).momentum(0.9)),
        }
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        let method = self.optimizer.to_possible_value();
        write!(
            f,
            "hidden layers of {}, {} from rate {}, batches of {}, noise {}, seed {}",
            hidden.join(", "),
            method.as_ref().map_or("", |value| value.get_name()),
            self.learning_rate(),
            self.batch,
            self.noise,
            self.seed
        )
    }
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

fn positive(text: &str) -> Result<u64, String> {
    let number = whole(text).ok().filter(|&number| number > 0);
    number.ok_or_else(|| "expected a whole number of at least 1".into())
}

fn count(text: &str) -> Result<usize, String> {
    positive(text).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

/// The widest layer, so that a slip of the finger does not ask for more memory than there is.
const WIDEST: usize = 8192;

fn size(text: &str) -> Result<usize, String> {
    let number = text.trim().parse().ok().filter(|number| (1..=WIDEST).contains(number));
    number.ok_or_else(|| format!("expected whole numbers from 1 to {WIDEST}, such as 128,64"))
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "expected a finite number that is not negative".into())
}
