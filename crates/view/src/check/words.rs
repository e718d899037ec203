//! What the parts of a report are called, by programs and by people.

use wengert_autodiff::check::{
    Along, Derivative, Evidence, InputReport, Method, Mistake, Oracle, Reason, Verdict,
};

/// Enums of a report under names for programs, which do not change.
pub(super) trait Key {
    fn key(&self) -> &'static str;
}

impl Key for Verdict {
    fn key(&self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::CannotTell => "cannot_tell",
            Verdict::Wrong => "wrong",
        }
    }
}

impl Key for Reason {
    fn key(&self) -> &'static str {
        match self {
            Reason::Kink => "kink",
            Reason::Noise => "noise",
            Reason::Domain => "domain",
            Reason::Nondeterminism => "nondeterminism",
            Reason::Budget => "budget",
        }
    }
}

impl Key for Derivative {
    fn key(&self) -> &'static str {
        match self {
            Derivative::Reverse => "reverse",
            Derivative::Forward => "forward",
            Derivative::ReverseOverReverse => "reverse_over_reverse",
            Derivative::ForwardOverReverse => "forward_over_reverse",
        }
    }
}

impl Key for Oracle {
    fn key(&self) -> &'static str {
        match self {
            Oracle::Dual => "dual",
            Oracle::Difference => "difference",
            Oracle::Adjoint => "adjoint",
        }
    }
}

impl Key for Method {
    fn key(&self) -> &'static str {
        match self {
            Method::DoubleDouble => "double_double",
            Method::Double => "double",
            Method::Differences => "differences",
            Method::AdjointLaw => "adjoint_law",
        }
    }
}

impl Key for Mistake {
    fn key(&self) -> &'static str {
        match self {
            Mistake::NotFinite => "not_finite",
            Mistake::Severed => "severed",
            Mistake::Sign => "sign",
            Mistake::Factor(_) => "factor",
            Mistake::Transposed => "transposed",
            Mistake::Rearranged => "rearranged",
            Mistake::Swapped { .. } => "swapped",
            Mistake::MissingSum { .. } => "missing_sum",
            Mistake::Elements(_) => "elements",
            Mistake::DroppedTerm { .. } => "dropped_term",
            Mistake::Other { .. } => "other",
        }
    }
}

/// An element by its number, and in a tensor by its place as well: `5 = [1, 2]`.
pub(super) fn element(shape: &[usize], number: usize) -> String {
    match place(shape, number) {
        Some(place) if shape.len() > 1 => format!("{number} = {place:?}"),
        _ => number.to_string(),
    }
}

/// How far a right claim is from the truth at most.
pub(super) fn bound(bound: f64) -> String {
    match bound {
        0.0 => "0".into(),
        x if x.is_nan() => "–".into(),
        x => format!("{x:.0e}"),
    }
}

/// Along what a slope was taken, in words.
pub(super) fn along(shape: &[usize], along: Along) -> String {
    match along {
        Along::Direction => "random direction".into(),
        Along::Element(number) => element(shape, number),
    }
}

/// The place of an element by rows, if there is such an element.
fn place(shape: &[usize], mut number: usize) -> Option<Vec<usize>> {
    let mut place = vec![0; shape.len()];
    for (index, &size) in place.iter_mut().zip(shape).rev() {
        *index = number.checked_rem(size)?;
        number /= size;
    }
    (number == 0).then_some(place)
}

/// Of which result evidence is.
pub(super) fn result(evidence: &Evidence) -> String {
    evidence.output.map_or("mixed".into(), |output| output.to_string())
}

/// What speaks for the verdict on an input, in one line.
pub(super) fn summary(input: &InputReport) -> String {
    match input.verdict {
        Verdict::Right => format!("right within {}", bound(input.bound)),
        Verdict::CannotTell => match input.doubts.first() {
            Some(doubt) => format!("{}: {}", doubt.reason, doubt.text),
            None => "it can't be told".into(),
        },
        Verdict::Wrong => match (&input.mistake, input.evidence.first()) {
            (Some(mistake), _) => mistake.to_string(),
            (None, Some(evidence)) => evidence.to_string(),
            (None, None) => "it is not the derivative".into(),
        },
    }
}
