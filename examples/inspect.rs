//! A network looked at from all sides: what it costs, where its time goes, what it looks like, and
//! why a gradient is not a number: `cargo run --release --example inspect`.

use std::time::Instant;

use wengert::autodiff::OwnRules;
use wengert::prelude::*;
use wengert::view::{Explanation, Graph};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A training step as a program: its loss, and the gradients by its parameters.
    let mut params = Params::f32(0);
    let model = Sequential::new().dense(&mut params, 64, 128).relu().dense(&mut params, 128, 10);
    let tape = Tape::f32();
    let scope = tape.scope(&params);
    let x = scope.input(Tensor::zeros(DType::F32, [32, 64]));
    let labels = Tensor::zeros(DType::I64, [32]);
    let loss = model.forward(&scope, x).cross_entropy(&labels);
    let weights: Vec<Var<'_>> = params.iter().map(|(id, _)| scope.var(id)).collect();
    let gradients = tape.vjp_with(&OwnRules, &[(loss, loss.ones_like())], &weights);
    let mut outputs = vec![loss];
    outputs.extend(gradients.into_iter().flatten());
    let step = tape.program_of(&[x], &outputs);

    // What it will cost, before it is run.
    let cost = step.cost();
    println!("{}\n{}", cost.by_scope(), cost.by_operation());

    // Where its time went. The library knows no clock, so it is given one.
    let (start, value) = (Instant::now(), x.value());
    let profile = step.profile(&[&value], 100, || start.elapsed())?;
    println!("{}\n{profile}", profile.by_scope());

    // What it looks like: a page to step through, with values and derivatives.
    let page =
        Graph::from(&Explanation::new("A step of training", loss, &[("x", x)], 0)?).to_html();
    let path = std::env::temp_dir().join("wengert-step.html");
    std::fs::write(&path, page)?;
    println!("a page to look at: {}\n", path.display());

    // Why a gradient is not a number, and how such formulas are written instead.
    let tape = Tape::new();
    let x = tape.input([4.0, 0.0]);
    let y = x.gt(0.0).select(x.sqrt(), 0.0).sum();
    let [dx] = tape.grad(y, [x]);
    if let Some(story) = tape.first_nonfinite(&[dx]) {
        println!("{dx}\n{story}");
    }
    Ok(())
}
