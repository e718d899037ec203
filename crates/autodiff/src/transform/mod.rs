//! What the sweeps are for: gradients, products with the Jacobian and the Hessian, batching, and
//! whole Jacobians and Hessians.

mod batch;
mod implicit;

pub(crate) use batch::batched_by_loop;

use wengert_tensor::{Array, Shape, Tensor};

use crate::derive::{self, OwnRules, Rules};
use crate::op::{Kind, Type};
use crate::tape::{Precision, Tape, refuse};
use crate::var::Var;

impl Tape {
    /// Records the gradient of a scalar `y` by each of `xs`, by reverse mode. The gradient of
    /// something that `y` does not depend on is zeros. What it is by may be any variables, not
    /// inputs only.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let (x, w) = (tape.input([1.0, 2.0]), tape.input([3.0, 4.0]));
    /// let [dx, dw] = tape.grad((x * w).sum(), [x, w]);
    /// assert_eq!(dx.to_string(), "[3. 4.]");
    /// assert_eq!(dw.to_string(), "[1. 2.]");
    /// ```
    ///
    /// # Panics
    /// If `y` has more or fewer elements than one: then use [`Tape::vjp`], or sum.
    #[track_caller]
    pub fn grad<'t, const N: usize>(&'t self, y: Var<'t>, xs: [Var<'t>; N]) -> [Var<'t>; N] {
        let found = self.grad_with(&OwnRules, y, &xs);
        filled(found, xs)
    }

    /// As [`Tape::grad`], for any number of variables and with the derivatives that `rules` give;
    /// `None` where `y` does not depend on a variable.
    ///
    /// # Panics
    /// As [`Tape::grad`].
    #[track_caller]
    pub fn grad_with<'t>(
        &'t self,
        rules: &dyn Rules,
        y: Var<'t>,
        xs: &[Var<'t>],
    ) -> Vec<Option<Var<'t>>> {
        self.check_own("grad", &[y]);
        self.check_own("grad", xs);
        let shape = y.shape();
        if shape.size() != 1 {
            let message =
                format!("the gradient is that of a scalar, not of {shape}; sum it, or use vjp");
            refuse("grad", message, &[y]);
        }
        if y.kind() == Kind::Index {
            refuse("grad", "an index has no derivatives".into(), &[y]);
        }
        self.vjp_with(rules, &[(y, y.ones_like())], xs)
    }

    /// Records $\sum_k (\partial y_k / \partial x_i)^T u_k$ for each of `xs`: the product of the
    /// transposed Jacobian with cotangents `u`, by reverse mode.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let [dx] = tape.vjp([(x * x, tape.input([1.0, 10.0]))], [x]);
    /// assert_eq!(dx.to_string(), "[ 2. 40.]");
    /// ```
    ///
    /// # Panics
    /// If a cotangent has not the shape of its variable.
    #[track_caller]
    pub fn vjp<'t, const K: usize, const N: usize>(
        &'t self,
        ys: [(Var<'t>, Var<'t>); K],
        xs: [Var<'t>; N],
    ) -> [Var<'t>; N] {
        let found = self.vjp_with(&OwnRules, &ys, &xs);
        filled(found, xs)
    }

    /// As [`Tape::vjp`], for any number of variables and with the derivatives that `rules` give;
    /// `None` where no path leads to a variable.
    ///
    /// # Panics
    /// As [`Tape::vjp`].
    #[track_caller]
    pub fn vjp_with<'t>(
        &'t self,
        rules: &dyn Rules,
        ys: &[(Var<'t>, Var<'t>)],
        xs: &[Var<'t>],
    ) -> Vec<Option<Var<'t>>> {
        self.check_own("vjp", xs);
        for &(y, u) in ys {
            self.check_pair("vjp", y, u);
        }
        derive::reverse(self, rules, ys, xs)
    }

    /// Records $\sum_i (\partial y_k / \partial x_i) v_i$ for each of `ys`: the product of the
    /// Jacobian with tangents `v`, by forward mode.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let [dy] = tape.jvp([x * x], [(x, tape.input([1.0, 10.0]))]);
    /// assert_eq!(dy.to_string(), "[ 2. 40.]");
    /// ```
    ///
    /// # Panics
    /// If a tangent has not the shape of its variable.
    #[track_caller]
    pub fn jvp<'t, const M: usize, const K: usize>(
        &'t self,
        ys: [Var<'t>; M],
        xs: [(Var<'t>, Var<'t>); K],
    ) -> [Var<'t>; M] {
        let found = self.jvp_with(&OwnRules, &ys, &xs);
        filled(found, ys)
    }

    /// As [`Tape::jvp`], for any number of variables and with the derivatives that `rules` give;
    /// `None` where no path leads from a variable.
    ///
    /// # Panics
    /// As [`Tape::jvp`].
    #[track_caller]
    pub fn jvp_with<'t>(
        &'t self,
        rules: &dyn Rules,
        ys: &[Var<'t>],
        xs: &[(Var<'t>, Var<'t>)],
    ) -> Vec<Option<Var<'t>>> {
        self.check_own("jvp", ys);
        for &(x, v) in xs {
            self.check_pair("jvp", x, v);
        }
        derive::forward(self, rules, ys, xs)
    }

    /// Records the product of the Hessian of a scalar `y` with the direction `v`, by forward mode
    /// over reverse mode: for each `(xᵢ, vᵢ)`, $\sum_j (\partial^2 y / \partial x_i \partial x_j)
    /// v_j$. It costs a few gradients, whatever the size.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let y = (x * x * x).sum();
    /// let [hv] = tape.hvp(y, [(x, tape.input([1.0, 1.0]))]);
    /// assert_eq!(hv.to_string(), "[ 6. 12.]");
    /// ```
    ///
    /// # Panics
    /// If `y` is not a scalar, or a direction has not the shape of its variable.
    #[track_caller]
    pub fn hvp<'t, const N: usize>(
        &'t self,
        y: Var<'t>,
        xs: [(Var<'t>, Var<'t>); N],
    ) -> [Var<'t>; N] {
        let gradient = self.grad(y, xs.map(|(x, _)| x));
        self.jvp(gradient, xs)
    }

    /// Records the Jacobian $\partial y / \partial x$, of the shape of `y` followed by that of `x`:
    /// by reverse mode if `y` has fewer elements than `x`, else by forward mode, batched over all
    /// directions.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let j = tape.jacobian(x * x.sum(), x);
    /// assert_eq!(j.to_string(), "[[4. 1.]\n [2. 5.]]");
    /// ```
    #[track_caller]
    pub fn jacobian<'t>(&'t self, y: Var<'t>, x: Var<'t>) -> Var<'t> {
        let [jacobian] = self.jacobians(y, [x]);
        jacobian
    }

    /// Records the Jacobians of `y` by several variables, as [`Tape::jacobian`] does: in one batch
    /// of reverse sweeps if `y` has fewer elements than all of `xs` together, else in a batch of
    /// forward sweeps for each.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0]), tape.input(3.0));
    /// let [by_a, by_b] = tape.jacobians(a * b, [a, b]);
    /// assert_eq!(by_a.to_string(), "[[3. 0.]\n [0. 3.]]");
    /// assert_eq!(by_b.to_string(), "[1. 2.]");
    /// ```
    #[track_caller]
    pub fn jacobians<'t, const N: usize>(&'t self, y: Var<'t>, xs: [Var<'t>; N]) -> [Var<'t>; N] {
        let size: usize = xs.iter().map(|x| x.shape().size()).sum();
        if y.shape().size() < size {
            self.jacobians_by_rows(y, xs)
        } else {
            self.jacobians_by_columns(y, xs)
        }
    }

    /// As [`Tape::jacobians`], row after row by reverse mode, whatever the shapes.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let [j] = tape.jacobians_by_rows(x * x.sum(), [x]);
    /// assert_eq!(j.to_string(), "[[4. 1.]\n [2. 5.]]");
    /// ```
    #[track_caller]
    pub fn jacobians_by_rows<'t, const N: usize>(
        &'t self,
        y: Var<'t>,
        xs: [Var<'t>; N],
    ) -> [Var<'t>; N] {
        let u = y.zeros_like();
        let row = self.vjp([(y, u)], xs);
        let mut jacobians = self.vmap(row, [(u, self.unit_vectors(&y.shape()))]);
        // No closure, which would lose the caller.
        for (jacobian, x) in jacobians.iter_mut().zip(xs) {
            *jacobian = jacobian.reshape(joined(y, x));
        }
        jacobians
    }

    /// As [`Tape::jacobians`], column after column by forward mode, whatever the shapes.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let [j] = tape.jacobians_by_columns(x * x.sum(), [x]);
    /// assert_eq!(j.to_string(), "[[4. 1.]\n [2. 5.]]");
    /// ```
    #[track_caller]
    pub fn jacobians_by_columns<'t, const N: usize>(
        &'t self,
        y: Var<'t>,
        xs: [Var<'t>; N],
    ) -> [Var<'t>; N] {
        let mut jacobians = xs;
        for (jacobian, x) in jacobians.iter_mut().zip(xs) {
            let v = x.zeros_like();
            let [column] = self.jvp([y], [(x, v)]);
            let [columns] = self.vmap([column], [(v, self.unit_vectors(&x.shape()))]);
            let sizes = [x.shape().size(), y.shape().size()];
            *jacobian = columns.reshape(sizes).t().reshape(joined(y, x));
        }
        jacobians
    }

    /// Records the Hessian of a scalar `y` by `x`, of the shape of `x` twice.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let h = tape.hessian(x.at(0, 0) * x.at(0, 1).square(), x);
    /// assert_eq!(h.to_string(), "[[0. 4.]\n [4. 2.]]");
    /// ```
    ///
    /// # Panics
    /// If `y` has more or fewer elements than one.
    #[track_caller]
    pub fn hessian<'t>(&'t self, y: Var<'t>, x: Var<'t>) -> Var<'t> {
        let [[hessian]] = self.hessians(y, [x]);
        hessian
    }

    /// Records the second derivatives of a scalar `y` by several variables: in row `i`, column `k`
    /// of the answer those by `xs[i]` and `xs[k]`, of the shape of the one followed by that of the
    /// other.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let (a, b) = (tape.input([1.0, 2.0]), tape.input(3.0));
    /// let [[aa, ab], [ba, bb]] = tape.hessians((a * a * b).sum(), [a, b]);
    /// assert_eq!(aa.to_string(), "[[6. 0.]\n [0. 6.]]");
    /// assert_eq!((ab.to_string(), ba.to_string()), ("[2. 4.]".into(), "[2. 4.]".into()));
    /// assert_eq!(bb.item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If `y` has more or fewer elements than one.
    #[track_caller]
    pub fn hessians<'t, const N: usize>(
        &'t self,
        y: Var<'t>,
        xs: [Var<'t>; N],
    ) -> [[Var<'t>; N]; N] {
        let mut hessians = [xs; N];
        for (row, gradient) in hessians.iter_mut().zip(self.grad(y, xs)) {
            *row = self.jacobians(gradient, xs);
        }
        hessians
    }

    /// Every element once 1 and the others 0, as a batch. They are computed: a program that needs
    /// them holds no data, and what needs them twice needs them once.
    #[track_caller]
    fn unit_vectors(&self, shape: &Shape) -> Var<'_> {
        let n = shape.size();
        let batch: Shape = [n].into_iter().chain(shape.iter().copied()).collect();
        self.eye(n).reshape(batch)
    }

    /// A leaf of this type, where only the type matters.
    #[track_caller]
    pub(crate) fn placeholder(&self, type_of: &Type) -> Var<'_> {
        let shape = type_of.shape.clone();
        let tensor = match (type_of.kind, self.precision()) {
            (Kind::Index, _) => Tensor::I64(Array::full(shape, 0)),
            (Kind::Real, Precision::F32) => Tensor::F32(Array::full(shape, 0.0)),
            (Kind::Real, Precision::F64) => Tensor::F64(Array::full(shape, 0.0)),
        };
        self.input(&tensor)
    }

    /// Checks that a tangent or cotangent suits its variable.
    #[track_caller]
    fn check_pair(&self, operation: &str, x: Var<'_>, direction: Var<'_>) {
        self.check_own(operation, &[x, direction]);
        if x.kind() != Kind::Real || x.type_of() != direction.type_of() {
            let (have, want) = (direction.type_of(), x.type_of());
            let message = format!("a direction of {have} for a variable of {want}");
            refuse(operation, message, &[x, direction]);
        }
    }
}

/// What was found, or zeros.
#[track_caller]
fn filled<'t, const N: usize>(found: Vec<Option<Var<'t>>>, like: [Var<'t>; N]) -> [Var<'t>; N] {
    let mut all = like;
    for (slot, (found, like)) in all.iter_mut().zip(found.into_iter().zip(like)) {
        *slot = match found {
            Some(found) => found,
            None => like.zeros_like(),
        };
    }
    all
}

/// The shape of a Jacobian.
fn joined(y: Var<'_>, x: Var<'_>) -> Shape {
    y.shape().iter().chain(x.shape().iter()).copied().collect()
}
