//! Attention, positions, embedding, and normalisation over channels, against loops.

use std::array::from_ref;

use wengert_autodiff::{Attention, Ctc, Interpolation, Outside, Rotary, Tape, Var};
use wengert_tensor::{Tensor, Window};

use crate::check::{check, dot};
use crate::laws::{check_laws, ordinary};

/// Attention of one head: for each query, the weighted mean of values.
fn by_loops(
    [query, key, value]: [&[f64]; 3],
    [width, size]: [usize; 2],
    score: impl Fn(usize, usize, f64) -> f64,
) -> Vec<f64> {
    let mut y = Vec::new();
    for (i, query) in query.chunks(width).enumerate() {
        let scores =
            key.chunks(width).enumerate().map(|(j, key)| score(i, j, dot(query, key)).exp());
        let scores: Vec<f64> = scores.collect();
        let total: f64 = scores.iter().sum();
        for k in 0..size {
            let values = value.chunks(size).map(|value| value[k]).collect::<Vec<_>>();
            y.push(if total == 0.0 { 0.0 } else { dot(&scores, &values) / total });
        }
    }
    y
}

#[test]
fn heads_one_by_one() {
    let tape = Tape::new();
    let (q, k, v) = (ordinary(&[2, 3, 4], 0), ordinary(&[2, 5, 4], 1), ordinary(&[2, 5, 2], 2));
    let vars = [&q, &k, &v].map(|x| tape.input(x));
    let bias = ordinary(&[3, 5], 3);
    let is_seen = |k: usize| !k.is_multiple_of(3);
    let seen: Vec<f64> = (0..15).map(|k| f64::from(u8::from(is_seen(k)))).collect();
    let seen = tape.input(seen).reshape([3, 5]);
    let never = f64::NEG_INFINITY;
    let wanted = |score: &dyn Fn(usize, usize, f64) -> f64| {
        let heads = [&q, &k, &v].map(Tensor::to_vec_f64);
        let head = |h: usize| {
            let [q, k, v] = [0, 1, 2].map(|k| {
                let size = heads[k].len() / 2;
                &heads[k][h * size..(h + 1) * size]
            });
            by_loops([q, k, v], [4, 2], score)
        };
        [head(0), head(1)].concat()
    };
    let [query, key, value] = vars;
    let of = |attention: Attention<'_>| attention.of(query, key, value).value().to_vec_f64();
    let check = |found: Vec<f64>, wanted: Vec<f64>| check(tape.input(found), wanted);
    check(of(Attention::new()), wanted(&|_, _, s| s / 2.0));
    check(of(Attention::new().scale(0.3)), wanted(&|_, _, s| 0.3 * s));
    check(of(Attention::new().causal()), wanted(&|i, j, s| if j <= i { s / 2.0 } else { never }));
    let later = Attention::new().causal_from(2);
    check(of(later), wanted(&|i, j, s| if j <= i + 2 { s / 2.0 } else { never }));
    let masked = Attention::new().where_seen(seen);
    check(of(masked), wanted(&|i, j, s| if is_seen(5 * i + j) { s / 2.0 } else { never }));
    let biased = Attention::new().bias(tape.input(&bias));
    let b = bias.to_vec_f64();
    check(of(biased), wanted(&|i, j, s| s / 2.0 + b[5 * i + j]));
    let fading = Attention::new().fading().causal_from(1);
    let slopes = [2.0_f64.powi(-4), 2.0_f64.powi(-8)];
    let faded = |h: usize| {
        let distance = move |i: usize, j: usize| slopes[h] * ((i + 1) as f64 - j as f64).abs();
        move |i, j, s: f64| if j <= i + 1 { s / 2.0 - distance(i, j) } else { never }
    };
    let half = |all: Vec<f64>, h: usize| all[6 * h..6 * h + 6].to_vec();
    check(of(fading), [half(wanted(&faded(0)), 0), half(wanted(&faded(1)), 1)].concat());
    let blind = Attention::new().where_seen(seen * 0.0);
    check(of(blind), vec![0.0; 12]);
    let weights = Attention::new().weights(query, key).sum_over(-1);
    check(weights.value().to_vec_f64(), vec![1.0; 6]);
}

