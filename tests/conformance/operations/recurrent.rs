//! Recurrent layers, step by step.

use wengert::prelude::*;

use super::network::linear;
use crate::call::Call;

/// What a step is computed with: `suffix` ends the names of its parameters.
struct Cell<'a, 'c, 't> {
    call: &'a Call<'c, 't>,
    kind: &'a str,
    suffix: String,
}

/// What is handed on: `h`, and for an LSTM `c`.
#[derive(Clone, Copy)]
struct State<'t> {
    h: Var<'t>,
    c: Var<'t>,
}

impl<'t> Cell<'_, '_, 't> {
    fn width(&self) -> usize {
        self.call.var(&format!("weight_hh{}", self.suffix)).shape()[1]
    }

    /// The affine map of what comes in, or of the state.
    fn map(&self, x: Var<'t>, name: &str) -> Var<'t> {
        let weight = self.call.var(&format!("weight_{name}{}", self.suffix));
        linear(x, weight, self.call.optional(&format!("bias_{name}{}", self.suffix)))
    }

    fn step(&self, x: Var<'t>, State { h, c }: State<'t>) -> State<'t> {
        let (from_x, from_h, n) = (self.map(x, "ih"), self.map(h, "hh"), self.width());
        let part = |x: Var<'t>, k: usize| x.slice(-1, k * n..(k + 1) * n);
        let gate = |k: usize| part(from_x, k) + part(from_h, k);
        match self.kind {
            "LSTM" => {
                let c = gate(1).sigmoid() * c + gate(0).sigmoid() * gate(2).tanh();
                State { h: gate(3).sigmoid() * c.tanh(), c }
            }
            "GRU" => {
                let (reset, kept) = (gate(0).sigmoid(), gate(1).sigmoid());
                let new = (part(from_x, 2) + reset * part(from_h, 2)).tanh();
                State { h: (1.0 - kept) * new + kept * h, c }
            }
            _ if self.call.text("nonlinearity") == "relu" => State { h: gate(0).relu(), c },
            _ => State { h: gate(0).tanh(), c },
        }
    }
}

pub fn cell<'t>(call: &Call<'_, 't>, name: &str) -> Vec<Var<'t>> {
    let (x, kind) = (call.x(), name.trim_end_matches("Cell"));
    let cell = Cell { call, kind, suffix: String::new() };
    let zeros = call.tape.literal(0.0).broadcast_to([x.shape()[0], cell.width()]);
    let given = |name| call.optional(name).unwrap_or(zeros);
    let State { h, c } = cell.step(x, State { h: given("h0"), c: given("c0") });
    if kind == "LSTM" { vec![h, c] } else { vec![h] }
}

pub fn layers<'t>(call: &Call<'_, 't>, kind: &str) -> Vec<Var<'t>> {
    let is_batch_first = call.flag("batch_first");
    let swapped = |x: Var<'t>| if is_batch_first { x.transpose(0, 1) } else { x };
    let mut x = swapped(call.x());
    let directions: &[&str] = if call.flag("bidirectional") { &["", "_reverse"] } else { &[""] };
    let (mut states, steps) = (Vec::new(), x.shape()[0]);
    for layer in 0..call.size_or("num_layers", 1) {
        let mut sides = Vec::new();
        for (k, direction) in directions.iter().enumerate() {
            let cell = Cell { call, kind, suffix: format!("_l{layer}{direction}") };
            let zeros = call.tape.literal(0.0).broadcast_to([x.shape()[1], cell.width()]);
            let given = |name: &str| {
                let row = (layer * directions.len() + k) as isize;
                call.optional(name).map_or(zeros, |rows| rows.at(0, row))
            };
            let mut state = State { h: given("h0"), c: given("c0") };
            let mut rows = vec![state.h; steps];
            for step in 0..steps {
                let t = if k == 0 { step } else { steps - 1 - step };
                state = cell.step(x.at(0, t as isize), state);
                rows[t] = state.h;
            }
            sides.push(Var::stack(&rows, 0));
            states.push(state);
        }
        x = Var::concat(&sides, -1);
    }
    let stacked =
        |of: fn(&State<'t>) -> Var<'t>| Var::stack(&states.iter().map(of).collect::<Vec<_>>(), 0);
    let mut all = vec![swapped(x), stacked(|state| state.h)];
    if kind == "LSTM" {
        all.push(stacked(|state| state.c));
    }
    all
}
