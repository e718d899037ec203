//! Images resized, and read at other places.

use serde_json::Value;
use wengert::autodiff::{Interpolation, Outside};
use wengert::prelude::*;

use crate::call::Call;
use crate::case;

pub fn outputs<'t>(call: &Call<'_, 't>) -> Option<Vec<Var<'t>>> {
    let x = *call.all().first()?;
    Some(vec![match call.op {
        "nn.functional.interpolate" | "nn.functional.upsample" => {
            resized(call, x, interpolation(call, call.text("mode"))?)
        }
        "nn.functional.upsample_nearest" => resized(call, x, Interpolation::nearest()),
        "nn.functional.upsample_bilinear" => {
            resized(call, x, Interpolation::linear().align_corners())
        }
        "nn.functional.grid_sample" => {
            let how = interpolation(call, call.text("mode"))?;
            let outside = match call.text("padding_mode") {
                "" | "zeros" => Outside::Zeros,
                "border" => Outside::Border,
                "reflection" => Outside::Reflection,
                _ => return None,
            };
            x.grid_sample(call.var("grid"), how, outside)
        }
        "nn.functional.affine_grid" => {
            let size = call.integers("size")?;
            let sizes: Shape = size[2..].iter().map(|&n| n as usize).collect();
            if call.flag("align_corners") {
                x.affine_grid_aligned(sizes)
            } else {
                x.affine_grid(sizes)
            }
        }
        _ => return None,
    }])
}

fn interpolation(call: &Call<'_, '_>, mode: &str) -> Option<Interpolation> {
    let mut how = match mode {
        "" if call.op == "nn.functional.grid_sample" => Interpolation::linear(),
        "" | "nearest" => Interpolation::nearest(),
        "nearest-exact" => Interpolation::nearest_exact(),
        "area" => Interpolation::area(),
        "linear" | "bilinear" | "trilinear" => Interpolation::linear(),
        "bicubic" => Interpolation::cubic(),
        _ => return None,
    };
    if call.flag("align_corners") {
        how = how.align_corners();
    }
    Some(if call.flag("antialias") { how.antialias() } else { how })
}

/// All axes behind the first two are resized.
fn resized<'t>(call: &Call<'_, 't>, x: Var<'t>, how: Interpolation) -> Var<'t> {
    let axes = x.rank() - 2;
    let each = |value: &Value| -> Vec<f64> {
        let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone(); axes]);
        list.iter().filter_map(case::number).collect()
    };
    if let Some(size) = call.attribute("size") {
        return x.interpolate(each(size).iter().map(|&n| n as usize).collect::<Shape>(), how);
    }
    let factors = each(call.attribute("scale_factor").expect("a size or a factor"));
    if call.flag("recompute_scale_factor") {
        let size = |(k, factor): (usize, &f64)| (x.shape()[2 + k] as f64 * factor) as usize;
        return x.interpolate(factors.iter().enumerate().map(size).collect::<Shape>(), how);
    }
    x.interpolate_by(factors, how)
}
