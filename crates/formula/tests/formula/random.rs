//! Random texts: none makes the language panic, and trees that are printed are read again.

use proptest::prelude::*;
use wengert_autodiff::Tape;
use wengert_formula::{Formula, Function, functions, parse_bindings, parse_shapes};

/// Words that texts are made of, names of functions among them.
fn word() -> impl Strategy<Value = String> {
    let symbols = "+ - * / @ ^ ** < <= == != ( ) [ ] , . : ; = ... .T # ' \n";
    let mut words: Vec<String> = symbols.split(' ').map(str::to_owned).collect();
    let others = "x y m 0 1 2 -1 3 0.5 1e9 9e15 1e300 inf nan true None axis= axis=0 axis=-1 keep= 'ij->ji' [0,1] [[1,2],[3,4]]";
    words.extend(others.split(' ').map(str::to_owned));
    let names: Vec<String> = functions().map(|function| format!("{}(", function.name())).collect();
    prop_oneof![3 => prop::sample::select(words), 1 => prop::sample::select(names)]
}

/// A call of a random function on arguments that may suit it.
fn call() -> impl Strategy<Value = String> {
    let arguments = "x y m z e 0 1 2 -1 0.5 1e9 -9e15 inf nan [] [0,1] [1,-1] [2,2] [1e15,1e15] [x,y] 'ij->ji' 'i,i' axis=0 \
                     axis=-1 axis=[0,1] keep=true argmax(m) index(x) s zeros([2,0]) [[1,2],[0,1]] ones([2,2,2])";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let names: Vec<&str> = functions().map(Function::name).collect();
    let some = prop::collection::vec(prop::sample::select(arguments), 0..5);
    (prop::sample::select(names), some).prop_map(|(f, some)| format!("{f}({})", some.join(", ")))
}

/// Reads and records; what comes of it is of no concern.
fn try_out(text: &str) {
    let Ok(formula) = Formula::parse(text).map_err(|error| error.to_string()) else { return };
    let tape = Tape::new();
    let input = |name: &str| match name {
        "x" | "y" => tape.input([0.5, -1.0]),
        "m" => tape.input([[1.0, 2.0], [3.0, 4.0]]),
        "z" => tape.zeros([0, 2]),
        "e" => tape.ones([1, 3, 1]),
        _ => tape.input(2.0),
    };
    let inputs: Vec<_> = formula.inputs().map(input).collect();
    let _ = formula.record(&tape, &inputs).map_err(|error| error.to_string());
}

/// A tree as text with every bracket, and its value.
fn tree() -> impl Strategy<Value = (String, String, f64)> {
    let leaf = (-9_i32..9).prop_map(|n| {
        let text = if n < 0 { format!("(-{})", -n) } else { n.to_string() };
        (text.clone(), text, f64::from(n))
    });
    leaf.prop_recursive(6, 60, 2, |inner| {
        (inner.clone(), inner, prop::sample::select(vec!["+", "-", "*", "/"])).prop_map(
            |((a, loose_a, x), (b, loose_b, y), op)| {
                let z = match op {
                    "+" => x + y,
                    "-" => x - y,
                    "*" => x * y,
                    _ => x / y,
                };
                // The right side always needs its brackets, the left only under a product.
                let left = if matches!(op, "*" | "/") { format!("({loose_a})") } else { loose_a };
                (format!("({a} {op} {b})"), format!("{left}{op}({loose_b})"), z)
            },
        )
    })
}

proptest! {
    #[test]
    fn trees_are_read_as_they_are_printed((strict, loose, wanted) in tree()) {
        for text in [strict, loose] {
            let tape = Tape::new();
            // A variable among the numbers, so that operations are recorded.
            let formula = Formula::parse(&format!("zero + {text}")).unwrap();
            let y = formula.record(&tape, &[tape.input(0.0)]).unwrap().item();
            let is_same = (0.0 + wanted).to_bits() == y.to_bits() || (wanted.is_nan() && y.is_nan());
            prop_assert!(is_same, "{text}: {y} is not {wanted}");
        }
    }

    #[test]
    fn no_words_make_it_panic(words in prop::collection::vec(word(), 0..24)) {
        try_out(&words.join(""));
        try_out(&words.join(" "));
    }

    #[test]
    fn no_call_makes_it_panic(text in call()) {
        try_out(&text);
        try_out(&format!("sum({text} * x[0])"));
    }

    #[test]
    fn no_characters_make_it_panic(text in ".{0,40}") {
        try_out(&text);
        let _ = parse_bindings(&text).map_err(|error| error.to_string());
        let _ = parse_shapes(&text).map_err(|error| error.to_string());
    }
}
