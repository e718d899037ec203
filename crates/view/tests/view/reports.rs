//! Answers of checks as JSON, JUnit XML and pages: whole, well-formed, and inert whatever they hold.

use proptest::prelude::*;
use serde_json::{Value, json};
use wengert_autodiff::check::{
    Along, Coverage, Derivative, Doubt, Evidence, InputReport, JacobianPair, Method, Mistake,
    Multiple, Oracle, Reason, Report, Suspect, Verdict,
};
use wengert_autodiff::{Origin, Type};
use wengert_view::check::{to_html, to_json, to_junit};

use crate::markup::{Element, parsed};

const NASTY: &str =
    "</script><img src=x onerror=\"alert('1')\">]]> & {title} \u{1}\u{8f}\u{ffff}\n.";

fn report(inputs: Vec<InputReport>) -> Report {
    Report {
        verdict: inputs.iter().map(|input| input.verdict).max().unwrap_or(Verdict::CannotTell),
        inputs,
        suspects: Vec::new(),
        method: Method::Differences,
        evaluations: 17,
        seed: u64::MAX,
        notes: Vec::new(),
    }
}

fn right(name: &str, shape: &[usize]) -> InputReport {
    InputReport {
        name: name.into(),
        shape: shape.into(),
        verdict: Verdict::Right,
        bound: 2e-12,
        doubts: Vec::new(),
        coverage: Coverage { directions: 2, elements: 0, total: shape.iter().product() },
        kinks: Vec::new(),
        evidence: Vec::new(),
        mistake: None,
        jacobian: None,
    }
}

fn doubtful(name: &str) -> InputReport {
    let doubt = |reason, text: &str| Doubt { reason, text: text.into() };
    let doubts = vec![doubt(Reason::Kink, name), doubt(Reason::Budget, "too few")];
    InputReport { verdict: Verdict::CannotTell, bound: f64::NAN, doubts, ..right(name, &[2]) }
}

fn evidence(claimed: f64, found: f64) -> Evidence {
    Evidence {
        derivative: Derivative::Reverse,
        along: Along::Element(5),
        output: Some(1),
        claimed,
        found,
        error: 1e-11,
        oracle: Oracle::Difference,
    }
}

fn wrong(name: &str, mistake: Mistake) -> InputReport {
    InputReport {
        verdict: Verdict::Wrong,
        bound: f64::NAN,
        kinks: vec![0, 4],
        evidence: vec![evidence(f64::NEG_INFINITY, 2.0), evidence(1.0, -1.0)],
        mistake: Some(mistake),
        ..right(name, &[2, 3])
    }
}

fn with_jacobian(rows: usize, columns: usize, claimed: Vec<f64>, found: Vec<f64>) -> InputReport {
    let jacobian = Some(JacobianPair { rows, columns, claimed, found });
    InputReport { jacobian, ..right("x", &[columns]) }
}

fn suspect(text: &str) -> Suspect {
    Suspect {
        operation: "mat_vec",
        parameters: text.into(),
        operand: 1,
        operands: vec![Type::real([3, 2]), Type::index([2])],
        result: Type::real([3]),
        origin: Origin { file: text.to_owned().into(), line: 4, column: 7, scope: text.into() },
        mistake: Mistake::Transposed,
        reproducer: text.into(),
    }
}

/// A report whose texts are meant to do harm, of each verdict.
fn nasty() -> Report {
    let mistakes = [
        Mistake::DroppedTerm { through: NASTY.into() },
        Mistake::Swapped { with: NASTY.into() },
        Mistake::Elements((0..20).collect()),
    ];
    let mut inputs = vec![right(NASTY, &[]), doubtful(NASTY)];
    inputs.extend(mistakes.map(|mistake| wrong(NASTY, mistake)));
    let whole = report(inputs);
    Report { suspects: vec![suspect(NASTY)], notes: vec![NASTY.into()], ..whole }
}

fn json_of(report: &Report) -> Value {
    serde_json::from_str(&to_json(report, NASTY)).expect("it is JSON")
}

