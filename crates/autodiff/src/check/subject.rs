//! What is checked: a recorded computation, and the derivatives that are claimed for it, cut out as
//! programs.

use wengert_tensor::{Array, Shape, Tensor};

use crate::check::Derivative;
use crate::check::noise::Noise;
use crate::check::replay::Replay;
use crate::derive::Rules;
use crate::op::{Kind, Type};
use crate::run::RunError;
use crate::tape::{Precision, Tape, refuse};
use crate::var::Var;

/// A recorded computation from `x` to `y`, and its derivatives as programs.
pub(super) struct Subject<'t> {
    pub names: Vec<String>,
    /// The inputs, and their values.
    pub inputs: Vec<Var<'t>>,
    pub x: Vec<Tensor>,
    /// The shapes of the results.
    pub results: Vec<Shape>,
    /// From the inputs to the results.
    pub f: Replay,
    /// From the inputs and cotangents of the results to the cotangents of the inputs.
    pub reverse: Claimed,
    /// From the inputs and tangents of them to the tangents of the results.
    pub forward: Option<Claimed>,
    /// What these two are.
    pub derivatives: [Derivative; 2],
    /// The cotangents of the inputs, where there are any: what a second order is the derivative of.
    pub x_bar: Vec<Option<Var<'t>>>,
}

/// A program of derivatives.
pub(super) struct Claimed {
    pub replay: Replay,
    /// By what is differentiated (in forward mode by result): which output of the program; `None` is
    /// zero, or of a wrong shape.
    pub outputs: Vec<Option<usize>>,
    /// By the same: the number of elements, if the shape is wrong.
    pub misshapen: Vec<Option<usize>>,
}

