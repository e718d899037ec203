//! Resized arrays and sampled images, against loops that look for neighbours one by one.

use std::array::from_ref;

use wengert_autodiff::{Interpolation, Outside, Tape};
use wengert_tensor::Tensor;

use crate::check::check;
use crate::laws::{check_laws, ordinary};

/// The cubic kernel of Keys, by its two pieces.
fn keys(t: f64, a: f64) -> f64 {
    let t = t.abs();
    if t <= 1.0 {
        (a + 2.0) * t.powi(3) - (a + 3.0) * t.powi(2) + 1.0
    } else if t < 2.0 {
        a * t.powi(3) - 5.0 * a * t.powi(2) + 8.0 * a * t - 4.0 * a
    } else {
        0.0
    }
}

fn triangle(t: f64) -> f64 {
    (1.0 - t.abs()).max(0.0)
}

/// A row read at a real position between its elements, its ends repeated for ever.
fn read(row: &[f64], at: f64, kernel: impl Fn(f64) -> f64) -> f64 {
    let n = row.len() as i64;
    (-8..n + 8).map(|k| row[k.clamp(0, n - 1) as usize] * kernel(at - k as f64)).sum()
}

/// Each row of the last axis, and after transposing each column, made anew.
fn resized(x: &Tensor, sizes: [usize; 2], f: impl Fn(&[f64], usize, usize) -> f64) -> Vec<f64> {
    let (h, w) = (x.shape()[1], x.shape()[2]);
    let x = x.to_vec_f64();
    let plane = |plane: &[f64]| {
        let rows: Vec<Vec<f64>> = plane
            .chunks(w)
            .map(|row| (0..sizes[1]).map(|j| f(row, j, sizes[1])).collect())
            .collect();
        let column = |j: usize| rows.iter().map(|row| row[j]).collect::<Vec<_>>();
        (0..sizes[0] * sizes[1])
            .map(|k| f(&column(k % sizes[1]), k / sizes[1], sizes[0]))
            .collect::<Vec<_>>()
    };
    x.chunks(h * w).flat_map(plane).collect()
}

#[test]
fn images_resized() {
    let x = ordinary(&[2, 4, 5], 0);
    let tape = Tape::new();
    let leaf = tape.input(&x);
    let middle = |row: &[f64], j: usize, m: usize| (j as f64 + 0.5) * row.len() as f64 / m as f64;
    let corners = |row: &[f64], j: usize, m: usize| {
        if m == 1 { 0.0 } else { j as f64 * (row.len() - 1) as f64 / (m - 1) as f64 }
    };
    let cubic = |t: f64| keys(t, -0.75);
    for sizes in [[8, 10], [7, 3], [4, 5], [1, 1], [2, 9], [8, 5]] {
        let nearest = |row: &[f64], j, m: usize| row[j * row.len() / m];
        check(leaf.interpolate(sizes, Interpolation::nearest()), resized(&x, sizes, nearest));
        let exact = |row: &[f64], j, m: usize| row[middle(row, j, m) as usize];
        check(leaf.interpolate(sizes, Interpolation::nearest_exact()), resized(&x, sizes, exact));
        let linear = |row: &[f64], j, m| read(row, middle(row, j, m) - 0.5, triangle);
        check(leaf.interpolate(sizes, Interpolation::linear()), resized(&x, sizes, linear));
        let aligned = |row: &[f64], j, m| read(row, corners(row, j, m), triangle);
        let how = Interpolation::linear().align_corners();
        check(leaf.interpolate(sizes, how), resized(&x, sizes, aligned));
        let by_cubics = |row: &[f64], j, m| read(row, middle(row, j, m) - 0.5, cubic);
        check(leaf.interpolate(sizes, Interpolation::cubic()), resized(&x, sizes, by_cubics));
        let aligned = |row: &[f64], j, m| read(row, corners(row, j, m), cubic);
        let how = Interpolation::cubic().align_corners();
        check(leaf.interpolate(sizes, how), resized(&x, sizes, aligned));
        let area = leaf.interpolate(sizes, Interpolation::area());
        check(area, leaf.adaptive_avg_pool(sizes).value().to_vec_f64());
    }
}

