//! Files that are cut off, changed, or never were what they seem.

use std::fs;
use std::path::Path;

use wengert_autodiff::{Params, Tape};
use wengert_optim::{Adam, Optimizer};
use wengert_weights::{Checkpoint, Problem, Strictness, load};

use crate::{Directory, bits, python};

/// The bytes of a small checkpoint with some of everything.
fn checkpoint(directory: &Directory) -> Vec<u8> {
    let mut params = Params::f32(0);
    let w = params.add("w", [1.0, -2.0]);
    let mut adam = Adam::new(0.1);
    let mut tape = Tape::f32();
    tape.set_seed(u64::MAX);
    let step = tape.value_and_grad(&params, |scope| (scope.var(w).square().sum(), []));
    adam.step(&mut params, &step.gradients);
    let checkpoint = Checkpoint::new().params(&params).optimizer(&adam, &params).random(&tape);
    let path = directory.file("whole");
    checkpoint.meta("epoch", 3).save(&path).unwrap();
    fs::read(&path).unwrap()
}

/// Reads bytes as weights and as a checkpoint: neither panics, and if one is read, so is the other.
fn read(path: &Path, bytes: &[u8]) -> Result<Checkpoint, Problem> {
    // A file that is written over is waited for by some file systems.
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
    let mut params = Params::f32(0);
    params.add("params/w", [0.0, 0.0]);
    let before = bits(&params);
    let allowed = Strictness::EXACT.allow_missing().allow_unexpected();
    if load(path, &mut params, allowed).is_err() {
        assert_eq!(bits(&params), before);
    }
    Checkpoint::load(path).map_err(|error| error.problem)
}

#[test]
fn cut_off_anywhere() {
    let directory = Directory::new("cut");
    let bytes = checkpoint(&directory);
    let path = directory.file("cut");
    for length in 0..bytes.len() {
        let problem = read(&path, &bytes[..length]).unwrap_err();
        assert!(matches!(problem, Problem::Format(_)), "{length}: {problem}");
    }
    let problem = read(&path, &[&bytes[..], &[0]].concat()).unwrap_err();
    assert!(problem.to_string().contains("its tensors need 40 bytes, and it has 41"), "{problem}");
}

#[test]
fn changed_anywhere() {
    let directory = Directory::new("changed");
    let bytes = checkpoint(&directory);
    let path = directory.file("changed");
    let whole = read(&path, &bytes).unwrap();
    for place in 0..bytes.len() {
        for bit in [0, 3, 7] {
            let mut bytes = bytes.clone();
            bytes[place] ^= 1 << bit;
            // A space at the end of the header may become another; then nothing is lost.
            if let Ok(read) = read(&path, &bytes) {
                assert_eq!(read, whole, "byte {place}");
            }
        }
    }
    // A bit of the last number, to be sure that the checksum is what notices.
    let mut bytes = bytes;
    *bytes.last_mut().unwrap() ^= 1;
    assert!(matches!(read(&path, &bytes), Err(Problem::Checksum { .. })));
}

/// A file with this header, and so many bytes after it.
fn with_header(header: &str, data: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat()
}