/// Heads of queries that share heads of keys are what they are with the keys repeated.
#[test]
fn shared_heads() {
    let tape = Tape::new();
    let at = [ordinary(&[2, 6, 3, 4], 0), ordinary(&[2, 2, 5, 4], 1), ordinary(&[2, 2, 5, 3], 2)];
    let [q, k, v] = at.each_ref().map(|x| tape.input(x));
    let repeated = [0, 0, 0, 1, 1, 1];
    let attention = Attention::new().causal();
    let y = attention.of(q, k, v);
    assert_eq!(y.shape()[..], [2, 6, 3, 3]);
    let [k_more, v_more] = [k, v].map(|x| x.take(1, tape.indices(repeated)));
    check(y, attention.of(q, k_more, v_more).value().to_vec_f64());
    let one = attention.of(q, k.slice(1, ..1), v.slice(1, ..1));
    let first = attention.of(q, k.at(1, 0).unsqueeze(1), v.at(1, 0).unsqueeze(1));
    check(one, first.value().to_vec_f64());
    check_laws(|[q, k, v]| Attention::new().causal().of(q, k, v), &at);
}

#[test]
fn laws_of_attention() {
    let at =
        [ordinary(&[3, 2], 0), ordinary(&[4, 2], 1), ordinary(&[4, 3], 2), ordinary(&[3, 4], 3)];
    check_laws(|[q, k, v, b]| Attention::new().bias(b).causal_from(1).of(q, k, v), &at);
    let tape = Tape::new();
    let none = tape.input(ordinary(&[0, 2], 0));
    let (k, v) = (tape.input(&at[1]), tape.input(&at[2]));
    assert_eq!(Attention::new().of(none, k, v).value().shape()[..], [0, 3]);
    let dropped = Attention::new().dropout(0.5, tape.indices(3)).of(tape.input(&at[0]), k, v);
    assert_eq!(dropped.value().shape()[..], [3, 3]);
}

/// Products of turned rows depend on distances, lengths stay, and angles are by the formula.
#[test]
fn rotations() {
    let tape = Tape::new();
    let x = ordinary(&[2, 5, 6], 0);
    let values = x.to_vec_f64();
    for (rotary, neighbours, first, base) in [
        (Rotary::new(), false, 0, 1e4_f64),
        (Rotary::new().neighbours().from_position(3), true, 3, 1e4),
        (Rotary::new().base(50.0), false, 0, 50.0),
    ] {
        let mut wanted = vec![0.0; values.len()];
        for (row, x) in values.chunks(6).enumerate() {
            for k in 0..3 {
                let angle = (first + row % 5) as f64 / base.powf(k as f64 / 3.0);
                let (a, b) = if neighbours { (2 * k, 2 * k + 1) } else { (k, k + 3) };
                wanted[6 * row + a] = x[a] * angle.cos() - x[b] * angle.sin();
                wanted[6 * row + b] = x[a] * angle.sin() + x[b] * angle.cos();
            }
        }
        let y = rotary.of(tape.input(&x));
        check(y, wanted);
        check(y.square().sum_over(-1), tape.input(&x).square().sum_over(-1).value().to_vec_f64());
        check_laws(|[x]| rotary.of(x), from_ref(&x));
    }
}

#[test]
fn waves() {
    let tape = Tape::new();
    let wanted = (0..12).map(|k| {
        let angle = f64::from(k / 4) / 100.0_f64.powi(k % 4 / 2);
        if k % 2 == 0 { angle.sin() } else { angle.cos() }
    });
    check(tape.sinusoidal_positions(3, 4), wanted.collect::<Vec<_>>());
}

