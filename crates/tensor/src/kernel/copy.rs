//! Gathering the elements of a layout into row-major order.

use crate::Layout;

/// The side of the square blocks in which axes are exchanged: a block of either side stays in
/// cache while its other side is walked.
const BLOCK: usize = 16;

/// Copies the elements that `layout` selects from `x` to `y` in logical, row-major order.
///
/// # Panics
///
/// If `y` has not one place for each element, or the layout leaves `x`.
pub fn copy<T: Copy>(x: &[T], layout: &Layout, y: &mut [T]) {
    assert_eq!(y.len(), layout.size(), "one place for each element of shape {}", layout.shape());
    let merged = layout.merged();
    let last = merged.rank().saturating_sub(1);
    // Where the elements of another axis than the last stand side by side, walking along the last
    // one would touch a cache line for every element.
    match merged.strides().iter().position(|&stride| stride == 1) {
        Some(axis) if axis != last && merged.strides()[last] != 0 => exchange(x, &merged, axis, y),
        _ => rows(x, &merged, 0, y),
    }
}

/// Copies the `y.len()` elements from logical position `start` on.
///
/// # Panics
///
/// If there are not so many elements, or the layout leaves `x`.
pub fn copy_range<T: Copy>(x: &[T], layout: &Layout, start: usize, y: &mut [T]) {
    assert!(
        start.checked_add(y.len()).is_some_and(|end| end <= layout.size()),
        "shape {} has no {} elements from {start} on",
        layout.shape(),
        y.len()
    );
    rows(x, &layout.merged(), start, y);
}

/// Copies row by row of a merged layout, from element `start` on.
pub(super) fn rows<T: Copy>(x: &[T], merged: &Layout, start: usize, mut y: &mut [T]) {
    let (size, stride) = merged.axes().next_back().unwrap_or((1, 1));
    if y.is_empty() {
        return;
    }
    let outer = merged.project(|axis| axis + 1 < merged.rank());
    let mut skipped = start % size;
    for offset in outer.offsets_from(start / size) {
        let here;
        (here, y) = y.split_at_mut(y.len().min(size - skipped));
        row(x, offset.wrapping_add_signed(skipped as isize * stride), stride, here);
        skipped = 0;
        if y.is_empty() {
            break;
        }
    }
}

fn row<T: Copy>(x: &[T], start: usize, stride: isize, y: &mut [T]) {
    match stride {
        0 => y.fill(x[start]),
        1 => y.copy_from_slice(&x[start..start + y.len()]),
        _ => {
            let mut position = start as isize;
            for y in y {
                *y = x[position as usize];
                position += stride;
            }
        }
    }
}

/// Copies a merged layout whose `axis`, not the last, has stride 1: by blocks of that axis and the
/// last.
fn exchange<T: Copy>(x: &[T], merged: &Layout, axis: usize, y: &mut [T]) {
    let last = merged.rank() - 1;
    let (height, width) = (merged.shape()[axis], merged.shape()[last]);
    let stride = merged.strides()[last];
    let target = Layout::contiguous(merged.shape());
    let pitch = target.strides()[axis] as usize;
    let is_outer = |a| a != axis && a != last;
    let (from, to) = (merged.project(is_outer), target.project(is_outer));
    for (from, to) in from.offsets().zip(to.offsets()) {
        for top in (0..height).step_by(BLOCK) {
            for left in (0..width).step_by(BLOCK) {
                for i in top..height.min(top + BLOCK) {
                    let first = (from + i).wrapping_add_signed(left as isize * stride);
                    let y = &mut y[to + i * pitch + left..][..BLOCK.min(width - left)];
                    row(x, first, stride, y);
                }
            }
        }
    }
}
