//! What parameters begin with. Where they are used, and what they are called, is for the layers.

use wengert_autodiff::Params;
use wengert_tensor::{Shape, Tensor};

/// A rule for the first values of a weight.
///
/// An element of a layer's output is a sum over `fan_in` inputs, and an input has a part in
/// `fan_out` outputs. With variances in inverse proportion to these, signals neither vanish nor
/// explode on their way through many layers. Each rule comes in two forms of the same variance:
/// drawn evenly from $[-a, a)$, whose variance is $a^2/3$, or normally distributed.
///
/// * Xavier Glorot and Yoshua Bengio, "Understanding the difficulty of training deep feedforward
///   neural networks", 2010: for activations that are the identity near 0, such as tanh.
/// * Kaiming He, Xiangyu Zhang, Shaoqing Ren and Jian Sun, "Delving deep into rectifiers", 2015:
///   for relu, which lets half of the variance through.
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
    /// 0 everywhere: for biases. All units of a layer with such weights stay equal.
    Zeros,
    /// This number everywhere.
    Constant(f64),
}

impl Initializer {
    /// A tensor of this shape, in the precision of the store. What is drawn is the next of the
    /// sequences of the store's seed; zeros and constants use none of them up.
    ///
    /// ```
    /// # use wengert_autodiff::Params;
    /// # use wengert_nn::Initializer;
    /// let mut params = Params::f64(0);
    /// let weight = Initializer::XavierUniform.draw(&mut params, [30, 20], 30, 20);
    /// let bound = (6.0_f64 / 50.0).sqrt();
    /// assert!(weight.to_vec_f64().iter().all(|w| (-bound..bound).contains(w)));
    /// ```
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
            Initializer::Zeros => Tensor::zeros(params.precision().dtype(), shape),
            Initializer::Constant(value) => Tensor::full(params.precision().dtype(), shape, value),
        }
    }
}
