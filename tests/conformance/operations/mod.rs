//! PyTorch's operations, written in ours: a file a family, a row an operation.
//!
//! A row is what one writes in place of the other. `None` says that there is nothing to write yet,
//! for this operation or for these arguments.

mod algebra;
mod binary;
mod composite;
mod index;
mod join;
mod network;
mod order;
mod padding;
mod pointwise;
mod reduction;
mod shape;
mod window;
mod write;

use wengert::prelude::*;

use crate::call::Call;

/// The outputs of a call.
pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let families = [
        pointwise::outputs,
        binary::outputs,
        reduction::outputs,
        order::outputs,
        shape::outputs,
        join::outputs,
        write::outputs,
        algebra::outputs,
        network::outputs,
        window::outputs,
        composite::outputs,
    ];
    families.into_iter().find_map(|outputs| outputs(call))
}
