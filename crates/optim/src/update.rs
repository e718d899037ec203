//! One step over all parameters in place, whatever the optimizer and the precision. The formulas
//! are the optimizers' own.

use wengert_autodiff::{Gradients, ParamMap, Parameter, Params, Real};
use wengert_tensor::kernel::{Work, dispatch};
use wengert_tensor::{Array, Native, Tensor, Threads};

use crate::group::Group;
use crate::state::{Entries, State, StateError};
use crate::valid_rate;

/// What an optimizer does to a parameter: its hyper-parameters, except for those that a group may
/// have otherwise.
pub(crate) trait Rule {
    /// What the optimizer is called.
    const NAME: &'static str;

    /// The names of the arrays that it remembers of each parameter, all 0 at first.
    fn memory(&self) -> &'static [&'static str];

    /// Changes the parameter `p` and the `memory` by the gradient `g`. Every element is changed by
    /// itself, so that a part of all of them may be given. To be inlined: see [`dispatch`].
    fn update<T: Real>(&self, pace: &Pace, p: &mut [T], g: &[T], memory: &mut [&mut [T]]);
}

/// The most arrays that a rule remembers of a parameter.
const MOST: usize = 3;

/// How one parameter is changed in one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// This is the `t`-th gradient of the parameter, from 1.
    pub t: i32,
    /// The learning rate.
    pub rate: f64,
    /// The weight decay.
    pub decay: f64,
}

/// The gradient of the loss with $\frac{\lambda}{2} p^2$ added to it. Without decay it is the
/// gradient itself, even where the parameter is infinite.
#[inline]
pub(crate) fn with_decay<T: Real>(g: T, p: T, decay: T) -> T {
    if decay.is_zero() { g } else { g + decay * p }
}

/// What all optimizers have: rates and decays, by group, and what is remembered.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub rate: f64,
    pub decay: f64,
    pub groups: Vec<Group>,
    pub threads: Threads,
    memories: ParamMap<Memory>,
}

/// What is remembered of a parameter.
#[derive(Clone, Debug)]
struct Memory {
    /// How many gradients it has had.
    t: i32,
    names: &'static [&'static str],
    /// Tensors of the parameter's shape and precision, under these names.
    arrays: Vec<Tensor>,
}

impl Memory {
    fn zeros(names: &'static [&'static str], like: &Tensor) -> Memory {
        let zeros = |_| Tensor::zeros(like.dtype(), like.shape().clone());
        Memory { t: 0, names, arrays: names.iter().map(zeros).collect() }
    }
}

impl Common {
    #[track_caller]
    pub fn new(rate: f64) -> Common {
        let rate = valid_rate(rate);
        Common {
            rate,
            decay: 0.0,
            groups: Vec::new(),
            threads: Threads::default(),
            memories: ParamMap::new(),
        }
    }

    /// Changes all parameters that have gradients by a rule.
    #[track_caller]
    pub fn step(&mut self, rule: &(impl Rule + Sync), params: &mut Params, gradients: &Gradients) {
        if self.memories.is_empty() {
            self.check_groups(params);
        }
        let names = rule.memory();
        for (id, gradient) in gradients.iter() {
            let parameter = params.get_mut(id);
            check_type(parameter, gradient);
            let (rate, decay) = self.rate_and_decay(parameter);
            let zeros = || Memory::zeros(names, &parameter.value);
            let memory = self.memories.get_or_insert_with(id, zeros);
            // An optimizer that is told to remember something else has yet to begin.
            if memory.names != names {
                *memory = zeros();
            }
            memory.t = memory.t.saturating_add(1);
            let pace = Pace { t: memory.t, rate, decay };
            let done = match (&mut parameter.value, gradient) {
                (Tensor::F32(p), Tensor::F32(g)) => {
                    update(rule, &pace, p, g, &mut memory.arrays, &self.threads)
                }
                (Tensor::F64(p), Tensor::F64(g)) => {
                    update(rule, &pace, p, g, &mut memory.arrays, &self.threads)
                }
                _ => false,
            };
            let name = &parameter.name;
            assert!(
                done,
                "parameter {name:?} has changed its shape or precision since the first step"
            );
        }
    }

    /// The learning rate and the weight decay of a parameter.
    fn rate_and_decay(&self, parameter: &Parameter) -> (f64, f64) {
        let group = self.groups.iter().rfind(|group| parameter.matches(&group.pattern));
        let rate = group.map_or(self.rate, |group| group.rate * self.rate);
        let decay = group.and_then(|group| group.decay).unwrap_or(self.decay);
        (rate, if parameter.decays { decay } else { 0.0 })
    }

    /// A group of nobody is a slip of the pen.
    #[track_caller]
    fn check_groups(&self, params: &Params) {
        for Group { pattern, .. } in &self.groups {
            let known = params.iter().any(|(_, parameter)| parameter.matches(pattern));
            assert!(known, "there is a group {pattern:?}, but no parameter has such a name");
        }
    }

