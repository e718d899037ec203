//! What operations are tested on: the list's own samples, and more of them – ties, sizes beyond a
//! tile or a block, special values, index operands.

use wengert_autodiff::ops::{
    Abs, Add, ArgSort, Assemble, Conv, CumSum, Expand, Flip, Gather, LastWriter, MatMul, Max,
    Maximum, Min, Minimum, Mul, Permute, Pow, Relu, Reshape, ScatterAdd, SegmentMax, Select, Side,
    Slice, Sum, WindowArgMax,
};
use wengert_autodiff::{Op, Sample};
use wengert_tensor::{Array, Range, Shape, Tensor, Window};

use crate::numbers::{Noise, is_index, real};

fn sample<const N: usize>(op: impl Into<Op>, x: [Tensor; N]) -> Sample<Op> {
    Sample { operation: op.into(), x: x.into() }
}

/// Samples on which every law is checked.
pub(crate) fn everything() -> Vec<Sample<Op>> {
    let mut all = Op::samples();
    all.extend(ties());
    all.extend(powers());
    all.extend(thin_products());
    all
}

/// Kinks that are met in several elements, on several axes, or by all elements at once.
fn ties() -> Vec<Sample<Op>> {
    let a = || Tensor::from([[0.5, -1.0, 0.0], [2.0, 2.0, -0.0]]);
    let b = || Tensor::from([[0.5, -1.0, -0.0], [3.0, -2.0, 0.0]]);
    let equal = || Tensor::from([[1.5; 3]; 2]);
    let c = || Tensor::from([[0.0, 1.0, -0.0], [-3.0, 0.5, 0.0]]);
    vec![
        sample(Maximum, [a(), b()]),
        sample(Minimum, [a(), b()]),
        sample(Max { axes: [0, 1].into_iter().collect() }, [equal()]),
        sample(Min { axes: [0, 1].into_iter().collect() }, [a()]),
        sample(Max { axes: [0].into_iter().collect() }, [equal()]),
        sample(Select, [c(), a(), b()]),
        sample(Abs, [a()]),
        sample(Relu, [b()]),
    ]
}

/// Bases below zero, whose powers are real for integer exponents, are not among the list's own.
fn powers() -> Vec<Sample<Op>> {
    vec![
        sample(Pow, [[0.5, 1.5, 4.0].into(), [-0.5, 0.0, 1.0].into()]),
        sample(Pow, [[0.25, 1.0, 9.0].into(), [3.0, 2.0, 0.5].into()]),
    ]
}

/// Products of single rows and columns: their views have strides along which nothing is walked.
fn thin_products() -> Vec<Sample<Op>> {
    let sizes = [([1, 3], [3, 2]), ([3, 1], [1, 2]), ([1, 4], [4, 1]), ([2, 3], [3, 1])];
    sizes.map(|(a, b)| sample(MatMul::PLAIN, [noise(&a), noise(&b)])).into()
}

/// Samples on which operations are only run: elements that are not finite, or too many for
/// differences.
pub(crate) fn run_only() -> Vec<Sample<Op>> {
    let mut all: Vec<Sample<Op>> = Vec::new();
    for Sample { operation, x } in Op::samples() {
        // One sample of each pointwise operation tells how many operands it takes.
        let flat = x.first().is_some_and(|x| x.shape()[..] == [6]);
        if operation.is_pointwise() && flat {
            all.push(Sample { x: special(x.len()), operation: operation.clone() });
            let large = x.iter().map(|x| cycled(x, &[7, 181].into())).collect();
            all.push(Sample { x: large, operation });
        }
    }
    all.extend(large());
    all.extend(nonfinite());
    all.extend(on_indices());
    all.extend(scattered());
    all
}

/// All combinations of special values.
fn special(arity: usize) -> Vec<Tensor> {
    const SPECIAL: [f64; 15] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -2.0,
        3.0,
        1e300,
        -1e300,
        5e-324,
        1e-30,
        -7.25,
    ];
    let n = SPECIAL.len();
    let size = n.pow(arity as u32);
    let operand = |k: usize| {
        let period = n.pow(k as u32);
        real((0..size).map(|at| SPECIAL[at / period % n]).collect(), &[size].into())
    };
    (0..arity).map(operand).collect()
}

fn cycled(x: &Tensor, shape: &Shape) -> Tensor {
    let values = x.to_vec_f64();
    real((0..shape.size()).map(|k| values[k % values.len()]).collect(), shape)
}

fn noise(shape: &[usize]) -> Tensor {
    Noise::new(shape.iter().sum::<usize>() as u64).tensor(&shape.into())
}

