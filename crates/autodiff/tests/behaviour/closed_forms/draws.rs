//! What is made of random numbers: that it is spread as it should be, and its slopes.

use wengert_autodiff::Tape;

use super::losses::check_refusal;
use crate::check::{check, weighted, weights};

#[test]
fn random_slopes() {
    let tape = Tape::new();
    let x = tape.input([-1.0; 2000]);
    let y = x.random_leaky_relu(0.1, 0.5, tape.indices(3));
    let slopes: Vec<f64> = y.value().to_vec_f64().iter().map(|y| -y).collect();
    assert!(slopes.iter().all(|slope| (0.1..0.5).contains(slope)));
    // Their mean is within five of its standard deviations.
    let mean = slopes.iter().sum::<f64>() / 2000.0;
    assert!((mean - 0.3).abs() < 5.0 * 0.4 / (12.0_f64 * 2000.0).sqrt(), "{mean}");
    let by_hand: Vec<f64> = slopes.iter().zip(weights(2000)).map(|(a, u)| a * u).collect();
    check(tape.grad(weighted(y), [x])[0], by_hand);
    let positive = tape.input([0.5, 2.0]);
    check(positive.random_leaky_relu(0.1, 0.5, tape.indices(3)), [0.5, 2.0]);
}

#[test]
fn draws_of_categories() {
    let (p, n) = ([0.1, 0.6, 0.3], 4000);
    let tape = Tape::new();
    let logits = tape.input(p).ln().broadcast_to([n, 3]);
    let y = logits.gumbel_softmax(-1, 0.5, tape.indices(11));
    check(y.sum_over(-1), vec![1.0; n]);
    // The largest is each category as often as it is likely, to five standard deviations.
    let drawn = y.argmax(-1).one_hot(3).mean_over(0).value().to_vec_f64();
    for (drawn, p) in drawn.iter().zip(p) {
        assert!((drawn - p).abs() < 5.0 * (p * (1.0 - p) / n as f64).sqrt(), "{drawn}, not {p}");
    }
    // The shares are nearly all or nothing at a low temperature, and nearly even at a high one.
    let seed = tape.indices(5);
    let x = tape.input([0.3, -0.2, 1.1]);
    let cold = x.gumbel_softmax(0, 1e-4, seed).value().to_vec_f64();
    assert!(cold.iter().all(|y| y.min(1.0 - y) < 1e-9), "{cold:?}");
    let hot = x.gumbel_softmax(0, 1e4, seed).value().to_vec_f64();
    assert!(hot.iter().all(|&y| (y - 1.0 / 3.0).abs() < 1e-2), "{hot:?}");
}

/// For given numbers it is a softmax, with a softmax's slope.
#[test]
fn slopes_of_draws() {
    let tape = Tape::new();
    let x = tape.input([0.3, -0.2, 1.1]);
    let y = x.gumbel_softmax(0, 0.7, tape.indices(5));
    let (p, u) = (y.value().to_vec_f64(), weights(3));
    let mean: f64 = p.iter().zip(&u).map(|(p, u)| p * u).sum();
    let by_hand: Vec<f64> = p.iter().zip(&u).map(|(p, u)| p * (u - mean) / 0.7).collect();
    check(tape.grad(weighted(y), [x])[0], by_hand);
    check_refusal(
        || x.gumbel_softmax(0, 0.0, tape.indices(5)),
        "gumbel_softmax",
        "a temperature of 0 is not positive",
    );
}
