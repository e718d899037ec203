//! Reports as text.

use std::fmt;

use crate::check::{
    Along, Coverage, Derivative, Evidence, InputReport, Method, Oracle, Reason, Report, Suspect,
    Verdict,
};

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Right => "right",
            Verdict::CannotTell => "cannot tell",
            Verdict::Wrong => "wrong",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Reason::Kink => "kink",
            Reason::Noise => "noise",
            Reason::Domain => "domain",
            Reason::Nondeterminism => "nondeterminism",
            Reason::Budget => "budget",
        })
    }
}

impl fmt::Display for Derivative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Derivative::Reverse => "gradient",
            Derivative::Forward => "tangent (forward mode)",
            Derivative::ReverseOverReverse => "gradient of the gradient",
            Derivative::ForwardOverReverse => "tangent of the gradient",
        })
    }
}

impl fmt::Display for Oracle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Oracle::Dual => "dual numbers",
            Oracle::Difference => "differences",
            Oracle::Adjoint => "values of the other map",
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Method::DoubleDouble => "replay in double-double, on dual numbers and with differences",
            Method::Double => "replay in f64 and on dual numbers over it, within rounding",
            Method::Differences => "differences of values, with bounds of their errors",
            Method::AdjointLaw => "the adjoint law",
        })
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coverage { directions, elements, total } = *self;
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        match (directions, elements) {
            (0, 0) => f.write_str("nothing"),
            (_, elements) if elements > 0 && elements >= total => match total {
                1 => f.write_str("its one element"),
                _ => write!(f, "all {total} elements"),
            },
            (0, _) => {
                let missed = 100.0 * self.missed(0.02);
                write!(
                    f,
                    "{elements} of {total} elements; if 2 % of them were wrong, this would "
                )?;
                write!(f, "be missed with probability {missed:.2} %")
            }
            (_, 0) => write!(f, "{directions} random direction{}", plural(directions)),
            _ => {
                let s = plural(directions);
                write!(f, "{directions} random direction{s}, {elements} of {total} elements")
            }
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.derivative)?;
        match self.along {
            Along::Direction => f.write_str(" along a random direction")?,
            Along::Element(k) => write!(f, " by element {k}")?,
        }
        if let Some(output) = self.output {
            write!(f, " of result {output}")?;
        }
        let Evidence { claimed, found, error, oracle, .. } = self;
        write!(f, ": {claimed:.9e} is claimed, {oracle} give {found:.9e} ± {error:.0e}")
    }
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Suspect { operation, parameters, operand, operands, result, origin, .. } = self;
        let braced =
            if parameters.is_empty() { String::new() } else { format!(" {{{parameters}}}") };
        let operands: Vec<String> = operands.iter().map(ToString::to_string).collect();
        write!(f, "{operation}{braced} at {origin}: derivative by operand {operand}")?;
        write!(f, " ({} → {result})\n  {}", operands.join(", "), self.mistake)?;
        write!(f, "\n  hint: {}", self.mistake.hint())?;
        for line in self.reproducer.lines() {
            write!(f, "\n  | {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for InputReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InputReport { name, shape, verdict, coverage, .. } = self;
        write!(f, "{name} {shape}: {verdict}")?;
        if *verdict == Verdict::Right {
            write!(f, " within {:.0e}", self.bound)?;
        }
        write!(f, " ({coverage}")?;
        match self.kinks.as_slice() {
            [] => f.write_str(")")?,
            [k] => write!(f, "; element {k} is at a kink)")?,
            kinks => write!(f, "; {} elements are at kinks)", kinks.len())?,
        }
        for doubt in &self.doubts {
            write!(f, "\n  {}: {}", doubt.reason, doubt.text)?;
        }
        for evidence in &self.evidence {
            write!(f, "\n  {evidence}")?;
        }
        if let Some(mistake) = &self.mistake {
            write!(f, "\n  it looks like this: {mistake}\n  hint: {}", mistake.hint())?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "verdict: {}", self.verdict)?;
        for input in &self.inputs {
            writeln!(f, "{input}")?;
        }
        for suspect in &self.suspects {
            writeln!(f, "wrong rule: {suspect}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        write!(f, "by {}; {} evaluations, seed {}", self.method, self.evaluations, self.seed)
    }
}
