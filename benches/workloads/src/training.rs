//! W2, W3 and W5: training steps of perceptrons and a convolutional network. A call is a whole
//! step: forward, loss, backward, optimizer.

use wengert::prelude::*;
use wengert::tensor::Window;

use crate::measure::{Outcome, measure};
use crate::numbers::{integers, symmetric};

/// W2: 64-32-16-10, tanh, batch 32, gradient descent.
pub fn small_perceptron(threads: usize) -> Outcome {
    let mut model = Model::new(threads);
    model.dense(&[64, 32, 16, 10]);
    let (x, labels) = (symmetric(1, &[32, 64], 1.0), integers(2, &[32], 10));
    model.train(&x, &labels, Sgd::new(0.1), 5, |scope, x, layers| {
        dense(scope, dense(scope, dense(scope, x, layers[0]).tanh(), layers[1]).tanh(), layers[2])
    })
}

/// W3: 784-512-256-10, relu, batch 128, Adam.
pub fn mnist_perceptron(threads: usize) -> Outcome {
    let mut model = Model::new(threads);
    model.dense(&[784, 512, 256, 10]);
    let (x, labels) = (symmetric(1, &[128, 784], 1.0), integers(2, &[128], 10));
    model.train(&x, &labels, Adam::new(1e-3), 1, |scope, x, layers| {
        dense(scope, dense(scope, dense(scope, x, layers[0]).relu(), layers[1]).relu(), layers[2])
    })
}

/// W5: PyTorch's example network for MNIST without dropout, batch 64, Adam.
pub fn mnist_convolutions(threads: usize) -> Outcome {
    let mut model = Model::new(threads);
    model.layer(&[32, 1, 3, 3], 32, 9);
    model.layer(&[64, 32, 3, 3], 64, 288);
    model.dense(&[9216, 128, 10]);
    let (x, labels) = (symmetric(1, &[64, 1, 28, 28], 1.0), integers(2, &[64], 10));
    model.train(&x, &labels, Adam::new(1e-3), 1, |scope, x, layers| {
        let x = convolution(scope, convolution(scope, x, layers[0]).relu(), layers[1]).relu();
        let x = x.max_pool(&Window::new([2, 2]).stride(2)).reshape([64, 9216]);
        dense(scope, dense(scope, x, layers[2]).relu(), layers[3])
    })
}

/// A weight and a bias.
type Pair = [ParamId; 2];

/// Parameters, of which number `i` is made of the numbers of tag `10 + i`.
struct Model {
    params: Params,
    layers: Vec<Pair>,
    threads: Threads,
}

fn convolution<'t>(scope: &Scope<'t>, x: Var<'t>, [weight, bias]: Pair) -> Var<'t> {
    let bias = scope.var(bias);
    x.conv2d(scope.var(weight), 1, 0) + bias.reshape([bias.shape()[0], 1, 1])
}

fn dense<'t>(scope: &Scope<'t>, x: Var<'t>, [weight, bias]: Pair) -> Var<'t> {
    x.matmul(scope.var(weight)) + scope.var(bias)
}

impl Model {
    fn new(threads: usize) -> Model {
        let threads = Threads::new(threads);
        Model { params: Params::f32(0), layers: Vec::new(), threads }
    }

    /// Adds dense layers of these sizes.
    fn dense(&mut self, sizes: &[usize]) {
        for pair in sizes.windows(2) {
            self.layer(&[pair[0], pair[1]], pair[1], pair[0]);
        }
    }

    /// Adds a weight of this shape, and a bias.
    fn layer(&mut self, shape: &[usize], outputs: usize, fan_in: usize) {
        let place = self.layers.len();
        let (tag, bound) = (10 + 2 * place as u64, 1.0 / (fan_in as f64).sqrt());
        let weight = symmetric(tag, shape, bound);
        let bias = symmetric(tag + 1, &[outputs], bound);
        let mut add = |name: &str, value| self.params.add(&format!("{place}.{name}"), value);
        self.layers.push([add("weight", weight), add("bias", bias)]);
    }

    /// Times training steps, a sample being the mean of so many calls.
    fn train(
        self,
        x: &Tensor,
        labels: &Tensor,
        optimizer: impl Optimizer,
        calls: u32,
        forward: impl for<'t> Fn(&Scope<'t>, Var<'t>, &[Pair]) -> Var<'t>,
    ) -> Outcome {
        let Model { params, layers, threads } = self;
        train(Tape::f32(), params, optimizer, &threads, calls, |scope| {
            forward(scope, scope.input(x), &layers).cross_entropy(labels)
        })
    }
}

/// Times training steps on a tape, a sample being the mean of so many calls.
pub fn train(
    mut tape: Tape,
    mut params: Params,
    mut optimizer: impl Optimizer,
    threads: &Threads,
    calls: u32,
    loss: impl for<'t> Fn(&Scope<'t>) -> Var<'t>,
) -> Outcome {
    tape.set_threads(threads);
    optimizer.set_threads(threads);
    let mut step = || {
        let step = tape.value_and_grad(&params, |scope| (loss(scope), []));
        optimizer.step(&mut params, &step.gradients);
        step.loss
    };
    let losses: Vec<f64> = (0..11).map(|_| step()).collect();
    let samples = measure(|| {
        for _ in 0..calls {
            step();
        }
    });
    let statistics = tape.statistics();
    Outcome {
        samples: samples.iter().map(|seconds| seconds / f64::from(calls)).collect(),
        loss: losses[0],
        extra: vec![
            ("loss10".to_owned(), losses[10].into()),
            ("temporaries_mb".to_owned(), (statistics.peak_bytes as f64 / 1e6).into()),
            ("operations".to_owned(), (statistics.operations / statistics.runs).into()),
        ],
        note: "",
    }
}
