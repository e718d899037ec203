//! Why a parameter has no gradient: it is not used, or every path goes through something without a
//! derivative; then which, and where.

use wengert_autodiff::{Missing, Params, Reason, Scope, Tape, Var};

/// The one parameter that has no gradient when the loss is `f` of it and of another that has one.
fn missing(f: impl for<'t> Fn(&Scope<'t>, Var<'t>) -> Var<'t>) -> Missing {
    let mut params = Params::f64(0);
    let (lost, found) = (params.add("lost", [0.5, 1.5]), params.add("found", 1.0));
    let step = Tape::new().value_and_grad(&params, |scope| {
        let loss = scope.named("head", |scope| f(scope, scope.var(lost)));
        (scope.var(found) + loss.sum(), [])
    });
    assert_eq!(step.gradients[found].item(), 1.0);
    let [missing] = step.gradients.missing() else {
        panic!("one is missing, not {:?}", step.gradients.missing())
    };
    assert_eq!((missing.id, missing.name.as_str()), (lost, "lost"));
    missing.clone()
}

/// Checks which operation cuts the path, and that it is named with its line and scope.
#[track_caller]
fn check_cut(line: u32, wanted: &str, f: impl for<'t> Fn(&Scope<'t>, Var<'t>) -> Var<'t>) {
    match missing(f).reason {
        Reason::Cut { operation, origin } => {
            assert_eq!(operation, wanted);
            assert_eq!(origin.scope, "head");
            assert_eq!((&*origin.file, origin.line), (file!(), line));
        }
        Reason::Unused => panic!("it is used"),
    }
}

#[test]
fn what_is_not_used_is_missed() {
    assert_eq!(missing(|scope, _| scope.input(1.0)).reason, Reason::Unused);
    // Used, but not for the loss.
    let reason = missing(|scope, x| {
        let _ = x.exp().sum();
        scope.input(1.0)
    });
    assert_eq!(reason.reason, Reason::Unused);
    assert_eq!(reason.reason.to_string(), "the loss does not depend on it");
}

#[test]
fn what_is_cut_off_is_missed_with_the_reason() {
    check_cut(line!(), "stop_gradient", |_, x| x.exp().stop_gradient().sin());
    check_cut(line!(), "floor", |_, x| (x * 3.0).floor() * x.stop_gradient().exp());
    check_cut(line!(), "sign", |_, x| x.sign());
    check_cut(line!(), "lt", |scope, x| x.gt(1.0).select(scope.input(2.0), scope.input(3.0)));
    check_cut(line!(), "eq", |_, x| x.eq(0.5) * 2.0);
    check_cut(line!(), "argmax", |scope, x| scope.input([[1.0], [2.0]]).take(0, x.argmax(0)));
    check_cut(line!(), "argmax", |_, x| x.sin().argmax(0).one_hot(2));
}

/// The first of several cuts is named, by its own line.
#[test]
fn the_first_cut_is_named() {
    let reason = missing(|_, x| {
        let y = x.exp();
        let z = y.floor();
        z.sin().stop_gradient()
    });
    let line = line!() - 3;
    let Reason::Cut { operation, ref origin } = reason.reason else { panic!("it is cut") };
    assert_eq!((operation, origin.line), ("floor", line));
    let wanted = format!("nothing is differentiated through floor at {origin}");
    assert_eq!(reason.reason.to_string(), wanted);
}

/// One path that is not cut is enough.
#[test]
fn a_path_beside_a_cut_is_a_path() {
    let mut params = Params::f64(0);
    let w = params.add("w", [0.5, 1.5]);
    let step = Tape::new().value_and_grad(&params, |scope| {
        let w = scope.var(w);
        ((w * w.floor() + w.gt(1.0).select(w, w.stop_gradient())).sum(), [])
    });
    assert!(step.gradients.missing().is_empty());
    assert_eq!(step.gradients[w].to_vec_f64(), [0.0, 2.0]);
}

/// A gradient of zeros is a gradient.
#[test]
fn zeros_are_not_missing() {
    let mut params = Params::f64(0);
    let w = params.add("w", [-0.5, -1.5]);
    let step = Tape::new().value_and_grad(&params, |scope| (scope.var(w).relu().sum(), []));
    assert!(step.gradients.missing().is_empty());
    assert_eq!(step.gradients[w].to_vec_f64(), [0.0, 0.0]);
}

/// What stands in for a parameter leaves it unused, unless it is made of it.
#[test]
fn a_replaced_parameter_is_unused() {
    let mut params = Params::f64(0);
    let (w, v) = (params.add("w", 2.0), params.add("v", 3.0));
    let step = Tape::new().value_and_grad(&params, |scope| {
        let scope = scope.with([(w, scope.var(v).square())]);
        (scope.var(w).sin(), [])
    });
    let [missing] = step.gradients.missing() else { panic!("one is missing") };
    assert_eq!((missing.name.as_str(), &missing.reason), ("w", &Reason::Unused));
    assert_eq!(step.gradients[v].item(), 9.0_f64.cos() * 6.0);
}

/// Buffers and frozen parameters are not wanted, so they are not missed.
#[test]
fn what_is_not_trained_is_not_missed() {
    let mut params = Params::f64(0);
    let (w, frozen) = (params.add("w", 2.0), params.add("frozen", 2.0));
    params.add_buffer("mean", [0.0; 3]);
    params.get_mut(frozen).trainable = false;
    let step = Tape::new().value_and_grad(&params, |scope| (scope.var(w).exp(), []));
    assert!(step.gradients.missing().is_empty());
}
