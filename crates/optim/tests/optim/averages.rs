//! Averages against their definition: weights that fall by a factor with age, and sum to 1.

use proptest::prelude::*;
use wengert_autodiff::{Params, Precision};
use wengert_optim::{Ema, MovingAverage};
use wengert_tensor::Tensor;

use crate::address;

/// The average of values, the newest of weight 1, the one before of weight $\beta$ …
fn average(values: &[f64], decay: f64) -> f64 {
    let weighted = values.iter().rev().zip((0..).map(|age| decay.powi(age)));
    let [sum, weights] =
        weighted.fold([0.0, 0.0], |[s, w], (x, weight)| [s + weight * x, w + weight]);
    sum / weights
}

proptest! {
    #[test]
    fn a_number(values in prop::collection::vec(-9.0..9.0, 1..60), decay in 0.0..0.999) {
        let mut moving = MovingAverage::new(decay);
        for t in 1..=values.len() {
            let have = moving.update(values[t - 1]);
            let want = average(&values[..t], decay);
            prop_assert!((have - want).abs() < 1e-11, "{have}, not {want}");
            prop_assert_eq!(moving.value(), Some(have));
            let mut other = MovingAverage::new(decay);
            other.load_state(&moving.state()).unwrap();
            prop_assert_eq!(&other, &moving);
        }
    }

    #[test]
    fn parameters(values in prop::collection::vec(-9.0..9.0, 1..60), decay in 0.0..0.9999) {
        for (precision, tolerance) in [(Precision::F64, 1e-12), (Precision::F32, 1e-4)] {
            let mut params = Params::with_precision(precision, 0);
            let p = params.add("p", [0.0, 1.0]);
            let mut ema = Ema::new(decay);
            for t in 1..=values.len() {
                let value = Tensor::from([values[t - 1], 1.0]);
                params.get_mut(p).value = value.cast(precision.dtype()).unwrap();
                ema.update(&params);
                let mut averaged = params.clone();
                ema.apply(&mut averaged);
                let have = averaged[p].value.to_vec_f64();
                let want = average(&values[..t], decay);
                prop_assert!((have[0] - want).abs() < tolerance, "{}, not {want}", have[0]);
                prop_assert_eq!(have[1], 1.0, "what stays is its average");
            }
        }
    }
}

/// A store, and what happens to it at each step.
fn model() -> (Params, impl Fn(&mut Params, usize)) {
    let mut params = Params::f32(3);
    let value = params.normal([2, 3], 0.0, 1.0);
    let w = params.add("w", value);
    let mean = params.add_buffer("mean", [0.0, 0.0]);
    params.add_buffer("count", Tensor::from([0_i64]));
    let change = move |params: &mut Params, t: usize| {
        params.get_mut(w).value = params.normal([2, 3], t as f64, 1.0);
        params.get_mut(mean).value = Tensor::from([1.0_f32, t as f32]);
    };
    (params, change)
}

fn bits(params: &Params) -> Vec<u64> {
    let values = params.iter().flat_map(|(_, parameter)| parameter.value.to_vec_f64());
    values.map(f64::to_bits).collect()
}

#[test]
fn averages_go_on_from_their_state_in_another_store() {
    let ((mut params, change), (mut again, change_again)) = (model(), model());
    let (mut straight, mut resumed) = (Ema::new(0.9), Ema::new(0.9));
    for t in 0..10 {
        change(&mut params, t);
        change_again(&mut again, t);
        straight.update(&params);
        if t == 4 {
            resumed.load_state(&again, &straight.state(&params)).unwrap();
        } else if t > 4 {
            resumed.update(&again);
        }
    }
    straight.apply(&mut params);
    resumed.apply(&mut again);
    assert_eq!(bits(&params), bits(&again));

    let mut fewer = Params::f32(0);
    fewer.add("w", [[0.0; 3]; 3]);
    let refused = resumed.load_state(&fewer, &straight.state(&params)).unwrap_err();
    let expected = "the state has not the expected entries:\n\
                    \"mean/average\" is not expected\n\
                    \"mean/t\" is not expected\n\
                    \"w/average\" is [2, 3] of f32, expected [3, 3] of f32";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn averages_change_in_place() {
    let (mut params, change) = model();
    let mut ema = Ema::new(0.5);
    ema.update(&params);
    let place = |ema: &Ema, params: &Params| address(&ema.state(params).entries[1].1);
    let before = place(&ema, &params);
    change(&mut params, 1);
    ema.update(&params);
    assert_eq!(place(&ema, &params), before);
}
