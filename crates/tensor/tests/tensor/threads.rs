//! Teams of threads: every task is done once, by several threads, and a panic harms nobody else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use wengert_tensor::Threads;

proptest! {
    #[test]
    fn every_element_is_in_one_part(len in 0..5000_usize, least in 1..700_usize, count in 1..5_usize) {
        let threads = Threads::new(count);
        let part = threads.part(len, least);
        let mut y = vec![0_usize; len];
        threads.split(&mut y, part, |number, y| {
            y.iter_mut().enumerate().for_each(|(k, y)| *y += part * number + k + 1);
        });
        prop_assert!(y.iter().enumerate().all(|(k, &y)| y == k + 1));
        prop_assert!(part >= len || part.is_multiple_of(least));
    }
}

#[test]
fn tasks_run_side_by_side() {
    let threads = Threads::new(3);
    assert_eq!(threads.count(), 3);
    // Each of three tasks waits for the other two: one thread alone would wait for ever. A helper
    // that is late finds the job still open.
    let meeting = Barrier::new(3);
    threads.run(3, |_| {
        meeting.wait();
    });
    assert_eq!(threads.helped(), 2);
}

#[test]
fn many_short_jobs_are_all_done() {
    let threads = Threads::new(3);
    let done = AtomicUsize::new(0);
    for _ in 0..2000 {
        threads.run(5, |_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
    }
    assert_eq!(done.into_inner(), 10_000);
}

#[test]
fn helpers_that_sleep_are_woken() {
    let threads = Threads::new(2);
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let meeting = Barrier::new(2);
        threads.run(2, |_| {
            meeting.wait();
        });
    }
    assert_eq!(threads.helped(), 3);
}

#[test]
fn a_panic_reaches_the_caller_and_the_team_goes_on() {
    let threads = Threads::new(2);
    for guilty in 0..2 {
        let meeting = Barrier::new(2);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            threads.run(2, |task| {
                // Both threads have one of the tasks.
                meeting.wait();
                assert!(task != guilty, "task {task} fails");
            });
        }));
        let payload = outcome.expect_err("the panic is passed on");
        let message = payload.downcast_ref::<String>().expect("panics have messages");
        assert_eq!(message, &format!("task {guilty} fails"));
    }
    let mut y = [0; 100];
    threads.split(&mut y, 10, |_, y| y.fill(1));
    assert_eq!(y, [1; 100]);
}

#[test]
fn tasks_may_ask_the_team_themselves_and_callers_may_meet() {
    let threads = Threads::new(2);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    threads.run(4, |_| {
                        threads.run(2, |_| {
                            done.fetch_add(1, Ordering::Relaxed);
                        });
                    });
                }
            });
        }
    });
    assert_eq!(done.into_inner(), 3200);
}
