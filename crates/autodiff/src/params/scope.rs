//! A scope: what a model's forward pass sees. It gives keys as variables, and carries the mode, the
//! seed, names, and the sink for running statistics.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use wengert_tensor::DType;

use crate::input::{InputValue, Operand};
use crate::op::Kind;
use crate::params::{ParamId, ParamMap, Parameter, Params, matches};
use crate::tape::{Tape, refuse};
use crate::var::Var;

/// What a forward pass is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// To learn: dropout drops, batch statistics are taken and collected.
    Train,
    /// To answer: nothing is random.
    Eval,
}

/// A tape together with the parameters of a store. Cloning is cheap, and clones share variables.
#[derive(Clone)]
pub struct Scope<'t> {
    tape: &'t Tape,
    shared: Rc<Shared<'t>>,
    /// Variables that stand in for parameters.
    replaced: Rc<ParamMap<Var<'t>>>,
    mode: Mode,
    seed: Rc<Seed<'t>>,
}

struct Shared<'t> {
    params: Store<'t>,
    /// The parameters that have been asked for: asked again, they are the same variables.
    vars: RefCell<ParamMap<Var<'t>>>,
    buffers: RefCell<Vec<(ParamId, Var<'t>)>>,
}

enum Store<'t> {
    Borrowed(&'t Params),
    Owned(Box<Params>),
}

/// A seed, and its variable once it has been used.
struct Seed<'t> {
    number: u64,
    var: OnceCell<Var<'t>>,
}

impl<'t> Seed<'t> {
    fn new(number: u64) -> Rc<Seed<'t>> {
        Rc::new(Seed { number, var: OnceCell::new() })
    }
}

impl Tape {
    /// A scope on this tape, to evaluate: for code that is not one training step. Several stores
    /// may have scopes on one tape.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// let mut params = Params::f64(0);
    /// let w = params.add("w", 3.0);
    /// let tape = Tape::new();
    /// let scope = tape.scope(&params);
    /// let y = scope.var(w).square();
    /// assert_eq!(scope.grad(y)[w].item(), 6.0);
    /// ```
    ///
    /// # Panics
    /// If the store is of another precision than the tape.
    #[track_caller]
    pub fn scope<'t>(&'t self, params: &'t Params) -> Scope<'t> {
        Scope::new(self, Store::Borrowed(params), Mode::Eval, 0)
    }
}

