//! Parameters: a store that the caller owns, keys that layers hold, and maps under the same keys.

mod examples;
mod gradients;
mod scope;
mod step;
mod summary;

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use slotmap::{SecondaryMap, SlotMap};
use wengert_tensor::{DType, Shape, Tensor};

use crate::input::InputValue;
use crate::op::Value;
use crate::ops::{Normal, Op, Uniform};
use crate::tape::Precision;
use crate::var::Var;

pub use examples::Examples;
pub use gradients::{Gradients, Missing};
pub use scope::{Mode, Scope};
pub use step::{Buffers, Step};

slotmap::new_key_type! {
    /// The key inside one store.
    struct Key;
}

/// The key of a parameter: what a layer holds instead of a tensor. It knows its store, and is
/// refused by any other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId {
    store: u32,
    key: Key,
}

impl fmt::Debug for ParamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of store {}", self.key.0, self.store)
    }
}

/// A named tensor that a model consists of.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, such as `encoder.0.weight`; no two parameters of a store have the same.
    pub name: String,
    /// Its value.
    pub value: Tensor,
    /// Whether it has a gradient. Buffers, such as running statistics, and frozen parameters have
    /// none.
    pub trainable: bool,
    /// Whether weight decay applies to it: by default to everything of two or more axes, so not to
    /// biases and scales.
    pub decays: bool,
}

impl Parameter {
    /// Whether its name matches a pattern, in which `*` stands for anything.
    pub fn matches(&self, pattern: &str) -> bool {
        matches(pattern, &self.name)
    }
}

/// A store of parameters, owned by the caller.
///
/// ```
/// # use wengert_autodiff::{Params, Tape};
/// let mut params = Params::f64(0);
/// let w = params.add("w", [1.0, 2.0]);
/// let mut tape = Tape::new();
/// let step = tape.value_and_grad(&params, |scope| ((scope.var(w) * scope.var(w)).sum(), []));
/// assert_eq!(step.loss, 5.0);
/// assert_eq!(step.gradients[w].to_string(), "[2. 4.]");
/// ```
///
/// A clone has the same keys: keep one as the best so far, or as a moving average. Parameters that
/// are added to one of two clones later are not the other's, though their keys look as if they were.
#[derive(Clone, Debug)]
pub struct Params {
    store: u32,
    precision: Precision,
    seed: i64,
    /// How many tensors have been drawn from the seed.
    drawn: u32,
    /// What names begin with, dot included.
    prefix: String,
    parameters: SlotMap<Key, Parameter>,
}

/// Numbers of stores. They only tell stores apart: no result depends on them.
static STORES: AtomicU32 = AtomicU32::new(0);

impl Params {
    /// An empty store in single precision. What layers draw from it depends on the seed alone.
    pub fn f32(seed: u64) -> Params {
        Params::with_precision(Precision::F32, seed)
    }

    /// An empty store in double precision.
    pub fn f64(seed: u64) -> Params {
        Params::with_precision(Precision::F64, seed)
    }

    /// An empty store.
    pub fn with_precision(precision: Precision, seed: u64) -> Params {
        Params {
            store: STORES.fetch_add(1, Ordering::Relaxed),
            precision,
            seed: seed.cast_signed(),
            drawn: 0,
            prefix: String::new(),
            parameters: SlotMap::with_key(),
        }
    }

    /// Its precision.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Adds a trainable parameter.
    ///
    /// # Panics
    /// If the name is taken, or a tensor of another precision is given.
    #[track_caller]
    pub fn add(&mut self, name: &str, value: impl InputValue) -> ParamId {
        self.insert(name, value, true)
    }

    /// Adds a buffer: a parameter that is not trained, but saved with the others and updated by
    /// [`Params::absorb`].
    ///
    /// # Panics
    /// As [`Params::add`].
    #[track_caller]
    pub fn add_buffer(&mut self, name: &str, value: impl InputValue) -> ParamId {
        self.insert(name, value, false)
    }

    #[track_caller]
    fn insert(&mut self, name: &str, value: impl InputValue, trainable: bool) -> ParamId {
        let name = format!("{}{name}", self.prefix);
        assert!(
            self.parameters.values().all(|other| other.name != name),
            "a parameter named {name:?} is there already; name models apart with Params::named"
        );
        let value = match value.into_tensor(self.precision) {
            Ok(value) => value.contiguous(),
            Err(message) => panic!("parameter {name:?}: {message}"),
        };
        let trainable = trainable && value.dtype() != DType::I64;
        let decays = value.rank() >= 2;
        let key = self.parameters.insert(Parameter { name, value, trainable, decays });
        ParamId { store: self.store, key }
    }

