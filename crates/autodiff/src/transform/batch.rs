//! One axis more: a program for many examples at once.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use wengert_tensor::Shape;

use crate::derive;
use crate::op::Type;
use crate::ops::Op;
use crate::tape::{Met, NodeId, Tape, refuse};
use crate::var::Var;

impl Tape {
    /// Records `ys` for many examples at once: in `xs`, each variable comes with a batch of values
    /// for it, one more axis in front; so do the results. All batches have one size.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let y = x.dot(x);
    /// let [ys] = tape.vmap([y], [(x, tape.input([[1.0, 2.0], [3.0, 4.0]]))]);
    /// assert_eq!(ys.to_string(), "[ 5. 25.]");
    /// ```
    ///
    /// # Panics
    /// If a batch has not the shape of its variable behind its first axis, or sizes differ.
    #[track_caller]
    pub fn vmap<'t, const M: usize, const N: usize>(
        &'t self,
        ys: [Var<'t>; M],
        xs: [(Var<'t>, Var<'t>); N],
    ) -> [Var<'t>; M] {
        let results = self.vmap_of(&ys, &xs);
        results.try_into().expect("a batch for each variable")
    }

    /// As [`Tape::vmap`], for any number of variables and batches.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let x = tape.input([1.0, 2.0]);
    /// let batch = tape.input([[1.0, 2.0], [3.0, 4.0]]);
    /// let all = tape.vmap_of(&[x.sum(), x.max()], &[(x, batch)]);
    /// assert_eq!((all[0].to_string(), all[1].to_string()), ("[3. 7.]".into(), "[2. 4.]".into()));
    /// ```
    ///
    /// # Panics
    /// As [`Tape::vmap`].
    #[track_caller]
    pub fn vmap_of<'t>(&'t self, ys: &[Var<'t>], xs: &[(Var<'t>, Var<'t>)]) -> Vec<Var<'t>> {
        self.check_own("vmap", ys);
        let mut size = None;
        for &(x, batch) in xs {
            self.check_own("vmap", &[x, batch]);
            let (one, all) = (x.type_of(), batch.type_of());
            let (shape, whole) = (&one.shape, &all.shape);
            let fits = whole.rank() == shape.rank() + 1 && whole[1..] == shape[..];
            if !fits || one.kind != all.kind {
                let message = format!("{all} is not {one} with one more axis in front");
                refuse("vmap", message, &[x, batch]);
            }
            if let Some(size) = size.filter(|&size| size != whole[0]) {
                let message = format!("batches of {size} and of {} examples", whole[0]);
                refuse("vmap", message, &[x, batch]);
            }
            size = Some(whole[0]);
        }
        let n = size.unwrap_or(1);
        let starts: Vec<NodeId> = xs.iter().map(|(x, _)| x.id).collect();
        let ends: Vec<NodeId> = ys.iter().map(|y| y.id).collect();
        let mut batched: FxHashMap<NodeId, Var<'t>> =
            xs.iter().map(|&(x, batch)| (x.id, batch)).collect();
        let nodes = derive::between_nodes(self, &starts, &ends);
        let _origin = nodes.first().map(|&id| self.inherit_origin(id));
        let (mut met, mut x) = (Met::default(), SmallVec::new());
        for id in nodes {
            if batched.contains_key(&id) {
                continue;
            }
            let op = met.application(self, id, &mut x);
            let which: Vec<bool> = x.iter().map(|x| batched.contains_key(&x.id)).collect();
            let x: Vec<Var<'t>> =
                x.iter().map(|x| batched.get(&x.id).copied().unwrap_or(*x)).collect();
            batched.insert(id, op.batched(&which, &x, n));
        }
        let mut results = Vec::with_capacity(ys.len());
        for y in ys {
            results.push(match batched.get(&y.id) {
                Some(&batch) => batch,
                None => y.batched_unless(false, n),
            });
        }
        results
    }
}

/// The batching rule of operations that have none: one example after the other.
pub(crate) fn batched_by_loop<'t>(op: &Op, which: &[bool], x: &[Var<'t>], n: usize) -> Var<'t> {
    let tape = x[0].tape();
    if n == 0 {
        return no_examples(op, which, x);
    }
    let examples: Vec<Var<'t>> = (0..n)
        .map(|k| {
            let example = |(&is, &x): (&bool, &Var<'t>)| if is { x.at(0, k as isize) } else { x };
            let x: Vec<_> = which.iter().zip(x).map(example).collect();
            tape.record(op.clone(), &x)
        })
        .collect();
    Var::stack(&examples, 0)
}

/// A batch of no results.
fn no_examples<'t>(op: &Op, which: &[bool], x: &[Var<'t>]) -> Var<'t> {
    let one = |(&is, x): (&bool, &Var<'t>)| {
        let all = x.type_of();
        if is { all.with_shape(&all.shape[1..]) } else { all }
    };
    let one: Vec<Type> = which.iter().zip(x).map(one).collect();
    let y = op.shape(&one).expect("the operands of an example suit its operation");
    let shape: Shape = [0].into_iter().chain(y.shape.iter().copied()).collect();
    x[0].tape().placeholder(&y.with_shape(shape))
}