impl Claimed {
    fn new(
        tape: &Tape,
        inputs: &[Var<'_>],
        found: &[Option<Var<'_>>],
        shapes: &[Shape],
        at: &[Tensor],
        horizon: usize,
    ) -> Result<Claimed, RunError> {
        let (mut outputs, mut misshapen, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (found, shape) in found.iter().zip(shapes) {
            let suits = found.filter(|found| found.shape() == *shape);
            outputs.push(suits.map(|_| all.len()));
            all.extend(suits);
            misshapen.push(match found {
                Some(found) if suits.is_none() => Some(found.shape().size()),
                _ => None,
            });
        }
        Ok(Claimed { replay: Replay::new(tape, inputs, &all, at, horizon)?, outputs, misshapen })
    }
}

impl<'t> Subject<'t> {
    /// The results `y` as functions of the inputs, differentiated with these rules. What was drawn
    /// or stopped before node `horizon` is held fixed.
    #[track_caller]
    pub fn new(
        rules: &dyn Rules,
        y: &[Var<'t>],
        inputs: &[(&str, Var<'t>)],
        horizon: usize,
        derivatives: [Derivative; 2],
    ) -> Result<Subject<'t>, RunError> {
        let xs: Vec<Var<'t>> = inputs.iter().map(|(_, x)| *x).collect();
        let tape = checked(y, &xs);
        let us: Vec<Var<'t>> = y.iter().map(|&y| seed(tape, y)).collect();
        let pairs: Vec<_> = y.iter().copied().zip(us.iter().copied()).collect();
        let x_bar = tape.vjp_with(rules, &pairs, &xs);
        let vs: Vec<Var<'t>> = xs.iter().map(|x| tape.input(x.zeros_like().value())).collect();
        let pairs: Vec<_> = xs.iter().copied().zip(vs.iter().copied()).collect();
        let y_dot = tape.jvp_with(rules, y, &pairs);

        let mut subject = Subject::claimed(y, &us, inputs, &x_bar, horizon, derivatives)?;
        let at = subject.x.iter().cloned().chain(vs.iter().map(|v| v.value()));
        let from: Vec<Var<'t>> = xs.iter().chain(&vs).copied().collect();
        let at: Vec<Tensor> = at.collect();
        let forward = Claimed::new(tape, &from, &y_dot, &subject.results, &at, horizon)?;
        subject.forward = Some(forward);
        Ok(subject)
    }

    /// The results `y` as functions of the inputs, with these claims of their cotangents, recorded
    /// as functions of the inputs and the cotangents `u` of the results.
    #[track_caller]
    pub fn claimed(
        y: &[Var<'t>],
        us: &[Var<'t>],
        inputs: &[(&str, Var<'t>)],
        x_bar: &[Option<Var<'t>>],
        horizon: usize,
        derivatives: [Derivative; 2],
    ) -> Result<Subject<'t>, RunError> {
        let xs: Vec<Var<'t>> = inputs.iter().map(|(_, x)| *x).collect();
        let tape = checked(y, &xs);
        let x: Vec<Tensor> = xs.iter().map(|x| x.value()).collect();
        let at: Vec<Tensor> = x.iter().cloned().chain(us.iter().map(|u| u.value())).collect();
        let from: Vec<Var<'t>> = xs.iter().chain(us).copied().collect();
        let shapes: Vec<Shape> = xs.iter().map(|x| x.shape()).collect();
        Ok(Subject {
            names: inputs.iter().map(|(name, _)| (*name).to_owned()).collect(),
            results: y.iter().map(|y| y.shape()).collect(),
            f: Replay::new(tape, &xs, y, &x, horizon)?,
            reverse: Claimed::new(tape, &from, x_bar, &shapes, &at, horizon)?,
            forward: None,
            derivatives,
            inputs: xs,
            x,
            x_bar: x_bar.to_vec(),
        })
    }

    /// Whether all of it has a meaning on every scalar.
    pub fn replays(&self) -> bool {
        let forward = self.forward.as_ref().is_none_or(|forward| forward.replay.replays());
        self.f.replays() && self.reverse.replay.replays() && forward
    }

    /// Floating-point operations of one evaluation, with what an operation costs anyway; and how many
    /// roundings an element of a result goes through.
    pub fn size(&self) -> (u64, f64) {
        let program = &self.f.program;
        let nodes = program.nodes().map(|node| node.type_of);
        let types: Vec<&Type> = nodes.chain(program.leaves().map(|(_, type_of)| type_of)).collect();
        let (mut flops, mut roundings) = (0_u64, 0.0);
        for node in program.nodes() {
            let x: Vec<Type> = node.operands.iter().map(|&x| types[x as usize].clone()).collect();
            let of_node = node.op.flops(&x, node.type_of);
            flops = flops.saturating_add(of_node).saturating_add(64);
            roundings += of_node as f64 / node.type_of.shape.size().max(1) as f64;
        }
        (flops, roundings)
    }
}

/// A variable like `x` with values without a pattern: a cotangent, where nothing else is said. The
/// gradient with it can be differentiated again without vanishing.
fn seed<'t>(tape: &'t Tape, x: Var<'t>) -> Var<'t> {
    let mut noise = Noise::new(x.position() as u64);
    let numbers = Array::from_fn(x.shape(), |_| noise.number());
    tape.input(match tape.precision() {
        Precision::F32 => Tensor::F32(numbers.map(|x| x as f32)),
        Precision::F64 => Tensor::F64(numbers),
    })
}

/// The tape that all of these are on, if they have derivatives.
#[track_caller]
fn checked<'t>(y: &[Var<'t>], xs: &[Var<'t>]) -> &'t Tape {
    let Some(&first) = y.first() else { panic!("check: there is no result") };
    let tape = first.tape();
    tape.check_own("check", y);
    tape.check_own("check", xs);
    for (k, x) in xs.iter().enumerate() {
        if xs[..k].iter().any(|other| other.position() == x.position()) {
            refuse("check", "an input is named twice".into(), &[*x]);
        }
    }
    if let Some(&index) = y.iter().chain(xs).find(|x| x.kind() == Kind::Index) {
        refuse("check", "an index has no derivatives".into(), &[index]);
    }
    tape
}
