use proptest::prelude::*;
use wengert_data::Standardizer;
use wengert_tensor::{Array, DType, Tensor};

/// The mean and the standard deviation of each of two columns, computed plainly.
fn moments(x: &Tensor) -> [(f64, f64); 2] {
    let values = x.to_vec_f64();
    let n = (values.len() / 2) as f64;
    [0, 1].map(|feature| {
        let column = || values.iter().skip(feature).step_by(2);
        let mean = column().sum::<f64>() / n;
        let variance = column().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        (mean, variance.sqrt())
    })
}

#[track_caller]
fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} and {b} differ by more than {tolerance}");
}

proptest! {
    #[test]
    fn columns_have_mean_0_and_deviation_1_and_come_back(
        spread in prop::collection::vec([-1.0_f64..1.0, -1.0..1.0], 2..40),
        offset in -100.0_f64..100.0,
    ) {
        // The first two rows see to it that no column is nearly constant.
        let mut rows = vec![[offset - 1.0, 1.0], [offset + 1.0, -1.0]];
        rows.extend(spread.into_iter().map(|[a, b]| [offset + a, b]));
        let wide = Tensor::from_vec(rows.concat(), [rows.len(), 2]).unwrap();
        let narrow = wide.cast(DType::F32).unwrap();
        for (x, tolerance) in [(wide, 1e-12), (narrow, 1e-5)] {
            let scale = Standardizer::fit(&x).unwrap();
            for (feature, (mean, std)) in moments(&x).into_iter().enumerate() {
                close(scale.mean[feature], mean, 1e-12);
                close(scale.std[feature], std, 1e-12);
            }
            let z = scale.apply(&x).unwrap();
            prop_assert_eq!(z.dtype(), x.dtype());
            for (mean, std) in moments(&z) {
                close(mean, 0.0, tolerance);
                close(std, 1.0, tolerance);
            }
            let back = scale.invert(&z).unwrap();
            for (a, b) in back.to_vec_f64().into_iter().zip(x.to_vec_f64()) {
                close(a, b, 100.0 * tolerance);
            }
        }
    }
}

#[test]
fn a_constant_feature_is_exactly_0() {
    // A tenth has no exact sum, so a mean of the plain numbers would be off by a rounding.
    let x = Tensor::from([[0.1]; 7]);
    let scale = Standardizer::fit(&x).unwrap();
    assert_eq!((&scale.mean[..], &scale.std[..]), (&[0.1][..], &[1.0][..]));
    assert_eq!(scale.apply(&x).unwrap(), Tensor::from([[0.0]; 7]));
}

#[test]
fn sums_keep_their_digits_in_f64() {
    // 2²⁴ + 1 is the first whole number that f32 lacks.
    let x = Tensor::from_vec(vec![1.0_f32; (1 << 24) + 2], [(1 << 23) + 1, 2]).unwrap();
    assert_eq!(Standardizer::fit(&x).unwrap().mean, [1.0, 1.0]);
}

#[test]
fn the_axes_of_a_row_and_the_layout_do_not_matter() {
    let flat = Tensor::from(Array::from_fn([3, 4], |i| (i * i) as f64));
    let scale = Standardizer::fit(&flat).unwrap();
    let z = scale.apply(&flat).unwrap();

    let images = flat.reshape([3, 2, 2]).unwrap();
    assert_eq!(Standardizer::fit(&images).unwrap(), scale);
    assert_eq!(scale.apply(&images).unwrap(), z.reshape([3, 2, 2]).unwrap());

    let columns_first = Tensor::from(flat.array::<f64>().unwrap().permute(&[1, 0]).contiguous());
    let view = columns_first.permute(&[1, 0]);
    assert_eq!(Standardizer::fit(&view).unwrap(), scale);
    assert_eq!(scale.apply(&view).unwrap(), z);
}

#[test]
fn features_may_be_measured_together() {
    // Two images of two channels of two pixels.
    let x = Tensor::from([[[1.0, 3.0], [10.0, 10.0]], [[1.0, 3.0], [10.0, 10.0]]]);
    let channels = Standardizer::fit_channels(&x).unwrap();
    assert_eq!(channels.mean, [2.0, 2.0, 10.0, 10.0]);
    assert_eq!(channels.std, [1.0; 4]);
    assert_eq!(Standardizer::fit_channels(&x.reshape([2, 2, 2, 1]).unwrap()).unwrap(), channels);

    let whole = Standardizer::fit_whole(&x).unwrap();
    assert_eq!(whole.mean, [6.0; 4]);
    assert_eq!(whole.std, [(f64::from((25 + 9) * 2 + 16 * 4) / 8.0).sqrt(); 4]);
    // The whole is the case of one channel, and single features that of one pixel each.
    assert_eq!(Standardizer::fit_channels(&x.reshape([2, 1, 4]).unwrap()).unwrap(), whole);
    let flat = x.reshape([2, 4]).unwrap();
    assert_eq!(Standardizer::fit_channels(&flat).unwrap(), Standardizer::fit(&x).unwrap());

    let z = whole.apply(&x).unwrap();
    assert_eq!((z.shape(), z.dtype()), (x.shape(), x.dtype()));
    close(z.to_vec_f64().iter().sum(), 0.0, 1e-12);

    let error = Standardizer::fit_channels(&Tensor::from([1.0, 2.0])).unwrap_err();
    assert_eq!(error.to_string(), "x has shape [2], expected [n, channels, …]");
    let none = Tensor::from_vec(Vec::<f32>::new(), [3, 2, 0]).unwrap();
    assert_eq!(Standardizer::fit_channels(&none).unwrap().apply(&none).unwrap(), none);
}

#[test]
fn a_nan_stays_in_its_feature() {
    let x = Tensor::from([[1.0, f64::NAN], [3.0, 0.0]]);
    let scale = Standardizer::fit(&x).unwrap();
    assert_eq!((scale.mean[0], scale.std[0]), (2.0, 1.0));
    assert!(scale.mean[1].is_nan() && scale.std[1].is_nan());
}

#[test]
#[should_panic(expected = "2 means but 1 standard deviations")]
fn a_scale_that_does_not_pair_panics() {
    let scale = Standardizer { mean: vec![0.0, 0.0], std: vec![1.0] };
    let _ = scale.apply(&Tensor::from([[1.0, 2.0]]));
}

#[test]
fn what_has_no_features_to_measure_is_refused() {
    let refused = |x: Tensor, message: &str| {
        assert_eq!(Standardizer::fit(&x).unwrap_err().to_string(), message);
    };
    refused(Tensor::from(1.0), "x has shape [], expected [n, features…]");
    refused(Tensor::from([[1_i64, 2]]), "x holds i64, expected f32 or f64");
    refused(
        Tensor::from_vec(Vec::<f32>::new(), [0, 3]).unwrap(),
        "there are no rows, expected at least one",
    );

    let scale = Standardizer::fit(&Tensor::from([[1.0, 2.0], [3.0, 4.0]])).unwrap();
    let error = scale.apply(&Tensor::from([[1.0, 2.0, 3.0]])).unwrap_err();
    let message = "x has shape [1, 3], expected [n, features…] with 2 features a row";
    assert_eq!(error.to_string(), message);
    let error = scale.invert(&Tensor::from([[1_i64, 2]])).unwrap_err();
    assert_eq!(error.to_string(), "x holds i64, expected f32 or f64");

    let bare = Tensor::from_vec(Vec::<f64>::new(), [2, 0]).unwrap();
    assert_eq!(Standardizer::fit(&bare).unwrap().apply(&bare).unwrap(), bare);
}