/// Where a result is smaller, its kernel is as much wider, and cut off at the ends.
#[test]
fn images_made_smaller_without_aliasing() {
    let x = ordinary(&[1, 9, 7], 0);
    let tape = Tape::new();
    let spread = |row: &[f64], j: usize, m: usize, kernel: fn(f64) -> f64| {
        let scale = (row.len() as f64 / m as f64).max(1.0);
        let middle = (j as f64 + 0.5) * row.len() as f64 / m as f64;
        let weight = |k: usize| kernel((k as f64 + 0.5 - middle) / scale);
        let total: f64 = (0..row.len()).map(weight).sum();
        row.iter().enumerate().map(|(k, x)| x * weight(k) / total).sum::<f64>()
    };
    for sizes in [[4, 3], [2, 7], [12, 2]] {
        let linear = tape.input(&x).interpolate(sizes, Interpolation::linear().antialias());
        check(linear, resized(&x, sizes, |row, j, m| spread(row, j, m, triangle)));
        let cubic = tape.input(&x).interpolate(sizes, Interpolation::cubic().antialias());
        check(cubic, resized(&x, sizes, |row, j, m| spread(row, j, m, |t| keys(t, -0.5))));
    }
}

#[test]
fn factors_in_place_of_sizes() {
    let tape = Tape::new();
    let x = tape.input([0.0, 1.0, 2.0, 3.0, 4.0]);
    // 5 · 1.5 is rounded to 7, but elements are ⅔ apart and not 5/7.
    let y = x.interpolate_by([1.5], Interpolation::linear());
    let wanted = (0..7).map(|j| ((f64::from(j) + 0.5) / 1.5 - 0.5).clamp(0.0, 4.0));
    check(y, wanted.collect::<Vec<_>>());
    let y = x.interpolate_by([1.5], Interpolation::linear().align_corners());
    check(y, (0..7).map(|j| f64::from(j) * 4.0 / 6.0).collect::<Vec<_>>());
    let y = x.reshape([1, 5]).interpolate_by([2.0, 0.5], Interpolation::nearest());
    check(y, [0.0, 2.0, 0.0, 2.0]);
    let infinite = tape.input([f64::INFINITY, 1.0]);
    check(
        infinite.interpolate_by([2.0], Interpolation::nearest()),
        [f64::INFINITY, f64::INFINITY, 1.0, 1.0],
    );
}

#[test]
fn laws_of_resizing() {
    let x = [ordinary(&[2, 3, 4], 0)];
    for how in [
        Interpolation::nearest(),
        Interpolation::nearest_exact(),
        Interpolation::linear(),
        Interpolation::linear().align_corners(),
        Interpolation::linear().antialias(),
        Interpolation::cubic(),
        Interpolation::area(),
    ] {
        for sizes in [[6, 3], [2, 4]] {
            check_laws(|[x]| x.interpolate(sizes, how), &x);
        }
    }
    check_laws(|[x]| x.interpolate([2, 5, 3], Interpolation::linear()), &x);
    let one = [ordinary(&[1, 1], 0)];
    check_laws(|[x]| x.interpolate([3, 1], Interpolation::cubic()), &one);
}

/// A position beyond the edges of `n` elements brought back, step by step.
fn brought_back(mut at: f64, n: usize, aligned: bool, outside: Outside) -> f64 {
    let (low, high) = if aligned { (0.0, n as f64 - 1.0) } else { (-0.5, n as f64 - 0.5) };
    if outside == Outside::Reflection && high > low {
        while at < low || at > high {
            at = if at < low { 2.0 * low - at } else { 2.0 * high - at };
        }
    }
    if outside == Outside::Zeros { at } else { at.clamp(0.0, n as f64 - 1.0) }
}

/// The sum over neighbours in a plane, of which those outside are zeros or brought back.
fn sampled(
    plane: &[f64],
    [h, w]: [usize; 2],
    [x, y]: [f64; 2],
    (cubic, aligned, outside): (bool, bool, Outside),
) -> f64 {
    let at = |g: f64, n: usize| {
        let n = n as f64;
        if aligned { (0.5 + 0.5 * g) * (n - 1.0) } else { ((g + 1.0) * n - 1.0) / 2.0 }
    };
    let back = |at, n| brought_back(at, n, aligned, outside);
    let (mut row, mut column) = (at(y, h), at(x, w));
    if !cubic {
        (row, column) = (back(row, h), back(column, w));
    }
    let kernel = |t: f64| if cubic { keys(t, -0.75) } else { triangle(t) };
    let mut sum = 0.0;
    for i in -30..30 {
        for j in -30..30 {
            let (i, j) = (f64::from(i), f64::from(j));
            let weight = kernel(row - i) * kernel(column - j);
            let (i, j) = if cubic { (back(i, h), back(j, w)) } else { (i, j) };
            let exists = i >= 0.0 && j >= 0.0 && i < h as f64 && j < w as f64;
            if exists && weight != 0.0 {
                sum += weight * plane[i as usize * w + j as usize];
            }
        }
    }
    sum
}

const OUTSIDE: [Outside; 3] = [Outside::Zeros, Outside::Border, Outside::Reflection];

