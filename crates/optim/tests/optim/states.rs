//! What was learnt can be handed to another optimizer, which goes on to the bit.

use wengert_autodiff::{ParamId, Params, Tape};
use wengert_optim::{Adam, Optimizer, Sgd, State, StateError};
use wengert_tensor::Tensor;

use crate::{all, gradients};

/// A model of which `early` is trained from the first step on, `late` from the fourth, and `frozen`
/// never.
struct Model {
    params: Params,
    early: ParamId,
    late: ParamId,
    frozen: ParamId,
}

impl Model {
    fn new() -> Model {
        let mut params = Params::f32(7);
        let [a, b, c] = [0; 3].map(|_| params.normal([3, 2], 0.0, 1.0));
        let (early, late) = (params.add("early", a), params.add("late", b));
        let frozen = params.add("frozen", c);
        params.get_mut(frozen).trainable = false;
        Model { params, early, late, frozen }
    }

    fn train(&mut self, optimizer: &mut dyn Optimizer, steps: std::ops::Range<u64>) {
        let mut tape = Tape::f32();
        for t in steps {
            optimizer.set_learning_rate(0.1 / (t + 1) as f64);
            let &mut Model { ref params, early, late, frozen } = self;
            let step = tape.value_and_grad(params, |scope| {
                let x = scope.input([[1.0, -2.0], [0.5 * t as f64, 3.0], [1.0, 1.0]]);
                let [early, frozen] = [early, frozen].map(|id| scope.var(id));
                let y = (x * early + frozen).tanh();
                let y = if t < 3 { y } else { y * scope.var(late) };
                (y.square().sum(), [])
            });
            optimizer.step(&mut self.params, &step.gradients);
        }
    }

    /// Another store with the same values.
    fn again(&self) -> Model {
        let mut again = Model::new();
        for ((_, to), (_, from)) in again.params.iter_mut().zip(self.params.iter()) {
            to.value = from.value.clone();
        }
        again
    }

    fn bits(&self) -> Vec<u64> {
        let values = self.params.iter().flat_map(|(_, parameter)| parameter.value.to_vec_f64());
        values.map(f64::to_bits).collect()
    }
}

#[test]
fn stopping_and_going_on_changes_nothing() {
    for stop in [0, 2, 5] {
        for ((mut through, mut first), mut second) in all().into_iter().zip(all()).zip(all()) {
            let mut straight = Model::new();
            straight.train(through.as_mut(), 0..10);

            let mut halted = Model::new();
            halted.train(first.as_mut(), 0..stop);
            let state = first.state(&halted.params);
            // What follows in the first is not in the state.
            let mut resumed = halted.again();
            halted.train(first.as_mut(), stop..10);
            second.load_state(&resumed.params, &state).unwrap();
            assert_eq!(second.learning_rate(), state.entries[0].1.item());
            resumed.train(second.as_mut(), stop..10);
            assert_eq!(resumed.bits(), straight.bits(), "{} after {stop} steps", state.kind);
        }
    }
}

/// The state of Adam after one step on `p`.
fn adam() -> (Params, Adam, State) {
    let mut params = Params::f64(0);
    let p = params.add("p", [1.0, 2.0]);
    params.add("q", [1.0]);
    let mut adam = Adam::new(0.1);
    let gradients = gradients(&params, p, [2.0, 3.0]);
    adam.step(&mut params, &gradients);
    let state = adam.state(&params);
    (params, adam, state)
}

#[test]
fn a_state_of_something_else_is_refused() {
    let (params, _, state) = adam();
    let refused = Sgd::new(0.1).load_state(&params, &state).unwrap_err();
    assert_eq!(refused.to_string(), "the state is of adam, expected one of sgd");

    let refused = Adam::new(0.1).amsgrad().load_state(&params, &state).unwrap_err();
    let expected = "the state has not the expected entries:\n\"p/largest_v\" is missing";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn all_that_is_wrong_with_a_state_is_said_at_once() {
    let (params, mut adam, mut state) = adam();
    let before = adam.state(&params);
    for (name, tensor) in &mut state.entries {
        match name.as_str() {
            "learning_rate" => *tensor = Tensor::from(-1.0),
            "p/t" => *tensor = Tensor::from(0_i64),
            "p/m" => *tensor = Tensor::from([1.0_f32]),
            "p/v" => *name = "q/v".into(),
            _ => {}
        }
    }
    state.entries.push(("r/m".into(), Tensor::from([1.0])));
    let refused = adam.load_state(&params, &state).unwrap_err();
    assert!(matches!(refused, StateError::Entries(_)));
    let expected = [
        "the state has not the expected entries:",
        "\"p/v\" is missing",
        "\"q/t\" is missing",
        "\"q/m\" is missing",
        "\"r/m\" is not expected",
        "\"learning_rate\" is -1, expected a finite number that is not negative",
        "\"p/t\" is 0, expected a count from 1 to 2147483647",
        "\"p/m\" is [1] of f32, expected [2] of f64",
        "\"q/v\" is [2] of f64, expected [1] of f64",
    ];
    let lines: Vec<String> = refused.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines, expected);
    assert_eq!(adam.state(&params), before, "nothing was changed");
}
