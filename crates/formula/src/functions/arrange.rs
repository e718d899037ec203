//! The same elements elsewhere: shapes, pieces, joining, and picking by position.

use wengert_autodiff::{Kind, Var};
use wengert_tensor::Shape;

use super::{
    Function,
    Rule::{One, Own},
};
use crate::call::Call;
use crate::error::Fault;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("reshape(x, shape)", "another shape; one size may be -1", Own(reshape)),
    Function::new(
        "flatten(x)",
        "all elements along one axis",
        Own(|call| Ok(call.any(0)?.flatten())),
    ),
    Function::new(
        "transpose(x, a=-2, b=-1)",
        "two axes exchanged",
        Own(|call| {
            let x = call.any(0)?;
            Ok(x.transpose(call.axis(1, x)?, call.axis(2, x)?))
        }),
    ),
    Function::new(
        "permute(x, axes)",
        "the axes in this order",
        Own(|call| {
            let x = call.any(0)?;
            let axes = call.axes_in_order(1, x)?;
            if axes.len() != x.rank() {
                return Err(call.fault(1, format!("expected all axes of {}, each once", x.shape())));
            }
            Ok(x.permute(&axes[..]))
        }),
    ),
    Function::new(
        "broadcast_to(x, shape)",
        "repeated to this shape",
        Own(|call| {
            let (x, shape) = (call.any(0)?, call.shape(1)?);
            if x.shape().broadcast(&shape).as_ref() != Some(&shape) {
                return Err(call.fault(1, format!("{} does not broadcast to {shape}", x.shape())));
            }
            Ok(x.broadcast_to(shape))
        }),
    ),
    Function::new(
        "squeeze(x, axis)",
        "without this axis, which has size 1",
        Own(|call| {
            let x = call.any(0)?;
            let axis = call.axis(1, x)?;
            if x.shape()[axis] != 1 {
                return Err(call.fault(1, format!("axis {axis} of {} is not of size 1", x.shape())));
            }
            Ok(x.squeeze(axis))
        }),
    ),
    Function::new(
        "unsqueeze(x, axis)",
        "with one more axis, of size 1",
        Own(|call| {
            let (x, axis) = (call.any(0)?, call.integer(1)?);
            let rank = x.rank() as i64;
            let from_front = if axis < 0 { axis + rank + 1 } else { axis };
            if !(0..=rank).contains(&from_front) {
                return Err(
                    call.fault(1, format!("no such axis, with one more than {}", x.shape()))
                );
            }
            Ok(x.unsqueeze(from_front as usize))
        }),
    ),
    Function::new(
        "flip(x, axis=all)",
        "read backwards",
        Own(|call| {
            let x = call.any(0)?;
            Ok(x.flip(&call.axes(1, x)?[..]))
        }),
    ),
    Function::new(
        "roll(x, shift, axis=-1)",
        "moved along an axis, around its end",
        Own(|call| {
            let x = call.filled(0)?;
            let axis = call.axis(2, x)?;
            let shift = call.integer(1)? % x.shape()[axis] as i64;
            Ok(x.roll(shift as isize, axis))
        }),
    ),
    Function::new(
        "pad(x, before, behind, axis=-1)",
        "with zeros before and behind",
        Own(|call| {
            let x = call.filled(0)?;
            let (before, behind, axis) = (call.count(1, 0)?, call.count(2, 0)?, call.axis(3, x)?);
            let mut shape = x.shape().to_vec();
            shape[axis] = shape[axis].saturating_add(before).saturating_add(behind);
            call.check_size(&shape.into())?;
            Ok(x.pad(axis, before, behind))
        }),
    ),
    Function::new(
        "repeat(x, times)",
        "the whole, this often along each axis",
        Own(|call| {
            let (x, times) = (call.filled(0)?, call.shape(1)?);
            let (from, more) = (x.shape(), times.rank().saturating_sub(x.rank()));
            if times.rank() < x.rank() {
                return Err(call.fault(1, format!("expected a number for each axis of {from}")));
            }
            let sizes = times.iter().enumerate();
            let size = |(k, &n): (usize, &usize)| {
                n.saturating_mul(if k < more { 1 } else { from[k - more] })
            };
            call.check_size(&sizes.map(size).collect())?;
            Ok(x.repeat(&times))
        }),
    ),
    Function::new(
        "diff_order(x, order, axis=-1)",
        "differences of differences",
        Own(|call| {
            let x = call.filled(0)?;
            let (order, axis) = (call.count(1, 0)?, call.axis(2, x)?);
            if order > 64 {
                return Err(call.fault(1, "expected an order of at most 64"));
            }
            Ok(x.diff(order, axis))
        }),
    ),
    Function::new("concat(*parts, axis=0)", "one behind the other along an axis", Own(concat)),
    Function::new("stack(*parts, axis=0)", "beside each other along a new axis", Own(stack)),
    Function::new(
        "take(x, index, axis=0)",
        "the entries at these positions of an axis",
        Own(|call| {
            let (x, index) = (call.filled(0)?, call.index(1)?);
            let axis = call.axis(2, x)?;
            let mut shape = x.shape().without(&[axis]).to_vec();
            shape.extend(&index.shape()[..]);
            call.check_size(&shape.into())?;
            call.check_positions(1, index, x.shape()[axis])?;
            Ok(x.take(axis, index))
        }),
    ),
    Function::new(
        "gather(x, index, axis=-1)",
        "an element for each position along an axis",
        Own(|call| {
            let (x, index) = (call.filled(0)?, call.index(1)?);
            let axis = call.axis(2, x)?;
            if x.rank() != index.rank()
                || x.shape().without(&[axis]) != index.shape().without(&[axis])
            {
                let message = format!(
                    "positions {} and {} differ beside axis {axis}",
                    index.shape(),
                    x.shape()
                );
                return Err(call.fault(1, message));
            }
            call.check_positions(1, index, x.shape()[axis])?;
            Ok(x.gather(axis, index))
        }),
    ),
    Function::new(
        "one_hot(index, n)",
        "1 at each position, else 0, along a new axis",
        Own(|call| {
            let (index, n) = (call.index(0)?, call.count(1, 1)?);
            let mut shape = index.shape().to_vec();
            shape.push(n);
            call.check_size(&shape.into())?;
            call.check_positions(0, index, n)?;
            Ok(index.one_hot(n))
        }),
    ),
    Function::new("index(x)", "positions: real numbers rounded down", One(|x| x.to_index())),
    Function::new(
        "real(index)",
        "positions as real numbers",
        Own(|call| Ok(call.index(0)?.to_real())),
    ),
];