#[test]
fn rows_of_a_table() {
    let tape = Tape::new();
    let table = tape.input([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let words = tape.indices([[2, 1], [1, 2]]);
    let wanted = [5.0, 6.0, 3.0, 4.0, 3.0, 4.0, 5.0, 6.0];
    check(table.embedding(words), wanted);
    let padded = table.embedding_padded(words, 1);
    check(padded, wanted);
    let u = tape.input([[[1.0, 2.0], [4.0, 8.0]], [[16.0, 32.0], [64.0, 128.0]]]);
    let [slopes] = tape.vjp([(padded, u)], [table]);
    check(slopes, [0.0, 0.0, 0.0, 0.0, 65.0, 130.0]);
    let [rows] = tape.jvp([padded], [(table, table.ones_like())]);
    check(rows, [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
}

#[test]
fn normalisation_over_channels() {
    let tape = Tape::new();
    let x = ordinary(&[2, 4, 3], 0);
    let values = x.to_vec_f64();
    let normalised = |size: usize| -> Vec<f64> {
        let part = |part: &[f64]| {
            let mean = part.iter().sum::<f64>() / size as f64;
            let variance = part.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / size as f64;
            part.iter().map(|x| (x - mean) / (variance + 0.1).sqrt()).collect::<Vec<_>>()
        };
        values.chunks(size).flat_map(part).collect()
    };
    check(tape.input(&x).group_norm(2, 0.1), normalised(6));
    check(tape.input(&x).group_norm(1, 0.1), normalised(12));
    check(tape.input(&x).instance_norm(0.1), normalised(3));
    check_laws(|[x]| x.group_norm(2, 0.1), from_ref(&x));

    let (alpha, beta, k) = (0.7, 0.75, 1.3);
    for n in [1, 2, 3, 4, 9] {
        let at = |i: usize| {
            let (c, rest) = (i / 3 % 4, i / 12 * 12 + i % 3);
            let around = (0..4).filter(|&d| d + n / 2 >= c && d < c + n - n / 2);
            let sum: f64 = around.map(|d| values[rest + 3 * d].powi(2)).sum();
            values[i] / (k + alpha * sum / n as f64).powf(beta)
        };
        let y = tape.input(&x).local_response_norm(n, alpha, beta, k);
        check(y, (0..24).map(at).collect::<Vec<_>>());
    }
    check_laws(|[x]| x.local_response_norm(2, 0.7, 0.75, 1.3), from_ref(&x));

    let lengths = tape.input(&x).normalize([1, 2], 1e-12).square().sum_over([1, 2]);
    check(lengths, [1.0, 1.0]);
    check(tape.input([0.0, 0.0]).normalize(0, 1e-3), [0.0, 0.0]);
    check_laws(|[x]| x.normalize(1, 1e-12), &[x]);
}

/// Batches of no examples go through all of it, and have gradients.
#[test]
fn nothing_at_all() {
    let tape = Tape::new();
    let x = tape.input(ordinary(&[0, 4, 6, 6], 0));
    let grid = tape.input(ordinary(&[0, 2, 3, 2], 0));
    let (linear, outside) = (Interpolation::linear(), Outside::Border);
    let labels = tape.indices([[1]]).slice(0, ..0);
    let none = labels.reshape([0]);
    for (y, shape) in [
        (x.interpolate([3, 5], linear), vec![0, 4, 3, 5]),
        (x.interpolate([12, 12], linear), vec![0, 4, 12, 12]),
        (x.grid_sample(grid, linear, outside), vec![0, 4, 2, 3]),
        (x.adaptive_avg_pool([4, 3]), vec![0, 4, 4, 3]),
        (x.adaptive_max_pool([4, 3]), vec![0, 4, 4, 3]),
        (x.avg_pool_inside(&Window::new([2, 2])), vec![0, 4, 5, 5]),
        (x.pixel_shuffle(2), vec![0, 1, 12, 12]),
        (x.group_norm(2, 0.1), vec![0, 4, 6, 6]),
        (x.local_response_norm(3, 1.0, 1.0, 1.0), vec![0, 4, 6, 6]),
        (Attention::new().of(x, x, x), vec![0, 4, 6, 6]),
        (Rotary::new().of(x), vec![0, 4, 6, 6]),
        (Ctc::new(0).each(x.reshape([0, 12, 12]), labels, none, none), vec![0]),
        (Var::einsum("bchw,bcij->hwij", &[x, x]), vec![6, 6, 6, 6]),
    ] {
        assert_eq!(y.value().shape()[..], shape);
        let [slopes] = tape.grad(y.sum(), [x]);
        assert_eq!(slopes.value().shape(), &x.shape());
    }
}