    /// Adds parameters whose names begin with `name` and a dot.
    ///
    /// ```
    /// # use wengert_autodiff::Params;
    /// let mut params = Params::f64(0);
    /// let w = params.named("encoder", |params| params.add("weight", [0.0]));
    /// assert_eq!(params[w].name, "encoder.weight");
    /// ```
    pub fn named<R>(&mut self, name: &str, f: impl FnOnce(&mut Params) -> R) -> R {
        let outer = self.prefix.len();
        self.prefix += name;
        self.prefix.push('.');
        let result = f(self);
        self.prefix.truncate(outer);
        result
    }

    /// A tensor of numbers drawn evenly from `low` to `high`: the next of the seed's sequences.
    pub fn uniform(&mut self, shape: impl Into<Shape>, low: f64, high: f64) -> Tensor {
        let (stream, shape) = (self.next_stream(), shape.into());
        self.draw(&Uniform { stream, shape }.into(), |u| low + (high - low) * u)
    }

    /// A tensor of normally distributed numbers: the next of the seed's sequences.
    pub fn normal(&mut self, shape: impl Into<Shape>, mean: f64, std: f64) -> Tensor {
        let (stream, shape) = (self.next_stream(), shape.into());
        self.draw(&Normal { stream, shape }.into(), |z| mean + std * z)
    }

    fn next_stream(&mut self) -> u32 {
        self.drawn += 1;
        // A tape counts its sequences from 0: a store and a tape of one seed draw different numbers.
        (1 << 31) | (self.drawn - 1)
    }

    fn draw(&self, op: &Op, transform: impl FnMut(f64) -> f64) -> Tensor {
        let seed = Value::<f64>::Index(wengert_tensor::Array::scalar(self.seed));
        let drawn = op.eval(&[&seed]).real().map(transform);
        Tensor::F64(drawn).cast(self.precision.dtype()).expect("reals are cast to reals")
    }

    /// How many parameters there are, buffers included.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// How many numbers are trained.
    pub fn trainable_size(&self) -> usize {
        let trainable = self.parameters.values().filter(|parameter| parameter.trainable);
        trainable.map(|parameter| parameter.value.size()).sum()
    }

    /// All parameters, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &Parameter)> {
        let store = self.store;
        self.parameters.iter().map(move |(key, parameter)| (ParamId { store, key }, parameter))
    }

    /// All parameters, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ParamId, &mut Parameter)> {
        let store = self.store;
        self.parameters.iter_mut().map(move |(key, parameter)| (ParamId { store, key }, parameter))
    }

    /// The parameter of this name.
    pub fn find(&self, name: &str) -> Option<ParamId> {
        self.iter().find(|(_, parameter)| parameter.name == name).map(|(id, _)| id)
    }

    /// A parameter, to be changed.
    ///
    /// # Panics
    /// If the key is of another store.
    #[track_caller]
    pub fn get_mut(&mut self, id: ParamId) -> &mut Parameter {
        self.check(id);
        &mut self.parameters[id.key]
    }

    /// Those parameters alone whose name matches the pattern, in which `*` stands for anything:
    /// only they have gradients, so only they are changed by an optimizer's step.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// let mut params = Params::f64(0);
    /// let (a, b) = (params.add("encoder.w", 2.0), params.add("decoder.w", 3.0));
    /// let step = Tape::new().value_and_grad(params.only("decoder.*"), |scope| {
    ///     (scope.var(a) * scope.var(b), [])
    /// });
    /// assert!(step.gradients.get(a).is_none());
    /// assert_eq!(step.gradients[b].item(), 2.0);
    /// ```
    pub fn only(&self, pattern: &str) -> Selection<'_> {
        Selection { params: self, pattern: Some(pattern.to_owned()) }
    }

    /// Takes over new values of buffers, such as running statistics.
    ///
    /// # Panics
    /// If they are of another store.
    #[track_caller]
    pub fn absorb(&mut self, buffers: Buffers) {
        for (id, value) in buffers {
            self.get_mut(id).value = value;
        }
    }

    #[track_caller]
    fn check(&self, id: ParamId) {
        assert!(
            id.store == self.store && self.parameters.contains_key(id.key),
            "parameter {id:?} was asked of store {}: it was made with another `Params`",
            self.store
        );
    }
}

