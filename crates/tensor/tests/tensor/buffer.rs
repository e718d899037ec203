use proptest::collection::vec;
use proptest::prelude::*;
use wengert_tensor::{Array, Layout, Pool};

#[test]
fn what_was_given_is_taken_again() {
    let pool = Pool::<f32>::default();
    for len in [1, 2, 3, 5, 7, 100, 1000, 1 << 20] {
        let elements = pool.take(len);
        assert_eq!(elements.len(), len);
        let place = elements.as_ptr();
        pool.give(elements);
        let again = pool.take(len);
        assert_eq!(again.as_ptr(), place, "{len}");
    }
}

#[test]
fn memory_from_elsewhere_serves_too() {
    let pool = Pool::default();
    let elements = vec![1.0_f64; 1001];
    let place = elements.as_ptr();
    pool.give(elements);
    let again = pool.take(1001);
    assert_eq!(again.as_ptr(), place);
}

#[test]
fn similar_sizes_share_memory_and_others_do_not() {
    let pool = Pool::<u64>::default();
    let elements = pool.take(1000);
    let place = elements.as_ptr();
    pool.give(elements);
    let (smaller, similar) = (pool.take(100), pool.take(990));
    assert_ne!(smaller.as_ptr(), place);
    assert_eq!(similar.as_ptr(), place);
}

#[test]
fn the_last_owner_gives_back() {
    let pool = Pool::<f64>::default();
    let buffer = pool.freeze(pool.take(64));
    let x = Array::from_buffer(buffer, Layout::contiguous([64]));
    let view = x.reshape([8, 8]).unwrap().permute(&[1, 0]);
    drop(x);
    assert_eq!(pool.idle_bytes(), 0);
    drop(view);
    assert_eq!(pool.idle_bytes(), 64 * 8);
}

#[test]
fn buffers_outlive_their_pool() {
    let pool = Pool::<f64>::default();
    let buffer = pool.freeze(vec![1.0; 64]);
    drop(pool);
    assert_eq!(buffer[63], 1.0);
}

#[test]
fn idle_memory_is_bounded() {
    let pool = Pool::<u8>::default();
    let large = || Vec::with_capacity(200 << 20);
    pool.give(vec![0; 100]);
    for _ in 0..3 {
        pool.give(large());
    }
    assert_eq!(pool.idle_bytes(), (400 << 20) + 100);
    pool.give(Vec::with_capacity(600 << 20));
    assert_eq!(pool.idle_bytes(), (400 << 20) + 100);
}

#[test]
fn threads_share_a_pool() {
    let pool = Pool::<usize>::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for _ in 0..100 {
                    let mut elements = pool.take(100);
                    elements.fill(thread);
                    assert!(elements.iter().all(|&element| element == thread));
                    pool.give(elements);
                }
            });
        }
    });
    assert!(pool.idle_bytes() <= 4 * 112 * 8);
}

proptest! {
    #[test]
    fn a_second_round_allocates_nothing(lens in vec(1..5000_usize, 1..20)) {
        let pool = Pool::<u16>::default();
        let round = || {
            let taken: Vec<Vec<u16>> = lens.iter().map(|&len| pool.take(len)).collect();
            let mut places: Vec<_> = taken.iter().map(Vec::as_ptr).collect();
            for (elements, &len) in taken.into_iter().zip(&lens) {
                assert_eq!(elements.len(), len);
                pool.give(elements);
            }
            places.sort();
            places
        };
        prop_assert_eq!(round(), round());
    }
}
