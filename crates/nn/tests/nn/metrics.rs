//! Accuracies, the confusion matrix, and errors of numbers.

use wengert_nn::metrics::{
    ConfusionMatrix, accuracy, mean_absolute_error, mean_squared_error, r_squared, top_k_accuracy,
};
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

#[test]
fn top_k_counts_labels_among_the_first() {
    let logits = Tensor::from([[4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 1.0, 3.0]]);
    let labels = Tensor::from([0_i64, 2, 2]); // the first, the second, the fourth
    let found = [1, 2, 3, 4, 9].map(|k| top_k_accuracy(&logits, &labels, k));
    assert_eq!(found, [1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 1.0, 1.0]);
    assert_eq!(top_k_accuracy(&logits, &labels, 0), 0.0);
    // The first of equals comes first, and NaN before any number, as for accuracy.
    let nan = f64::NAN;
    let logits = Tensor::from([[1.0, 1.0, 0.0], [0.0, nan, f64::INFINITY], [nan, 9.0, nan]]);
    for (labels, hits) in
        [([0_i64, 1, 0], [3, 3, 3]), ([1, 2, 2], [0, 3, 3]), ([2, 0, 1], [0, 0, 3])]
    {
        let labels = Tensor::from(labels);
        let found = [1, 2, 3].map(|k| top_k_accuracy(&logits, &labels, k));
        assert_eq!(found, hits.map(|hits| f64::from(hits) / 3.0));
        assert_eq!(found[0], accuracy(&logits, &labels));
    }
    // A label that is no class is never hit.
    assert_eq!(top_k_accuracy(&logits, &Tensor::from([-1_i64, 3, 7]), 3), 0.0);
    let said = message(|| drop(top_k_accuracy(&logits, &Tensor::from([0_i64]), 1).to_string()));
    assert_eq!(said, "top-k accuracy: logits [3, 3] need one label (i64) a row, not [1] of i64");
}

#[test]
fn scores_of_classes_and_their_means() {
    // Rows 0 0 0 0 1 1 2 and a class 3 that does not occur; 4 is answered, but has no rows.
    let labels = Tensor::from([0_i64, 0, 0, 0, 1, 1, 2]);
    let matrix = ConfusionMatrix::new(&answering(&[0, 0, 0, 1, 1, 4, 0], 5), &labels);
    let scores = |class: usize| {
        let scores = matrix.scores(class);
        [scores.precision, scores.recall, scores.f1]
    };
    assert_eq!(scores(0), [0.75, 0.75, 0.75]);
    assert_eq!(scores(1), [0.5, 0.5, 0.5]);
    let [precision, recall, f1] = scores(2);
    assert!(precision.is_nan() && recall == 0.0 && f1 == 0.0);
    assert!(scores(3).iter().all(|score| score.is_nan()));
    let [precision, recall, f1] = scores(4);
    assert!(precision == 0.0 && recall.is_nan() && f1 == 0.0);

    let means = matrix.macro_scores();
    assert_eq!([means.precision, means.recall, means.f1], [1.25 / 4.0; 3]);
    let all = matrix.micro_scores();
    assert_eq!([all.precision, all.recall, all.f1], [4.0 / 7.0; 3]);
    let none = ConfusionMatrix::new(&answering(&[], 2), &Tensor::zeros(DType::I64, [0]));
    assert!(none.macro_scores().f1.is_nan() && none.micro_scores().f1.is_nan());
}

#[test]
fn f1_is_the_harmonic_mean() {
    let labels = Tensor::from([0_i64, 0, 0, 1, 1]);
    let matrix = ConfusionMatrix::new(&answering(&[0, 1, 1, 1, 1], 2), &labels);
    let scores = matrix.scores(0);
    assert_eq!((scores.precision, scores.recall), (1.0, 1.0 / 3.0));
    assert!((scores.f1 - 2.0 / (1.0 + 3.0)).abs() < 1e-15);
}

#[test]
fn errors_of_numbers() {
    let targets = Tensor::from([[1.0, 2.0], [3.0, 6.0]]);
    let answers = Tensor::from([[1.5, 1.0], [3.0, 8.0]]);
    assert_eq!(mean_absolute_error(&answers, &targets), 3.5 / 4.0);
    assert_eq!(mean_squared_error(&answers, &targets), 5.25 / 4.0);
    assert_eq!(r_squared(&answers, &targets), 1.0 - 5.25 / 14.0);
    assert_eq!(r_squared(&Tensor::full(DType::F64, [2, 2], 3.0), &targets), 0.0);
    let equal = Tensor::ones(DType::F32, [3]);
    assert!(r_squared(&equal, &equal).is_nan());
    assert_eq!(r_squared(&Tensor::zeros(DType::F32, [3]), &equal), f64::NEG_INFINITY);
    assert!(
        mean_squared_error(&Tensor::zeros(DType::F64, [0]), &Tensor::zeros(DType::F64, [0]))
            .is_nan()
    );
    assert_eq!(
        message(|| drop(r_squared(&equal, &targets).to_string())),
        "R²: answers [3] and targets [2, 2] differ"
    );
}
