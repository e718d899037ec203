//! The gradients of each example of a batch.

use wengert_autodiff::{ParamId, Params, Scope, Tape, Var};
use wengert_tensor::Tensor;

fn store() -> (Params, [ParamId; 3]) {
    let mut params = Params::f64(3);
    let first = params.uniform([3, 4], -1.0, 1.0);
    let second = params.uniform([4], -1.0, 1.0);
    let ids = [params.add("a", first), params.add("b", second), params.add("unused", 1.0)];
    (params, ids)
}

fn loss<'t>(scope: &Scope<'t>, [a, b, _]: [ParamId; 3], x: Var<'t>, label: Var<'t>) -> Var<'t> {
    let h = x.matmul(scope.var(a)).tanh() * scope.var(b);
    h.unsqueeze(0).cross_entropy(label.unsqueeze(0))
}

fn data() -> (Tensor, Tensor) {
    let x = (0..15).map(|k| f64::from(k * 7 % 11) / 5.0 - 1.0).collect::<Vec<_>>();
    (Tensor::from_vec(x, [5, 3]).unwrap(), Tensor::from(vec![0_i64, 3, 1, 1, 2]))
}

#[test]
fn they_are_those_of_a_loop() {
    let (params, ids) = store();
    let (x, labels) = data();
    let mut tape = Tape::new();
    let all = tape.gradients_of_examples(&params, [&x, &labels], |scope, [x, label]| {
        loss(scope, ids, x, label)
    });
    assert_eq!(all.losses.shape()[..], [5]);
    assert_eq!(all.gradients.len(), 2);
    for k in 0..5 {
        let row = wengert_tensor::Range { start: k, step: 1, len: 1 };
        let pick = |all: &Tensor| {
            let mut region: Vec<_> = all
                .shape()
                .iter()
                .map(|&len| wengert_tensor::Range { start: 0, step: 1, len })
                .collect();
            region[0] = row;
            let one = all.slice(&region).contiguous();
            one.reshape(&all.shape()[1..]).unwrap()
        };
        let (one, label) = (pick(&x), pick(&labels));
        let step = tape.value_and_grad(&params, |scope| {
            (loss(scope, ids, scope.input(&one), scope.input(&label)), [])
        });
        assert!((all.losses.to_vec_f64()[k] - step.loss).abs() < 1e-14);
        for id in &ids[..2] {
            let found = pick(&all.gradients[*id]).to_vec_f64();
            let wanted = step.gradients.get(*id).unwrap().to_vec_f64();
            assert!(found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-14), "example {k}");
        }
    }
    assert!(tape.is_empty());
}

#[test]
fn each_example_draws_numbers_of_its_own_and_steps_differ() {
    let (params, ids) = store();
    let ones = Tensor::from(vec![1.0; 6]);
    let mut tape = Tape::new();
    let mut draw = || {
        let examples = tape.gradients_of_examples(&params, [&ones], |scope, [x]| {
            scope.tape().uniform(scope.seed(), [1]).sum() * x * scope.var(ids[2])
        });
        examples.losses.to_vec_f64()
    };
    let (first, second) = (draw(), draw());
    let mut all: Vec<f64> = first.into_iter().chain(second).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    assert_eq!(all.len(), 12, "twelve numbers: {all:?}");
}

#[test]
fn no_examples_are_no_losses() {
    let (params, ids) = store();
    let none = Tensor::from_vec(Vec::<f64>::new(), [0, 3]).unwrap();
    let labels = Tensor::from_vec(Vec::<i64>::new(), [0]).unwrap();
    let all = Tape::new()
        .gradients_of_examples(&params, [&none, &labels], |scope, [x, y]| loss(scope, ids, x, y));
    assert_eq!(all.losses.size(), 0);
    assert_eq!(all.gradients[ids[0]].shape()[..], [0, 3, 4]);
}

#[test]
#[should_panic(expected = "gradients_of_examples: a batch is a single number")]
fn a_single_number_is_no_batch() {
    let (params, ids) = store();
    Tape::new()
        .gradients_of_examples(&params, [&Tensor::from(1.0)], |scope, [x]| x * scope.var(ids[2]));
}
