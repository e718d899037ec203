//! What programs cost, before they run.

use wengert_autodiff::{Program, Tape};

fn layer(tape: &Tape) -> Program {
    let x = tape.input(vec![0.5; 6]).reshape([2, 3]);
    let w = tape.input(vec![0.1; 12]).reshape([3, 4]);
    let h = tape.named("hidden", || x.matmul(w).tanh());
    let y = h.sum();
    let [dw] = tape.grad(y, [w]);
    tape.program([x, w], [y, dw])
}

#[test]
fn operations_bytes_and_shapes() {
    let tape = Tape::new();
    let cost = layer(&tape).cost();
    let line = |name: &str| cost.lines.iter().find(|line| line.operation == name).expect(name);
    let product = line("matmul");
    assert_eq!((product.flops, product.bytes), (2 * 2 * 3 * 4, 8 * (6 + 12 + 8)));
    assert_eq!(product.type_of.to_string(), "[2, 4]");
    assert_eq!(product.origin.scope, "hidden");
    assert_eq!((line("expand").flops, line("expand").bytes), (0, 0));
    assert_eq!(cost.flops(), cost.lines.iter().map(|line| line.flops).sum::<u64>());
    // In single precision, half of it.
    let single = layer(&Tape::f32()).cost();
    assert_eq!((single.flops(), 2 * single.bytes()), (cost.flops(), cost.bytes()));
}

/// What is alive is what was computed and is still read.
#[test]
fn live_bytes_follow_a_chain() {
    let tape = Tape::new();
    let x = tape.input(vec![1.0; 100]);
    let program = tape.program([x], [x.exp().sin().cos().sum()]);
    let live: Vec<usize> = program.cost().lines.iter().map(|line| line.live_bytes).collect();
    assert_eq!(live, [800, 1600, 1600, 808]);
    // A view keeps what it is a view of.
    let y = x.exp();
    let program = tape.program([x], [y.reshape([10, 10]).sin().sum() + y.sum()]);
    let live: Vec<usize> = program.cost().lines.iter().map(|line| line.live_bytes).collect();
    assert_eq!(live, [800, 800, 1600, 1608, 816, 24]);
}

#[test]
fn totals_by_operation_scope_and_line() {
    let tape = Tape::new();
    let cost = layer(&tape).cost();
    for totals in [cost.by_operation(), cost.by_scope(), cost.by_line()] {
        assert_eq!(totals.lines.iter().map(|line| line.flops).sum::<u64>(), cost.flops());
        assert_eq!(totals.lines.iter().map(|line| line.count).sum::<usize>(), cost.lines.len());
        assert!(totals.lines.is_sorted_by_key(|line| std::cmp::Reverse(line.flops)));
    }
    let products = &cost.by_operation().lines[0];
    assert_eq!((&*products.name, products.count), ("matmul", 2));
    // Derivatives have the scope of what is differentiated.
    assert_eq!(cost.by_scope().lines[0].name, "hidden");
    assert!(cost.by_line().lines[0].name.starts_with(file!()));
}

#[test]
fn tables_are_aligned() {
    let tape = Tape::new();
    let cost = layer(&tape).cost();
    let text = cost.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), cost.lines.len() + 2);
    let column = |line: &str| line.find(file!()).map(|at| line[..at].chars().count());
    let places: Vec<_> = lines[1..=cost.lines.len()].iter().map(|line| column(line)).collect();
    assert!(places.iter().all(|&place| place.is_some() && place == places[0]), "{text}");
    assert!(lines[0].starts_with("operation"), "{text}");
}
