use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use wengert_data::Prefetch;

use crate::{numbered, rows_of};

proptest! {
    #[test]
    fn the_batches_are_the_same_in_the_same_order(
        n in 0_usize..40,
        size in 1_usize..9,
        seed: u64,
        ahead in 1_usize..4,
        skipped in 0_usize..6,
    ) {
        let data = numbered(&vec![0; n], 1);
        let plain = data.batches(size).shuffled(seed).skip(skipped);
        let mut ahead = plain.clone().prefetch(ahead);
        prop_assert_eq!(ahead.size_hint(), plain.size_hint());
        for batch in plain {
            let same = ahead.next().unwrap();
            prop_assert_eq!((same.x, same.y, same.rows), (batch.x, batch.y, batch.rows));
        }
        prop_assert_eq!(ahead.size_hint(), (0, Some(0)));
        prop_assert!(ahead.next().is_none());
        prop_assert!(ahead.next().is_none(), "the end stays the end");
    }
}

#[test]
fn no_more_is_prepared_than_was_asked_for() {
    for ahead in 1..4 {
        let made = Arc::new(AtomicUsize::new(0));
        let count = made.clone();
        let mut items =
            Prefetch::new((0..).inspect(move |_| _ = count.fetch_add(1, Ordering::SeqCst)), ahead);
        for taken in 1..20 {
            items.next();
            assert!(made.load(Ordering::SeqCst) <= taken + ahead);
        }
    }
}

#[test]
fn the_thread_has_ended_when_it_is_dropped() {
    for taken in [0, 1, 5] {
        let held = Arc::new(());
        let inside = held.clone();
        let mut items = Prefetch::new((0..).map(move |item| (item, inside.clone()).0), 2);
        for expected in 0..taken {
            assert_eq!(items.next(), Some(expected));
        }
        drop(items);
        assert_eq!(Arc::strong_count(&held), 1, "the iterator is gone, and the thread with it");
    }
}

#[test]
fn a_panic_is_passed_on_in_its_turn() {
    let mut data = numbered(&[0; 5], 1);
    // The promise that Dataset::new checks is broken: the last batch asks for a row too many.
    data.x = data.select(&[0, 1, 2, 3]).x;
    let mut pass = data.batches(2).prefetch(3);
    assert_eq!(rows_of(&pass.next().unwrap().x), [0, 1]);
    assert_eq!(rows_of(&pass.next().unwrap().x), [2, 3]);
    let panic = catch_unwind(AssertUnwindSafe(|| pass.next().map(drop))).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert_eq!(*message, "row 4 was asked for, but there are 4 rows");
    assert!(pass.next().is_none());

    // Dropped before its turn it goes unheard, as that of an item nobody asked for.
    drop(data.batches(5).prefetch(1));
}

#[test]
#[should_panic(expected = "0 items ahead need no thread, expected at least 1")]
fn nothing_ahead_panics() {
    numbered(&[0], 1).batches(1).prefetch(0);
}