#[test]
fn json_has_everything() {
    let mut whole = nasty();
    whole.inputs[0].jacobian = Some(JacobianPair {
        rows: 2,
        columns: 3,
        claimed: vec![1.0, 2.0, 3.0, f64::NAN, f64::INFINITY, -0.5],
        found: vec![0.1; 6],
    });
    let json = json_of(&whole);
    assert_eq!(json["title"], NASTY);
    assert_eq!(json["verdict"], "wrong");
    assert_eq!(json["method"], "differences");
    assert_eq!(json["seed"], u64::MAX);
    assert_eq!(json["evaluations"], 17);
    assert_eq!(json["notes"], json!([NASTY]));
    let inputs = json["inputs"].as_array().expect("a list");
    assert_eq!(inputs.len(), whole.inputs.len());
    assert_eq!(inputs[0]["bound"], 2e-12);
    assert_eq!(inputs[0]["shape"], json!([]));
    assert_eq!(
        inputs[0]["jacobian"]["claimed"],
        json!([[1.0, 2.0, 3.0], ["NaN", "Infinity", -0.5]])
    );
    assert_eq!(inputs[1]["verdict"], "cannot_tell");
    assert_eq!(inputs[1]["bound"], "NaN");
    assert_eq!(inputs[1]["doubts"][1], json!({ "reason": "budget", "text": "too few" }));
    assert_eq!(inputs[2]["mistake"]["through"], NASTY);
    assert_eq!(inputs[2]["coverage"]["directions"], 2);
    assert_eq!(inputs[2]["kinks"], json!([0, 4]));
    let evidence = &inputs[2]["evidence"][0];
    assert_eq!(evidence["claimed"], "-Infinity");
    assert_eq!(evidence["relative"], "Infinity");
    assert_eq!((&evidence["along"], &evidence["output"]), (&json!(5), &json!(1)));
    assert_eq!(json["suspects"][0]["origin"]["line"], 4);
    assert_eq!(json["suspects"][0]["operands"], json!(["[3, 2]", "[2] (index)"]));
}

#[test]
fn every_mistake_is_told() {
    let multiple = Multiple { factor: 0.25, size: Some(4) };
    let mistakes = [
        (Mistake::NotFinite, "not_finite", json!({})),
        (Mistake::Severed, "severed", json!({})),
        (Mistake::Sign, "sign", json!({})),
        (Mistake::Factor(multiple), "factor", json!({ "factor": 0.25, "size": 4 })),
        (Mistake::Transposed, "transposed", json!({})),
        (Mistake::Rearranged, "rearranged", json!({})),
        (Mistake::Swapped { with: "w".into() }, "swapped", json!({ "with": "w" })),
        (
            Mistake::MissingSum { claimed: 6, wanted: 2 },
            "missing_sum",
            json!({ "claimed": 6, "wanted": 2 }),
        ),
        (Mistake::Elements(vec![3]), "elements", json!({ "elements": [3] })),
        (Mistake::DroppedTerm { through: "y".into() }, "dropped_term", json!({ "through": "y" })),
        (Mistake::Other { relative: f64::INFINITY }, "other", json!({ "relative": "Infinity" })),
    ];
    for (mistake, kind, members) in mistakes {
        let report = report(vec![wrong("x", mistake.clone())]);
        let told = &json_of(&report)["inputs"][0]["mistake"];
        assert_eq!(told["kind"], kind);
        assert_eq!(told["text"], mistake.to_string());
        for (name, value) in members.as_object().expect("members") {
            assert_eq!(&told[name], value, "{name}");
        }
        let page = parsed(&to_html(&report, "f")).text();
        let xml = parsed(&to_junit(&report, "f")).text();
        for text in [page, xml] {
            assert!(text.contains(&mistake.to_string()) && text.contains(mistake.hint()), "{text}");
        }
    }
}

#[test]
fn junit_counts_what_it_has() {
    let report = nasty();
    let xml = parsed(&to_junit(&report, NASTY));
    let suite = &xml.all("testsuite")[0];
    let cases = suite.all("testcase");
    let number = |name: &str| suite.attribute(name).parse::<usize>().expect("a number");
    assert_eq!((number("tests"), cases.len()), (5, 5));
    assert_eq!((number("failures"), suite.all("failure").len()), (3, 3));
    assert_eq!((number("skipped"), suite.all("skipped").len()), (1, 1));
    // A line's end in an attribute stays one.
    let safe = NASTY.replace(['\u{1}', '\u{8f}', '\u{ffff}'], "\u{fffd}");
    assert_eq!(suite.attribute("name"), safe);
    assert_eq!(cases[0].attribute("name"), format!("{safe} []"));
    let failure = &suite.all("failure")[0];
    assert!(failure.attribute("message").contains("without the term through"));
    assert!(failure.text().contains("differences give -1.000000000e0"), "{}", failure.text());
    assert!(failure.text().contains("wrong rule: mat_vec"), "{}", failure.text());
    assert!(suite.all("skipped")[0].text().contains("budget: too few"));
}

