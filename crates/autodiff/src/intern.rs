//! A table that gives equal things equal numbers.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Each distinct `T` once, in the order of first appearance.
#[derive(Debug)]
pub(crate) struct Interner<T> {
    items: Vec<Arc<T>>,
    numbers: FxHashMap<Arc<T>, u32>,
}

impl<T: Eq + Hash> Interner<T> {
    pub fn new() -> Interner<T> {
        Interner { items: Vec::new(), numbers: FxHashMap::default() }
    }

    /// The number of `item`.
    pub fn number(&mut self, item: T) -> u32 {
        if let Some(&number) = self.numbers.get(&item) {
            return number;
        }
        let number = u32::try_from(self.items.len()).expect("fewer than 2³² distinct items");
        let item = Arc::new(item);
        self.items.push(Arc::clone(&item));
        self.numbers.insert(item, number);
        number
    }

    /// The item of this number.
    pub fn get(&self, number: u32) -> &Arc<T> {
        &self.items[number as usize]
    }

    /// All items, by number.
    pub fn items(&self) -> &[Arc<T>] {
        &self.items
    }
}