impl<'t> Scope<'t> {
    #[track_caller]
    fn new(tape: &'t Tape, params: Store<'t>, mode: Mode, seed: u64) -> Scope<'t> {
        let shared = Shared { params, vars: RefCell::default(), buffers: RefCell::default() };
        let (have, want) = (shared.params().precision(), tape.precision());
        assert!(have == want, "parameters in {have:?} on a tape in {want:?}");
        Scope {
            tape,
            shared: Rc::new(shared),
            replaced: Rc::default(),
            mode,
            seed: Seed::new(seed),
        }
    }

    #[track_caller]
    pub(super) fn for_step(tape: &'t Tape, params: &'t Params, mode: Mode, seed: u64) -> Scope<'t> {
        Scope::new(tape, Store::Borrowed(params), mode, seed)
    }

    /// The tape.
    pub fn tape(&self) -> &'t Tape {
        self.tape
    }

    /// Records a value given from outside; see [`Tape::input`].
    #[track_caller]
    pub fn input(&self, value: impl InputValue) -> Var<'t> {
        self.tape.input(value)
    }

    /// A parameter as a variable.
    ///
    /// # Panics
    /// If the key is of another store.
    #[track_caller]
    pub fn var(&self, id: ParamId) -> Var<'t> {
        let parameter = &self.shared.params()[id];
        if let Some(&var) = self.replaced.get(id) {
            return var;
        }
        if let Some(&var) = self.shared.vars.borrow().get(id) {
            return var;
        }
        let var = self.tape.input(&parameter.value);
        self.shared.vars.borrow_mut().insert(id, var);
        var
    }

    /// The trainable parameters whose names match the pattern, in which `*` stands for anything,
    /// as variables: for penalties on them.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// let mut params = Params::f64(0);
    /// let w = params.add("encoder.weight", 3.0);
    /// params.add("encoder.bias", 1.0);
    /// let tape = Tape::new();
    /// let found = tape.scope(&params).matching("*.weight");
    /// assert_eq!((found.len(), found[0].0, found[0].1.item()), (1, w, 3.0));
    /// ```
    #[track_caller]
    pub fn matching(&self, pattern: &str) -> Vec<(ParamId, Var<'t>)> {
        let wanted =
            |parameter: &Parameter| parameter.trainable && matches(pattern, &parameter.name);
        let parameters = self.shared.params().iter();
        let ids = parameters.filter(|(_, parameter)| wanted(parameter)).map(|(id, _)| id);
        let mut found = Vec::new();
        for id in ids {
            found.push((id, self.var(id)));
        }
        found
    }

    /// The same scope with variables in place of parameters: fast weights, weights that are
    /// computed. Gradients flow through them.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// let mut params = Params::f64(0);
    /// let w = params.add("w", 3.0);
    /// let tape = Tape::new();
    /// let scope = tape.scope(&params);
    /// let doubled = scope.with([(w, 2.0 * scope.var(w))]);
    /// assert_eq!(doubled.var(w).item(), 6.0);
    /// assert_eq!(scope.grad(doubled.var(w).square())[w].item(), 24.0);
    /// ```
    ///
    /// # Panics
    /// If a key is of another store, or a variable has not its parameter's shape.
    #[track_caller]
    pub fn with(&self, vars: impl IntoIterator<Item = (ParamId, Var<'t>)>) -> Scope<'t> {
        let mut replaced = ParamMap::clone(&self.replaced);
        for (id, var) in vars {
            self.check_shape("with", id, var);
            replaced.insert(id, var);
        }
        Scope { replaced: Rc::new(replaced), ..self.clone() }
    }

    /// A scope of another store on the same tape: a teacher, a discriminator. The step's gradients
    /// are not taken by its parameters.
    ///
    /// # Panics
    /// If the store is of another precision than the tape.
    #[track_caller]
    pub fn of(&self, params: &Params) -> Scope<'t> {
        let store = Store::Owned(Box::new(params.clone()));
        Scope::new(self.tape, store, self.mode, self.seed.number)
    }

    /// Runs `f` with everything it records named `name`, inside the names around it.
    ///
    /// ```
    /// # use wengert_autodiff::{Params, Tape};
    /// let (tape, params) = (Tape::new(), Params::f64(0));
    /// let y = tape.scope(&params).named("encoder", |scope| scope.input(1.0).exp());
    /// assert_eq!(y.origin().scope, "encoder");
    /// ```
    pub fn named<R>(&self, name: &str, f: impl FnOnce(&Scope<'t>) -> R) -> R {
        let _inside = self.enter(name);
        f(self)
    }

    /// Until the answer is dropped, what is recorded is named `name`, inside the names around it:
    /// [`Scope::named`] without a closure, for layers of layers, in whose errors the caller's line
    /// should not be lost.
    #[must_use = "the name holds until this is dropped"]
    pub fn enter(&self, name: &str) -> impl Drop + use<'t> {
        self.tape.enter(name)
    }

    /// The names around what is recorded now, such as `encoder.2`; empty outside of any.
    pub fn path(&self) -> String {
        let core = self.tape.core.borrow();
        core.origins.path(core.scope).to_owned()
    }

    /// Panics on the caller's line with a message that names the layer, where in the model it
    /// stands, what is wrong, and where the operands were made: how a layer refuses what it is
    /// given.
    ///
    /// # Panics
    /// Always.
    #[track_caller]
    pub fn refuse(&self, layer: &str, message: impl Into<String>, operands: &[Var<'t>]) -> ! {
        let path = self.path();
        let layer = if path.is_empty() { layer.to_owned() } else { format!("{layer} in {path}") };
        refuse(&layer, message.into(), operands)
    }

    /// To learn or to answer.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether the mode is to learn.
    pub fn is_training(&self) -> bool {
        self.mode == Mode::Train
    }

    /// The same scope in this mode.
    pub fn in_mode(&self, mode: Mode) -> Scope<'t> {
        Scope { mode, ..self.clone() }
    }

    /// The same scope with another seed.
    pub fn seeded(&self, seed: u64) -> Scope<'t> {
        Scope { seed: Seed::new(seed), ..self.clone() }
    }

    /// The seed of this step's random numbers, as an input.
    #[track_caller]
    pub fn seed(&self) -> Var<'t> {
        if let Some(&seed) = self.seed.var.get() {
            return seed;
        }
        let seed = self.tape.indices(self.seed.number.cast_signed());
        *self.seed.var.get_or_init(|| seed)
    }

    /// `x` with each element dropped with probability `rate` and the others scaled up, when
    /// learning; `x` itself otherwise.
    ///
    /// # Panics
    /// If the rate is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(&self, x: Var<'t>, rate: f64) -> Var<'t> {
        if self.is_training() { x.dropout(rate, self.seed()) } else { x }
    }

    /// Says that a buffer's new value is to be `value`: it is computed with the step, and returned
    /// for [`Params::absorb`].
    ///
    /// # Panics
    /// If the key is of another store, or the value has not the buffer's shape.
    #[track_caller]
    pub fn update_buffer(&self, id: ParamId, value: impl Operand<'t>) {
        let value = value.on(self.tape);
        self.check_shape("update_buffer", id, value);
        self.shared.buffers.borrow_mut().push((id, value));
    }

    /// Checks that a variable can take the place of a parameter.
    #[track_caller]
    fn check_shape(&self, operation: &str, id: ParamId, var: Var<'t>) {
        let parameter = &self.shared.params()[id];
        let (have, want) = (var.shape(), parameter.value.shape());
        let is_index = parameter.value.dtype() == DType::I64;
        if have != *want || (var.kind() == Kind::Index) != is_index {
            let have = var.type_of();
            let message = format!("{have} in place of {:?}, which is {want}", parameter.name);
            refuse(operation, message, &[var]);
        }
    }

    /// The gradient of a scalar by every trainable parameter that has been used, as variables.
    /// Parameters that it does not depend on are not in it.
    ///
    /// # Panics
    /// If `y` has more or fewer elements than one.
    #[track_caller]
    pub fn grad(&self, y: Var<'t>) -> ParamMap<Var<'t>> {
        let used = self.used();
        let trained: Vec<(ParamId, Var<'t>)> =
            used.into_iter().filter(|(id, _)| self.shared.params()[*id].trainable).collect();
        let vars: Vec<Var<'t>> = trained.iter().map(|&(_, var)| var).collect();
        let found = self.tape.grad_with(&crate::derive::OwnRules, y, &vars);
        let mut gradient = ParamMap::new();
        for ((id, _), var) in trained.into_iter().zip(found) {
            if let Some(var) = var {
                gradient.insert(id, var);
            }
        }
        gradient
    }

    /// The parameters that have been used, as variables.
    pub(super) fn used(&self) -> Vec<(ParamId, Var<'t>)> {
        self.shared.vars.borrow().iter().map(|(id, &var)| (id, var)).collect()
    }

    pub(super) fn buffers(&self) -> Vec<(ParamId, Var<'t>)> {
        self.shared.buffers.borrow().clone()
    }
}

impl Shared<'_> {
    fn params(&self) -> &Params {
        match &self.params {
            Store::Borrowed(params) => params,
            Store::Owned(params) => params,
        }
    }
}
