//! Shapes, strided arrays, the buffers under them and the fast loops over them.
//!
//! An [`Array`] is a [`Layout`] – shape, strides, offset – over a shared [`Buffer`], so cloning,
//! permuting, slicing and repeating it moves no element. A [`Tensor`] is an array of one of the
//! three kinds of number that Wengert computes with. [`kernel`] has the loops that decide its
//! speed: copying, reducing, multiplying matrices.
//!
//! ```
//! use wengert_tensor::{Range, Tensor};
//!
//! let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! let last_two = [Range { start: 0, step: 1, len: 2 }, Range { start: 1, step: 1, len: 2 }];
//! let y = x.slice(&last_two).permute(&[1, 0]);
//! assert_eq!(y.to_string(), "[[2. 5.]\n [3. 6.]]");
//! assert_eq!(y, Tensor::from([[2.0, 5.0], [3.0, 6.0]]));
//! ```
//!
//! No result depends on a layout: the same elements give the same bits, wherever they lie.
//! The modules below stand in reading order. Nothing here knows tapes or derivatives.

mod shape;
pub use shape::Shape;

mod layout;
pub use layout::{Layout, Range};

mod offsets;

mod window;
pub use window::{EachAxis, Span, Visit, Window, WindowError};

mod buffer;
pub use buffer::{Buffer, Pool};

mod error;
pub use error::{CastError, SizeError};

mod array;
pub use array::{Array, Element};

mod native;
pub use native::{DType, Native};

mod tensor;
pub use tensor::Tensor;

mod display;

mod number;

mod threads;
pub use threads::Threads;

pub mod kernel;
