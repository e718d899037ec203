//! Reports as a page of their own, to be looked at in a browser.

use wengert_autodiff::check::{Evidence, InputReport, Mistake, Report, Suspect, Verdict};

use crate::check::heat;
use crate::check::words::{self, Key};
use crate::explain::rounded;
use crate::page::filled;
use crate::svg::escaped;

/// So many elements at kinks are named.
const MOST_KINKS: usize = 32;

/// A report as one page that needs nothing else: the verdict, a table of the inputs, and for each of
/// them what it rests on. Where the whole Jacobian is known, it is drawn: as claimed, as found, and the
/// difference; one of more than 64 rows or columns in blocks, each as its number of the largest
/// magnitude.
///
/// ```
/// use wengert_autodiff::check::Check;
/// use wengert_view::check::to_html;
///
/// let square = |x: &[f64]| vec![x[0] * x[0], x[1]];
/// let gradient = |x: &[f64], u: &[f64]| vec![2.0 * x[0] * u[0], -u[1]];
/// let page = to_html(&Check::new().function(&[3.0, 1.0], square, gradient), "a square");
/// assert!(page.contains("The gradient by x is wrong."));
/// assert_eq!(page.matches("<figure").count(), 3);
/// ```
pub fn to_html(report: &Report, title: &str) -> String {
    let style = concat!(include_str!("../page/picture.css"), include_str!("report.css"));
    let inputs: Vec<String> =
        report.inputs.iter().enumerate().map(|(k, input)| section(k, input)).collect();
    let parts = [
        ("{title}", escaped(title)),
        ("{style}", style.to_owned()),
        ("{verdict}", verdict(report)),
        ("{table}", table(&report.inputs)),
        ("{inputs}", inputs.concat()),
        ("{suspects}", suspects(&report.suspects)),
        ("{notes}", list("Notes", &report.notes)),
        ("{method}", escaped(&report.method.to_string())),
        ("{evaluations}", report.evaluations.to_string()),
        ("{seed}", report.seed.to_string()),
    ];
    filled(include_str!("report.html"), &parts)
}

/// A verdict as a sign and in words, in its colour.
fn badge(verdict: Verdict) -> String {
    let sign = match verdict {
        Verdict::Right => '✓',
        Verdict::CannotTell => '?',
        Verdict::Wrong => '✗',
    };
    format!("<span class=\"badge {}\"><b>{sign}</b> {verdict}</span>", verdict.key())
}

/// The verdict on all, and a sentence on it.
fn verdict(report: &Report) -> String {
    let names = |verdict: Verdict| -> Vec<&str> {
        let those = report.inputs.iter().filter(|input| input.verdict == verdict);
        those.map(|input| input.name.as_str()).collect()
    };
    let bound = report.inputs.iter().map(|input| input.bound).fold(0.0, f64::max);
    let mut sentences = Vec::new();
    match names(Verdict::Wrong).as_slice() {
        [] => {}
        [name] => sentences.push(format!("The gradient by {name} is wrong.")),
        names => sentences.push(format!("The gradients by {} are wrong.", listed(names))),
    }
    match names(Verdict::CannotTell).as_slice() {
        [] => {}
        names => sentences
            .push(format!("Whether the gradient by {} is right can't be told.", listed(names))),
    }
    match (names(Verdict::Right).as_slice(), report.verdict) {
        ([], _) => {}
        (_, Verdict::Right) => {
            sentences.push(format!(
                "What is claimed is the derivative, within {}.",
                words::bound(bound)
            ));
        }
        ([name], _) => sentences.push(format!("That by {name} is right.")),
        (names, _) => sentences.push(format!("Those by {} are right.", listed(names))),
    }
    let mut rules: Vec<&str> = report.suspects.iter().map(|suspect| suspect.operation).collect();
    rules.dedup();
    if !rules.is_empty() {
        sentences.push(format!("What is wrong is a rule of {}.", listed(&rules)));
    }
    format!(
        "<p class=\"verdict {}\">{} <span>{}</span></p>\n",
        report.verdict.key(),
        badge(report.verdict),
        escaped(&sentences.join(" "))
    )
}

/// Names in a sentence.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).into(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

/// All inputs, a row each.
fn table(inputs: &[InputReport]) -> String {
    if inputs.is_empty() {
        return "<p class=\"faint\">There are no inputs.</p>\n".into();
    }
    let row = |(k, input): (usize, &InputReport)| {
        let InputReport { name, shape, verdict, bound, coverage, kinks, .. } = input;
        let bound = words::bound(*bound);
        let kinks = if kinks.is_empty() { "–".into() } else { kinks.len().to_string() };
        format!(
            "<tr><td><a href=\"#input-{k}\">{}</a></td><td>{shape}</td><td>{}</td><td>{bound}</td>\
             <td>{}</td><td>{kinks}</td></tr>\n",
            escaped(name),
            badge(*verdict),
            escaped(&coverage.to_string())
        )
    };
    let rows: Vec<String> = inputs.iter().enumerate().map(row).collect();
    format!(
        "<div class=\"wide\"><table>\n<thead><tr><th>input</th><th>shape</th><th>verdict</th>\
         <th>within</th><th>looked at</th><th>kinks</th></tr></thead>\n<tbody>\n{}</tbody></table>\
         </div>\n",
        rows.concat()
    )
}

