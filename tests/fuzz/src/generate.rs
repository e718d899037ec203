//! Random texts, and texts that are changed at random.

use rand::{Rng, RngExt};

/// One of these.
pub fn one<T: Copy>(random: &mut impl Rng, all: &[T]) -> T {
    all[random.random_range(0..all.len())]
}

/// Any characters, most of them such as formulas are made of.
pub fn characters(random: &mut impl Rng) -> String {
    let plain: Vec<char> = "xyzab0123456789.+-*/@^()[]{},:;=<>!'\"#\n \\_eE|".chars().collect();
    let len = random.random_range(0..60);
    let any = |random: &mut _| {
        if Rng::next_u32(random) % 10 == 0 {
            char::from_u32(Rng::next_u32(random) % 0x11_0000).unwrap_or('\u{fffd}')
        } else {
            one(random, &plain)
        }
    };
    (0..len).map(|_| any(random)).collect()
}

const NUMBERS: [&str; 18] = [
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "3",
    "-0",
    "1e300",
    "1e-300",
    "1e999",
    "9007199254740993",
    "4294967296",
    "18446744073709551615",
    "-9223372036854775808",
    "nan",
    "inf",
    "255",
    "16777217",
];

/// A number that is on some edge.
pub fn number(random: &mut impl Rng) -> &'static str {
    one(random, &NUMBERS)
}

/// A text changed in a few places: characters or stretches of it left out, doubled, exchanged, or
/// replaced by numbers.
pub fn changed(random: &mut impl Rng, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..random.random_range(1..4) {
        if characters.is_empty() {
            break;
        }
        let len = characters.len();
        let start = random.random_range(0..len);
        let end = (start + random.random_range(1..12_usize)).min(len);
        match random.random_range(0..6) {
            0 => drop(characters.drain(start..end)),
            1 => {
                let copy: Vec<char> = characters[start..end].to_vec();
                characters.splice(start..start, copy);
            }
            2 => characters.swap(start, end - 1),
            3 => drop(characters.splice(start..end, number(random).chars())),
            4 => characters.truncate(start.max(1)),
            _ => characters[start] = characters[random.random_range(0..len)],
        }
    }
    characters.into_iter().collect()
}

/// A text whose lines are left out, doubled or exchanged, or whose numbers are replaced.
pub fn rearranged(random: &mut impl Rng, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..random.random_range(1..3) {
        if lines.is_empty() {
            break;
        }
        let (a, b) = (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
        match random.random_range(0..4) {
            0 => drop(lines.remove(a)),
            1 => lines.insert(b, lines[a].clone()),
            2 => lines.swap(a, b),
            _ => lines[a] = renumbered(random, &lines[a]),
        }
    }
    lines.join("\n") + "\n"
}

/// A line one of whose numbers is another.
fn renumbered(random: &mut impl Rng, line: &str) -> String {
    let starts: Vec<usize> = line
        .char_indices()
        .filter(|&(at, c)| {
            c.is_ascii_digit() && !line[..at].ends_with(|c: char| c.is_ascii_digit())
        })
        .map(|(at, _)| at)
        .collect();
    if starts.is_empty() {
        return line.to_owned();
    }
    let start = one(random, &starts);
    let end = line[start..].find(|c: char| !c.is_ascii_digit()).map_or(line.len(), |n| start + n);
    format!("{}{}{}", &line[..start], number(random), &line[end..])
}