#[test]
fn headers_that_are_none() {
    let directory = Directory::new("headers");
    let path = directory.file("header");
    let check = |bytes: &[u8], expected: &str| {
        let problem = read(&path, bytes).unwrap_err();
        assert!(matches!(problem, Problem::Format(_)), "{problem}");
        assert!(problem.to_string().contains(expected), "{problem}, expected {expected}");
    };
    check(b"", "it has 0 bytes only");
    check(b"once upon a time", "its header would have 8030046917602012783 bytes");
    check(&with_header("", 0), "its header is not as it should be");
    check(&with_header("[]", 0), "its header is not as it should be");
    check(&with_header("{\"a\": {}}", 0), "missing field `dtype`");
    check(&with_header(&"[".repeat(100_000), 0), "its header is not as it should be");
    check(&u64::MAX.to_le_bytes(), "its header would have 18446744073709551615 bytes");
    check(&100_u64.to_le_bytes(), "its header would have 100 bytes, more than are left of its 8");
    check(&[&[2, 0, 0, 0, 0, 0, 0, 0][..], &[0xFF, 0xFE]].concat(), "its header is not");

    let entry = |name: &str, shape: &str, offsets: &str| {
        format!(r#""{name}":{{"dtype":"F32","shape":[{shape}],"data_offsets":[{offsets}]}}"#)
    };
    let one = |shape: &str, offsets: &str, size| {
        with_header(&format!("{{{}}}", entry("a", shape, offsets)), size)
    };
    check(&one("2", "0,8", 4), "its tensors need 8 bytes, and it has 4");
    check(&one("2", "0,4", 4), "invalid shape, data type, or offset");
    check(&one("2", "8,0", 8), "invalid offset for tensor `a`");
    check(&one("2", "4,12", 12), "invalid offset for tensor `a`");
    check(&one("2", "-8,0", 8), "its header is not");
    check(&one("4611686018427387904,4", "0,0", 0), "overflow");
    check(&one("576460752303423487", "0,2305843009213693948", 8), "its tensors need 23058430");
    let two = |offsets: [&str; 2], size| {
        let [a, b] = [("a", offsets[0]), ("b", offsets[1])].map(|(name, x)| entry(name, "2", x));
        with_header(&format!("{{{a},{b}}}"), size)
    };
    check(&two(["0,8", "4,12"], 12), "invalid offset for tensor `b`");
    check(&two(["0,8", "0,8"], 8), "invalid offset for tensor `");
    check(&two(["0,8", "16,24"], 24), "invalid offset for tensor `b`");
    // Together so many bytes that one can hardly count on.
    let huge = |place: u64| {
        let start = place * 2_305_843_009_213_693_948;
        let offsets = format!("{start},{}", start + 2_305_843_009_213_693_948);
        entry(&format!("w{place}"), "576460752303423487", &offsets)
    };
    let all: Vec<String> = (0..8).map(huge).collect();
    let header = format!("{{{}}}", all.join(","));
    check(&with_header(&header, 8), "its tensors need 18446744073709551584 bytes, and it has 8");
}

#[test]
fn what_is_no_checkpoint_of_ours() {
    let directory = Directory::new("none");
    let path = directory.file("none");
    let refused = Checkpoint::load(python()).unwrap_err();
    let expected = "python.safetensors: this is no checkpoint, though it may be weights";
    assert!(refused.to_string().ends_with(expected), "{refused}");

    let with = |metadata: &[(&str, &str)]| {
        let (header, bytes) = (header_with(metadata, ""), with_header);
        read(&path, &bytes(&header, 0)).map_err(|problem| problem.to_string())
    };
    let version = |version| ("wengert.checkpoint", version);
    let expected = "this is a checkpoint of version 2, and only those up to 1 are known";
    assert_eq!(with(&[version("2")]).unwrap_err(), expected);
    assert!(with(&[version("one")]).unwrap_err().contains("of version one"));
    assert_eq!(with(&[version("1")]).unwrap_err(), "the checkpoint has no checksum");
    let sum = |metadata: &[(&str, &str)]| {
        let mut sum = crc32fast::Hasher::new();
        for text in metadata.iter().flat_map(|(key, value)| [key, value]) {
            sum.update(&(text.len() as u64).to_le_bytes());
            sum.update(text.as_bytes());
        }
        format!("crc32:{:08x}", sum.finalize())
    };
    let right = sum(&[version("1")]);
    assert!(with(&[version("1"), ("wengert.checksum", &right)]).is_ok());
    let random = [version("1"), ("wengert.random", "1")];
    let right = sum(&random);
    let expected = "the checkpoint says \"wengert.random\" is \"1\", expected a seed and a number \
                    of steps";
    let refused = with(&[random[0], random[1], ("wengert.checksum", &right)]).unwrap_err();
    assert_eq!(refused, expected);
    let wrong = with(&[random[0], random[1], ("wengert.checksum", "crc32:0")]).unwrap_err();
    let expected = format!(
        "the file is damaged, or was changed by another program: the checksum of its content is \
         {right}, expected crc32:0 as noted in it"
    );
    assert_eq!(wrong, expected);
}

/// A header with metadata, and some text after it.
fn header_with(metadata: &[(&str, &str)], rest: &str) -> String {
    let pairs: Vec<String> =
        metadata.iter().map(|(key, value)| format!("{key:?}:{value:?}")).collect();
    format!(r#"{{"__metadata__":{{{}}}{rest}}}"#, pairs.join(","))
}
