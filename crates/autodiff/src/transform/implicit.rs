//! What an equation defines, as a variable: fixed points, roots and minima, differentiated without
//! looking at how they were found.

use crate::ops::{Implicit, Method};
use crate::tape::{NodeId, Tape, refuse};
use crate::var::Var;

impl Tape {
    /// The $y$ with $y = f(y)$, found by iterating $f$ from `start`; NaN if that leads nowhere.
    ///
    /// Its derivative by all that `f` depends on is that of the solution, not of the iteration:
    /// $dy = (I - \partial f/\partial y)^{-1}\, \partial f/\partial\theta\; d\theta$, in both
    /// modes and to any order; `start` has derivative 0. (Of a fixed point of a network, Bai, Kolter
    /// and Koltun, "Deep equilibrium models", 2019.) The matrix is made as a whole, so this is for
    /// up to some hundreds of unknowns.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input(2.0);
    /// let root = tape.fixed_point(tape.input(1.0), |y| 0.5 * (y + a / y)); // Heron's square root
    /// let [slope] = tape.grad(root, [a]);
    /// let [curvature] = tape.grad(slope, [a]);
    /// let exact = 2_f64.sqrt();
    /// assert!((root.item() - exact).abs() < 1e-15);
    /// assert!((slope.item() - 0.5 / exact).abs() < 1e-15);
    /// assert!((curvature.item() + 0.25 / (2.0 * exact)).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If `f(y)` has not the shape of `start`.
    #[track_caller]
    pub fn fixed_point<'t>(
        &'t self,
        start: Var<'t>,
        f: impl FnOnce(Var<'t>) -> Var<'t>,
    ) -> Var<'t> {
        self.implicit("fixed_point", start, Method::Iterate, |y| {
            let image = f(y);
            if image.type_of() != y.type_of() {
                let (have, want) = (image.type_of(), y.type_of());
                refuse("fixed_point", format!("f gives {have} for {want}"), &[start, image]);
            }
            (y - image, None)
        })
    }

    /// The $y$ with $f(y) = 0$, found by Newton's method with halved steps from `start`; NaN if that
    /// leads nowhere. `f` gives as many numbers as there are unknowns.
    ///
    /// $dy = -(\partial f/\partial y)^{-1}\, \partial f/\partial\theta\; d\theta$; what else is
    /// said of [`Tape::fixed_point`] holds here too.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// let a = tape.input(8.0);
    /// let y = tape.root(tape.input(1.0), |y| y * y * y - a);
    /// let [slope] = tape.grad(y, [a]);
    /// assert_eq!((y.item(), slope.item()), (2.0, 1.0 / 12.0));
    /// ```
    ///
    /// # Panics
    /// If `f(y)` has more or fewer elements than `start`.
    #[track_caller]
    pub fn root<'t>(&'t self, start: Var<'t>, f: impl FnOnce(Var<'t>) -> Var<'t>) -> Var<'t> {
        self.implicit("root", start, Method::Newton, |y| (f(y), None))
    }

    /// The $y$ where $g(y)$ is smallest near `start`, found by Newton's method on its gradient, going
    /// downhill; NaN if that leads nowhere. `g` gives one number, and has second derivatives.
    ///
    /// $dy = -(\nabla^2_y g)^{-1}\, \partial_\theta \nabla_y g\; d\theta$; what else is said of
    /// [`Tape::fixed_point`] holds here too. So a hyper-parameter is trained through the training
    /// that it governs.
    ///
    /// ```
    /// # let tape = wengert_autodiff::Tape::new();
    /// // Ridge regression: what does the weight do when the penalty grows?
    /// let (x, t, penalty) = (tape.input([1.0, 2.0]), tape.input([1.0, 3.0]), tape.input(0.5));
    /// let w = tape.argmin(tape.input(0.0), |w| {
    ///     (x * w - t).square().sum() + penalty * w.square()
    /// });
    /// let [slope] = tape.grad(w, [penalty]);
    /// assert!((w.item() - 7.0 / 5.5).abs() < 1e-15);
    /// assert!((slope.item() + 7.0 / (5.5 * 5.5)).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If `g(y)` has more or fewer elements than one.
    #[track_caller]
    pub fn argmin<'t>(&'t self, start: Var<'t>, g: impl FnOnce(Var<'t>) -> Var<'t>) -> Var<'t> {
        self.implicit("argmin", start, Method::Minimise, |y| {
            let objective = g(y);
            (self.grad(objective, [y])[0], Some(objective))
        })
    }

    #[track_caller]
    fn implicit<'t>(
        &'t self,
        name: &str,
        start: Var<'t>,
        method: Method,
        residual: impl FnOnce(Var<'t>) -> (Var<'t>, Option<Var<'t>>),
    ) -> Var<'t> {
        self.check_own(name, &[start]);
        let first = self.len() as NodeId;
        let y = self.placeholder(&start.type_of());
        let (residual, objective) = residual(y);
        self.check_own(name, &[residual]);
        let n = start.shape().size();
        if residual.shape().size() != n {
            let message = format!("{} equations for {n} unknowns", residual.shape().size());
            refuse(name, message, &[start, residual]);
        }
        let jacobian = self.jacobian(residual, y).reshape([n, n]);
        let outputs: Vec<Var<'t>> = [residual, jacobian].into_iter().chain(objective).collect();
        // What was there before, and data, are operands: the equation itself holds no values.
        let others = self.boundary(&outputs, first).into_iter().filter(|&id| id != y.id);
        let others: Vec<Var<'t>> = others.map(|id| Var { tape: self, id }).collect();
        let inputs: Vec<Var<'t>> = [y].into_iter().chain(others.iter().copied()).collect();
        let equation = self.program_of(&inputs, &outputs);
        let operands: Vec<Var<'t>> = [start].into_iter().chain(others).collect();
        self.record_as(name, Implicit::new(equation, method), &operands)
    }

    /// The leaves and the nodes before `first` that these variables depend on.
    fn boundary(&self, ys: &[Var<'_>], first: NodeId) -> Vec<NodeId> {
        let core = self.core.borrow();
        let mut seen = vec![false; core.nodes.len()];
        let (mut next, mut found) = (ys.iter().map(|y| y.id).collect::<Vec<_>>(), Vec::new());
        while let Some(id) = next.pop() {
            if std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            let node = &core.nodes[id as usize];
            if id < first || core.ops.get(node.op).is_leaf() {
                found.push(id);
            } else {
                next.extend(&node.inputs);
            }
        }
        found.sort_unstable();
        found
    }
}
