//! What parameters begin with. Where they are used, and what they are called, is for the layers.

use wengert_autodiff::Params;
use wengert_tensor::{Shape, Tensor};

mod orthogonal;

/// A rule for the first values of a weight.
///
/// An element of a layer's output is a sum over `fan_in` inputs, and an input has a part in
/// `fan_out` outputs: for a weight `[inputs, outputs]` the one and the other; for the kernel of a
/// convolution the channels in or out times the places of the kernel. With variances in inverse
/// proportion to these, signals neither vanish nor explode on their way through many layers. Each
/// such rule comes in two forms of the same variance: drawn evenly from $[-a, a)$, whose variance
/// is $a^2/3$, or normally distributed.
///
/// * Xavier Glorot and Yoshua Bengio, "Understanding the difficulty of training deep feedforward
///   neural networks", 2010: for activations that are the identity near 0, such as tanh.
/// * Kaiming He, Xiangyu Zhang, Shaoqing Ren and Jian Sun, "Delving deep into rectifiers", 2015:
///   for relu, which lets half of the variance through.
/// * Yann LeCun, Léon Bottou, Genevieve Orr and Klaus-Robert Müller, "Efficient backprop", 1998:
///   as Xavier's for what flows forwards alone; for selu.
/// * Andrew Saxe, James McClelland and Surya Ganguli, "Exact solutions to the nonlinear dynamics
///   of learning in deep linear neural networks", 2014: orthogonal matrices, which keep lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    /// Evenly from $[-a, a)$ with $a = \sqrt{6 / (\text{fan in} + \text{fan out})}$.
    XavierUniform,
    /// Normal of mean 0 and variance $2 / (\text{fan in} + \text{fan out})$.
    XavierNormal,
    /// Evenly from $[-a, a)$ with $a = \sqrt{6 / \text{fan in}}$.
    HeUniform,
    /// Normal of mean 0 and variance $2 / \text{fan in}$.
    HeNormal,
    /// Evenly from $[-a, a)$ with $a = \sqrt{3 / \text{fan in}}$.
    LecunUniform,
    /// Normal of mean 0 and variance $1 / \text{fan in}$.
    LecunNormal,
    /// Evenly from $[-a, a)$ with this $a$.
    Uniform(f64),
    /// Normal of mean 0 and this standard deviation.
    Normal(f64),
    /// Normal of mean 0 and this standard deviation, drawn again where it is more than two of them
    /// away; this leaves 0.88 of the deviation.
    TruncatedNormal(f64),
    /// This number times a matrix with orthonormal rows or columns, whichever there are fewer of,
    /// evenly among all such matrices. Of more than two axes, all behind the first are taken as
    /// one. A factor of 1 suits tanh, $\sqrt 2$ relu.
    Orthogonal(f64),
    /// Ones where row and column are equal, else 0: for matrices.
    Identity,
    /// 0 everywhere: for biases. All units of a layer with such weights stay equal.
    Zeros,
    /// This number everywhere.
    Constant(f64),
}

impl Initializer {
    /// A tensor of this shape, in the precision of the store. What is drawn is the next of the
    /// sequences of the store's seed; zeros, constants and identities use none of them up.
    ///
    /// ```
    /// # use wengert_autodiff::Params;
    /// # use wengert_nn::Initializer;
    /// let mut params = Params::f64(0);
    /// let weight = Initializer::XavierUniform.draw(&mut params, [30, 20], 30, 20);
    /// let bound = (6.0_f64 / 50.0).sqrt();
    /// assert!(weight.to_vec_f64().iter().all(|w| (-bound..bound).contains(w)));
    /// ```
    ///
    /// # Panics
    ///
    /// If an orthogonal tensor is to have fewer than two axes, or an identity is to be no matrix.
    #[track_caller]
    pub fn draw(
        self,
        params: &mut Params,
        shape: impl Into<Shape>,
        fan_in: usize,
        fan_out: usize,
    ) -> Tensor {
        let (fan_in, fan_sum) = (fan_in as f64, (fan_in + fan_out) as f64);
        let mut evenly = |shape, a: f64| params.uniform(shape, -a, a);
        let shape: Shape = shape.into();
        match self {
            Initializer::XavierUniform => evenly(shape, (6.0 / fan_sum).sqrt()),
            Initializer::XavierNormal => params.normal(shape, 0.0, (2.0 / fan_sum).sqrt()),
            Initializer::HeUniform => evenly(shape, (6.0 / fan_in).sqrt()),
            Initializer::HeNormal => params.normal(shape, 0.0, (2.0 / fan_in).sqrt()),
            Initializer::LecunUniform => evenly(shape, (3.0 / fan_in).sqrt()),
            Initializer::LecunNormal => params.normal(shape, 0.0, (1.0 / fan_in).sqrt()),
            Initializer::Uniform(bound) => evenly(shape, bound),
            Initializer::Normal(std) => params.normal(shape, 0.0, std),
            Initializer::TruncatedNormal(std) => truncated_normal(params, shape, std),
            Initializer::Orthogonal(factor) => orthogonal::draw(params, shape, factor),
            Initializer::Identity => identity(params, shape),
            Initializer::Zeros => Tensor::zeros(params.precision().dtype(), shape),
            Initializer::Constant(value) => Tensor::full(params.precision().dtype(), shape, value),
        }
    }
}

/// Draws until everything is within two standard deviations.
fn truncated_normal(params: &mut Params, shape: Shape, std: f64) -> Tensor {
    let mut values = params.normal(shape.clone(), 0.0, std).to_vec_f64();
    loop {
        let outside = values.iter_mut().filter(|x| x.abs() > 2.0 * std);
        let outside: Vec<&mut f64> = outside.collect();
        if outside.is_empty() {
            break;
        }
        let again = params.normal([outside.len()], 0.0, std).to_vec_f64();
        outside.into_iter().zip(again).for_each(|(x, again)| *x = again);
    }
    of_values(params, values, shape)
}

#[track_caller]
fn identity(params: &Params, shape: Shape) -> Tensor {
    let &[rows, columns] = &shape[..] else {
        panic!("identity: {shape} is the shape of no matrix");
    };
    let one = |k: usize| f64::from(u8::from(k / columns == k % columns));
    of_values(params, (0..rows * columns).map(one).collect(), shape)
}

/// A tensor of these numbers in the precision of the store.
fn of_values(params: &Params, values: Vec<f64>, shape: Shape) -> Tensor {
    let tensor = Tensor::from_vec(values, shape).expect("a number for each place");
    tensor.cast(params.precision().dtype()).expect("reals are cast to reals")
}
