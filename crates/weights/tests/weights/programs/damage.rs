//! Files that are cut off, changed, or were never programs.

use std::fs;

use proptest::prelude::*;
use wengert_weights::{ProgramProblem, load_program, read_program, write_program};

use super::small;
use crate::Directory;

/// The small file with one part replaced, which is in it.
fn with(part: &str, other: &str) -> String {
    let text = write_program(&small()).unwrap();
    assert!(text.contains(part), "{part} is not in\n{text}");
    text.replacen(part, other, 1)
}

fn refusal(text: &str) -> String {
    read_program(text).expect_err(text).to_string()
}

#[test]
fn each_kind_of_damage_has_its_words() {
    let case = |part: &str, other: &str, expected: &str| {
        assert_eq!(refusal(&with(part, other)), expected);
    };
    // The first line.
    assert_eq!(refusal(""), "the file is empty");
    assert_eq!(refusal("\n"), "line 1: this is no program: EOF while parsing a value at column 0");
    assert_eq!(
        refusal("once upon a time\n"),
        "line 1: this is no program: expected value at column 1"
    );
    assert_eq!(refusal("{}\n"), "line 1: this is no program: missing field `wengert`");
    case("\"program\"", "\"poem\"", "line 1: this is no program, but a \"poem\"");
    case(
        "\"version\":1",
        "\"version\":2",
        "line 1: this is a program of version 2, and only version 1 is known",
    );
    case("\"f64\"", "\"f16\"", "line 1: the precision is \"f16\", expected \"f32\" or \"f64\"");
    case(
        ",\"precision\":\"f64\"",
        "",
        "line 1: the precision is \"\", expected \"f32\" or \"f64\"",
    );
    // Lines.
    case(
        "{\"literal\":",
        "{\"figure\":",
        "line 4: unknown variant `figure`, expected one of `input`, `literal`, `data`, `node`, \
         `outputs`",
    );
    case("{\"literal\":", "{\"literal\"", "line 4: expected `:` at column 11");
    case("3.0}}\n", "3.0}}\n\n", "line 5: EOF while parsing a value at column 0");
    case(
        "\"number\":3.0",
        "\"number\":3.0,\"unit\":1",
        "line 4: unknown field `unit`, expected `value` or `number`",
    );
    case(",\"number\":3.0", "", "line 4: missing field `number`");
    case("\"value\":2", "\"value\":3", "line 4: this is value 3, where 2 was expected");
    // Numbers.
    case("3.0", "\"three\"", "line 4: \"three\" is not a number of f64");
    case("3.0", "1e999", "line 4: 1e999 is not a number of f64");
    case("3.0", "[3]", "line 4: [3] is not a number of f64");
    let long = format!("\"{}\"", "9".repeat(1000));
    let shown = format!("line 4: \"{}… is not a number of f64", "9".repeat(39));
    case("3.0", &long, &shown);
    case("[0.25,\"inf\"]", "[0.25]", "line 5: 1 value does not fill shape [2] (2 elements)");
    case("[0.25,\"inf\"]", "[0.25,1,2]", "line 5: 3 values do not fill shape [2] (2 elements)");
    case("[0.25,\"inf\"]", "7", "line 5: invalid type: integer `7`, expected a sequence");
    case(
        "{\"real\":[2]},\"elements\"",
        "{\"index\":[2]},\"elements\"",
        "line 5: 0.25 is not a number of i64",
    );
    case(
        "{\"real\":[2]},\"elements\"",
        "{\"real\":[4611686018427387904,4]},\"elements\"",
        "line 5: 2 values do not fill shape [4611686018427387904, 4] (18446744073709551615 \
         elements)",
    );
    case(
        "{\"input\":{\"value\":0,\"type\":{\"real\":[2]}}}",
        "{\"input\":{\"value\":0,\"type\":{\"real\":[4611686018427387904]}}}",
        "line 2: expand: a result of [4611686018427387904] is larger than any memory",
    );
    case(
        "{\"real\":[2]}",
        "{\"real\":[-2]}",
        "line 2: invalid value: integer `-2`, expected usize",
    );
    case(
        "{\"real\":[2]}",
        "{\"complex\":[2]}",
        "line 2: unknown variant `complex`, expected `real` or `index`",
    );
    // Operations.
    case("\"sin\"", "\"Foo\"", "line 8: unknown operation `Foo`");
    case("\"sin\"", "{\"Foo\":[1]}", "line 8: unknown operation `Foo`");
    case("\"sin\"", "\"input\"", "line 8: unknown operation `input`");
    case("\"sin\"", "7", "line 8: invalid type: integer `7`, expected an operation");
    case("\"sin\"", "{}", "line 8: no operation");
    case("\"sin\"", "{\"sin\":null,\"cos\":null}", "line 8: more than one operation");
    case("\"sin\"", "{\"sin\":1}", "line 8: invalid type: integer `1`, expected unit");
    case("\"sin\"", "\"sum\"", "line 8: invalid type: null, expected struct Sum");
    case("\"sin\"", "{\"sum\":{\"axis\":0}}", "line 8: unknown field `axis`, expected `axes`");
    case("\"sin\"", "{\"sum\":{}}", "line 8: missing field `axes`");
    case("\"sin\"", "{\"sum\":{\"axes\":[1]}}", "line 8: sum: axis 1 of [2], which has 1 axes");
    case("\"sin\"", "{\"sum\":{\"axes\":[0]}}", "line 8: the result is [], not [2] as stated");
    case("\"sin\"", "\"add\"", "line 8: add: takes 2 operands, got 1");
    case("\"sin\"", "\"implicit\"", "line 8: an equation is a program itself, and can't be read");
    case("\"operands\":[0]", "\"operands\":[6]", "line 8: no line before this one has value 6");
    case(
        "\"operands\":[0]",
        "\"operands\":[-1]",
        "line 8: invalid value: integer `-1`, expected usize",
    );
    case(
        "\"operands\":[3,1]",
        "\"operands\":[1,3]",
        "line 10: gather: positions must be an index tensor (i64), got a real one, [2]",
    );
}

