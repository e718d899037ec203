use proptest::prelude::*;
use wengert_data::{Batches, Dataset};

use crate::{labels_of, numbered, rows_of, sorted};

fn order(data: &Dataset, seed: u64) -> Vec<usize> {
    data.batches(7).shuffled(seed).flat_map(|batch| batch.rows).collect()
}

proptest! {
    #[test]
    fn an_epoch_visits_every_row_once(
        labels in prop::collection::vec(0_i64..3, 0..60),
        size in 1_usize..70,
        seed: u64,
    ) {
        let data = numbered(&labels, 3);
        let mut pass = data.batches(size).shuffled(seed);
        let mut seen = Vec::new();
        prop_assert_eq!(pass.len(), labels.len().div_ceil(size));
        while pass.len() > 0 {
            let left = pass.len();
            let batch = pass.next().unwrap();
            prop_assert_eq!(pass.len(), left - 1);
            prop_assert_eq!(batch.rows.len() == size, left > 1 || labels.len() % size == 0);
            prop_assert_eq!(&rows_of(&batch.x), &batch.rows);
            let expected: Vec<i64> = batch.rows.iter().map(|&row| labels[row]).collect();
            prop_assert_eq!(labels_of(&batch.y), expected);
            seen.extend(batch.rows);
        }
        prop_assert!(pass.next().is_none());
        prop_assert_eq!(sorted(seen), (0..labels.len()).collect::<Vec<_>>());
    }

    #[test]
    fn drop_last_leaves_whole_batches(n in 0_usize..60, size in 1_usize..70, seed: u64) {
        let data = numbered(&vec![0; n], 1);
        let pass = data.batches(size).drop_last().shuffled(seed);
        prop_assert_eq!(pass.len(), n / size);
        let whole: Vec<Vec<usize>> = pass.map(|batch| batch.rows).collect();
        prop_assert!(whole.iter().all(|rows| rows.len() == size));
        // Which rows are dropped is drawn from all rows, in whichever order the pass was described.
        let other = data.batches(size).shuffled(seed).drop_last();
        prop_assert_eq!(whole, other.map(|batch| batch.rows).collect::<Vec<_>>());
    }
}

#[test]
fn the_order_is_that_of_the_rows_unless_shuffled() {
    let rows: Vec<_> = numbered(&[0; 5], 1).batches(2).map(|batch| batch.rows).collect();
    assert_eq!(rows, [vec![0, 1], vec![2, 3], vec![4]]);
}

#[test]
fn the_seed_alone_decides_the_order() {
    let data = numbered(&[0; 50], 1);
    assert_eq!(order(&data, 5), order(&data, 5));
    assert!((0..20).filter(|&seed| seed != 5).all(|seed| order(&data, seed) != order(&data, 5)));
    // Neither the size of the batches nor what the rows hold has a say.
    let other = numbered(&[1; 50], 2);
    let rows: Vec<usize> = other.batches(50).shuffled(5).next().unwrap().rows;
    assert_eq!(order(&data, 5), rows);
}

#[test]
fn the_order_of_a_seed_is_for_ever() {
    assert_eq!(order(&numbered(&[0; 10], 1), 0), [1, 4, 0, 2, 7, 8, 3, 5, 9, 6]);
}

#[test]
fn every_order_is_drawn() {
    let data = numbered(&[0; 3], 1);
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..600 {
        *counts.entry(order(&data, seed)).or_insert(0) += 1;
    }
    // Six orders, about a hundred of each: five standard deviations are 46.
    assert_eq!(counts.len(), 6);
    assert!(counts.values().all(|count| (54..=146).contains(count)), "{counts:?}");
}

proptest! {
    #[test]
    fn a_pass_goes_on_where_it_was_broken_off(
        n in 0_usize..40,
        size in 1_usize..9,
        seed: u64,
        skipped in 0_usize..50,
        drop_last: bool,
    ) {
        let data = numbered(&vec![0; n], 1);
        let pass = || {
            let pass = data.batches(size).shuffled(seed);
            if drop_last { pass.drop_last() } else { pass }
        };
        let rows = |pass: Batches| pass.map(|batch| batch.rows).collect::<Vec<_>>();
        let mut whole = rows(pass());
        let rest = whole.split_off(skipped.min(whole.len()));
        prop_assert_eq!(pass().skip(skipped).len(), rest.len());
        prop_assert_eq!(rows(pass().skip(skipped)), rest.clone());
        prop_assert_eq!(pass().nth(skipped).map(|batch| batch.rows), rest.first().cloned());
    }
}

#[test]
#[should_panic(expected = "batches of 0 rows never come to an end, expected at least 1")]
fn a_batch_without_rows_panics() {
    let _ = numbered(&[0], 1).batches(0);
}
