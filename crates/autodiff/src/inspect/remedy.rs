//! Why an operation gave a number that is not finite, and how formulas are usually written to avoid
//! it.

use crate::inspect::nonfinite::{Event, Search};
use crate::ops::Op;
use crate::tape::NodeId;
use crate::var::Var;

/// A NaN or an infinity that came about at an operation.
pub(super) struct Birth {
    pub reason: String,
    pub remedy: Option<&'static str>,
}

const GUARD: &str = "keep the argument away from there: x.clamp(eps, …), (x + eps), or a form \
                     without the pole (log_softmax, xlogy, ln_1p)";
const SMALLER: &str = "work with logarithms, or subtract the largest first: logsumexp, softmax, \
                       log_softmax, softplus and sigmoid do so";
const ROOT: &str = "sqrt is vertical at 0: take (x + eps).sqrt(), or sqrt of a positive number put \
                    in its place: x.gt(0.0).select(x, 1.0).sqrt()";
const BEFORE: &str = "the branch that is not taken is differentiated too: choose the argument first, \
                      then the result: c.select(c.select(x, 1.0).f(), other)";

impl Birth {
    /// What happened where this value came about, of these operands.
    pub fn new(
        search: &Search<'_>,
        node: NodeId,
        value: f64,
        sources: &[(NodeId, Option<usize>)],
    ) -> Birth {
        let var = search.var(node);
        let (op, here) = (var.op(), search.here(sources));
        let because = |reason: String, remedy| Birth { reason, remedy };
        let overflow =
            |what: String| because(format!("{what} overflows to {value}"), Some(SMALLER));
        match (&*op, here.as_slice()) {
            (Op::Input | Op::Literal, _) => because(
                format!("{value} was given"),
                Some("look at the data, and at what made them"),
            ),
            (Op::Ln(_) | Op::Log2(_) | Op::Log10(_), &[x]) => {
                because(format!("{} {x} = {value}", op.name()), Some(GUARD))
            }
            (
                Op::Sqrt(_)
                | Op::Acosh(_)
                | Op::Acos(_)
                | Op::Asin(_)
                | Op::Atanh(_)
                | Op::Ln1p(_)
                | Op::Erfinv(_)
                | Op::Logit(_)
                | Op::LnGamma(_)
                | Op::Digamma(_),
                &[x],
            ) => because(
                format!("{} {x} = {value}", op.name()),
                Some("clamp the argument to where the function is defined: x.clamp(lo, hi)"),
            ),
            (Op::Exp(_) | Op::ExpM1(_) | Op::Exp2(_) | Op::Sinh(_) | Op::Cosh(_), &[x])
                if x.is_finite() =>
            {
                overflow(format!("{}({x})", op.name()))
            }
            (Op::Div(_), &[a, b]) => Birth::of_quotient(search, var, [a, b], value),
            (Op::Mul(_), &[a, b]) if value.is_nan() => because(format!("{a} · {b} is NaN"), None),
            (Op::Mul(_), &[a, b]) => overflow(format!("{a} · {b}")),
            (Op::Add(_), &[a, b]) if value.is_nan() => because(format!("{a} + {b} is NaN"), None),
            (Op::Sub(_), &[a, b]) if value.is_nan() => because(format!("{a} - {b} is NaN"), None),
            (Op::Pow(_), &[a, b]) => {
                because(format!("{a} to the power {b} is {value}"), Some(GUARD))
            }
            (Op::Solve(_) | Op::TriangularSolve(_) | Op::LogAbsDet(_), _) => because(
                format!("{} of a singular matrix, or one that nearly is", op.name()),
                Some("add a multiple of the identity: (a + eps * tape.eye(n)).solve(b)"),
            ),
            (Op::Cholesky(_), _) => because(
                "the matrix is not positive definite".into(),
                Some("add a multiple of the identity: (a + eps * tape.eye(n)).cholesky()"),
            ),
            (Op::Sum(_) | Op::MatMul(_) | Op::CumSum(_), _) if !value.is_nan() => {
                overflow(op.name().into())
            }
            (Op::Sum(_) | Op::MatMul(_) | Op::CumSum(_) | Op::Conv(_), _) => {
                because(format!("{} met inf - inf, or 0 · inf", op.name()), None)
            }
            (_, []) => because(format!("{} gives {value}", op.name()), None),
            (_, here) => {
                let here: Vec<String> = here.iter().map(f64::to_string).collect();
                because(format!("{}({}) is {value}", op.name(), here.join(", ")), None)
            }
        }
    }

    /// A quotient by zero may be the derivative of something that is vertical there.
    fn of_quotient(search: &Search<'_>, node: Var<'_>, [a, b]: [f64; 2], value: f64) -> Birth {
        if b == 0.0
            && let Some(of) = differentiated(node, node.operands()[1])
        {
            let name = of.op().name();
            let remedy = if name == "sqrt" { ROOT } else { GUARD };
            let argument = search.values.get(&of.operands()[0].id);
            let at = argument.filter(|x| x.size() == 1).map_or(0.0, wengert_tensor::Tensor::item);
            let reason = format!("the derivative of {name} at {at}: {a}/{b} = {value}");
            return Birth { reason, remedy: Some(remedy) };
        }
        Birth { reason: format!("{a}/{b} = {value}"), remedy: Some(GUARD) }
    }
}

/// The operation that a quotient is the derivative of, if its divisor is that operation's result or
/// operand, and it has its line.
fn differentiated<'t>(node: Var<'t>, divisor: Var<'t>) -> Option<Var<'t>> {
    let origin = node.origin();
    let has_line = |x: &Var<'t>| x.origin() == origin && x.id != node.id;
    let vertical = |x: &Var<'t>| {
        matches!(&*x.op(), Op::Sqrt(_) | Op::Ln(_) | Op::Log2(_) | Op::Log10(_) | Op::Cbrt(_))
    };
    // The divisor may be scaled, broadcast or squared before.
    let below = lineage(divisor, 4);
    let is_divisor = |x: &Var<'t>| below.iter().any(|y| y.id == x.id);
    let of_result = below.iter().copied().find(|x| vertical(x) && has_line(x));
    of_result.or_else(|| {
        let earlier = (0..node.id).rev().map(|id| Var { tape: node.tape, id });
        let mut candidates = earlier.filter(|x| vertical(x) && has_line(x));
        candidates.find(|x| is_divisor(&x.operands()[0]))
    })
}

/// A node and what it is computed from, a few operations deep.
fn lineage<'t>(node: Var<'t>, depth: usize) -> Vec<Var<'t>> {
    let mut found = vec![node];
    let mut start = 0;
    for _ in 0..depth {
        let end = found.len();
        for place in start..end {
            found.extend(found[place].operands());
        }
        start = end;
    }
    found
}

/// How such a thing is usually avoided.
pub(super) fn remedy(search: &Search<'_>, birth: &Birth, events: &[Event]) -> Option<String> {
    let select = events.iter().find_map(|event| select_behind(search, event));
    let select = select.map(|select| format!("{BEFORE} (the select at {})", select.origin()));
    select.or_else(|| birth.remedy.map(str::to_owned))
}

/// The `select` that an event's zero came from: a cotangent that it has not let through.
fn select_behind<'t>(search: &Search<'t>, event: &Event) -> Option<Var<'t>> {
    if event.operation != "mul" || !event.value.is_nan() {
        return None;
    }
    let zero = event.operands.iter().find(|x| x.here == Some(0.0))?;
    let ancestry = lineage(search.var(zero.node as NodeId), 6);
    ancestry.into_iter().find(|x| matches!(&*x.op(), Op::Select(_)))
}
