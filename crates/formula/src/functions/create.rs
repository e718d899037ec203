//! Values that a rule describes.

use super::{Function, Rule::Own};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "zeros(shape)",
        "zeros of this shape",
        Own(|call| Ok(call.tape().zeros(call.shape(0)?))),
    ),
    Function::new(
        "ones(shape)",
        "ones of this shape",
        Own(|call| Ok(call.tape().ones(call.shape(0)?))),
    ),
    Function::new(
        "full(shape, number)",
        "one number everywhere",
        Own(|call| Ok(call.tape().full(call.shape(0)?, call.number(1)?))),
    ),
    Function::new(
        "arange(n)",
        "the numbers 0, 1, … n - 1",
        Own(|call| {
            let n = call.count(0, 0)?;
            call.check_made(&[n].into())?;
            Ok(call.tape().arange(n))
        }),
    ),
    Function::new(
        "linspace(first, last, n)",
        "n numbers in equal steps from first to last",
        Own(|call| {
            let n = call.count(2, 1)?;
            call.check_made(&[n].into())?;
            Ok(call.tape().linspace(call.number(0)?, call.number(1)?, n))
        }),
    ),
    Function::new(
        "eye(n)",
        "the identity matrix",
        Own(|call| {
            let n = call.count(0, 0)?;
            call.check_made(&[n, n].into())?;
            Ok(call.tape().eye(n))
        }),
    ),
];