impl std::ops::Index<ParamId> for Params {
    type Output = Parameter;

    #[track_caller]
    fn index(&self, id: ParamId) -> &Parameter {
        self.check(id);
        &self.parameters[id.key]
    }
}

/// A store, or a part of it: what gradients are taken by.
#[derive(Clone, Debug)]
pub struct Selection<'p> {
    params: &'p Params,
    pattern: Option<String>,
}

impl<'p> From<&'p Params> for Selection<'p> {
    fn from(params: &'p Params) -> Selection<'p> {
        Selection { params, pattern: None }
    }
}

impl Selection<'_> {
    /// The parameters that a gradient is wanted by and that a scope was asked for.
    fn used_in<'t>(&self, scope: &Scope<'t>) -> Vec<(ParamId, Var<'t>)> {
        let mut used = scope.used();
        used.retain(|(id, _)| self.includes(&self.params[*id]));
        used
    }

    /// Whether a gradient by this parameter is wanted.
    fn includes(&self, parameter: &Parameter) -> bool {
        let matches = |pattern: &String| parameter.matches(pattern);
        parameter.trainable && self.pattern.as_ref().is_none_or(matches)
    }
}

/// Whether a pattern, in which `*` stands for anything, is this name.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len())
                .filter(|&k| name.is_char_boundary(k))
                .any(|k| matches(rest, &name[k..]))
        }),
    }
}

/// A map from parameters of one store: gradients, an optimizer's moments, variables.
#[derive(Clone, Debug)]
pub struct ParamMap<T> {
    /// The store of the keys, once there is one.
    store: Option<u32>,
    map: SecondaryMap<Key, T>,
}

impl<T> Default for ParamMap<T> {
    fn default() -> ParamMap<T> {
        ParamMap { store: None, map: SecondaryMap::new() }
    }
}

impl<T> ParamMap<T> {
    /// An empty map.
    pub fn new() -> ParamMap<T> {
        ParamMap::default()
    }

    /// What belongs to a parameter, if anything.
    ///
    /// # Panics
    /// If the key is of another store than those in the map.
    #[track_caller]
    pub fn get(&self, id: ParamId) -> Option<&T> {
        self.check(id);
        self.map.get(id.key)
    }

    /// As [`ParamMap::get`], to be changed.
    ///
    /// # Panics
    /// As [`ParamMap::get`].
    #[track_caller]
    pub fn get_mut(&mut self, id: ParamId) -> Option<&mut T> {
        self.check(id);
        self.map.get_mut(id.key)
    }

    /// Sets what belongs to a parameter; what did before is returned.
    ///
    /// # Panics
    /// As [`ParamMap::get`].
    #[track_caller]
    pub fn insert(&mut self, id: ParamId, value: T) -> Option<T> {
        self.check(id);
        self.store = Some(id.store);
        self.map.insert(id.key, value)
    }

    /// What belongs to a parameter; made first if there is nothing.
    ///
    /// # Panics
    /// As [`ParamMap::get`].
    #[track_caller]
    pub fn get_or_insert_with(&mut self, id: ParamId, make: impl FnOnce() -> T) -> &mut T {
        self.check(id);
        self.store = Some(id.store);
        if !self.map.contains_key(id.key) {
            self.map.insert(id.key, make());
        }
        &mut self.map[id.key]
    }

    /// How many parameters something belongs to.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &T)> {
        let store = self.store.unwrap_or_default();
        self.map.iter().map(move |(key, value)| (ParamId { store, key }, value))
    }

    /// All pairs, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ParamId, &mut T)> {
        let store = self.store.unwrap_or_default();
        self.map.iter_mut().map(move |(key, value)| (ParamId { store, key }, value))
    }

    #[track_caller]
    fn check(&self, id: ParamId) {
        if let Some(store) = self.store {
            assert!(
                store == id.store,
                "parameter {id:?} was asked of a map of store {store}: it was made with another \
                 `Params`"
            );
        }
    }
}

impl<T> std::ops::Index<ParamId> for ParamMap<T> {
    type Output = T;

    #[track_caller]
    fn index(&self, id: ParamId) -> &T {
        match self.get(id) {
            Some(value) => value,
            None => panic!("nothing belongs to parameter {id:?}"),
        }
    }
}
