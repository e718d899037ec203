//! Memory that is used again: a fresh page costs more than the arithmetic done on it. Nothing here
//! knows shapes.

use std::fmt;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A pool keeps at most this many bytes idle; then the largest buffers go first.
const MOST_IDLE_BYTES: usize = 512 << 20;

/// A stock of buffers that are free to be used again, shared by its clones and by threads.
///
/// A computation that is repeated takes from the pool what its previous run gave back, and
/// allocates nothing.
///
/// ```
/// # use wengert_tensor::Pool;
/// let pool = Pool::<f64>::default();
/// let buffer = pool.freeze(pool.take(1000));
/// assert_eq!(pool.idle_bytes(), 0);
/// drop(buffer);
/// assert!(pool.idle_bytes() >= 8000);
/// ```
pub struct Pool<T>(Arc<Mutex<Stock<T>>>);

impl<T: Copy + Default> Pool<T> {
    /// Exactly `len` elements. Their contents are unspecified: zeros, or what an earlier user left.
    pub fn take(&self, len: usize) -> Vec<T> {
        if len == 0 {
            return Vec::new();
        }
        // The lock is released before anything is allocated or filled.
        let found = self.lock().take(len);
        let mut elements = found.unwrap_or_else(|| vec![T::default(); class_above(len).capacity()]);
        elements.resize(len, T::default());
        elements
    }
}

impl<T> Pool<T> {
    /// Puts memory into the pool, wherever it was allocated.
    pub fn give(&self, elements: Vec<T>) {
        self.lock().give(elements);
    }

    /// A buffer that gives its memory back to this pool when its last owner drops it, if the pool
    /// still exists then.
    pub fn freeze(&self, elements: Vec<T>) -> Arc<Buffer<T>> {
        Arc::new(Buffer { elements, pool: Arc::downgrade(&self.0) })
    }

    /// The bytes that wait in the pool.
    pub fn idle_bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Stock<T>> {
        lock(&self.0)
    }
}

impl<T> Clone for Pool<T> {
    fn clone(&self) -> Pool<T> {
        Pool(Arc::clone(&self.0))
    }
}

impl<T> Default for Pool<T> {
    fn default() -> Pool<T> {
        Pool(Arc::default())
    }
}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("idle_bytes", &self.idle_bytes()).finish()
    }
}

/// The memory of an array; it may return to the [`Pool`] that it came from.
#[derive(Debug)]
pub struct Buffer<T> {
    elements: Vec<T>,
    pool: Weak<Mutex<Stock<T>>>,
}

impl<T> Buffer<T> {
    /// The elements, now owned by the caller and lost to the pool.
    pub fn into_vec(mut self) -> Vec<T> {
        mem::take(&mut self.elements)
    }
}

impl<T> From<Vec<T>> for Buffer<T> {
    fn from(elements: Vec<T>) -> Buffer<T> {
        Buffer { elements, pool: Weak::new() }
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.elements
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.elements
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        if let Some(stock) = self.pool.upgrade() {
            lock(&stock).give(mem::take(&mut self.elements));
        }
    }
}

/// Idle memory by size class, the latest on top of each shelf.
#[derive(Debug)]
struct Stock<T> {
    shelves: Vec<Vec<Vec<T>>>,
    bytes: usize,
}

impl<T> Stock<T> {
    /// Memory for `len` elements, at most about a quarter larger than asked, if there is any.
    fn take(&mut self, len: usize) -> Option<Vec<T>> {
        // Memory allocated elsewhere may fit although it stands one class lower.
        let below = class_below(len);
        let shelf = self.shelves.get(below.0)?;
        let fits = shelf.last().is_some_and(|top| top.capacity() >= len);
        let class = if fits { below } else { class_above(len) };
        let elements = self.shelves.get_mut(class.0)?.pop()?;
        self.bytes -= bytes(&elements);
        Some(elements)
    }

    fn give(&mut self, elements: Vec<T>) {
        if bytes(&elements) == 0 {
            return;
        }
        let class = class_below(elements.capacity());
        if self.shelves.len() <= class.0 {
            self.shelves.resize_with(class.0 + 1, Vec::new);
        }
        self.bytes += bytes(&elements);
        self.shelves[class.0].push(elements);
        while self.bytes > MOST_IDLE_BYTES {
            let largest = self.shelves.iter_mut().rev().find_map(Vec::pop);
            self.bytes -= bytes(&largest.expect("idle bytes lie on a shelf"));
        }
    }
}

impl<T> Default for Stock<T> {
    fn default() -> Stock<T> {
        Stock { shelves: Vec::new(), bytes: 0 }
    }
}

/// The number of a size class. Four classes an octave: class `4e + q` begins at `(4 + q) · 2ᵉ / 4`.
#[derive(Clone, Copy, PartialEq)]
struct Class(usize);

impl Class {
    /// The smallest capacity in the class.
    fn capacity(self) -> usize {
        ((4 + self.0 % 4) << (self.0 / 4)).div_ceil(4)
    }
}

/// The class in which `len > 0` lies.
fn class_below(len: usize) -> Class {
    let octave = len.ilog2() as usize;
    let quarter = if octave < 2 { (len << (2 - octave)) % 4 } else { (len >> (octave - 2)) % 4 };
    Class(4 * octave + quarter)
}

/// The first class whose every member holds `len > 0` elements.
fn class_above(len: usize) -> Class {
    let below = class_below(len);
    if below.capacity() < len { Class(below.0 + 1) } else { below }
}

fn bytes<T>(elements: &Vec<T>) -> usize {
    elements.capacity() * size_of::<T>()
}

/// A panic elsewhere leaves the stock whole: every change to it is complete.
fn lock<T>(stock: &Mutex<T>) -> MutexGuard<'_, T> {
    stock.lock().unwrap_or_else(PoisonError::into_inner)
}
