//! One loop, compiled for several instruction sets. The bits are the same in each: Rust neither
//! reorders arithmetic nor contracts a product and a sum.

/// Work that [`dispatch`] carries out: a loop and what it runs over.
///
/// A structure instead of a closure, because [`run`](Work::run) must be `#[inline(always)]`: only
/// what is inlined is compiled for the instruction set that was chosen. The same goes for what it
/// calls; an ordinary call is right too, but runs the function as it was compiled for any machine.
pub trait Work {
    /// What is left when it is done.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Does the work with the widest vectors that this machine has.
///
/// On `x86_64` a build for any machine uses vectors of 16 bytes, though nearly every machine has 32
/// (AVX2), and many have 64 (AVX-512). Here the work is compiled for all three, and the machine is
/// asked. Elsewhere it is compiled once. Asking takes about a nanosecond.
///
/// ```
/// use wengert_tensor::kernel::{Work, dispatch};
///
/// /// `y += a * x`.
/// struct AddScaled<'a> {
///     a: f32,
///     x: &'a [f32],
///     y: &'a mut [f32],
/// }
///
/// impl Work for AddScaled<'_> {
///     type Output = ();
///
///     #[inline(always)]
///     fn run(self) {
///         for (y, x) in self.y.iter_mut().zip(self.x) {
///             *y += self.a * x;
///         }
///     }
/// }
///
/// let mut y = vec![1.0; 1000];
/// dispatch(AddScaled { a: 2.0, x: &vec![3.0; 1000], y: &mut y });
/// assert_eq!(y, vec![7.0; 1000]);
/// ```
#[inline]
pub fn dispatch<W: Work>(work: W) -> W::Output {
    dispatch_by_width(Same(work))
}

/// Work that is written differently for each width of vectors. Again, all is `#[inline(always)]`.
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "only there is a choice"))]
pub(super) trait ByWidth: Sized {
    type Output;

    /// With 32 registers of 64 bytes, and products fused with sums.
    fn run_avx512(self) -> Self::Output;

    /// With 16 registers of 32 bytes, and products fused with sums.
    fn run_avx2(self) -> Self::Output;

    /// With what every machine of this kind has.
    fn run_anywhere(self) -> Self::Output;
}

struct Same<W>(W);

impl<W: Work> ByWidth for Same<W> {
    type Output = W::Output;

    #[inline(always)]
    fn run_avx512(self) -> W::Output {
        self.0.run()
    }

    #[inline(always)]
    fn run_avx2(self) -> W::Output {
        self.0.run()
    }

    #[inline(always)]
    fn run_anywhere(self) -> W::Output {
        self.0.run()
    }
}

/// [`dispatch`] for work that has a form for each width.
#[inline]
pub(super) fn dispatch_by_width<W: ByWidth>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        // SAFETY: this machine has all that the function called is compiled for.
        #[allow(unsafe_code, reason = "no other machine may run them")]
        return unsafe { if has_avx512 { with_avx512(work) } else { with_avx2(work) } };
    }
    work.run_anywhere()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
fn with_avx512<W: ByWidth>(work: W) -> W::Output {
    work.run_avx512()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<W: ByWidth>(work: W) -> W::Output {
    work.run_avx2()
}
