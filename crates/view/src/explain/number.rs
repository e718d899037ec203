//! Numbers and tensors in as few characters as tell them.

use wengert_tensor::Tensor;

/// A number in six significant digits.
pub(crate) fn short(x: f64) -> String {
    rounded(x, 6)
}

/// A number in so many significant digits, at least one.
pub(crate) fn rounded(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let exponent = x.abs().log10().floor();
    if !(-5.0..9.0).contains(&exponent) {
        let text = format!("{x:.0$e}", digits - 1);
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", trimmed(digits));
    }
    let decimals = (digits as f64 - 1.0 - exponent).max(0.0) as usize;
    trimmed(&format!("{x:.decimals$}")).to_owned()
}

/// Without zeros at the end of its decimals.
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// A tensor of this many elements at most is written out.
const MOST_ELEMENTS: usize = 9;

/// The elements of a small tensor, or the shape and range of a large one.
pub(crate) fn summary(x: &Tensor) -> String {
    let values = x.to_vec_f64();
    let shape: &[usize] = x.shape();
    if shape.is_empty() {
        return short(values[0]);
    }
    if values.len() <= MOST_ELEMENTS && shape.len() <= 2 {
        let row = |row: &[f64]| {
            let row: Vec<String> = row.iter().map(|&x| short(x)).collect();
            format!("[{}]", row.join(", "))
        };
        return match *shape {
            [_, columns] if columns > 0 => {
                format!("[{}]", values.chunks(columns).map(row).collect::<Vec<_>>().join(", "))
            }
            [rows, _] => format!("[{}]", vec!["[]"; rows].join(", ")),
            _ => row(&values),
        };
    }
    let finite = values.iter().copied().filter(|x| x.is_finite());
    let (least, greatest) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let others = values.iter().filter(|x| !x.is_finite()).count();
    let mut text = x.shape().to_string();
    if least <= greatest {
        text = format!("{text} {} … {}", short(least), short(greatest));
    }
    if others > 0 {
        text = format!("{text}, {others} not finite");
    }
    text
}

/// A number in digits below the line.
pub(crate) fn subscript(number: usize) -> String {
    let below = |digit: char| char::from_u32(0x2080 + digit as u32 - '0' as u32).unwrap_or(digit);
    number.to_string().chars().map(below).collect()
}