#[test]
fn images_sampled() {
    let tape = Tape::new();
    let (x, grid) = (ordinary(&[2, 3, 4, 3], 0), ordinary(&[2, 3, 2, 2], 1));
    let (planes, places) = (x.to_vec_f64(), grid.to_vec_f64());
    for outside in OUTSIDE {
        for aligned in [false, true] {
            for cubic in [false, true] {
                let how = if cubic { Interpolation::cubic() } else { Interpolation::linear() };
                let how = if aligned { how.align_corners() } else { how };
                let y = tape.input(&x).grid_sample(&grid, how, outside);
                assert_eq!(y.shape()[..], [2, 3, 3, 2]);
                let mut wanted = Vec::new();
                for (k, plane) in planes.chunks(12).enumerate() {
                    for place in places[k / 3 * 12..(k / 3 + 1) * 12].chunks(2) {
                        let place = [place[0], place[1]];
                        wanted.push(sampled(plane, [4, 3], place, (cubic, aligned, outside)));
                    }
                }
                check(y, wanted);
            }
        }
    }
}

#[test]
fn the_nearest_elements() {
    let tape = Tape::new();
    let x = tape.input([[[1.0, 2.0, 4.0, 8.0]]]);
    let grid = tape.input([[[-1.0], [-0.3], [0.2], [0.9], [1.4], [-9.0]]]);
    let y = |outside| x.grid_sample(grid, Interpolation::nearest(), outside);
    check(y(Outside::Zeros), [1.0, 2.0, 4.0, 8.0, 0.0, 0.0]);
    check(y(Outside::Border), [1.0, 2.0, 4.0, 8.0, 8.0, 1.0]);
    check(y(Outside::Reflection), [1.0, 2.0, 4.0, 8.0, 8.0, 1.0]);
    let aligned = Interpolation::nearest().align_corners();
    let grid = tape.input([[[-1.0], [-0.4], [0.2], [0.9], [1.4], [-1.4]]]);
    check(x.grid_sample(grid, aligned, Outside::Zeros), [1.0, 2.0, 4.0, 8.0, 0.0, 0.0]);
    check(x.interpolate([3], aligned), [1.0, 4.0, 8.0]);
    let none = tape.input([[[f64::NAN], [f64::INFINITY]]]);
    check(x.grid_sample(none, Interpolation::linear(), Outside::Zeros), [0.0, 0.0]);
}

#[test]
fn laws_of_sampling() {
    let at = [ordinary(&[2, 2, 4, 3], 0), ordinary(&[2, 2, 2, 2], 1)];
    let line = [ordinary(&[1, 1, 5], 0), ordinary(&[1, 4, 1], 1)];
    let space = [ordinary(&[1, 2, 2, 3, 2], 0), ordinary(&[1, 2, 3], 1)];
    for outside in OUTSIDE {
        for how in [
            Interpolation::linear(),
            Interpolation::linear().align_corners(),
            Interpolation::cubic(),
        ] {
            check_laws(|[x, grid]| x.grid_sample(grid, how, outside), &at);
            check_laws(|[x, grid]| x.grid_sample(grid, how, outside), &line);
        }
        check_laws(|[x, grid]| x.grid_sample(grid, Interpolation::linear(), outside), &space);
        check_laws(
            |[x]| x.grid_sample(&at[1], Interpolation::nearest(), outside),
            from_ref(&at[0]),
        );
    }
}

/// The grid of the map that changes nothing reads every element where it is.
#[test]
fn grids_of_affine_maps() {
    let tape = Tape::new();
    let x = tape.input(ordinary(&[1, 2, 3, 4], 0));
    let same = tape.input([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]);
    let (how, aligned) = (Interpolation::linear(), Interpolation::linear().align_corners());
    let values = x.value().to_vec_f64();
    check(x.grid_sample(same.affine_grid([3, 4]), how, Outside::Zeros), &values);
    check(x.grid_sample(same.affine_grid_aligned([3, 4]), aligned, Outside::Border), &values);
    // x and y exchanged.
    let exchanged = tape.input([[[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]]);
    let y = x.grid_sample(exchanged.affine_grid([4, 3]), how, Outside::Border);
    check(y, x.transpose(2, 3).value().to_vec_f64());
    // By hand: corners of 2 × 3 elements in x, y, moved.
    let moved = tape.input([[[2.0, 0.0, 10.0], [0.0, 1.0, -1.0]]]).affine_grid_aligned([2, 3]);
    check(moved, [8.0, -2.0, 10.0, -2.0, 12.0, -2.0, 8.0, 0.0, 10.0, 0.0, 12.0, 0.0]);
    check_laws(|[theta]| theta.affine_grid([2, 3]), &[ordinary(&[2, 2, 3], 0)]);
    check_laws(|[theta]| theta.affine_grid_aligned([2, 1, 3]), &[ordinary(&[1, 3, 4], 0)]);
}
