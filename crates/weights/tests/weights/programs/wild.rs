//! Operations with parameters that no formula gives them, on operands that do not suit them: their
//! shape rules answer, whatever they are asked.

use serde_json::{Value, json};
use wengert_autodiff::{Op, Tape, Var};
use wengert_tensor::Tensor;

/// Numbers by multiplication with carry, enough to be wild.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = (self.0 & 0xFFFF_FFFF).wrapping_mul(4_294_957_665).wrapping_add(self.0 >> 32);
        (((self.0 & 0xFFFF_FFFF) * n as u64) >> 32) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    3,
    7,
    65_536,
    u32::MAX as u64,
    1 << 40,
    (1 << 59) + 1,
    1 << 60,
    i64::MAX as u64,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

/// Changes parameters here and there.
fn disturb(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Number(number) if dice.one_in(3) => *number = NUMBERS[dice.below(14)].into(),
        Value::Bool(flag) if dice.one_in(3) => *flag = !*flag,
        Value::Array(all) => {
            if !all.is_empty() && dice.one_in(6) {
                all.remove(dice.below(all.len()));
            }
            if !all.is_empty() && dice.one_in(6) {
                let (from, to) = (dice.below(all.len()), dice.below(all.len() + 1));
                all.insert(to, all[from].clone());
            }
            if !all.is_empty() && dice.one_in(6) {
                let (a, b) = (dice.below(all.len()), dice.below(all.len()));
                all.swap(a, b);
            }
            if all.is_empty() && dice.one_in(3) {
                all.push(json!(NUMBERS[dice.below(14)]));
            }
            for inner in all.iter_mut() {
                disturb(inner, dice);
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(|inner| disturb(inner, dice)),
        _ => {}
    }
}

/// An operand of any type, most of them without elements of their own.
fn any_operand<'t>(tape: &'t Tape, samples: &[Tensor], dice: &mut Dice) -> Var<'t> {
    let one = match dice.below(5) {
        0 => tape.input(0.5),
        1 => tape.indices(1),
        2 => tape.indices([i64::MIN, -1, i64::MAX]),
        _ if samples.is_empty() => tape.input([[1.0, 2.0], [3.0, 4.0]]),
        _ => tape.input(&samples[dice.below(samples.len())]),
    };
    let axes: Vec<(usize, usize)> =
        (0..dice.below(3)).map(|axis| (axis, NUMBERS[dice.below(14)] as usize)).collect();
    let expanded = wengert_autodiff::ops::Expand { axes: axes.into() };
    tape.try_record(expanded, &[one]).unwrap_or(one)
}

#[test]
fn shape_rules_answer_whatever_they_are_asked() {
    let mut dice = Dice(0x1234_5678_9ABC);
    let (mut admitted, mut refused, mut unread) = (0, 0, 0);
    for sample in Op::samples().iter().filter(|sample| sample.operation.name() != "implicit") {
        let written = serde_json::to_value(&sample.operation).unwrap();
        let rounds = if sample.operation.is_pointwise() { 20 } else { 1500 };
        let tape = Tape::new();
        for _ in 0..rounds {
            let mut changed = written.clone();
            if !dice.one_in(4) {
                disturb(&mut changed, &mut dice);
            }
            let Ok(op) = serde_json::from_value::<Op>(changed) else {
                unread += 1;
                continue;
            };
            let mut x: Vec<Var<'_>> = sample.x.iter().map(|x| tape.input(x)).collect();
            if !x.is_empty() && dice.one_in(4) {
                let k = dice.below(x.len());
                x[k] = any_operand(&tape, &sample.x, &mut dice);
            }
            if dice.one_in(12) {
                x.push(any_operand(&tape, &sample.x, &mut dice));
            }
            if dice.one_in(12) {
                x.truncate(dice.below(x.len() + 1));
            }
            match tape.try_record(op, &x) {
                Ok(y) => {
                    assert!(y.shape().size() <= isize::MAX as usize / 8);
                    admitted += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    // Of all three there are many, or the dice are loaded.
    assert!(admitted.min(refused).min(unread) > 5_000, "{admitted} {refused} {unread}");
}

/// What the shape rule of a pooled window says of each place, against the window itself.
#[test]
fn windows_see_elements_where_they_are_said_to() {
    use wengert_autodiff::ops::WindowArgMax;
    use wengert_tensor::{Span, Window};
    for case in 0..6_usize.pow(5) {
        let digit = |k: u32| case / 6_usize.pow(k) % 6;
        let (size, taps, stride) = (digit(0), digit(1), digit(2).clamp(1, 4));
        let (dilation, before) = (digit(3).max(1), digit(4));
        for after in [0, 1, 4] {
            let span = Span { taps, stride, dilation, padding: (before, after) };
            let tape = Tape::new();
            let x = tape.input(Tensor::zeros(wengert_tensor::DType::F64, [size]));
            let mut window = Window::new([1]);
            window.spans[0] = span;
            let admitted = tape.try_record(WindowArgMax { window }, &[x]).is_ok();
            let sees = |place| (0..taps).any(|tap| span.element(size, place, tap).is_some());
            let expected = span.places(size).is_ok_and(|places| (0..places).all(sees));
            assert_eq!(admitted, expected, "{span:?} over {size}");
        }
    }
}
