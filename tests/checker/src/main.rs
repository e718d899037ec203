//! Measures how often the checker errs, and prints it as Markdown: `docs/checker.md`.

use wengert_checker::mutants::{self, Corruption, EQUIVALENT, Fate, proof};
use wengert_checker::{alarms, table};

fn main() {
    println!("{}", include_str!("head.md"));
    table();
    println!("{}", include_str!("mutants.md"));
    mutants();
    println!("{}", include_str!("alarms.md"));
    alarms();
}

/// What torch and JAX answer: a case, and for each column whether it passes; by `peers.py`.
const PEERS: &str = include_str!("../peers.tsv");

fn table() {
    let mut lines = PEERS.lines();
    let columns = lines.next().expect("a line of names").replace('\t', " | ");
    let width = columns.matches('|').count() + 2;
    let head = format!("{columns} | wengert f64 | wengert f32 |\n|{}", "---|".repeat(width + 1));
    let answers: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    let theirs = |name: &str| -> Vec<String> {
        let line = answers.iter().find(|line| line[0] == name);
        line.map_or_else(Vec::new, |line| line[1..].iter().map(ToString::to_string).collect())
    };
    for (cases, title, error) in
        [(table::right(), "right", ["fail", "wrong"]), (table::wrong(), "wrong", ["pass", "right"])]
    {
        println!("\n| {title}{head}");
        let mut counts: Vec<usize> = vec![0; width];
        for case in cases {
            let ours = [false, true].map(|single| table::report(&case, single, 0));
            let ours = ours.iter().map(|report| report.verdict.to_string());
            let cells: Vec<String> = theirs(case.0).into_iter().chain(ours).collect();
            let is_error = |cell: &String| error.contains(&cell.as_str());
            counts.iter_mut().zip(&cells).for_each(|(count, x)| *count += usize::from(is_error(x)));
            let mark = |x: &String| if is_error(x) { format!("**{x}**") } else { x.clone() };
            println!("| {} | {} |", case.0, cells.iter().map(mark).collect::<Vec<_>>().join(" | "));
        }
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        println!("| **errors** | {} |", counts.join(" | "));
    }
}

fn mutants() {
    let all = mutants::all();
    println!("| corruption | mutants | caught | named | right after all |\n|---|---|---|---|---|");
    let mut sums = [0; 4];
    for corruption in Corruption::ALL {
        let of: Vec<_> = all.iter().filter(|(mutant, _)| mutant.corruption == corruption).collect();
        let right = of.iter().filter(|(mutant, _)| proof(*mutant).is_some()).count();
        let count = |wanted: fn(Fate) -> bool| of.iter().filter(|(_, fate)| wanted(*fate)).count();
        let caught = count(|fate| fate != Fate::Survived);
        let named = count(|fate| fate == Fate::Named);
        println!("| {corruption:?} | {} | {caught} | {named} | {right} |", of.len());
        for (sum, x) in sums.iter_mut().zip([of.len(), caught, named, right]) {
            *sum += x;
        }
    }
    let [mutants, caught, named, right] = sums;
    println!("| **all** | {mutants} | {caught} | {named} | {right} |\n");
    let wrong = (mutants - right) as f64;
    println!(
        "Of {} that are wrong {:.2} % were caught, and of these {:.2} % named. Right after all are:\n",
        mutants - right,
        100.0 * caught as f64 / wrong,
        100.0 * named as f64 / caught as f64
    );
    for (name, operand, corruption, proof) in EQUIVALENT {
        println!("* {corruption:?} of `{name}` by operand {operand}: {proof}.");
    }
}

fn alarms() {
    for (seeds, order) in [(100, 1), (5, 2)] {
        let tally = alarms::tally(seeds, order);
        let mut unsure: Vec<&str> =
            tally.unsure.iter().filter_map(|report| report.split([' ', '(']).next()).collect();
        unsure.dedup();
        println!(
            "* Order {order}, {seeds} seeds: {} checks, {} false alarms, {} times *cannot tell* \
             ({:.2} %: {}).",
            tally.seen,
            tally.alarms.len(),
            tally.unsure.len(),
            100.0 * tally.unsure.len() as f64 / tally.seen as f64,
            unsure.join(", ")
        );
    }
}
