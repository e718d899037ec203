//! The statistics of what is drawn.

use wengert_autodiff::{Params, Precision};
use wengert_nn::Initializer;
use wengert_tensor::{DType, Tensor};

use Initializer::{Constant, HeNormal, HeUniform, XavierNormal, XavierUniform, Zeros};

/// Drawn weights `[300, 200]` have mean 0 and this variance, and none is larger than the bound.
#[track_caller]
fn check(initializer: Initializer, variance: f64, bound: f64) {
    for precision in [Precision::F32, Precision::F64] {
        let mut params = Params::with_precision(precision, 7);
        let weight = initializer.draw(&mut params, [300, 200], 300, 200);
        assert_eq!((weight.dtype(), &weight.shape()[..]), (precision.dtype(), &[300, 200][..]));

        let weights = weight.to_vec_f64();
        let n = weights.len() as f64;
        let mean = weights.iter().sum::<f64>() / n;
        let moment = |k| weights.iter().map(|w| (w - mean).powi(k)).sum::<f64>() / n;
        // Five standard deviations of each estimate.
        let tolerance = 5.0 * (variance / n).sqrt();
        assert!(mean.abs() < tolerance, "{initializer:?}: mean {mean}");
        let tolerance = 5.0 * ((moment(4) - moment(2).powi(2)) / n).sqrt();
        assert!((moment(2) - variance).abs() < tolerance, "{initializer:?}: {}", moment(2));
        let largest = weights.iter().fold(0.0_f64, |largest, w| largest.max(w.abs()));
        assert!(largest <= bound * (1.0 + 1e-6), "{initializer:?}: {largest} beyond {bound}");
    }
}

#[test]
fn variances_are_those_of_the_papers() {
    let (fan_in, fan_sum) = (300.0, 500.0);
    // An even distribution on [-a, a) has variance a²/3; a normal one this large stays below 6σ.
    check(XavierUniform, 2.0 / fan_sum, (6.0_f64 / fan_sum).sqrt());
    check(XavierNormal, 2.0 / fan_sum, 6.0 * (2.0_f64 / fan_sum).sqrt());
    check(HeUniform, 2.0 / fan_in, (6.0_f64 / fan_in).sqrt());
    check(HeNormal, 2.0 / fan_in, 6.0 * (2.0_f64 / fan_in).sqrt());
}

#[test]
fn even_and_normal_are_told_apart() {
    let kurtosis = |initializer: Initializer| {
        let weights = initializer.draw(&mut Params::f64(1), [40_000], 1, 1).to_vec_f64();
        let moment = |k| weights.iter().map(|w| w.powi(k)).sum::<f64>() / 4e4;
        moment(4) / moment(2).powi(2)
    };
    for even in [XavierUniform, HeUniform] {
        assert!((kurtosis(even) - 1.8).abs() < 0.05);
    }
    for normal in [XavierNormal, HeNormal] {
        assert!((kurtosis(normal) - 3.0).abs() < 0.15);
    }
}

#[test]
fn constants_are_constant_and_draw_nothing() {
    for (initializer, value) in [(Zeros, 0.0), (Constant(-0.5), -0.5)] {
        let tensor = initializer.draw(&mut Params::f32(0), [2], 2, 2);
        assert_eq!(tensor, Tensor::full(DType::F32, [2], value));
    }
    let draw = |first: Option<Initializer>| {
        let mut params = Params::f32(3);
        if let Some(first) = first {
            let _ = first.draw(&mut params, [2], 2, 2);
        }
        HeNormal.draw(&mut params, [5], 5, 5)
    };
    assert_eq!(draw(Some(Zeros)), draw(None));
    assert_eq!(draw(Some(Constant(0.5))), draw(None));
    assert_ne!(draw(Some(HeNormal)), draw(None));
}

#[test]
fn the_seed_decides() {
    let draw = |seed| HeUniform.draw(&mut Params::f32(seed), [8], 8, 8);
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn layers_may_be_empty() {
    for initializer in [XavierUniform, XavierNormal, HeUniform, HeNormal, Zeros] {
        let weight = initializer.draw(&mut Params::f32(0), [0, 3], 0, 3);
        assert_eq!(weight.shape()[..], [0, 3]);
    }
}
