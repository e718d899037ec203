//! The statistics of what is drawn.

use wengert_autodiff::{Params, Precision};
use wengert_nn::Initializer;
use wengert_tensor::{DType, Tensor};

use Initializer::{
    Constant, HeNormal, HeUniform, Identity, LecunNormal, LecunUniform, Normal, Orthogonal,
    TruncatedNormal, Uniform, XavierNormal, XavierUniform, Zeros,
};

use crate::message;

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
    check(LecunUniform, 1.0 / fan_in, (3.0_f64 / fan_in).sqrt());
    check(LecunNormal, 1.0 / fan_in, 6.0 * (1.0_f64 / fan_in).sqrt());
    check(Uniform(0.3), 0.03, 0.3);
    check(Normal(0.3), 0.09, 6.0 * 0.3);
    // Of a normal distribution cut off at 2: 1 − 4 φ(2) / (2 Φ(2) − 1).
    check(TruncatedNormal(0.3), 0.773_741_3 * 0.09, 0.6);
    // Its rows have length 2, and 200 elements; for so many, they are nearly normal.
    check(Orthogonal(2.0), 4.0 / 300.0, 6.0 * (4.0_f64 / 300.0).sqrt());
}

#[test]
fn even_and_normal_are_told_apart() {
    let kurtosis = |initializer: Initializer| {
        let weights = initializer.draw(&mut Params::f64(1), [40_000], 1, 1).to_vec_f64();
        let moment = |k| weights.iter().map(|w| w.powi(k)).sum::<f64>() / 4e4;
        moment(4) / moment(2).powi(2)
    };
    for even in [XavierUniform, HeUniform, LecunUniform, Uniform(2.0)] {
        assert!((kurtosis(even) - 1.8).abs() < 0.05);
    }
    for normal in [XavierNormal, HeNormal, LecunNormal, Normal(2.0)] {
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
    for initializer in [
        XavierUniform,
        HeNormal,
        LecunNormal,
        TruncatedNormal(1.0),
        Orthogonal(1.0),
        Identity,
        Zeros,
    ] {
        let weight = initializer.draw(&mut Params::f32(0), [0, 3], 0, 3);
        assert_eq!(weight.shape()[..], [0, 3]);
    }
}

/// The fewer of rows and columns have length 1 and are at right angles.
#[test]
fn orthogonal_matrices_keep_lengths() {
    for (shape, rows) in [
        (&[5, 3][..], 5),
        (&[3, 5], 3),
        (&[4, 4], 4),
        (&[1, 6], 1),
        (&[6, 1], 6),
        (&[4, 2, 3, 3], 4),
        (&[9, 2, 2], 9),
    ] {
        let drawn = Orthogonal(1.0).draw(&mut Params::f64(3), shape, 1, 1);
        assert_eq!(&drawn.shape()[..], shape);
        let values = drawn.to_vec_f64();
        let columns = values.len() / rows;
        let entry = |row: usize, column: usize| values[row * columns + column];
        let few = rows.min(columns);
        for i in 0..few {
            for j in 0..few {
                let product: f64 = if rows > columns {
                    (0..rows).map(|row| entry(row, i) * entry(row, j)).sum()
                } else {
                    (0..columns).map(|column| entry(i, column) * entry(j, column)).sum()
                };
                let wanted = f64::from(u8::from(i == j));
                assert!((product - wanted).abs() < 1e-14, "{shape:?}: {product} for {i}, {j}");
            }
        }
    }
}

/// No direction is preferred: the first entry is as often positive as negative.
#[test]
fn orthogonal_matrices_turn_anywhere() {
    let mut params = Params::f64(5);
    let draw = |params: &mut Params| Orthogonal(1.0).draw(params, [2, 2], 2, 2).to_vec_f64();
    let drawn: Vec<Vec<f64>> = (0..400).map(|_| draw(&mut params)).collect();
    for k in 0..4 {
        let positive = drawn.iter().filter(|matrix| matrix[k] > 0.0).count();
        assert!((150..250).contains(&positive), "entry {k}: {positive} of 400");
    }
    let turns = drawn.iter().filter(|m| m[0] * m[3] - m[1] * m[2] > 0.0).count();
    assert!((150..250).contains(&turns), "{turns} of 400 are rotations, the others reflections");
}

#[test]
fn identities_have_ones_on_the_diagonal() {
    let drawn = Identity.draw(&mut Params::f32(0), [2, 3], 2, 3);
    assert_eq!(drawn, Tensor::from([[1.0_f32, 0.0, 0.0], [0.0, 1.0, 0.0]]));
    let draw = |initializer: Initializer, shape: &[usize]| {
        message(|| drop(initializer.draw(&mut Params::f64(0), shape, 1, 1)))
    };
    assert_eq!(draw(Identity, &[2, 3, 4]), "identity: [2, 3, 4] is the shape of no matrix");
    assert_eq!(draw(Orthogonal(1.0), &[4]), "orthogonal: [4] is the shape of no matrix");
}
