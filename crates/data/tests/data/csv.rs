use std::error::Error;

use wengert_data::{DataError, Dataset};

use crate::labels_of;

const DIGITS: &[u8] = include_bytes!("../../data/digits.csv.gz");

#[track_caller]
fn refused(text: &str, message: &str) {
    let error = Dataset::from_csv(text, ["cat", "dog"]).unwrap_err();
    assert_eq!(error.to_string(), message, "for {text:?}");
}

#[test]
fn broken_text_is_refused_at_its_place() {
    const LABEL: &str = "a label of one of the 2 classes (counted from 0)";
    refused("", "there are no rows, expected at least one");
    refused(" \n\n", "there are no rows, expected at least one");
    refused("1,2,0\n3,1\n", "line 2 has 2 fields, expected 3 as in the first line");
    refused("1,2,0\n\n3,4,5,1", "line 3 has 4 fields, expected 3 as in the first line");
    refused("1,two,0", "line 1, column 2: expected a finite number, found \"two\"");
    refused("1,2,0\n,2,0", "line 2, column 1: expected a finite number, found \"\"");
    refused("inf,2,0", "line 1, column 1: expected a finite number, found \"inf\"");
    refused("1e99,2,0", "line 1, column 1: expected a finite number, found \"1e99\"");
    refused("1,2,2", &format!("line 1, column 3: expected {LABEL}, found \"2\""));
    refused("1,2,-1", &format!("line 1, column 3: expected {LABEL}, found \"-1\""));
    refused("1,2,0.0", &format!("line 1, column 3: expected {LABEL}, found \"0.0\""));
    refused("1,2,", &format!("line 1, column 3: expected {LABEL}, found \"\""));
}

#[test]
fn spaces_line_ends_and_blank_lines_do_not_matter() {
    let plain = Dataset::from_csv("1,-2.5,0\n3,4e1,1\n", ["cat", "dog"]).unwrap();
    let loose = Dataset::from_csv(" 1 , -2.5,0\r\n\r\n3,4e1 ,1", ["cat", "dog"]).unwrap();
    for data in [plain, loose] {
        assert_eq!(data.x.shape()[..], [2, 2]);
        assert_eq!(data.x.array::<f32>().unwrap().to_vec(), [1.0, -2.5, 3.0, 40.0]);
        assert_eq!(labels_of(&data.y), [0, 1]);
    }
}

#[test]
fn a_lone_label_is_a_row_without_features() {
    let data = Dataset::from_csv("1\n0\n", ["cat", "dog"]).unwrap();
    assert_eq!(data.x.shape()[..], [2, 0]);
    assert_eq!(data.select(&[0]).x.shape()[..], [1, 0]);
}

#[test]
fn damaged_gzip_is_refused() {
    let truncated = &DIGITS[..DIGITS.len() / 2];
    let mut flipped = DIGITS.to_vec();
    // The last eight bytes are the checksum and the length of the text.
    flipped[DIGITS.len() - 8] ^= 1;
    for damaged in [truncated, &flipped, b"0,1,2\n", b""] {
        let error = Dataset::from_csv_gz(damaged, ["zero"]).unwrap_err();
        assert!(matches!(error, DataError::Unpack(_)), "{error:?}");
        assert!(error.to_string().starts_with("expected text packed by gzip: "), "{error}");
        assert!(error.source().is_some());
    }
}
