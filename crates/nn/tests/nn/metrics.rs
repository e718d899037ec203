//! Accuracy and the confusion matrix.

use wengert_nn::metrics::{ConfusionMatrix, accuracy};
use wengert_tensor::{DType, Tensor};

use crate::message;

/// Logits that answer these classes.
fn answering(answers: &[usize], classes: usize) -> Tensor {
    let row = |&answer: &usize| (0..classes).map(move |class| f64::from(u8::from(class == answer)));
    let logits = answers.iter().flat_map(row).collect();
    Tensor::from_vec::<f64>(logits, [answers.len(), classes]).unwrap()
}

#[test]
fn accuracy_counts_hits() {
    let labels = Tensor::from([2_i64, 0, 1, 1]);
    assert_eq!(accuracy(&answering(&[2, 0, 1, 1], 3), &labels), 1.0);
    assert_eq!(accuracy(&answering(&[2, 1, 1, 0], 3), &labels), 0.5);
    assert_eq!(accuracy(&answering(&[0, 1, 2, 2], 3), &labels), 0.0);
    let (logits, labels) = (answering(&[1, 0], 2), Tensor::from([1_i64, 1]));
    assert_eq!(accuracy(&logits.cast(DType::F32).unwrap(), &labels), 0.5);
}

#[test]
fn axes_in_front_do_not_matter_and_strides_neither() {
    let logits = answering(&[2, 1, 1, 0], 3);
    let labels = Tensor::from([[2_i64, 0], [1, 1]]);
    assert_eq!(accuracy(&logits.reshape([2, 2, 3]).unwrap(), &labels), 0.5);
    let turned = logits.permute(&[1, 0]).contiguous().permute(&[1, 0]);
    assert_eq!(accuracy(&turned, &labels.reshape([4]).unwrap()), 0.5);
}

#[test]
fn ties_go_to_the_first_and_nan_counts_as_largest() {
    let nan = f64::NAN;
    let logits = Tensor::from([[1.0, 1.0, 0.0], [0.0, nan, f64::INFINITY], [nan, 9.0, nan]]);
    assert_eq!(accuracy(&logits, &Tensor::from([0_i64, 1, 0])), 1.0);
}

#[test]
fn without_rows_there_is_no_accuracy() {
    let (logits, labels) = (Tensor::zeros(DType::F32, [0, 3]), Tensor::zeros(DType::I64, [0]));
    assert!(accuracy(&logits, &labels).is_nan());
    assert!(ConfusionMatrix::new(&logits, &labels).accuracy().is_nan());
}

#[test]
fn the_matrix_is_an_aligned_table() {
    let answers: Vec<usize> = [vec![0; 12], vec![1, 2, 0]].concat();
    let labels: Vec<i64> = [vec![0; 11], vec![1; 4]].concat();
    let matrix = ConfusionMatrix::new(&answering(&answers, 3), &Tensor::from(labels));
    assert_eq!((matrix.count(0, 0), matrix.count(1, 0), matrix.count(1, 2)), (11, 2, 1));
    assert_eq!((matrix.recall(0), matrix.recall(1), matrix.accuracy()), (1.0, 0.25, 0.8));
    assert!(matrix.recall(2).is_nan());
    let table = [
        "   0  1  2 recall", //
        "0 11  0  0 100.0%",
        "1  2  1  1  25.0%",
        "2  0  0  0      -",
    ];
    assert_eq!(matrix.to_string(), table.join("\n"));
    let table = [
        "      a dog örn recall",
        "a    11   0   0 100.0%",
        "dog   2   1   1  25.0%",
        "örn   0   0   0      -",
    ];
    assert_eq!(matrix.named(["a", "dog", "örn"]).to_string(), table.join("\n"));
}

#[test]
fn misuse_is_explained() {
    let logits = answering(&[0, 1], 2);
    assert_eq!(
        message(|| drop(accuracy(&logits, &Tensor::from([0.0, 1.0])).to_string())),
        "accuracy: logits [2, 2] need one label (i64) a row, not [2] of f64"
    );
    assert_eq!(
        message(|| drop(accuracy(&logits, &Tensor::from([0_i64])).to_string())),
        "accuracy: logits [2, 2] need one label (i64) a row, not [1] of i64"
    );
    assert_eq!(
        message(|| drop(ConfusionMatrix::new(&logits, &Tensor::from([0_i64, 2])))),
        "confusion matrix: label 2 is none of the 2 classes"
    );
    let matrix = ConfusionMatrix::new(&logits, &Tensor::from([0_i64, 1]));
    assert_eq!(message(|| drop(matrix.named(["a"]))), "1 names for 2 classes");
}
