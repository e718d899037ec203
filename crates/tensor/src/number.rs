//! Numbers as text, the way `numpy`'s `str` writes them: the fewest digits that tell a number from
//! its neighbours, at most eight behind the point. How they are laid out is not decided here.

use std::fmt::{Debug, Display, LowerExp};

use crate::native::sealed;

/// The decimals of a number among others, unless `{:.n}` asks for another number of them.
const DECIMALS: usize = 8;

impl sealed::Native for f32 {
    fn cells(values: &[f32], decimals: Option<usize>) -> Vec<String> {
        // Beyond this, single precision has no digits left behind the point.
        cells(values, 1e6, decimals)
    }

    fn text(self, decimals: Option<usize>) -> String {
        text(self, decimals)
    }
}

impl sealed::Native for f64 {
    fn cells(values: &[f64], decimals: Option<usize>) -> Vec<String> {
        cells(values, 1e8, decimals)
    }

    fn text(self, decimals: Option<usize>) -> String {
        text(self, decimals)
    }
}

impl sealed::Native for i64 {
    fn cells(values: &[i64], _: Option<usize>) -> Vec<String> {
        values.iter().map(i64::to_string).collect()
    }

    fn text(self, _: Option<usize>) -> String {
        self.to_string()
    }
}

trait Real: Copy + Debug + Display + LowerExp + Into<f64> {}

impl<T: Copy + Debug + Display + LowerExp + Into<f64>> Real for T {}

/// A number on its own: all its digits, with an exponent if they would be many.
fn text<T: Real>(x: T, decimals: Option<usize>) -> String {
    let magnitude = x.into().abs();
    match decimals {
        _ if !magnitude.is_finite() => nonfinite(x),
        Some(decimals) => format!("{x:.decimals$}"),
        None if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) => format!("{x:?}"),
        None => {
            let text = format!("{x:e}");
            let (mantissa, exponent) = text.split_once('e').expect("an exponent was asked for");
            mantissa.to_string() + &signed_exponent(exponent, 2)
        }
    }
}

/// Numbers in a common format: with exponents if one of them is `large`, tiny, or a thousand times
/// another.
fn cells<T: Real>(values: &[T], large: f64, decimals: Option<usize>) -> Vec<String> {
    let magnitudes = values.iter().map(|&x| x.into().abs());
    let (least, most) = magnitudes
        .filter(|&x| x.is_finite() && x > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(least, most), x| (least.min(x), most.max(x)));
    let wide = most >= large || least < 1e-4 || most / least > 1000.0;
    if wide && decimals.is_none() { scientific(values) } else { fixed(values, decimals) }
}

/// Without exponents, padded behind.
fn fixed<T: Real>(values: &[T], decimals: Option<usize>) -> Vec<String> {
    let write = |&x: &T| match decimals {
        _ if !x.into().is_finite() => nonfinite(x),
        Some(decimals) => format!("{x:.decimals$}"),
        None => {
            let shortest = x.to_string();
            match shortest.split_once('.') {
                None => shortest + ".",
                Some((_, behind)) if behind.len() <= DECIMALS => shortest,
                Some(_) => format!("{x:.DECIMALS$}").trim_end_matches('0').to_string(),
            }
        }
    };
    let texts: Vec<String> = values.iter().map(write).collect();
    let behind = texts.iter().filter_map(|text| Some(text.split_once('.')?.1.len()));
    let width = behind.max().unwrap_or(0);
    let pad = |text: String| match text.split_once('.') {
        Some((before, behind)) => format!("{before}.{behind:<width$}"),
        None => text,
    };
    texts.into_iter().map(pad).collect()
}

/// With exponents, all with as many decimals and as long an exponent.
fn scientific<T: Real>(values: &[T]) -> Vec<String> {
    let write = |&x: &T| {
        let shortest = format!("{x:e}");
        let rounded = format!("{x:.DECIMALS$e}");
        if shortest.len() <= rounded.len() { shortest } else { rounded }
    };
    // The sign and digits before the point, the decimals, the exponent.
    let parts = |text: &str| -> Option<[String; 3]> {
        let (mantissa, exponent) = text.split_once('e')?;
        let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let behind = behind.trim_end_matches('0');
        Some([before, behind, exponent].map(str::to_string))
    };
    let cut: Vec<_> = values.iter().map(|x| parts(&write(x))).collect();
    let behind = cut.iter().flatten().map(|[_, behind, _]| behind.len()).max().unwrap_or(0);
    let exponents = cut.iter().flatten().map(|[.., e]| e.trim_start_matches('-').len());
    let digits = exponents.max().unwrap_or(0).max(2);
    let join = |(cut, &x): (&Option<[String; 3]>, &T)| match cut {
        Some([before, decimals, exponent]) => {
            format!("{before}.{decimals:0<behind$}{}", signed_exponent(exponent, digits))
        }
        None => nonfinite(x),
    };
    cut.iter().zip(values).map(join).collect()
}

/// `e-05` for `-5`.
fn signed_exponent(exponent: &str, digits: usize) -> String {
    match exponent.strip_prefix('-') {
        Some(magnitude) => format!("e-{magnitude:0>digits$}"),
        None => format!("e+{exponent:0>digits$}"),
    }
}

fn nonfinite<T: Real>(x: T) -> String {
    let x = x.into();
    if x.is_nan() {
        "nan"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
    .to_string()
}
