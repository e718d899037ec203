//! Where temporaries lie: places in one stretch of memory, used again as soon as they are free.

/// A stretch of elements in the arena.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    pub start: usize,
    pub len: usize,
}

impl Stretch {
    /// How much of the arena it takes.
    pub fn room(self) -> usize {
        self.len.next_multiple_of(ALIGNMENT)
    }
}

/// Hands out stretches, and takes them back.
#[derive(Default)]
pub(crate) struct Arena {
    /// Free stretches by place; no two touch.
    free: Vec<Stretch>,
    end: usize,
}

/// Stretches begin at multiples of this many elements: a cache line of f32.
const ALIGNMENT: usize = 16;

impl Arena {
    /// A stretch of `len` elements: the smallest free one that is large enough, or new memory.
    pub fn take(&mut self, len: usize) -> Stretch {
        if len == 0 {
            // Nothing lies nowhere: at the start, where no stretch that is written to can cover it.
            return Stretch { start: 0, len };
        }
        let room = len.next_multiple_of(ALIGNMENT);
        let best = (0..self.free.len())
            .filter(|&k| self.free[k].len >= room)
            .min_by_key(|&k| self.free[k].len);
        let Some(best) = best else {
            // A free stretch at the very end is made longer.
            let at_end = self.free.pop_if(|last| last.start + last.len == self.end);
            let start = at_end.map_or(self.end, |last| last.start);
            self.end = start + room;
            return Stretch { start, len };
        };
        let stretch = &mut self.free[best];
        let start = stretch.start;
        stretch.start += room;
        stretch.len -= room;
        if stretch.len == 0 {
            self.free.remove(best);
        }
        Stretch { start, len }
    }

    /// Takes a stretch back.
    pub fn give(&mut self, stretch: Stretch) {
        let (start, mut len) = (stretch.start, stretch.room());
        if len == 0 {
            return;
        }
        let mut at = self.free.partition_point(|free| free.start < start);
        if let Some(next) = self.free.get(at).copied().filter(|next| next.start == start + len) {
            len += next.len;
            self.free.remove(at);
        }
        if at > 0 && self.free[at - 1].start + self.free[at - 1].len == start {
            at -= 1;
            self.free[at].len += len;
        } else {
            self.free.insert(at, Stretch { start, len });
        }
    }

    /// How many elements the arena needs.
    pub fn size(&self) -> usize {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::{Arena, Stretch};

    #[test]
    fn stretches_in_use_never_overlap_and_free_ones_are_used_again() {
        let mut arena = Arena::default();
        let mut used: Vec<Stretch> = Vec::new();
        let mut state = 7_u64;
        for _ in 0..2000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let draw = (state >> 33) as usize;
            if draw.is_multiple_of(3) && !used.is_empty() {
                arena.give(used.swap_remove(draw / 3 % used.len()));
            } else {
                let new = arena.take(draw % 100);
                let end = new.start + new.len;
                // An empty stretch lies anywhere.
                let apart = |old: &Stretch| {
                    old.len == 0 || old.start >= end || old.start + old.len <= new.start
                };
                assert!(used.iter().all(apart));
                used.push(new);
            }
        }
        while let Some(stretch) = used.pop() {
            arena.give(stretch);
        }
        // All is one free stretch again.
        let size = arena.size();
        assert_eq!(arena.take(size), Stretch { start: 0, len: size });
        assert_eq!(arena.size(), size);
    }
}
