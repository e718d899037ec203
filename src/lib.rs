//! Automatic differentiation on a tape.
//!
//! You write a computation as plain formulas. It is recorded on a *tape*, a list of elementary
//! operations named after R. E. Wengert, who described the idea in 1964. The tape can be
//! differentiated in both modes and to any order, printed, cut into programs, and run fast.
//!
//! # Recording
//!
//! A [`Tape`](autodiff::Tape) turns numbers into variables, and a formula on variables becomes a
//! line on the tape for each of its operations. Nothing is computed until a value is looked at.
//!
//! ```
//! use wengert::prelude::*;
//!
//! let tape = Tape::new(); // in f64; `Tape::f32()` for training
//! let x = tape.input([0.0, 1.0, 2.0]);
//! let y = (x * x * x).sum();
//! assert_eq!(y.value().item(), 9.0);
//! ```
//!
//! Shapes are checked at once, so a mistake is reported on your own line:
//!
//! ```should_panic
//! # use wengert::prelude::*;
//! # let tape = Tape::new();
//! let (a, b) = (tape.input([1.0, 2.0]), tape.input([1.0, 2.0, 3.0]));
//! let c = a + b; // add: shapes [2] and [3] do not broadcast …
//! ```
//!
//! # Differentiating
//!
//! [`grad`](autodiff::Tape::grad) records the derivative of a number on the same tape, in the same
//! operations. So it is a variable like any other, and can be differentiated again:
//!
//! ```
//! # use wengert::prelude::*;
//! # let tape = Tape::new();
//! # let x = tape.input([0.0, 1.0, 2.0]);
//! # let y = (x * x * x).sum();
//! let [dy] = tape.grad(y, [x]);
//! let [d2y] = tape.grad(dy.sum(), [x]);
//! assert_eq!(dy.to_string(), "[ 0.  3. 12.]"); // 3x²
//! assert_eq!(d2y.to_string(), "[ 0.  6. 12.]"); // 6x
//! ```
//!
//! `grad` works backwards from the result ([`vjp`](autodiff::Tape::vjp) from several);
//! [`jvp`](autodiff::Tape::jvp) works forwards from the inputs, and whole matrices are
//! [`jacobian`](autodiff::Tape::jacobian) and [`hessian`](autodiff::Tape::hessian).
//!
//! What is defined by an equation is differentiated through that, not through the search for it:
//! [`fixed_point`](autodiff::Tape::fixed_point), [`root`](autodiff::Tape::root) and
//! [`argmin`](autodiff::Tape::argmin).
//!
//! ```
//! # use wengert::prelude::*;
//! # let tape = Tape::new();
//! let a = tape.input(8.0);
//! let y = tape.root(tape.input(1.0), |y| y * y * y - a);
//! let [slope] = tape.grad(y, [a]);
//! assert_eq!((y.item(), slope.item()), (2.0, 1.0 / 12.0));
//! ```
//!
//! # Looking at it
//!
//! What was recorded is data. Printing the tape lists it: what each line computes from which, the
//! derivatives included, and where in your source it was written.
//!
//! ```
//! # use wengert::prelude::*;
//! let tape = Tape::new();
//! let x = tape.input([1.0, 2.0]);
//! let y = (3.0 * x).exp();
//! println!("{tape}");
//! # let text = tape.to_string();
//! # let computation = |line: &'static str| line.split("  ; ").next().unwrap().trim_end();
//! # assert_eq!(text.leak().lines().map(computation).collect::<Vec<_>>(), [
//! #     "v0: [2] = input",
//! #     "v1: []  = 3",
//! #     "v2: [2] = expand v1 (axes: [(0, 2)])",
//! #     "v3: [2] = mul v2 v0",
//! #     "v4: [2] = exp v3",
//! # ]);
//! ```
//!
//! ```text
//! v0: [2] = input                       ; src/main.rs:3:14
//! v1: []  = 3                           ; src/main.rs:4:10
//! v2: [2] = expand v1 (axes: [(0, 2)])  ; src/main.rs:4:10
//! v3: [2] = mul v2 v0                   ; src/main.rs:4:10
//! v4: [2] = exp v3                      ; src/main.rs:4:19
//! ```
//!
//! It can be explained as in a textbook, and drawn:
//!
//! ```
//! # use wengert::prelude::*;
//! use wengert::view::{Explanation, Graph};
//!
//! # let tape = Tape::new();
//! let (x, y) = (tape.input(0.5), tape.input(2.0));
//! let f = Explanation::new("f", x * y + x.sin(), &[("x", x), ("y", y)], 0)?;
//! println!("{f}\n{}", f.steps()); // values, tangents, adjoints; the backward pass in sentences
//! let page = Graph::from(&f).to_html(); // to be stepped through in a browser
//! # assert!(f.steps().contains("cos(0.5)") && page.contains("</html>"));
//! # Ok::<(), wengert::autodiff::RunError>(())
//! ```
//!
//! What a program costs is known before it runs ([`cost`](autodiff::Program::cost)), where its time
//! goes after ([`profile`](autodiff::Program::profile)); and there are stories: of a
//! [NaN](autodiff::Tape::first_nonfinite), of a [missing](autodiff::Tape::missing) gradient, of a tape
//! that [grows](autodiff::Tape::growth).
//!
//! # Running it elsewhere
//!
//! A [`Program`](autodiff::Program) is a part of the tape between inputs and outputs. It needs no
//! tape, and runs on any thread:
//!
//! ```
//! # use wengert::prelude::*;
//! # let tape = Tape::new();
//! # let x = tape.input([0.0, 1.0, 2.0]);
//! # let y = (x * x * x).sum();
//! # let [dy] = tape.grad(y, [x]);
//! let f = tape.program([x], [y, dy]);
//! let run = || f.run([&Tensor::from([1.0, 2.0, 3.0])]);
//! let [y, dy] = std::thread::scope(|threads| threads.spawn(run).join().unwrap());
//! assert_eq!(y.item(), 36.0);
//! assert_eq!(dy.to_string(), "[ 3. 12. 27.]");
//! ```
//!
//! # Training
//!
//! Parameters live in a [`Params`](autodiff::Params) that you own; [layers](nn) hold keys to them,
//! and [optimizers](optim) change them by their gradients. Here a model learns the exclusive or:
//!
//! ```
//! use wengert::prelude::*;
//!
//! let x = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
//! let labels = Tensor::from([0_i64, 1, 1, 0]);
//!
//! let mut params = Params::f32(1); // whatever is drawn depends on this seed alone
//! let model = Sequential::new().dense(&mut params, 2, 8).tanh().dense(&mut params, 8, 2);
//! let mut adam = Adam::new(0.05);
//! let mut tape = Tape::f32();
//! for _ in 0..200 {
//!     let step = tape.value_and_grad(&params, |scope| {
//!         let logits = model.forward(scope, scope.input(&x));
//!         (logits.cross_entropy(&labels), [])
//!     });
//!     adam.step(&mut params, &step.gradients);
//! }
//!
//! let answers = tape.evaluate(&params, |scope| model.forward(scope, scope.input(&x)).argmax(-1));
//! assert_eq!(answers, labels);
//! ```
//!
//! `examples/digits.rs` does the same with handwritten digits, in forty lines and a few seconds.
//!
//! # The rooms of the house
//!
//! Each crate is a module here: [`tensor`], shapes, arrays and fast loops; [`autodiff`], the tape
//! and everything about derivatives; [`nn`], layers, initialisers and metrics; [`optim`],
//! optimizers and schedules; [`data`], data sets and batches; [`weights`], parameters, checkpoints
//! and programs in files; [`formula`], a language of formulas; [`view`], computations explained and
//! drawn. The [`prelude`] has what a program usually needs.
#![forbid(unsafe_code)]

pub use wengert_autodiff as autodiff;
pub use wengert_data as data;
pub use wengert_formula as formula;
pub use wengert_nn as nn;
pub use wengert_optim as optim;
pub use wengert_tensor as tensor;
pub use wengert_view as view;
pub use wengert_weights as weights;

/// What a program usually needs, to be imported as a whole.
///
/// ```
/// use wengert::prelude::*;
/// ```
pub mod prelude {
    pub use wengert_autodiff::{
        Attention, Interpolation, Mode, Padding, ParamId, Params, Precision, Program, Quantile,
        Scope, Tape, Var,
    };
    pub use wengert_data::{Batch, Dataset, Standardizer, digits, stratified_split};
    pub use wengert_nn::{Activation, Dense, Initializer, Layer, Sequential};
    pub use wengert_optim::{Adam, AdamW, Optimizer, RmsProp, Schedule, Sgd};
    pub use wengert_tensor::{DType, Shape, Tensor, Threads, Window};
    pub use wengert_weights::Checkpoint;
}
