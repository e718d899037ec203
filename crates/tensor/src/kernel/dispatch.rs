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
    #[cfg(target_arch = "x86_64")]
    {
        if has_avx512() {
            // SAFETY: this machine has all that the function is compiled for.
            #[allow(unsafe_code, reason = "no other machine may run it")]
            return unsafe { with_avx512(work) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            #[allow(unsafe_code, reason = "no other machine may run it")]
            return unsafe { with_avx2(work) };
        }
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn with_avx512<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<W: Work>(work: W) -> W::Output {
    work.run()
}
