//! What a step of a run can read, and where it finds it.

use wengert_tensor::{Array, Pool, Threads, kernel};

use crate::op::Value;
use crate::run::Scalar;
use crate::run::arena::Stretch;
use crate::run::step::{Argument, Operand, Room};

/// What a step can read: everything but the place that it writes to.
pub(super) struct Memory<'a, T> {
    pub cells: &'a [T],
    pub arena: Around<'a, T>,
    pub inputs: &'a [&'a [T]],
    pub outputs: &'a [Vec<T>],
    pub slots: &'a [Option<Array<i64>>],
    pub threads: &'a Threads,
    /// Where steps find room for what they need while they run.
    pub pool: &'a Pool<T>,
}

/// The arena around the place that is written to.
pub(super) struct Around<'a, T> {
    before: &'a [T],
    behind: &'a [T],
    behind_start: usize,
}

impl<'a, T> Around<'a, T> {
    pub fn all(arena: &'a [T]) -> Around<'a, T> {
        Around { before: arena, behind: &[], behind_start: arena.len() }
    }

    pub fn split(
        arena: &'a mut [T],
        Stretch { start, len }: Stretch,
    ) -> (Around<'a, T>, &'a mut [T]) {
        let (before, rest) = arena.split_at_mut(start);
        let (place, behind) = rest.split_at_mut(len);
        (Around { before, behind, behind_start: start + len }, place)
    }

    fn get(&self, Stretch { start, len }: Stretch) -> &'a [T] {
        match self.before.get(start..start + len) {
            Some(elements) => elements,
            None => &self.behind[start - self.behind_start..][..len],
        }
    }
}

impl<'a, T: Scalar> Memory<'a, T> {
    /// The room that an operand's layout speaks of.
    pub fn room(&self, room: Room) -> &'a [T] {
        match room {
            Room::Cell(cell) => &self.cells[cell as usize..=cell as usize],
            Room::Arena(stretch) => self.arena.get(stretch),
            Room::Input(k) => self.inputs[k as usize],
            Room::Output(k) => &self.outputs[k as usize],
        }
    }

    /// The elements of a contiguous operand.
    pub fn elements(&self, x: &Operand) -> &'a [T] {
        let start = x.layout.offset();
        &self.room(x.room)[start..start + x.layout.size()]
    }

    pub fn slot(&self, slot: u32) -> &'a Array<i64> {
        self.slots[slot as usize].as_ref().expect("steps run after those they need")
    }

    pub fn value(&self, x: &Argument) -> Value<T> {
        match x {
            Argument::Index(slot) => Value::Index(self.slot(*slot).clone()),
            Argument::Real(x) => {
                let mut elements = vec![T::default(); x.layout.size()];
                kernel::copy(self.room(x.room), &x.layout, &mut elements);
                let array = Array::from_vec(elements, x.layout.shape().clone());
                Value::Real(array.expect("a layout has as many elements as its shape"))
            }
        }
    }
}
