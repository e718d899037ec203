//! PyTorch's operations, written in ours: a file a family, a row an operation.
//!
//! A row is what one writes in place of the other. `None` says that there is nothing to write yet,
//! for this operation or for these arguments.

mod algebra;
mod attend;
mod binary;
mod composite;
mod image;
mod index;
mod join;
mod linalg;
mod loss;
mod module;
mod network;
mod order;
mod padding;
mod pointwise;
mod recurrent;
mod reduction;
mod shape;
mod window;
mod write;

use wengert::prelude::*;

use crate::call::Call;

/// What PyTorch's other modules put before names that also exist without it.
const PREFIXES: [&str; 4] = ["nn.functional.", "linalg.", "special.", "Tensor."];

/// The outputs of a call, by the name of the operation or by its last part.
pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    by_name(call).or_else(|| {
        let short = PREFIXES.iter().find_map(|prefix| call.op.strip_prefix(prefix))?;
        by_name(&call.named(short))
    })
}

fn by_name<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let families = [
        pointwise::outputs,
        binary::outputs,
        reduction::outputs,
        order::outputs,
        shape::outputs,
        join::outputs,
        write::outputs,
        algebra::outputs,
        linalg::outputs,
        network::outputs,
        window::outputs,
        image::outputs,
        loss::outputs,
        composite::outputs,
        module::outputs,
    ];
    families.into_iter().find_map(|outputs| outputs(call))
}