/// What is known of one input.
fn section(k: usize, input: &InputReport) -> String {
    let InputReport { name, shape, verdict, doubts, mistake, jacobian, .. } = input;
    let mut text = format!(
        "<section id=\"input-{k}\">\n<h2>{} <span class=\"faint\">{shape}</span> {}</h2>\n",
        escaped(name),
        badge(*verdict)
    );
    if let Some(mistake) = mistake {
        text += &remark("It looks like this", mistake);
    }
    let doubts: Vec<String> =
        doubts.iter().map(|doubt| format!("{}: {}", doubt.reason, doubt.text)).collect();
    text += &list("Doubts", &doubts);
    text += &kinks(input);
    if let Some(pair) = jacobian {
        text += &heat::maps(input, pair);
    }
    text + &evidence(input) + "</section>\n"
}

/// A mistake, and how such mistakes come about.
fn remark(lead: &str, mistake: &Mistake) -> String {
    format!(
        "<p class=\"remark\">{lead}: <b>{}</b><br><span class=\"faint\">Hint: {}</span></p>\n",
        escaped(&mistake.to_string()),
        escaped(mistake.hint())
    )
}

/// Sentences under a title, if there are any.
fn list(title: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items: Vec<String> =
        sentences.iter().map(|text| format!("<li>{}</li>\n", escaped(text))).collect();
    format!("<h3>{title}</h3>\n<ul>\n{}</ul>\n", items.concat())
}

fn kinks(input: &InputReport) -> String {
    if input.kinks.is_empty() {
        return String::new();
    }
    let named = input.kinks.iter().take(MOST_KINKS);
    let named: Vec<String> = named.map(|&k| words::element(&input.shape, k)).collect();
    let more = match input.kinks.len().saturating_sub(MOST_KINKS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "<p>At kinks, where any slope between those to both sides is right: elements {}{more}.</p>\n",
        named.join(", ")
    )
}

/// The worst of what is wrong, in numbers.
fn evidence(input: &InputReport) -> String {
    if input.evidence.is_empty() {
        return String::new();
    }
    let first = &input.evidence[0];
    let is_alike =
        |other: &Evidence| (other.derivative, other.oracle) == (first.derivative, first.oracle);
    // What all have in common is said once.
    let are_alike = input.evidence.iter().all(is_alike);
    let row = |evidence: &Evidence| {
        let Evidence { derivative, along, claimed, found, error, oracle, .. } = evidence;
        let of =
            if are_alike { String::new() } else { format!("<td>{derivative}, by {oracle}</td>") };
        format!(
            "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{} ± \
             {error:.0e}</td><td class=\"number\">{}</td>{of}</tr>\n",
            words::along(&input.shape, *along),
            words::result(evidence),
            rounded(*claimed, 10),
            rounded(*found, 10),
            rounded(evidence.relative(), 3)
        )
    };
    let rows: Vec<String> = input.evidence.iter().map(row).collect();
    let (all, of) = if are_alike {
        (format!(": the {}, found by {}", first.derivative, first.oracle), "")
    } else {
        (String::new(), "<th>derivative, found by</th>")
    };
    format!(
        "<h3>Evidence, the worst first{all}</h3>\n<div class=\"wide\"><table>\n<thead><tr>\
         <th>by element</th><th>of result</th><th class=\"number\">claimed</th>\
         <th class=\"number\">found</th><th class=\"number\">relative</th>{of}</tr></thead>\n\
         <tbody>\n{}</tbody></table></div>\n",
        rows.concat()
    )
}

/// The operations whose derivatives are wrong.
fn suspects(suspects: &[Suspect]) -> String {
    let told: Vec<String> = suspects.iter().map(suspect).collect();
    match told.len() {
        0 => String::new(),
        1 => format!("<h2>The rule that is wrong</h2>\n{}", told.concat()),
        _ => format!("<h2>The rules that are wrong</h2>\n{}", told.concat()),
    }
}

fn suspect(suspect: &Suspect) -> String {
    let Suspect { operation, parameters, operand, operands, result, origin, mistake, reproducer } =
        suspect;
    let braced = if parameters.is_empty() { String::new() } else { format!(" {{{parameters}}}") };
    let shapes: Vec<String> = operands.iter().map(ToString::to_string).collect();
    let reproducer = match reproducer.as_str() {
        "" => String::new(),
        lines => {
            format!("<p>These lines show it:</p>\n<pre tabindex=\"0\">{}</pre>\n", escaped(lines))
        }
    };
    format!(
        "<section>\n<h3>{}</h3>\n<dl><dt>recorded at</dt><dd>{}</dd><dt>derivative by</dt>\
         <dd>operand {operand}</dd><dt>operands</dt><dd>{}</dd><dt>result</dt><dd>{result}</dd></dl>\n\
         {}{reproducer}</section>\n",
        escaped(&format!("{operation}{braced}")),
        escaped(&origin.to_string()),
        shapes.join(", "),
        remark("It looks like this", mistake)
    )
}
