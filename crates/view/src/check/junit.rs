//! Reports as JUnit XML, which services of continuous integration show.

use wengert_autodiff::check::{Report, Verdict};

use crate::check::words;
use crate::svg::escaped;

/// A report as JUnit XML: a suite with this title, and in it a case for each input. A gradient that is
/// wrong is a failure, with all that is known as its text; one that can't be told is skipped.
///
/// If the verdict on the whole is worse than that on each input, or there is no input, it has a case
/// of its own: a suite without failures and skipped cases is a gradient that is right.
///
/// ```
/// use wengert_autodiff::check::Check;
/// use wengert_view::check::to_junit;
///
/// let square = |x: &[f64]| vec![x[0] * x[0]];
/// let report = Check::new().function(&[3.0], square, |x, u| vec![-2.0 * x[0] * u[0]]);
/// let xml = to_junit(&report, "square");
/// assert!(xml.contains(r#"<testsuite name="square" tests="1" failures="1" errors="0" skipped="0">"#));
/// assert!(xml.contains(r#"<failure type="wrong" message="x: the opposite sign">"#));
/// ```
pub fn to_junit(report: &Report, title: &str) -> String {
    let cases = cases(report);
    let count = |verdict| cases.iter().filter(|case| case.verdict == verdict).count();
    let counts = format!(
        "name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
        attribute(title),
        cases.len(),
        count(Verdict::Wrong),
        count(Verdict::CannotTell)
    );
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n<testsuite {counts}>\n\
         <properties>\n{}{}{}</properties>\n",
        property("method", &report.method.to_string()),
        property("evaluations", &report.evaluations.to_string()),
        property("seed", &report.seed.to_string())
    );
    for case in &cases {
        xml.push_str(&case.to_xml(title));
    }
    xml + &said(&report.notes) + "</testsuite>\n</testsuites>\n"
}

/// Text between quotes: there a line's end would be read as a space.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

fn property(name: &str, value: &str) -> String {
    format!("<property name=\"{name}\" value=\"{}\"/>\n", attribute(value))
}

fn said(notes: &[String]) -> String {
    match notes {
        [] => String::new(),
        _ => format!("<system-out>{}</system-out>\n", escaped(&notes.join("\n"))),
    }
}

/// What stands for a test.
struct Case {
    name: String,
    verdict: Verdict,
    /// Why it did not pass, in one line.
    message: String,
    text: String,
}

/// A case for each input, and one for the whole if they do not say what it is.
fn cases(report: &Report) -> Vec<Case> {
    let mut cases: Vec<Case> = report
        .inputs
        .iter()
        .map(|input| Case {
            name: format!("{} {}", input.name, input.shape),
            verdict: input.verdict,
            message: format!("{}: {}", input.name, words::summary(input)),
            text: input.to_string(),
        })
        .collect();
    if cases.iter().map(|case| case.verdict).max() < Some(report.verdict) {
        cases.push(Case {
            name: "all".into(),
            verdict: report.verdict,
            message: match report.suspects.first() {
                Some(suspect) => format!("{}: {}", suspect.operation, suspect.mistake),
                None => report.verdict.to_string(),
            },
            text: format!("verdict: {}", report.verdict),
        });
    }
    let suspects: Vec<String> =
        report.suspects.iter().map(|suspect| format!("\nwrong rule: {suspect}")).collect();
    for case in cases.iter_mut().filter(|case| case.verdict == Verdict::Wrong) {
        case.text += &suspects.concat();
    }
    cases
}

impl Case {
    fn to_xml(&self, title: &str) -> String {
        let Case { name, verdict, message, text } = self;
        let case =
            format!("<testcase classname=\"{}\" name=\"{}\"", attribute(title), attribute(name));
        let (message, text) = (attribute(message), escaped(text));
        match verdict {
            Verdict::Right => format!("{case}/>\n"),
            Verdict::CannotTell => {
                format!("{case}>\n<skipped message=\"{message}\">{text}</skipped>\n</testcase>\n")
            }
            Verdict::Wrong => format!(
                "{case}>\n<failure type=\"wrong\" message=\"{message}\">{text}</failure>\n\
                 </testcase>\n"
            ),
        }
    }
}
