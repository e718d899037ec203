//! The command line of `wengert train`. What is not said on it is decided in `recipe`.

use std::fmt;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

/// Train a classifier on a data set
///
/// Results go to standard output, a progress bar to standard error if that is a terminal. Equal
/// options give equal parameters, to the last bit.
///
/// Part of the data is kept for validation: the weights of the epoch that does best on it are those
/// that are judged by the test part in the end.
#[derive(Args, Clone, Default, Debug)]
#[command(allow_negative_numbers = true)] // to refuse them with our own words
pub struct Options {
    /// digits, iris, wine, breast-cancer, or a directory with the files of MNIST, packed by gzip or
    /// not, or of a data set that is handed on in the same form [default: digits]
    #[arg(long, value_name = "NAME or DIR")]
    pub data: Option<String>,

    /// What learns; cnn is for images only [default: mlp]
    #[arg(long, value_enum)]
    pub model: Option<Architecture>,

    /// How often to go through the training data [default: what suits the data]
    #[arg(long, value_parser = positive)]
    pub epochs: Option<u64>,

    /// How many rows to learn from at a time; all at once if there are fewer
    /// [default: what suits the data]
    #[arg(long, value_parser = count)]
    pub batch: Option<usize>,

    /// How parameters follow their gradients [default: adam]
    #[arg(long, value_enum)]
    pub optimizer: Option<Method>,

    /// The learning rate of the first step [default: what suits the data and the optimizer]
    #[arg(long, value_parser = not_negative)]
    pub learning_rate: Option<f64>,

    /// What becomes of the learning rate [default: linear]
    #[arg(long, value_enum)]
    pub schedule: Option<Decline>,

    /// How fast weights shrink by themselves [default: 0.01 for adamw, otherwise 0]
    #[arg(long, value_parser = not_negative)]
    pub weight_decay: Option<f64>,

    /// The share of a hidden layer's outputs that are dropped when learning
    /// [default: what suits the data]
    #[arg(long, value_parser = share)]
    pub dropout: Option<f64>,

    /// The standard deviation of the noise on the inputs when learning, theirs being 1
    /// [default: what suits the data]
    #[arg(long, value_parser = not_negative)]
    pub noise: Option<f64>,

    /// The sizes of the hidden dense layers, between commas [default: what suits the data]
    #[arg(long, value_parser = sizes)]
    pub hidden: Option<Sizes>,

    /// Stop when so many epochs in a row have not done better than the best [default: never]
    #[arg(long, value_parser = positive)]
    pub patience: Option<u64>,

    /// What the split, the first weights, the order of the batches and the noise are drawn from
    /// [default: 0]
    #[arg(long, value_parser = whole)]
    pub seed: Option<u64>,

    /// How many threads share the work; the result does not depend on it [default: all there are]
    #[arg(long, value_parser = count)]
    pub threads: Option<usize>,

    #[command(flatten)]
    pub keeping: Keeping,
}

impl Options {
    /// These options, and for those that were not given the others'.
    pub fn or(self, others: Options) -> Options {
        Options {
            data: self.data.or(others.data),
            model: self.model.or(others.model),
            epochs: self.epochs.or(others.epochs),
            batch: self.batch.or(others.batch),
            optimizer: self.optimizer.or(others.optimizer),
            learning_rate: self.learning_rate.or(others.learning_rate),
            schedule: self.schedule.or(others.schedule),
            weight_decay: self.weight_decay.or(others.weight_decay),
            dropout: self.dropout.or(others.dropout),
            noise: self.noise.or(others.noise),
            hidden: self.hidden.or(others.hidden),
            patience: self.patience.or(others.patience),
            seed: self.seed.or(others.seed),
            threads: self.threads,
            keeping: self.keeping,
        }
    }
}

/// What has no part in the result.
#[derive(Args, Clone, Default, Debug)]
#[command(group(ArgGroup::new("kept").args(["save", "resume"]).multiple(true)))]
pub struct Keeping {
    /// Save a checkpoint here after every epoch, at the end and on Ctrl-C: the weights, and all that
    /// is needed to go on
    #[arg(long, value_name = "PATH")]
    pub save: Option<PathBuf>,

    /// Go on from a checkpoint, to the bit as if training had never stopped, and keep saving there
    /// unless --save says otherwise; other options are those of the checkpoint
    #[arg(long, value_name = "PATH")]
    pub resume: Option<PathBuf>,

    /// Save after every so many steps as well
    #[arg(long, value_name = "STEPS", value_parser = positive, requires = "kept")]
    pub checkpoint_every: Option<u64>,
}

/// What learns.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// Dense layers with relu between
    Mlp,
    /// Two convolutions before the dense layers
    Cnn,
}

/// How parameters follow their gradients.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Adam: steps of about one size
    Adam,
    /// Gradient descent
    Sgd,
    /// Gradient descent with momentum 0.9
    Momentum,
    /// The same, looking ahead along the velocity
    Nesterov,
    /// RMSProp: steps by the mean square of the gradient
    Rmsprop,
    /// Adam with weight decay of its own
    Adamw,
}

/// What becomes of the learning rate.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decline {
    /// It stays
    Constant,
    /// It falls evenly to 0
    Linear,
    /// It falls to 0 along half a wave of a cosine
    Cosine,
}

/// The sizes of hidden layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes(pub Vec<usize>);

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&sizes.join(","))
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

fn sizes(text: &str) -> Result<Sizes, String> {
    let size = |text: &str| text.trim().parse().ok().filter(|size| (1..=WIDEST).contains(size));
    let sizes: Option<Vec<usize>> = text.split(',').map(size).collect();
    let expected = || format!("expected whole numbers from 1 to {WIDEST}, such as 128,64");
    sizes.map(Sizes).ok_or_else(expected)
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "expected a finite number that is not negative".into())
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..1.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 up to but not including 1".into())
}