#[test]
fn no_suite_passes_unless_the_gradient_is_right() {
    let unfinished = |report: &Report| {
        let xml = parsed(&to_junit(report, "f"));
        (xml.all("failure").len(), xml.all("skipped").len())
    };
    assert_eq!(unfinished(&report(Vec::new())), (0, 1));
    assert_eq!(unfinished(&report(vec![right("x", &[2])])), (0, 0));
    let inputs = vec![right("x", &[2])];
    let ruled = Report { verdict: Verdict::Wrong, ..report(inputs) };
    assert_eq!(unfinished(&ruled), (1, 0));
    let ruled = Report { suspects: vec![suspect("a")], ..ruled };
    assert_eq!(unfinished(&ruled), (1, 0));
    assert!(to_junit(&ruled, "f").contains("wrong rule: mat_vec"));
}

#[test]
fn pages_are_well_formed_and_inert() {
    let html = to_html(&nasty(), NASTY);
    let page = parsed(&html);
    assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
    assert!(!html.contains(['\u{1}', '\u{8f}', '\u{ffff}']));
    for outside in ["http://", "https://", "src=", "@import", "url(http"] {
        assert!(!html.contains(outside) || NASTY.contains(outside), "{outside}");
    }
    assert_eq!(page.all("section").len(), 6);
    for input in page.all("a") {
        let anchor = input.attribute("href").trim_start_matches('#').to_owned();
        let named = page.all("section").iter().filter(|one| one.attribute("id") == anchor).count();
        assert_eq!(named, 1, "{anchor}");
    }
}

#[test]
fn verdicts_are_words() {
    let said = |report: &Report| {
        let page = parsed(&to_html(report, "f"));
        let all = page.all("p");
        let mut told = all.iter().filter(|one| one.attribute("class").starts_with("verdict"));
        told.next().expect("a verdict").text()
    };
    let verdict = |inputs: Vec<InputReport>| said(&report(inputs));
    let (x, y) = (right("x", &[2]), doubtful("y"));
    let z = wrong("z", Mistake::Sign);
    assert_eq!(verdict(Vec::new()), "? cannot tell ");
    assert_eq!(
        verdict(vec![x.clone()]),
        "✓ right What is claimed is the derivative, within 2e-12."
    );
    assert_eq!(
        verdict(vec![x.clone(), y.clone()]),
        "? cannot tell Whether the gradient by y is right can't be told. That by x is right."
    );
    let exact = InputReport { bound: 0.0, ..x.clone() };
    assert_eq!(verdict(vec![exact]), "✓ right What is claimed is the derivative, within 0.");
    assert_eq!(
        verdict(vec![x.clone(), z.clone(), x.clone()]),
        "✗ wrong The gradient by z is wrong. Those by x and x are right."
    );
    let suspects = vec![suspect("a"), suspect("b")];
    let ruled = Report { verdict: Verdict::Wrong, suspects, ..report(vec![x.clone()]) };
    assert_eq!(said(&ruled), "✗ wrong That by x is right. What is wrong is a rule of mat_vec.");
    let z_too = InputReport { name: "w".into(), ..z.clone() };
    assert_eq!(
        verdict(vec![x, y, z, z_too]),
        "✗ wrong The gradients by z and w are wrong. Whether the gradient by y is right can't be \
         told. That by x is right."
    );
}

/// The cells of the three maps of a page: what is told of each, and its path of colour.
fn maps(input: InputReport) -> Vec<Vec<Element>> {
    let page = parsed(&to_html(&report(vec![input]), "f"));
    let maps = page.all("svg").into_iter().filter(|svg| svg.attribute("class") == "map");
    maps.map(|map| map.all("g")).collect()
}

fn strength(cell: &Element, class: &str) -> Option<f64> {
    let paths = cell.all("path");
    let path = paths.iter().find(|path| path.attribute("class") == class)?;
    path.attribute("fill-opacity").parse().ok()
}

