use std::error::Error;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use wengert_data::{Csv, DataError};

use crate::labels_of;

const FLOWERS: &str = "length,width,kind\n5.1,3.5,setosa\n6.2,2.9,virginica\n4.9,3,setosa\n";

#[track_caller]
fn refused(csv: &Csv, text: &str, message: &str) {
    let error: DataError = csv.parse(text).unwrap_err();
    assert_eq!(error.to_string(), message, "for {text:?}");
}

#[test]
fn header_classes_and_features_are_found() {
    let data = Csv::new().parse(FLOWERS).unwrap();
    assert_eq!(data.features(), ["length", "width"]);
    assert_eq!(data.classes(), ["setosa", "virginica"]);
    assert_eq!(labels_of(&data.y), [0, 1, 0]);
    assert_eq!(data.x.array::<f32>().unwrap().to_vec(), [5.1, 3.5, 6.2, 2.9, 4.9, 3.0]);
}

#[test]
fn the_same_table_may_be_written_in_many_ways() {
    let data = Csv::new().parse(FLOWERS).unwrap();
    let other_order = "kind;width;length\nsetosa;3.5;5.1\nvirginica;2.9;6.2\nsetosa;3;4.9";
    for (csv, text) in [
        (
            Csv::new(),
            "\u{FEFF}length, width ,\"kind\"\r\n\r\n5.1,3.5,\"setosa\" \r\n6.2,2.9,virginica\n 4.9,\"3\",setosa",
        ),
        (Csv::new().class_column("kind").classes(["setosa", "virginica"]), FLOWERS),
    ] {
        let same = csv.parse(text).unwrap();
        assert_eq!((&same.x, &same.y), (&data.x, &data.y), "for {text:?}");
        assert_eq!((same.features(), same.classes()), (data.features(), data.classes()));
    }
    let tabs = Csv::new().separator('\t').parse("a\tb\tk\n1\t2\tx\n").unwrap();
    assert_eq!(tabs.features(), ["a", "b"]);
    let empty = "line 2, column 1: expected a finite number as \"a\", found \"\"";
    refused(&Csv::new().separator('\t'), "a\tb\tk\n\t\"2\"\tx\n", empty);

    let same = Csv::new().separator(';').class_column("kind").parse(other_order).unwrap();
    assert_eq!(same.y, data.y);
    assert_eq!(same.features(), ["width", "length"]);
}

#[test]
fn without_a_header_columns_are_known_by_their_places() {
    let data = Csv::new().headless().class_column("1").parse("b,1,2\na,3,4\n").unwrap();
    assert_eq!(data.features(), ["2", "3"]);
    assert_eq!((data.classes(), labels_of(&data.y)), (&["a".into(), "b".into()][..], vec![1, 0]));
}

#[test]
fn classes_that_are_numbers_are_in_the_order_of_numbers() {
    let classes = |text| Csv::new().parse(text).unwrap().classes().to_vec();
    assert_eq!(classes("x,y\n1,10\n2,9\n3,-1\n"), ["-1", "9", "10"]);
    assert_eq!(classes("x,y\n1,10\n2,9\n3,b\n"), ["10", "9", "b"]);
}

#[test]
fn quotes_hold_separators_and_quotes() {
    let text = "\"a, b\",kind\n1,\"say \"\"x\"\", then\"\n";
    let data = Csv::new().parse(text).unwrap();
    assert_eq!(data.features(), ["a, b"]);
    assert_eq!(data.classes(), ["say \"x\", then"]);
}

#[test]
fn broken_tables_are_refused_at_their_places() {
    let csv = Csv::new();
    refused(&csv, "", "there are no rows, expected at least one");
    refused(&csv, "length,kind\n", "there are no rows, expected at least one");
    refused(&csv, "a,k\n1,x\n1,2,x\n", "line 3 has 3 fields, expected 2 as in the first line");
    for missing in ["", "?", "NA", "NaN", "inf", "1e99"] {
        let message =
            format!("line 4, column 1: expected a finite number as \"a\", found {missing:?}");
        refused(&csv, &format!("a,k\n1,x\n\n{missing},x\n"), &message);
    }
    refused(&csv, "a,k\n1,\n", "line 2, column 2: expected the name of a class, found \"\"");
    let message = "line 2, column 2: expected one of x, y, found \"z\"";
    refused(&csv.clone().classes(["x", "y"]), "a,k\n1,z\n", message);
    let message = "there is no column \"kind\", expected one of a, k";
    refused(&csv.clone().class_column("kind"), "a,k\n1,z\n", message);
    for open in ["\"x", "\"x\"y"] {
        let message = format!(
            "line 2, column 2: expected a closing quote, then ',' or the end, found {open:?}"
        );
        refused(&csv, &format!("a,k\n1,{open}\n"), &message);
    }
}

#[test]
fn files_are_read_packed_or_not_and_named_in_errors() {
    let directory = std::env::temp_dir().join(format!("wengert-table-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("flowers.csv");
    let data = Csv::new().parse(FLOWERS).unwrap();

    std::fs::write(&path, FLOWERS).unwrap();
    assert_eq!(Csv::new().read(&path).unwrap().x, data.x);
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(FLOWERS.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    std::fs::write(&path, &packed).unwrap();
    assert_eq!(Csv::new().read(&path).unwrap().x, data.x);

    for (bytes, part) in [
        (&packed[..packed.len() - 9], "expected text packed by gzip"),
        (b"a,k\n\xFF,x\n", "expected text"),
        (b"a,k\nx,x\n", "line 2, column 1: expected a finite number"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = Csv::new().read(&path).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(path.to_str().unwrap()) && text.contains(part), "{text}");
        assert!(error.source().is_some());
    }
    std::fs::remove_dir_all(&directory).unwrap();
    let text = Csv::new().read(&path).unwrap_err().to_string();
    assert!(text.contains("could not be read"), "{text}");
}
