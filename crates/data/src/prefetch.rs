//! Preparing ahead: a thread takes from an iterator what will be asked for next. What comes, and in
//! which order, is the iterator's own business.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

/// The items of an iterator, in their order, which a thread takes from it ahead of time.
///
/// Whatever the iterator does, such as altering images, then takes no time of the caller's; what
/// it gives is the same to the last bit. The thread ends with the iterator, or when this is
/// dropped, which waits for the item that is in the making. Should the iterator panic, the caller
/// panics with the same message when its turn has come.
///
/// ```
/// use wengert_data::{Prefetch, digits};
///
/// let digits = digits();
/// let mut rows = Vec::new();
/// for batch in digits.batches(128).shuffled(7).prefetch(2) {
///     rows.extend(batch.rows);
/// }
/// let plain = digits.batches(128).shuffled(7).flat_map(|batch| batch.rows);
/// assert!(plain.eq(rows));
///
/// // Anything else that is done to a batch can be done ahead as well.
/// let sizes = digits.batches(1000).map(|batch| batch.rows.len());
/// assert_eq!(Prefetch::new(sizes, 1).collect::<Vec<_>>(), [1000, 797]);
/// ```
#[derive(Debug)]
pub struct Prefetch<T> {
    /// Empty once the iterator has come to its end.
    worker: Option<Worker<T>>,
    /// How many items are left, as far as the iterator knew.
    left: (usize, Option<usize>),
}

#[derive(Debug)]
struct Worker<T> {
    ready: Receiver<T>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Prefetch<T> {
    /// Starts a thread that keeps up to `ahead` items ready or in the making.
    ///
    /// # Panics
    ///
    /// When `ahead` is 0, or there can be no more threads.
    #[track_caller]
    pub fn new(items: impl Iterator<Item = T> + Send + 'static, ahead: usize) -> Prefetch<T> {
        assert!(ahead > 0, "0 items ahead need no thread, expected at least 1");
        let left = items.size_hint();
        // One more is in the making while the channel is full.
        let (sender, ready) = sync_channel(ahead - 1);
        let thread = thread::spawn(move || {
            for item in items {
                // An error says that nobody is waiting any longer.
                if sender.send(item).is_err() {
                    return;
                }
            }
        });
        Prefetch { worker: Some(Worker { ready, thread }), left }
    }
}

impl<T> Iterator for Prefetch<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let Ok(item) = self.worker.as_ref()?.ready.recv() else {
            // The thread has ended, in one way or the other.
            self.left = (0, Some(0));
            let worker = self.worker.take()?;
            worker.thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            return None;
        };
        let (least, most) = &mut self.left;
        *least = least.saturating_sub(1);
        *most = most.map(|most| most.saturating_sub(1));
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left
    }
}

impl<T> Drop for Prefetch<T> {
    fn drop(&mut self) {
        if let Some(Worker { ready, thread }) = self.worker.take() {
            // First the channel, so that a thread that waits for room in it wakes up.
            drop(ready);
            // Nobody asked for the item whose making may have panicked.
            let _ = thread.join();
        }
    }
}