    /// What is to be written down, so that another optimizer can go on.
    pub fn state<R: Rule>(&self, _: &R, params: &Params) -> State {
        let mut entries = vec![("learning_rate".to_owned(), Tensor::from(self.rate))];
        for (id, parameter) in params.iter() {
            let Some(memory) = self.memories.get(id) else { continue };
            entries.push((format!("{}/t", parameter.name), Tensor::from(i64::from(memory.t))));
            for (name, array) in memory.names.iter().zip(&memory.arrays) {
                entries.push((format!("{}/{name}", parameter.name), array.clone()));
            }
        }
        State { kind: R::NAME.to_owned(), entries }
    }

    /// Goes on from what another optimizer with the same rule has written down.
    pub fn load_state<R: Rule>(
        &mut self,
        rule: &R,
        params: &Params,
        state: &State,
    ) -> Result<(), StateError> {
        let mut entries = Entries::of(state, R::NAME)?;
        let rate = entries.number("learning_rate");
        let mut memories = ParamMap::new();
        for (id, parameter) in params.iter() {
            let (name, names) = (&parameter.name, rule.memory());
            let keys: Vec<String> = names.iter().map(|array| format!("{name}/{array}")).collect();
            let t = format!("{name}/t");
            // A parameter that has had no gradient yet is not there at all.
            if !entries.has(&t) && keys.iter().all(|key| !entries.has(key)) {
                continue;
            }
            let t = entries.count(&t, 1);
            let like = |key: &String| entries.tensor(key, &parameter.value);
            // All are read before one is missed, so that all are complained about.
            let arrays: Vec<Option<Tensor>> = keys.iter().map(like).collect();
            if let (Some(t), Some(arrays)) = (t, arrays.into_iter().collect()) {
                memories.insert(id, Memory { t, names, arrays });
            }
        }
        entries.finish()?;
        (self.rate, self.memories) = (rate.unwrap_or(self.rate), memories);
        Ok(())
    }
}

#[track_caller]
fn check_type(parameter: &Parameter, gradient: &Tensor) {
    let (name, value) = (&parameter.name, &parameter.value);
    assert!(
        gradient.shape() == value.shape() && gradient.dtype() == value.dtype(),
        "parameter {name:?} is {} of {}, its gradient {} of {}",
        value.shape(),
        value.dtype(),
        gradient.shape(),
        gradient.dtype(),
    );
}

/// The numbers that parameters are made of.
pub(crate) trait Number: Real + Native {
    /// The elements of a tensor of such numbers, to be changed.
    fn elements(tensor: &mut Tensor) -> Option<&mut [Self]>;
}

impl Number for f32 {
    fn elements(tensor: &mut Tensor) -> Option<&mut [f32]> {
        if let Tensor::F32(x) = tensor { Some(x.make_mut()) } else { None }
    }
}

impl Number for f64 {
    fn elements(tensor: &mut Tensor) -> Option<&mut [f64]> {
        if let Tensor::F64(x) = tensor { Some(x.make_mut()) } else { None }
    }
}

/// Changes one parameter; says whether what is remembered is of one of its type.
fn update<T: Number, R: Rule + Sync>(
    rule: &R,
    pace: &Pace,
    p: &mut Array<T>,
    g: &Array<T>,
    arrays: &mut [Tensor],
    threads: &Threads,
) -> bool {
    let count = arrays.len();
    let mut memory: [&mut [T]; MOST] = Default::default();
    for (elements, array) in memory.iter_mut().zip(arrays) {
        let fits = array.shape() == p.shape();
        match T::elements(array) {
            Some(array) if fits => *elements = array,
            _ => return false,
        }
    }
    let g = g.contiguous();
    let g = g.as_slice().expect("it was made contiguous");
    let mut rest = Part { rule, pace, p: p.make_mut(), g, memory, count };
    let part = threads.part(rest.p.len(), FEW);
    if part >= rest.p.len() {
        dispatch(rest);
        return true;
    }
    let count = rest.p.len().div_ceil(part);
    let parts = (0..count).map(|_| rest.split_off(part.min(rest.p.len())));
    let mut parts: Vec<_> = parts.map(Some).collect();
    threads.split(&mut parts, 1, |_, part| {
        part.iter_mut().filter_map(Option::take).for_each(dispatch);
    });
    true
}

/// Parameters of fewer elements are not worth sharing between threads.
const FEW: usize = 1 << 13;

/// A part of a parameter, and of all that changes with it.
struct Part<'a, R, T> {
    rule: &'a R,
    pace: &'a Pace,
    p: &'a mut [T],
    g: &'a [T],
    memory: [&'a mut [T]; MOST],
    /// How many of the arrays there are.
    count: usize,
}

impl<'a, R: Rule, T: Number> Part<'a, R, T> {
    /// Takes the first elements away.
    fn split_off(&mut self, len: usize) -> Part<'a, R, T> {
        let p = self.p.split_off_mut(..len).expect("so many are left");
        let g = self.g.split_off(..len).expect("there are as many");
        // Arrays that the rule does not have are empty.
        let memory = self.memory.each_mut().map(|x| x.split_off_mut(..len).unwrap_or_default());
        Part { rule: self.rule, pace: self.pace, p, g, memory, count: self.count }
    }
}

impl<R: Rule, T: Number> Work for Part<'_, R, T> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        self.rule.update(self.pace, self.p, self.g, &mut self.memory[..self.count]);
    }
}
