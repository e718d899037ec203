//! Where a gradient is wrong: the derivative of each operation at the operands that were recorded,
//! by itself.

use wengert_tensor::{DType, Tensor};

use crate::check::judge::judged;
use crate::check::subject::Subject;
use crate::check::{Check, Derivative, InputReport, Mistake, Suspect, Verdict};
use crate::derive::Rules;
use crate::op::{Kind, Value};
use crate::ops::Op;
use crate::program::{Leaf, ProgramNode};
use crate::run::RunError;
use crate::tape::Tape;
use crate::var::Var;

/// The operations between the inputs and the results whose derivatives are wrong, in the order of
/// the program.
pub(super) fn suspects(
    subject: &Subject<'_>,
    settings: &Check,
    rules: &dyn Rules,
) -> Result<Vec<Suspect>, RunError> {
    let x: Vec<Value<f64>> = subject.x.iter().map(Value::of).collect();
    let values = subject.f.values(&x, None)?;
    let program = &subject.f.program;
    // Which values depend on an input.
    let mut depends = vec![false; program.len()];
    depends.extend(program.leaves().map(|(leaf, _)| matches!(leaf, Leaf::Input(_))));
    let mut found = Vec::new();
    for (number, node) in program.nodes().enumerate() {
        let moves: Vec<bool> = node.operands.iter().map(|&x| depends[x as usize]).collect();
        depends[number] = moves.contains(&true);
        if !depends[number] || node.type_of.kind == Kind::Index {
            continue;
        }
        // An operation that has left its domain, as a whole, has no derivative to be wrong.
        let is_finite = values[number].real().iter().all(f64::is_finite);
        if !is_finite && !node.op.is_pointwise() {
            continue;
        }
        let operands: Vec<Tensor> =
            node.operands.iter().map(|&x| values[x as usize].to_tensor()).collect();
        found.extend(wrong_operands(&node, &operands, &moves, settings, rules)?);
    }
    Ok(found)
}

/// The operands by which an operation's derivative is wrong.
fn wrong_operands(
    node: &ProgramNode<'_>,
    operands: &[Tensor],
    moves: &[bool],
    settings: &Check,
    rules: &dyn Rules,
) -> Result<Vec<Suspect>, RunError> {
    let tape = Tape::new();
    let x: Vec<Var<'_>> = operands.iter().map(|x| tape.input(x)).collect();
    let y = tape.record(node.op.clone(), &x);
    let named: Vec<(String, Var<'_>)> = moves
        .iter()
        .zip(&x)
        .enumerate()
        .filter(|(_, (moves, x))| **moves && x.kind() == Kind::Real)
        .map(|(k, (_, &x))| (k.to_string(), x))
        .collect();
    let inputs: Vec<(&str, Var<'_>)> = named.iter().map(|(name, x)| (name.as_str(), *x)).collect();
    if inputs.is_empty() {
        return Ok(Vec::new());
    }
    let horizon = tape.len();
    let derivatives = [Derivative::Reverse, Derivative::Forward];
    let subject = Subject::new(rules, &[y], &inputs, horizon, derivatives)?;
    if !subject.replays() {
        return Ok(Vec::new());
    }
    let is_wrong = |input: &InputReport| input.verdict == Verdict::Wrong;
    let settings = &settings.clone().directions(1);
    let mut found = judged(&subject, settings, true)?.inputs;
    let x_bar: Vec<Var<'_>> = subject.x_bar.iter().flatten().copied().collect();
    if settings.order == 2 && !x_bar.is_empty() && !found.iter().any(is_wrong) {
        let derivatives = [Derivative::ReverseOverReverse, Derivative::ForwardOverReverse];
        let second = Subject::new(rules, &x_bar, &inputs, horizon, derivatives)?;
        found = judged(&second, settings, false)?.inputs;
    }
    let wrong = found.into_iter().filter(is_wrong);
    Ok(wrong.map(|input| suspect(node, operands, &x, input)).collect())
}

fn suspect(
    node: &ProgramNode<'_>,
    operands: &[Tensor],
    x: &[Var<'_>],
    input: InputReport,
) -> Suspect {
    let operand = input.name.parse().expect("operands are named by their number");
    Suspect {
        operation: node.op.name(),
        parameters: node.op.parameters(),
        operand,
        operands: x.iter().map(|x| x.type_of()).collect(),
        result: node.type_of.clone(),
        origin: node.origin.clone(),
        mistake: input.mistake.unwrap_or(Mistake::Other { relative: f64::NAN }),
        reproducer: reproducer(node.op, operands),
    }
}

/// Lines of Rust that check the operation on these operands.
fn reproducer(op: &Op, operands: &[Tensor]) -> String {
    const MOST: usize = 24;
    let mut lines = vec!["let tape = Tape::new();".to_owned()];
    let names: Vec<String> = (0..operands.len()).map(|k| format!("x{k}")).collect();
    for (name, x) in names.iter().zip(operands) {
        let shape: Vec<String> = x.shape().iter().map(ToString::to_string).collect();
        let shape = shape.join(", ");
        let values = x.to_vec_f64();
        let values = if x.dtype() == DType::I64 {
            format!("{:?}", values.iter().map(|&x| x as i64).collect::<Vec<_>>())
        } else if values.len() <= MOST {
            format!("{values:?}")
        } else {
            format!("(0..{}).map(|k| (1.7 * f64::from(k)).sin()).collect::<Vec<_>>()", values.len())
        };
        let values = if values.starts_with('[') { format!("vec!{values}") } else { values };
        let shape = format!("[{shape}] as [usize; {}]", x.rank());
        lines.push(format!("let {name} = tape.input(Tensor::from_vec({values}, {shape})?);"));
    }
    let debug = format!("{op:?}");
    // `Sin(Sin)` is the operation `Sin` of the list; what is not of the list prints itself.
    let inner =
        debug.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(&debug);
    let op = if matches!(op, Op::Custom(_)) {
        format!("Op::custom({inner})")
    } else {
        format!("ops::{inner}")
    };
    let real = |(_, x): &(&String, &Tensor)| x.dtype() != DType::I64;
    let inputs: Vec<String> = names
        .iter()
        .zip(operands)
        .filter(real)
        .map(|(name, _)| format!("(\"{name}\", {name})"))
        .collect();
    lines.push(format!("let y = tape.record({op}, &[{}]);", names.join(", ")));
    lines.push(format!("Check::new().recorded(y, &[{}]).assert_right();", inputs.join(", ")));
    lines.join("\n")
}
