//! The functions that networks are made of, $e^x$, $\ln x$, $\tanh x$ and the sigmoid, in a form
//! that the compiler turns into vectors.
//!
//! Each is straight code: sums, products, quotients, shifts and choices between values that have
//! all been computed. So a loop over a slice becomes a loop over vectors, of any width, in the
//! loops that [`dispatch`](super::dispatch) compiles and where they are inlined into larger ones.
//!
//! No product is fused with a sum: IEEE arithmetic alone decides the result, and so it is the same
//! to the bit on every machine, for one number as in any vector. On an EPYC (Zen 3), which has units
//! for sums beside those for products, the functions take 0.4 to 1.3 times the time of PyTorch's. On
//! machines whose units do either, fusing would save more; that has not been measured.
//!
//! The polynomials interpolate at Chebyshev nodes, computed with 300 bits and rounded. The ratio
//! in tanh is Moshier's (Cephes).

mod constants;
mod exponential;
mod logarithm;

/// Numbers with elementary functions that are fast in loops.
///
/// The results differ from the true ones by less than two units in the last place, those near the
/// smallest number included: over all numbers of single precision by up to 0.89 (exp), 0.84 (ln),
/// 1.31 (tanh), 1.97 (sigmoid), and over 1.8 million of double precision by no more. Infinities,
/// NaN and signed zeros give what mathematics says in the limit: $e^{-\infty} = 0$,
/// $\ln 0 = -\infty$, $\tanh(-0) = -0$; NaN gives NaN.
///
/// ```
/// use wengert_tensor::kernel::Elementary;
///
/// assert_eq!(Elementary::exp(0.0), 1.0);
/// assert_eq!(Elementary::exp(-745.0), 5e-324);
/// assert_eq!(Elementary::ln(0.0_f32), f32::NEG_INFINITY);
/// assert_eq!(Elementary::sigmoid(-100.0), Elementary::exp(-100.0));
/// ```
pub trait Elementary: Copy {
    /// $e^x$.
    fn exp(self) -> Self;

    /// $\ln x$: $-\infty$ at zero, NaN below.
    fn ln(self) -> Self;

    /// $\tanh x = (e^x - e^{-x}) / (e^x + e^{-x})$.
    fn tanh(self) -> Self;

    /// $1 / (1 + e^{-x})$.
    fn sigmoid(self) -> Self;
}

macro_rules! elementary {
    ($float:ident) => {
        impl Elementary for $float {
            #[inline(always)]
            fn exp(self) -> $float {
                exponential::$float::exp(self)
            }

            #[inline(always)]
            fn ln(self) -> $float {
                logarithm::$float::ln(self)
            }

            #[inline(always)]
            fn tanh(self) -> $float {
                exponential::$float::tanh(self)
            }

            #[inline(always)]
            fn sigmoid(self) -> $float {
                exponential::$float::sigmoid(self)
            }
        }
    };
}

elementary!(f32);
elementary!(f64);