#[test]
fn origins_that_are_none() {
    let text = write_program(&small()).unwrap();
    let at = text.find("\"origin\":\"").unwrap() + 10;
    let end = at + text[at..].find('"').unwrap();
    for origin in ["", "main.rs", "main.rs:1", "main.rs:1:", "main.rs:-1:2", "main.rs:1:4294967296"]
    {
        let changed = format!("{}{origin}{}", &text[..at], &text[end..]);
        let expected = format!("line 6: the origin is {origin:?}, expected file:line:column");
        assert_eq!(refusal(&changed), expected);
    }
}

#[test]
fn the_end() {
    let text = write_program(&small()).unwrap();
    assert_eq!(refusal(&with("{\"outputs\":[9]}\n", "")), "the file ends before its outputs");
    assert_eq!(refusal(&with("[9]}", "[10]}")), "line 12: no line before this one has value 10");
    assert_eq!(
        refusal(&with("[9]}", "9}")),
        "line 12: invalid type: integer `9`, expected a sequence"
    );
    let garbage = "line 13: nothing is expected behind the outputs";
    assert_eq!(refusal(&format!("{text}{{}}\n")), garbage);
    assert_eq!(refusal(&format!("{text}\n")), garbage);
    assert_eq!(refusal(&format!("{text}{text}")), garbage);
    assert_eq!(refusal(&format!("{text}garbage")), "line 13: the file ends in the middle of it");
}

#[test]
fn cut_off_anywhere() {
    let text = write_program(&small()).unwrap();
    assert!(text.is_ascii());
    for length in 0..text.len() {
        let error = read_program(&text[..length]).expect_err(&text[..length]);
        assert!(matches!(error.problem, ProgramProblem::Format(_)), "{length}: {error}");
    }
    assert!(read_program(&text).is_ok());
}

#[test]
fn files_are_named() {
    let directory = Directory::new("damaged-program");
    let path = directory.file("program.jsonl");
    let missing = load_program(&path).unwrap_err().to_string();
    assert!(missing.starts_with(&format!("{}: ", path.display())), "{missing}");
    fs::write(&path, with("\"sin\"", "\"Foo\"")).unwrap();
    let expected = format!("{}: line 8: unknown operation `Foo`", path.display());
    assert_eq!(load_program(&path).unwrap_err().to_string(), expected);
    fs::write(&path, [0xFF, 0xFE]).unwrap();
    let refused = load_program(&path).unwrap_err().to_string();
    assert!(refused.contains(": this is no text: invalid utf-8"), "{refused}");
    let refused = load_program(&directory.0).unwrap_err().to_string();
    assert!(refused.ends_with(": it is a directory"), "{refused}");
}

/// What is put in the place of a byte or a number.
const INTERESTING: [&str; 12] = [
    "0",
    "1",
    "-1",
    "18446744073709551615",
    "9223372036854775807",
    "1e308",
    "\"NaN\"",
    "null",
    "[]",
    "{}",
    "[[[[",
    "\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn changes_anywhere_never_panic(
        changes in prop::collection::vec((0..4_u8, any::<prop::sample::Index>(), 0..12_usize), 1..4),
    ) {
        let mut bytes = write_program(&small()).unwrap().into_bytes();
        for (how, at, which) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, bytes[at]),
                2 => bytes[at] = b"0129[]{},:\"-"[which],
                _ => {
                    let from = bytes[..at].iter().rposition(|byte| !byte.is_ascii_digit());
                    let to = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    bytes.splice(from.map_or(0, |from| from + 1).min(to)..to, INTERESTING[which].bytes());
                }
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        // What is read can be written, and is then the same to everyone.
        if let Ok(program) = read_program(&text) {
            let text = write_program(&program).unwrap();
            prop_assert_eq!(write_program(&read_program(&text).unwrap()).unwrap(), text);
        }
    }
}
