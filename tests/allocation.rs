//! A training step works in the memory of the step before it. The allocator of this test counts,
//! so it is the only one in its file.
#![allow(unsafe_code)] // An allocator can't be written without.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use wengert::prelude::*;

/// The system's allocator, and how many bytes it was asked for so far.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is handed on to the system's allocator unchanged; an additional counter is no
// part of the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A model of megabytes must be trained in less new memory than this once it has been through a
/// step. Matrix products pack blocks of their operands into memory of their own, up to a megabyte
/// at a time where layers are wide; so the layers here are long and narrow.
const FEW: usize = 256 << 10;

#[test]
fn from_the_second_step_on_nothing_like_the_model_is_allocated() {
    let optimizers: [(&str, Box<dyn Optimizer>); 4] = [
        ("plain", Box::new(Sgd::new(1e-3))),
        ("momentum", Box::new(Sgd::new(1e-3).momentum(0.9).nesterov())),
        ("adamw", Box::new(AdamW::new(1e-3).amsgrad())),
        ("rmsprop", Box::new(RmsProp::new(1e-4).centred().momentum(0.5))),
    ];
    for (name, mut optimizer) in optimizers {
        let mut params = Params::f32(0);
        let model =
            Sequential::new().dense(&mut params, 1 << 15, 32).relu().dense(&mut params, 32, 10);
        assert!(4 * params.trainable_size() > 4_000_000);
        let x = Tensor::full(DType::F32, [16, 1 << 15], 0.1);
        let labels = Tensor::zeros(DType::I64, [16]);
        let mut tape = Tape::f32();
        let mut step = || {
            let before = ALLOCATED.load(Ordering::Relaxed);
            let step = tape.value_and_grad(&params, |scope| {
                let logits = model.forward(scope, scope.input(&x));
                (logits.cross_entropy(&labels), [])
            });
            optimizer.step(&mut params, &step.gradients);
            assert!(step.loss.is_finite());
            ALLOCATED.load(Ordering::Relaxed) - before
        };
        let bytes = [step(), step(), step()];
        assert!(bytes[0] > 4_000_000, "{name}: the first step makes its memory: {bytes:?}");
        assert!(bytes[1] < FEW && bytes[2] < FEW, "{name}: {bytes:?}");
    }
}
