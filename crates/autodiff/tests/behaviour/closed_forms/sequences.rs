//! Losses of sequences whose places are not known, against the sum over all ways.

use wengert_autodiff::{Ctc, Tape};

use crate::check::check;
use crate::laws::{check_laws, ordinary};

/// The probability of all sequences of classes that become the labels when repetitions, then blanks
/// are taken out.
fn by_enumeration(p: &[Vec<f64>], labels: &[usize], blank: usize) -> f64 {
    let classes = p[0].len();
    let mut total = 0.0;
    for mut code in 0..classes.pow(p.len() as u32) {
        let path: Vec<usize> = p
            .iter()
            .map(|_| {
                let class = code % classes;
                code /= classes;
                class
            })
            .collect();
        let mut read = path.clone();
        read.dedup();
        read.retain(|&class| class != blank);
        if read == labels {
            total += path.iter().zip(p).map(|(&class, p)| p[class]).product::<f64>();
        }
    }
    total
}

#[test]
fn all_ways_to_stretch_labels() {
    let tape = Tape::new();
    let logits = ordinary(&[5, 4, 3], 0);
    let labels = [[1, 2], [1, 1], [2, 0], [0, 0], [1, 1]];
    let (frames, lengths) = ([4, 4, 3, 2, 2], [2, 2, 1, 0, 2]);
    let probabilities = tape.input(&logits).softmax(-1).value().to_vec_f64();
    let wanted: Vec<f64> = (0..5)
        .map(|k| {
            let example = &probabilities[12 * k..12 * k + 3 * frames[k] as usize];
            let p: Vec<Vec<f64>> = example.chunks(3).map(<[f64]>::to_vec).collect();
            let labels: Vec<usize> = labels[k].iter().map(|&label| label as usize).collect();
            -by_enumeration(&p, &labels[..lengths[k] as usize], 0).ln()
        })
        .collect();
    assert_eq!(wanted[4], f64::INFINITY, "two equal labels need three frames");
    let x = tape.input(&logits);
    let [labels, frames, lengths] =
        [tape.indices(labels), tape.indices(frames), tape.indices(lengths)];
    check(Ctc::new(0).each(x, labels, frames, lengths), &wanted);
    let of_logarithms = Ctc::new(0).of_logarithms();
    check(of_logarithms.each(x.log_softmax(-1), labels, frames, lengths), &wanted);
    let skipping = Ctc::new(0).skip_impossible();
    let mut finite = wanted.clone();
    finite[4] = 0.0;
    check(skipping.each(x, labels, frames, lengths), &finite);
    let mean = finite.iter().zip([2.0, 2.0, 1.0, 1.0, 2.0]).map(|(loss, n)| loss / n).sum::<f64>();
    check(skipping.mean(x, labels, frames, lengths), [mean / 5.0]);
    // What is behind the end does not count, and an impossible example has no slopes.
    let [slopes] = tape.grad(skipping.mean(x, labels, frames, lengths), [x]);
    check(slopes.at(0, 4), [0.0; 12]);
    check(slopes.at(0, 3).slice(0, 2..), [0.0; 6]);
    check(slopes.at(0, 2).at(0, 3), [0.0; 3]);
}

/// Another blank, one label, none, and one frame.
#[test]
fn small_sequences() {
    let tape = Tape::new();
    let x = tape.input(ordinary(&[1, 1, 3], 0));
    let p = x.softmax(-1).value().to_vec_f64();
    let [one, two] = [tape.indices([1]), tape.indices([0])];
    check(Ctc::new(2).each(x, tape.indices([[1]]), one, one), [-p[1].ln()]);
    check(Ctc::new(2).each(x, tape.indices([[1]]), one, two), [-p[2].ln()]);
    let no_labels = tape.indices([[0]]).slice(1, ..0);
    check(Ctc::new(2).each(x, no_labels, one, two), [-p[2].ln()]);
}

#[test]
fn laws() {
    check_laws(
        |[x]| {
            let tape = x.tape();
            let labels = tape.indices([[1, 2, 2], [2, 1, 0]]);
            Ctc::new(0).each(x, labels, tape.indices([5, 4]), tape.indices([3, 2]))
        },
        &[ordinary(&[2, 5, 3], 0)],
    );
}
