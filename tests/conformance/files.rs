//! The files of a folder, held to the numbers of cases that its index states: nothing goes unread.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::case::Case;

/// The cases of one file.
pub struct Family {
    pub name: String,
    pub cases: Vec<Entry>,
}

/// A case, or what is wrong with its line.
pub struct Entry {
    pub id: String,
    pub op: String,
    pub case: Result<Case, String>,
}

/// All families in a folder, and what is wrong with its files.
pub fn read(folder: &Path) -> (Vec<Family>, Vec<String>) {
    let (mut families, mut faults) = (Vec::new(), Vec::new());
    let mut paths = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect::<Vec<PathBuf>>(),
        Err(error) => return (families, vec![format!("{}: {error}", folder.display())]),
    };
    paths.sort();
    let mut index = None;
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(stem) = name.strip_suffix(".json.gz").or(name.strip_suffix(".json")) else {
            continue;
        };
        match parsed(&path) {
            Ok(value) if stem == "index" => index = Some(value),
            Ok(value) => families.push(Family::of(stem, &value)),
            Err(error) => faults.push(format!("{}: {error}", path.display())),
        }
    }
    if let Some(index) = index {
        faults.extend(families_and_index_differ(&families, &index));
    }
    if families.iter().all(|family| family.cases.is_empty()) {
        faults.push(format!("{}: no cases", folder.display()));
    }
    (families, faults)
}

impl Family {
    fn of(stem: &str, file: &Value) -> Family {
        let text = |value: &Value, key| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let lines = file.get("cases").and_then(Value::as_array).into_iter().flatten();
        let entry = |line: &Value| Entry {
            id: text(line, "id").unwrap_or_else(|| format!("{stem}/?")),
            op: text(line, "op").unwrap_or_default(),
            case: Case::parse(line),
        };
        Family {
            name: text(file, "family").unwrap_or_else(|| stem.to_owned()),
            cases: lines.map(entry).collect(),
        }
    }
}

fn parsed(path: &Path) -> Result<Value, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let read = match path.extension() {
        Some(extension) if extension == "gz" => GzDecoder::new(file).read_to_string(&mut text),
        _ => { file }.read_to_string(&mut text),
    };
    read.map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Every operation of which the index states another number of cases than there are.
fn families_and_index_differ(families: &[Family], index: &Value) -> Vec<String> {
    let mut counts: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for family in families {
        for entry in &family.cases {
            counts.entry((family.name.clone(), entry.op.clone())).or_default().0 += 1;
        }
    }
    for (family, about) in index.get("families").and_then(Value::as_object).into_iter().flatten() {
        for (op, about) in about.get("ops").and_then(Value::as_object).into_iter().flatten() {
            let stated = about.get("cases").and_then(Value::as_u64).unwrap_or(0);
            counts.entry((family.clone(), op.clone())).or_default().1 = stated;
        }
    }
    let differ = counts.into_iter().filter(|(_, (read, stated))| read != stated);
    let message = |((family, op), (read, stated))| {
        format!("{family}/{op}: {read} cases were read, the index states {stated}")
    };
    differ.map(message).collect()
}
