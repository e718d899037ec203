//! Every optimizer goes where PyTorch's goes by the same gradients; the places are in
//! `data/trajectories.csv`, made by the script beside it.

use wengert_autodiff::{Params, Precision};
use wengert_optim::{Adagrad, Adam, AdamW, Adamax, Lion, NAdam, Optimizer, RmsProp, Sgd};

use crate::{GRADIENTS, START, gradients};

#[test]
fn pytorch_goes_the_same_way() {
    let mut rows = include_str!("../data/trajectories.csv").lines();
    for (name, make) in cases() {
        let row = rows.next().expect("a row for each case");
        let (of, numbers) = row.split_once(';').expect("a name and numbers");
        assert_eq!(of, name);
        let numbers: Vec<f64> = numbers.split(';').map(|x| x.parse().expect("a number")).collect();
        check(name, Precision::F64, 1e-13, make().as_mut(), &numbers);
        check(name, Precision::F32, 2e-5, make().as_mut(), &numbers);
    }
    assert_eq!(rows.next(), None, "a case for each row");
}

#[track_caller]
fn check(
    name: &str,
    precision: Precision,
    tolerance: f64,
    optimizer: &mut dyn Optimizer,
    places: &[f64],
) {
    let mut params = Params::with_precision(precision, 0);
    let p = params.add("p", START);
    params.get_mut(p).decays = true;
    for (t, (c, place)) in GRADIENTS.into_iter().zip(places.chunks_exact(3)).enumerate() {
        let gradients = gradients(&params, p, c);
        optimizer.step(&mut params, &gradients);
        for (have, &want) in params[p].value.to_vec_f64().into_iter().zip(place) {
            let error = (have - want).abs();
            assert!(
                error <= tolerance * want.abs().max(1.0),
                "{name} in {precision:?}, step {}: {have}, not {want}",
                t + 1
            );
        }
    }
}

type Make = fn() -> Box<dyn Optimizer>;

/// In the order of the file.
fn cases() -> Vec<(&'static str, Make)> {
    vec![
        ("sgd", || Box::new(Sgd::new(0.1))),
        ("sgd decaying", || Box::new(Sgd::new(0.1).weight_decay(0.3))),
        ("sgd with momentum, decaying", || Box::new(Sgd::new(0.1).momentum(0.9).weight_decay(0.3))),
        ("sgd dampened", || Box::new(Sgd::new(0.1).momentum(0.9).dampening(0.4))),
        ("sgd by nesterov", || Box::new(Sgd::new(0.1).momentum(0.9).nesterov())),
        ("rmsprop", || Box::new(RmsProp::new(0.01))),
        ("rmsprop with momentum", || {
            Box::new(RmsProp::new(0.01).alpha(0.9).momentum(0.8).weight_decay(0.1))
        }),
        ("rmsprop centred", || Box::new(RmsProp::new(0.01).alpha(0.9).epsilon(1e-3).centred())),
        ("rmsprop centred with momentum", || {
            Box::new(RmsProp::new(0.01).alpha(0.9).momentum(0.8).centred())
        }),
        ("adam", || Box::new(Adam::new(0.05))),
        ("adam decaying", || {
            Box::new(Adam::new(0.05).betas(0.8, 0.95).epsilon(1e-3).weight_decay(0.3))
        }),
        ("adam with amsgrad", || Box::new(Adam::new(0.05).betas(0.8, 0.5).amsgrad())),
        ("adamw", || Box::new(AdamW::new(0.05))),
        ("adamw decaying", || Box::new(AdamW::new(0.05).betas(0.8, 0.5).weight_decay(0.3))),
        ("adamw with amsgrad", || Box::new(AdamW::new(0.05).betas(0.8, 0.5).amsgrad())),
        ("adagrad", || Box::new(Adagrad::new(0.1))),
        ("adagrad decaying", || {
            let adagrad = Adagrad::new(0.1).rate_decay(0.05).initial(0.2).epsilon(1e-3);
            Box::new(adagrad.weight_decay(0.3))
        }),
        ("adamax", || Box::new(Adamax::new(0.05))),
        ("adamax decaying", || Box::new(Adamax::new(0.05).betas(0.8, 0.5).weight_decay(0.3))),
        ("nadam", || Box::new(NAdam::new(0.05))),
        ("nadam decaying", || Box::new(NAdam::new(0.05).momentum_decay(0.5).weight_decay(0.3))),
        ("nadam decaying by itself", || {
            Box::new(NAdam::new(0.05).betas(0.8, 0.5).weight_decay(0.3).decoupled())
        }),
        ("lion", || Box::new(Lion::new(0.05))),
        ("lion decaying", || Box::new(Lion::new(0.05).betas(0.8, 0.5).weight_decay(0.3))),
    ]
}
