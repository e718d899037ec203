//! Reports as JSON.

use serde_json::{Value, json};
use wengert_autodiff::check::{
    Along, Coverage, Doubt, Evidence, InputReport, JacobianPair, Mistake, Report, Suspect,
};

use crate::check::words::Key;

/// A report as JSON, all of it.
///
/// Members are named as the fields of [`Report`] and of what it is made of, and `title` is what it
/// is called. Beyond that:
///
/// * Verdicts are `"right"`, `"cannot_tell"`, `"wrong"`; other choices are lower_snake_case too, such
///   as `"method": "double_double"`.
/// * Numbers that JSON has none for are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
/// * `along` in evidence is `"direction"` or the number of an element; `output` is `null` if all
///   results are mixed. `difference` and `relative` are given with each.
/// * A `mistake` is `null` or has its `kind`, what there is to know of it under the name of the
///   field, and in words `text` and `hint`. A factor has `factor` and `size`.
/// * `claimed` and `found` of a `jacobian` are lists of its rows.
/// * `coverage`, evidence and suspects have a `text` in words.
///
/// ```
/// use wengert_autodiff::check::Check;
/// use wengert_view::check::to_json;
///
/// let square = |x: &[f64]| vec![x[0] * x[0]];
/// let report = Check::new().function(&[3.0], square, |x, u| vec![x[0] * u[0]]);
/// let json: serde_json::Value = serde_json::from_str(&to_json(&report, "square"))?;
/// assert_eq!(json["verdict"], "wrong");
/// assert_eq!(json["inputs"][0]["mistake"]["kind"], "factor");
/// assert_eq!(json["inputs"][0]["mistake"]["factor"], 0.5);
/// assert_eq!(json["inputs"][0]["evidence"][0]["claimed"], 3.0);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn to_json(report: &Report, title: &str) -> String {
    let Report { verdict, inputs, suspects, method, evaluations, seed, notes } = report;
    let all = json!({
        "title": title,
        "verdict": verdict.key(),
        "inputs": inputs.iter().map(input).collect::<Vec<_>>(),
        "suspects": suspects.iter().map(suspect).collect::<Vec<_>>(),
        "method": method.key(),
        "evaluations": evaluations,
        "seed": seed,
        "notes": notes,
    });
    format!("{all:#}\n")
}

fn number(x: f64) -> Value {
    match x {
        x if x.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        x => x.into(),
    }
}

fn input(input: &InputReport) -> Value {
    let InputReport { name, shape, verdict, bound, doubts, kinks, .. } = input;
    json!({
        "name": name,
        "shape": &shape[..],
        "verdict": verdict.key(),
        "bound": number(*bound),
        "doubts": doubts.iter().map(doubt).collect::<Vec<_>>(),
        "coverage": coverage(&input.coverage),
        "kinks": kinks,
        "evidence": input.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "mistake": input.mistake.as_ref().map(mistake),
        "jacobian": input.jacobian.as_ref().map(jacobian),
    })
}

fn doubt(doubt: &Doubt) -> Value {
    json!({ "reason": doubt.reason.key(), "text": doubt.text })
}

fn coverage(coverage: &Coverage) -> Value {
    let Coverage { directions, elements, total } = coverage;
    json!({
        "directions": directions,
        "elements": elements,
        "total": total,
        "text": coverage.to_string(),
    })
}

fn evidence(evidence: &Evidence) -> Value {
    json!({
        "derivative": evidence.derivative.key(),
        "along": match evidence.along {
            Along::Direction => json!("direction"),
            Along::Element(number) => json!(number),
        },
        "output": evidence.output,
        "claimed": number(evidence.claimed),
        "found": number(evidence.found),
        "error": number(evidence.error),
        "difference": number(evidence.difference()),
        "relative": number(evidence.relative()),
        "oracle": evidence.oracle.key(),
        "text": evidence.to_string(),
    })
}

fn mistake(mistake: &Mistake) -> Value {
    let mut members = json!({
        "kind": mistake.key(),
        "text": mistake.to_string(),
        "hint": mistake.hint(),
    });
    match mistake {
        Mistake::Factor(multiple) => {
            members["factor"] = number(multiple.factor);
            members["size"] = multiple.size.into();
        }
        Mistake::Swapped { with } => members["with"] = with.as_str().into(),
        Mistake::MissingSum { claimed, wanted } => {
            members["claimed"] = (*claimed).into();
            members["wanted"] = (*wanted).into();
        }
        Mistake::Elements(elements) => members["elements"] = elements.as_slice().into(),
        Mistake::DroppedTerm { through } => members["through"] = through.as_str().into(),
        Mistake::Other { relative } => members["relative"] = number(*relative),
        Mistake::NotFinite
        | Mistake::Severed
        | Mistake::Sign
        | Mistake::Transposed
        | Mistake::Rearranged => {}
    }
    members
}

fn jacobian(pair: &JacobianPair) -> Value {
    let JacobianPair { rows, columns, claimed, found } = pair;
    let by_rows = |elements: &[f64]| -> Vec<Value> {
        let row = |row: usize| elements.iter().skip(row * columns).take(*columns);
        (0..*rows).map(|k| row(k).copied().map(number).collect()).collect()
    };
    json!({
        "rows": rows,
        "columns": columns,
        "claimed": by_rows(claimed),
        "found": by_rows(found),
    })
}

fn suspect(suspect: &Suspect) -> Value {
    let Suspect { operation, parameters, operand, operands, result, origin, reproducer, .. } =
        suspect;
    json!({
        "operation": operation,
        "parameters": parameters,
        "operand": operand,
        "operands": operands.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "result": result.to_string(),
        "origin": {
            "file": origin.file,
            "line": origin.line,
            "column": origin.column,
            "scope": origin.scope,
        },
        "mistake": mistake(&suspect.mistake),
        "reproducer": reproducer,
        "text": suspect.to_string(),
    })
}
