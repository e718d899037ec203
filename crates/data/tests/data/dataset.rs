use wengert_data::{DataError, Dataset};
use wengert_tensor::{Array, Tensor};

use crate::{labels_of, numbered, rows_of};

fn refused(x: Tensor, y: Tensor, message: &str) {
    let error: DataError = Dataset::new(x, y, ["cat", "dog"]).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn what_does_not_fit_is_refused() {
    let x = || Tensor::from([[0.0_f32; 2]; 3]);
    let y = |labels: Vec<i64>| Tensor::from(labels);
    let wide = Tensor::from([[0.0; 2]; 3]);
    let number = Tensor::from(0.0_f32);
    let table = Tensor::from([[0_i64]; 3]);

    refused(wide, y(vec![0, 1, 0]), "x holds f64, expected f32");
    refused(x(), x(), "y holds f32, expected i64");
    refused(number, y(vec![0]), "x has shape [], expected [n, features…]");
    refused(x(), table, "y has shape [3, 1], expected [n]");
    refused(x(), y(vec![0, 1]), "x has 3 rows but y has 2 labels, expected one label a row");
    for label in [2, -1] {
        let message = format!(
            "row 1 has label {label}, expected a label of one of the 2 classes (counted from 0)"
        );
        refused(x(), y(vec![0, label, 1]), &message);
    }
}

#[test]
fn every_feature_needs_a_name_or_none() {
    let named = numbered(&[0], 1).with_features(["x", "y"]).unwrap();
    assert_eq!(named.features(), ["x", "y"]);
    let error: DataError = numbered(&[0], 1).with_features(["x"]).unwrap_err();
    assert_eq!(error.to_string(), "1 names were given to 2 features, expected one each");
}

#[test]
fn select_takes_rows_with_their_labels() {
    let data = numbered(&[0, 1, 2, 1], 3);
    let some = data.select(&[3, 0, 3]);
    assert_eq!(rows_of(&some.x), [3, 0, 3]);
    assert_eq!(labels_of(&some.y), [1, 0, 1]);
    assert_eq!(some.classes(), data.classes());

    let batch = data.batch(&[2, 1]);
    assert_eq!(rows_of(&batch.x), [2, 1]);
    assert_eq!(labels_of(&batch.y), [2, 1]);
    assert_eq!(batch.rows, [2, 1]);
}

#[test]
fn rows_keep_their_axes() {
    let images = Tensor::from(Array::from_fn([2, 3, 4], |i| i as f32));
    let labels = Tensor::from([0_i64, 0]);
    let data = Dataset::new(images, labels, ["only"]).unwrap();

    let second = data.select(&[1]);
    assert_eq!(second.x.shape()[..], [1, 3, 4]);
    assert_eq!(second.x.array::<f32>().unwrap().to_vec()[0], 12.0);

    let none = data.select(&[]);
    assert!(none.is_empty());
    assert_eq!(none.x.shape()[..], [0, 3, 4]);
}

#[test]
#[should_panic(expected = "row 4 was asked for, but there are 4 rows")]
fn a_row_that_is_not_there_panics() {
    numbered(&[0, 0, 0, 0], 1).select(&[1, 4]);
}
