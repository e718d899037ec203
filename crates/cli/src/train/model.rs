//! The model that is trained: its layers, and a line about each.

use wengert::prelude::*;
use wengert::tensor::Window;

use crate::train::options::Architecture;
use crate::train::recipe::Recipe;

/// A model, and a line about each of its layers.
pub struct Model {
    layers: Sequential,
    /// What the layers are, and how many numbers are trained in each.
    pub lines: Vec<String>,
}

impl Model {
    /// What a recipe asks for, for rows like these.
    pub fn new(params: &mut Params, recipe: &Recipe, data: &Dataset) -> Model {
        let mut model = Model { layers: Sequential::new(), lines: Vec::new() };
        if recipe.noise > 0.0 {
            let noise = format!("noise of {}", recipe.noise);
            model.add(params, &noise, |layers, _| layers.noise(recipe.noise));
        }
        let row = &data.x.shape()[1..];
        let mut inputs = row.iter().product();
        match recipe.model {
            Architecture::Mlp if row.len() == 1 => {}
            Architecture::Mlp => model.add(params, "flatten", |layers, _| layers.flatten()),
            Architecture::Cnn => inputs = model.convolutions(params, recipe, row),
        }
        for &outputs in &recipe.hidden.0 {
            model.dense(params, inputs, outputs);
            model.relu(params);
            model.dropout(params, recipe.dropout);
            inputs = outputs;
        }
        model.dense(params, inputs, data.classes().len());
        model
    }

    /// Two convolutions, and the larger of what they find in each square of four pixels. The answer
    /// is how many numbers come out.
    fn convolutions(&mut self, params: &mut Params, recipe: &Recipe, row: &[usize]) -> usize {
        const CHANNELS: [usize; 2] = [16, 32];
        // Small images have no pixels to lose at the edges.
        let padding = usize::from(row.iter().any(|&size| size < 16));
        self.add(params, "one channel", |layers, _| {
            layers.function("channel", |x| {
                let shape = x.shape();
                x.reshape([shape[0], 1, shape[1], shape[2]])
            })
        });
        let mut inputs = 1;
        for outputs in CHANNELS {
            let line = format!("convolution 3×3, {inputs} → {outputs}");
            self.add(params, &line, |layers, params| {
                layers.conv(params, inputs, outputs, Window::new([3, 3]).padding(padding))
            });
            self.relu(params);
            inputs = outputs;
        }
        self.add(params, "max-pool 2×2", |layers, _| layers.max_pool2d(2));
        self.dropout(params, recipe.dropout);
        self.add(params, "flatten", |layers, _| layers.flatten());
        let places = row.iter().map(|size| (size + 4 * padding - 4) / 2);
        inputs * places.product::<usize>()
    }

    fn dense(&mut self, params: &mut Params, inputs: usize, outputs: usize) {
        let line = format!("dense {inputs} → {outputs}");
        self.add(params, &line, |layers, params| layers.dense(params, inputs, outputs));
    }

    fn relu(&mut self, params: &mut Params) {
        self.add(params, "relu", |layers, _| layers.relu());
    }

    fn dropout(&mut self, params: &mut Params, rate: f64) {
        if rate > 0.0 {
            self.add(params, &format!("dropout of {rate}"), |layers, _| layers.dropout(rate));
        }
    }

    fn add(
        &mut self,
        params: &mut Params,
        line: &str,
        append: impl FnOnce(Sequential, &mut Params) -> Sequential,
    ) {
        let before = params.trainable_size();
        self.layers = append(std::mem::take(&mut self.layers), params);
        let size = params.trainable_size() - before;
        let size = if size > 0 { size.to_string() } else { String::new() };
        self.lines.push(format!("{line:28}{size:>9}").trim_end().to_owned());
    }

    /// The logits of some rows.
    pub fn logits<'t>(&self, scope: &Scope<'t>, x: &Tensor) -> Var<'t> {
        self.layers.forward(scope, scope.input(x))
    }
}
