use proptest::prelude::*;
use wengert_data::{DataError, Dataset, stratified_split};

use crate::{labels_of, numbered, rows_of, sorted};

fn count(data: &Dataset, class: i64) -> usize {
    labels_of(&data.y).into_iter().filter(|&label| label == class).count()
}

proptest! {
    #[test]
    fn the_parts_are_disjoint_cover_and_share_every_class(
        labels in prop::collection::vec(0_i64..4, 0..80),
        weights in prop::array::uniform3(0.1_f64..1.0),
        seed: u64,
    ) {
        let data = numbered(&labels, 4);
        let total: f64 = weights.iter().sum();
        let fractions = weights.map(|weight| weight / total);
        let parts = stratified_split(&data, fractions, seed).unwrap();

        let rows: Vec<usize> = parts.iter().flat_map(|part| rows_of(&part.x)).collect();
        prop_assert_eq!(sorted(rows), (0..labels.len()).collect::<Vec<_>>());
        for (part, fraction) in parts.iter().zip(fractions) {
            for (row, label) in rows_of(&part.x).into_iter().zip(labels_of(&part.y)) {
                prop_assert_eq!(label, labels[row]);
            }
            for class in 0..4 {
                let exact = fraction * count(&data, class) as f64;
                prop_assert!((count(part, class) as f64 - exact).abs() < 1.0);
            }
        }
    }
}

#[test]
fn remainders_go_to_the_largest_and_among_equals_to_the_earliest() {
    let sizes = |n: usize, fractions: [f64; 3]| {
        let parts = stratified_split(&numbered(&vec![0; n], 1), fractions, 0).unwrap();
        parts.map(|part| part.len())
    };
    assert_eq!(sizes(10, [0.7, 0.2, 0.1]), [7, 2, 1]);
    assert_eq!(sizes(9, [0.7, 0.2, 0.1]), [6, 2, 1]);
    assert_eq!(sizes(100, [0.29, 0.7, 0.01]), [29, 70, 1]);
    assert_eq!(sizes(2, [0.25, 0.5, 0.25]), [1, 1, 0]);
    assert_eq!(sizes(0, [0.25, 0.5, 0.25]), [0, 0, 0]);
}

#[test]
fn the_seed_alone_decides() {
    let data = numbered(&[0, 1].repeat(30), 2);
    let split = |seed| {
        let parts = stratified_split(&data, [0.5, 0.5], seed).unwrap();
        parts.map(|part| rows_of(&part.x))
    };
    assert_eq!(split(3), split(3));
    assert_ne!(split(3), split(4));
    // The classes are mixed within a part, not one after the other.
    let [first, _] = split(3);
    assert_ne!(first, sorted(first.clone()));
    let classes: Vec<usize> = first.iter().map(|row| row % 2).collect();
    assert_ne!(classes, sorted(classes.clone()));
}

#[test]
fn fractions_must_be_a_division() {
    fn refused<const N: usize>(fractions: [f64; N], found: &str) {
        let error: DataError = stratified_split(&numbered(&[0], 1), fractions, 0).unwrap_err();
        let message = format!("expected positive fractions that sum to 1, found {found}");
        assert_eq!(error.to_string(), message);
    }
    refused([0.5, 0.25], "[0.5, 0.25]");
    refused([1.5, -0.5], "[1.5, -0.5]");
    refused([1.0, 0.0], "[1.0, 0.0]");
    refused([f64::NAN, 1.0], "[NaN, 1.0]");
    refused([], "[]");
}