#[test]
fn maps_show_each_number() {
    let claimed = vec![1.0, -2.0, 0.0, f64::NAN, 4.0, 0.5];
    let found = vec![1.0, 2.0, 0.0, 3.0, -1.0, 0.5];
    let maps = maps(with_jacobian(2, 3, claimed, found));
    assert_eq!(maps.iter().map(Vec::len).collect::<Vec<_>>(), [6, 6, 6]);
    let [claimed, found, difference] = &maps[..] else { panic!("three maps") };
    assert_eq!(strength(&claimed[0], "above"), Some(0.25));
    assert_eq!(strength(&claimed[1], "below"), Some(0.5));
    assert_eq!(strength(&claimed[2], "above"), None);
    assert_eq!(strength(&found[1], "above"), Some(0.5));
    assert_eq!(strength(&difference[4], "above"), Some(1.0));
    assert_eq!(strength(&difference[1], "below"), Some(0.8));
    let hatched =
        |cell: &Element| cell.all("path").iter().any(|one| one.attribute("class") == "hatch");
    let all: Vec<bool> = maps.iter().flatten().map(hatched).collect();
    let wanted = |k: &usize| all[*k];
    assert_eq!((0..18).filter(wanted).collect::<Vec<_>>(), [3, 15]);
    let told = claimed[4].all("title")[0].text();
    assert_eq!(told, "result 1, element 1\nclaimed 4\nfound -1\nclaimed − found 5");
}

#[test]
fn a_single_result_is_drawn_as_the_input() {
    let numbers: Vec<f64> = (0..24).map(f64::from).collect();
    let pair = with_jacobian(1, 24, numbers.clone(), numbers);
    let page = to_html(&report(vec![InputReport { shape: [2, 3, 4].into(), ..pair }]), "f");
    assert!(page.contains("element 23 = [1, 2, 3]\nclaimed 23"), "{page}");
    assert!(page.contains("in the shape of the input"));
}

#[test]
fn large_jacobians_are_drawn_in_blocks() {
    let (rows, columns) = (200, 300);
    let found = vec![0.5; rows * columns];
    let mut claimed = found.clone();
    claimed[13 * columns + 17] = -8.0;
    claimed[14 * columns + 17] = f64::INFINITY;
    let input = with_jacobian(rows, columns, claimed, found);
    assert!(to_html(&report(vec![input.clone()]), "f").contains("in blocks of 4 × 5"));
    let maps = maps(input);
    assert_eq!(maps[0].len(), 50 * 60);
    // Rows 12 to 15 and columns 15 to 19.
    let block = &maps[0][3 * 60 + 3];
    assert_eq!(strength(block, "below"), Some(1.0));
    let told = block.all("title")[0].text();
    assert!(told.starts_with("results 12 to 15, elements 15 to 19"), "{told}");
    assert!(told.contains("claimed -8, 1 not finite\nfound 0.5\n"), "{told}");
    assert_eq!(maps[2].iter().filter_map(|cell| strength(cell, "below")).count(), 1);
}

#[test]
fn rounding_is_pale() {
    let maps = maps(with_jacobian(1, 2, vec![1.0, 1.0 + 1e-12], vec![1.0, 1.0]));
    assert!(maps[2].iter().all(|cell| strength(cell, "above").is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever numbers and shapes there are, all three can be read.
    #[test]
    fn any_jacobian_is_drawn(
        rows in prop_oneof![Just(0_usize), Just(1), 2..5_usize, 60..70_usize],
        columns in prop_oneof![Just(0_usize), Just(1), 2..5_usize, 126..131_usize],
        missing in 0..3_usize,
        seed in prop::collection::vec(any::<f64>(), 1..7),
    ) {
        let numbers = |skip: usize| -> Vec<f64> {
            let all = seed.iter().copied().cycle().skip(skip);
            all.take((rows * columns).saturating_sub(missing)).collect()
        };
        let input = with_jacobian(rows, columns, numbers(0), numbers(1));
        let report = report(vec![input.clone()]);
        let json = json_of(&report);
        let claimed = json["inputs"][0]["jacobian"]["claimed"].as_array().map(Vec::len);
        prop_assert_eq!(claimed, Some(rows));
        let cells = rows.div_ceil(rows.div_ceil(64).max(1)) * columns.div_ceil(columns.div_ceil(64).max(1));
        let maps = maps(input);
        prop_assert_eq!(maps.len(), if cells == 0 { 0 } else { 3 });
        for cell in maps.iter().flatten() {
            for class in ["above", "below"] {
                let strength = strength(cell, class);
                prop_assert!(strength.is_none_or(|strength| (0.0..=1.0).contains(&strength)));
            }
        }
        prop_assert!(maps.iter().all(|map| map.len() == cells));
        parsed(&to_junit(&report, "f"));
    }
}
