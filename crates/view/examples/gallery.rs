//! Draws computations of several kinds, to be looked at: `cargo run -p wengert-view --example
//! gallery -- DIR`.

use std::path::Path;
use std::{env, fs};

use wengert_autodiff::{Tape, Var};
use wengert_view::{Explanation, Graph};

fn main() -> std::io::Result<()> {
    let directory = env::args().nth(1).unwrap_or_else(|| "gallery".into());
    fs::create_dir_all(&directory)?;
    let tape = Tape::new();
    let (x, y) = (tape.input(0.5), tape.input(2.0));
    let names = [("x", x), ("y", y)];
    write(&directory, "formula", &explained("x·y + sin x", x * y + x.sin(), &names))?;
    write(&directory, "mlp", &mlp())?;
    write(&directory, "cnn", &cnn())?;
    write(&directory, "lstm", &lstm(10))?;
    write(&directory, "transformer", &transformer())?;
    write(&directory, "chain", &chain(1000))?;
    write(&directory, "random", &random(1000))
}

fn write(directory: &str, name: &str, graph: &Graph) -> std::io::Result<()> {
    let path = |ending: &str| Path::new(directory).join(format!("{name}.{ending}"));
    fs::write(path("html"), graph.to_html())?;
    fs::write(path("svg"), graph.to_svg())?;
    fs::write(path("dot"), graph.to_dot())?;
    fs::write(path("mmd"), graph.to_mermaid())?;
    fs::write(path("json"), graph.to_json())
}

fn explained(title: &str, result: Var<'_>, inputs: &[(&str, Var<'_>)]) -> Graph {
    let explanation = Explanation::new(title, result, inputs, 0).expect("it runs");
    Graph::from(&explanation)
}

/// Numbers that look like weights.
fn weights<'t>(tape: &'t Tape, shape: &[usize], seed: u32) -> Var<'t> {
    let size: usize = shape.iter().product();
    let turn = |k: usize| ((k as f64 + f64::from(seed) * 0.37) * 0.618_034).fract() - 0.5;
    tape.input((0..size).map(turn).collect::<Vec<f64>>()).reshape(shape)
}

fn dense<'t>(tape: &'t Tape, name: &str, x: Var<'t>, size: usize) -> Var<'t> {
    tape.named(name, || {
        let inputs = x.shape()[x.rank() - 1];
        x.matmul(weights(tape, &[inputs, size], 1)) + weights(tape, &[size], 2)
    })
}

fn mlp() -> Graph {
    let tape = Tape::new();
    let x = weights(&tape, &[8, 20], 0);
    let mut h = x;
    for layer in 0..3 {
        h = dense(&tape, &format!("hidden.{layer}"), h, 16).relu();
    }
    let logits = dense(&tape, "head", h, 10);
    let loss = tape.named("loss", || logits.cross_entropy(&tape.indices(vec![1; 8]).value()));
    explained("A network of dense layers and its loss", loss, &[("x", x)])
}

fn cnn() -> Graph {
    let tape = Tape::new();
    let x = weights(&tape, &[2, 1, 12, 12], 0);
    let mut h = x;
    for (block, channels) in [(0, 4), (1, 8)] {
        h = tape.named(&format!("block{block}"), || {
            let inputs = h.shape()[1];
            let kernel = weights(&tape, &[channels, inputs, 3, 3], block);
            h.conv(kernel, &wengert_tensor::Window::new([3, 3]).padding([1, 1])).relu()
        });
    }
    let pooled = tape.named("pool", || h.mean_over([2, 3]));
    let loss = dense(&tape, "head", pooled, 10).logsumexp(-1).mean();
    explained("A convolutional network", loss, &[("x", x)])
}

fn lstm(steps: usize) -> Graph {
    let tape = Tape::new();
    let x = weights(&tape, &[steps, 4], 0);
    let (w, u) = (weights(&tape, &[4, 32], 1), weights(&tape, &[8, 32], 2));
    let (mut h, mut c) = (tape.zeros([8]), tape.zeros([8]));
    for step in 0..steps {
        (h, c) = tape.named(&format!("step{step}"), || {
            let gates = x.at(0, step as isize).unsqueeze(0).matmul(w) + h.unsqueeze(0).matmul(u);
            let gate = |k: isize| gates.reshape([4, 8]).at(0, k);
            let c = gate(0).sigmoid() * c + gate(1).sigmoid() * gate(2).tanh();
            (gate(3).sigmoid() * c.tanh(), c)
        });
    }
    explained("An LSTM in ten steps", h.square().sum(), &[("x", x), ("w", w), ("u", u)])
}

fn transformer() -> Graph {
    let tape = Tape::new();
    let x = weights(&tape, &[6, 16], 0);
    let attended = tape.named("attention", || {
        let [q, k, v] = ["query", "key", "value"].map(|name| dense(&tape, name, x, 16));
        let scores = tape.named("scores", || (q.matmul(k.transpose(0, 1)) / 4.0).softmax(-1));
        dense(&tape, "out", scores.matmul(v), 16)
    });
    let y = x + attended;
    let z = tape.named("mlp", || dense(&tape, "down", dense(&tape, "up", y, 32).gelu(), 16));
    explained("A block of a transformer", (y + z).square().mean(), &[("x", x)])
}

fn chain(length: usize) -> Graph {
    let tape = Tape::new();
    let x = tape.input(0.5);
    explained("A chain", (0..length).fold(x, |x, _| x.sin()), &[("x", x)])
}

/// A thousand operations on what was there before.
fn random(count: usize) -> Graph {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let mut nodes = vec![x];
    let mut state = 1_u32;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for k in 0..count {
        let recent = |back: usize| nodes[nodes.len() - 1 - back.min(nodes.len() - 1)];
        let (a, b) = (recent(draw(30)), recent(draw(60)));
        let next = tape.named(&format!("part{}", k / 100), || match draw(4) {
            0 => a.sin(),
            1 => a * b,
            2 => (a + b).tanh(),
            _ => a - b,
        });
        nodes.push(next);
    }
    let ends = nodes[nodes.len() - 60..].iter().copied().reduce(|a, b| a + b);
    explained("A thousand operations", ends.expect("there are nodes"), &[("x", x)])
}