/// Sizes beyond a tile, a block of a sum, a panel of a matrix product.
fn large() -> Vec<Sample<Op>> {
    let mut all = Vec::new();
    for axes in [&[0][..], &[1], &[2], &[0, 2], &[1, 2], &[0, 1, 2]] {
        all.push(sample(Sum { axes: axes.into() }, [noise(&[3, 41, 50])]));
        all.push(sample(Max { axes: axes.into() }, [noise(&[3, 41, 50])]));
    }
    all.push(sample(Sum { axes: [0].into_iter().collect() }, [noise(&[3000])]));
    for axis in 0..2 {
        all.push(sample(CumSum { axis, reverse: axis == 0 }, [noise(&[70, 90])]));
    }
    for (transpose_a, transpose_b) in [(false, false), (true, false), (false, true), (true, true)] {
        let op = MatMul { transpose_a, transpose_b };
        for [m, k, n] in [[37, 70, 65], [1, 300, 40], [40, 300, 1], [130, 1, 9]] {
            let a = if transpose_a { [2, k, m] } else { [2, m, k] };
            let b = if transpose_b { [2, n, k] } else { [2, k, n] };
            all.push(sample(op, [noise(&a), noise(&b)]));
        }
    }
    let window = Window::new([3, 2]).stride([1, 2]).padding([1, 0]);
    for gives in [Side::Output, Side::Weight, Side::Input] {
        let op = Conv { window: window.clone(), sizes: [9, 30].into(), groups: 2, gives };
        let (x, w) = (noise(&[3, 6, 9, 30]), noise(&[18, 3, 3, 2]));
        let u = noise(&[3, 18, 9, 15]);
        all.push(match gives {
            Side::Output => sample(op, [x, w]),
            Side::Weight => sample(op, [x, u]),
            Side::Input => sample(op, [w, u]),
        });
    }
    all.push(sample(WindowArgMax { window: window.padding(1) }, [noise(&[3, 2, 9, 30])]));
    all
}

/// A NaN or an infinity in a value that is not computed element by element.
fn nonfinite() -> Vec<Sample<Op>> {
    let x = || Tensor::from([[1.0, f64::NAN, -0.0, 2.0], [f64::INFINITY, 0.0, -0.0, -3.0]]);
    let zeros = || Tensor::from([[-0.0, 0.0], [-0.0, -0.0]]);
    let mut all = Vec::new();
    for axes in [&[0][..], &[1], &[0, 1]] {
        for x in [x(), zeros()] {
            all.push(sample(Sum { axes: axes.into() }, [x.clone()]));
            all.push(sample(Max { axes: axes.into() }, [x.clone()]));
            all.push(sample(Min { axes: axes.into() }, [x]));
        }
    }
    all.push(sample(CumSum { axis: 1, reverse: false }, [x()]));
    // What is copied keeps the sign of a zero, what is added to zeros does not.
    for overlapping in [false, true] {
        let op = Assemble {
            shape: [3, 2].into(),
            regions: vec![[Range { start: 1, step: 1, len: 2 }, whole(2)].into_iter().collect()],
            overlapping,
        };
        all.push(sample(op, [zeros()]));
    }
    all.push(sample(MatMul::PLAIN, [zeros(), [[1.0], [0.0]].into()]));
    for window in [Window::new([2, 2]).stride(2), Window::new([2, 3])] {
        all.push(sample(WindowArgMax { window }, [x()]));
    }
    all
}

/// What only arranges elements takes either kind: the list's samples with positions as elements.
fn on_indices() -> Vec<Sample<Op>> {
    let arranges = |op: &Op| {
        matches!(
            op,
            Op::Reshape(Reshape { .. })
                | Op::Permute(Permute { .. })
                | Op::Expand(Expand { .. })
                | Op::Flip(Flip { .. })
                | Op::Slice(Slice { .. })
                | Op::Assemble(Assemble { .. })
                | Op::Gather(Gather { .. })
                | Op::ArgSort(ArgSort { .. })
                | Op::StopGradient(_)
        )
    };
    let counted = |x: &Tensor| {
        if is_index(x) { x.clone() } else { Array::from_fn(x.shape(), |k| k as i64 - 3).into() }
    };
    let all = Op::samples().into_iter().filter(|sample| arranges(&sample.operation));
    all.map(|sample| Sample { x: sample.x.iter().map(counted).collect(), ..sample }).collect()
}

/// Rows that are read or written by wide strides, and repeated positions among many.
fn scattered() -> Vec<Sample<Op>> {
    let positions = |n: usize, rows: usize| -> Tensor {
        Array::from_fn([n], |k| ((k * 7 + k / 5) % rows) as i64).into()
    };
    let every_third: Vec<_> = vec![Range { start: 1, step: 3, len: 20 }, whole(9)];
    vec![
        sample(Gather { batch: 0 }, [noise(&[11, 130]), positions(600, 11)]),
        sample(ScatterAdd { batch: 0, n: 11 }, [noise(&[600, 3]), positions(600, 11)]),
        sample(SegmentMax { batch: 0, n: 13 }, [noise(&[600, 3]), positions(600, 11)]),
        sample(LastWriter { batch: 0, n: 13 }, [positions(600, 11)]),
        sample(Slice { region: every_third.iter().copied().collect() }, [noise(&[70, 9])]),
        sample(
            Assemble {
                shape: [70, 9].into(),
                regions: vec![every_third.into_iter().collect(), [whole(70), whole(9)].into()],
                overlapping: true,
            },
            [noise(&[20, 9]), noise(&[70, 9])],
        ),
        sample(Mul, [noise(&[2, 3, 300]), noise(&[2, 3, 300])]),
        sample(Add, [noise(&[600, 1]), noise(&[600, 1])]),
    ]
}

fn whole(len: usize) -> Range {
    Range { start: 0, step: 1, len }
}