fn reshape<'t>(call: &Call<'_, 't>) -> Result<Var<'t>, Fault> {
    let x = call.any(0)?;
    let sizes = call.integers(1)?.unwrap_or_default();
    let size = x.shape().size();
    let known = sizes.iter().filter(|&&n| n != -1);
    let known =
        known.fold(1_usize, |all, &n| all.saturating_mul(usize::try_from(n).unwrap_or(usize::MAX)));
    let unknown = sizes.iter().filter(|&&n| n == -1).count();
    let fits = match unknown {
        0 => known == size,
        1 => known > 0 && size.is_multiple_of(known),
        _ => false,
    };
    if !fits {
        let message = format!("{size} elements of {} do not fill {sizes:?}", x.shape());
        return Err(call.fault(1, message));
    }
    let shape: Shape =
        sizes.iter().map(|&n| usize::try_from(n).unwrap_or_else(|_| size / known)).collect();
    call.check_size(&shape)?;
    Ok(x.reshape(shape))
}

/// The operands to be joined, and the axis, one of so many more than they have.
fn joined<'t>(call: &Call<'_, 't>, more: usize) -> Result<(Vec<Var<'t>>, usize), Fault> {
    let parts = call.many(0)?;
    let Some(first) = parts.first() else {
        return Err(call.refuse("expected at least one part"));
    };
    let (axis, rank) = (call.integer(1)?, (first.rank() + more) as i64);
    let from_front = if axis < 0 { axis + rank } else { axis };
    if !(0..rank).contains(&from_front) {
        return Err(call.fault(1, format!("no axis {axis} of {rank}")));
    }
    Ok((parts, from_front as usize))
}

fn concat<'t>(call: &Call<'_, 't>) -> Result<Var<'t>, Fault> {
    let (parts, axis) = joined(call, 0)?;
    let first = parts[0].shape();
    let mut size = 0_usize;
    for part in &parts {
        let shape = part.shape();
        let fits = shape.rank() == first.rank() && shape.without(&[axis]) == first.without(&[axis]);
        if !fits || part.kind() == Kind::Index {
            let message = format!("{} and {} do not join along axis {axis}", first, part.type_of());
            return Err(call.refuse(message));
        }
        size += shape[axis];
    }
    let mut shape = first.to_vec();
    shape[axis] = size;
    call.check_size(&shape.into())?;
    Ok(Var::concat(&parts, axis))
}

fn stack<'t>(call: &Call<'_, 't>) -> Result<Var<'t>, Fault> {
    let (parts, axis) = joined(call, 1)?;
    for part in &parts {
        if part.shape() != parts[0].shape() || part.kind() == Kind::Index {
            let message = format!("{} and {} differ", parts[0].type_of(), part.type_of());
            return Err(call.refuse(message));
        }
    }
    let mut shape = parts[0].shape().to_vec();
    shape.insert(axis, parts.len());
    call.check_size(&shape.into())?;
    Ok(Var::stack(&parts, axis))
}
