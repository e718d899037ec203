use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use wengert_data::idx::{self, Fault, Part};
use wengert_data::{DataError, Standardizer};

use crate::labels_of;

/// An IDX file of bytes that count up.
fn file(sizes: &[u32]) -> Vec<u8> {
    let header = [0, 0, 8, sizes.len() as u8].into_iter();
    let sizes_in_bytes = sizes.iter().flat_map(|size| size.to_be_bytes());
    header.chain(sizes_in_bytes).chain((0..sizes.iter().product()).map(|i| i as u8)).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A directory that is gone when the test is over.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = env::temp_dir().join(format!("wengert-idx-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).unwrap();
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(sizes in prop::collection::vec(1_u32..6, 0..5)) {
        let bytes = file(&sizes);
        let read = idx::parse(&bytes).unwrap();
        prop_assert_eq!(&idx::parse(&packed(&bytes)).unwrap(), &read);
        prop_assert!(read.shape.iter().map(|&size| size as u32).eq(sizes.iter().copied()));
        prop_assert_eq!(&read.bytes[..], &bytes[4 + 4 * sizes.len()..]);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        prop_assert!(bytes.starts_with(&[0, 0, 8]) || idx::parse(&bytes).is_err());
    }

    #[test]
    fn no_header_makes_it_panic(
        axes in 0_u8..6,
        rest in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255), any::<u8>()], 0..64),
        pack: bool,
    ) {
        let bytes: Vec<u8> = [0, 0, 8, axes].into_iter().chain(rest).collect();
        if let Ok(read) = idx::parse(&if pack { packed(&bytes) } else { bytes }) {
            prop_assert_eq!(read.bytes.len(), read.shape.size());
        }
    }

    #[test]
    fn no_part_of_a_packed_file_makes_it_panic(place in 0_usize..60, byte: u8) {
        let mut bytes = packed(&file(&[3, 4]));
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(read) = idx::parse(&bytes) {
            prop_assert_eq!(read.bytes.len(), read.shape.size());
        }
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let bytes = file(&[3, 4]);
    let packed = packed(&bytes);
    for whole in [&bytes, &packed] {
        for length in 0..whole.len() {
            assert!(idx::parse(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
        }
    }
}

#[track_caller]
fn refused(bytes: &[u8], message: &str) {
    assert_eq!(idx::parse(bytes).unwrap_err().to_string(), message, "for {bytes:?}");
}

#[test]
fn every_fault_is_named() {
    let magic = "expected 00 00 08 and the number of axes: an IDX file of bytes";
    refused(b"", &format!("begins with [], {magic}"));
    refused(&[0, 0, 8], &format!("begins with [00, 00, 08], {magic}"));
    refused(b"P5 28 28", &format!("begins with [50, 35, 20, 32], {magic}"));
    // Floating-point numbers are a type of the format, but no bytes.
    refused(&[0, 0, 13, 1, 0, 0, 0, 0], &format!("begins with [00, 00, 0d, 01], {magic}"));
    refused(&[0, 0, 8, 2, 0, 0, 0, 1, 0], "ends within the header, in the sizes of 2 axes");
    refused(&file(&[2, 0, 3]), "the header says [2, 0, 3], expected sizes of at least 1");
    refused(&file(&[2, 3])[..17], "the header says [2, 3], which is 6 bytes, but 5 follow");
    let mut longer = file(&[2, 3]);
    longer.push(0);
    refused(&longer, "the header says [2, 3], but more bytes follow");
    refused(&packed(&longer), "the header says [2, 3], but more bytes follow");

    let whole = packed(&file(&[100]));
    refused(&whole[..whole.len() - 20], "what gzip packed ends too early: the file was cut short");
    let mut damaged = whole.clone();
    let checksum = whole.len() - 8;
    damaged[checksum] ^= 1;
    assert!(matches!(idx::parse(&damaged), Err(Fault::Read(_))));
}

/// Were memory taken for what these headers claim, the test would not end well.
#[test]
fn sizes_beyond_the_file_take_no_memory() {
    let header = |axes: u8| {
        let sizes = (0..axes).flat_map(|_| u32::MAX.to_be_bytes());
        [0, 0, 8, axes].into_iter().chain(sizes).collect::<Vec<u8>>()
    };
    for axes in [1, 2, 3, 255] {
        for bytes in [header(axes), packed(&header(axes))] {
            let error = idx::parse(&bytes).unwrap_err();
            assert!(matches!(error, Fault::TooLarge { .. }), "{error:?}");
        }
    }
    let huge = [0, 0, 8, 1, 0, 0, 1, 0, 7];
    refused(
        &huge,
        "the header says [256], but there are at most 9 bytes: the file was cut short, or the \
         header is wrong",
    );
}

#[test]
fn mnist_is_found_under_all_its_names() {
    for (name, images, labels) in [
        ("plain", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("packed", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("dotted", "train-images.idx3-ubyte", "train-labels.idx1-ubyte.gz"),
    ] {
        let directory = Directory::new(name);
        // Whether a file is packed is told by its bytes, not by its name.
        directory.write(images, &packed(&file(&[3, 2, 2])));
        directory.write(labels, &file(&[3]));
        let data = idx::mnist(&directory.0, Part::Train).unwrap();
        assert_eq!(data.x.shape()[..], [3, 2, 2]);
        let pixels = data.x.array::<f32>().unwrap().to_vec();
        assert!(pixels.iter().zip(0..).all(|(&pixel, i)| pixel == i as f32 / 255.0));
        assert_eq!(labels_of(&data.y), [0, 1, 2]);
        assert_eq!(data.classes().len(), 10);
    }
}

/// What is wrong with a directory of these two files.
fn wrong(name: &str, images: &[u8], labels: &[u8]) -> String {
    let directory = Directory::new(name);
    directory.write("t10k-images-idx3-ubyte", images);
    directory.write("t10k-labels-idx1-ubyte", labels);
    let error = idx::mnist(&directory.0, Part::Test).unwrap_err();
    assert!(matches!(error, DataError::File { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn files_that_do_not_fit_are_refused_by_name() {
    let images = file(&[11, 2, 2]);
    for (labels, message) in [
        (file(&[10]), "x has 11 rows but y has 10 labels, expected one label a row"),
        (file(&[11]), "row 10 has label 10, expected a label of one of the 10 classes"),
        (file(&[11, 1]), "the number of axes is 2, expected 1, for labels"),
        (file(&[11])[..12].to_vec(), "the header says [11], which is 11 bytes, but 4 follow"),
    ] {
        let error = wrong("unfit", &images, &labels);
        assert!(error.contains("t10k-labels-idx1-ubyte: ") && error.contains(message), "{error}");
    }
    let error = wrong("flat", &file(&[3]), &file(&[3]));
    let message =
        "t10k-images-idx3-ubyte: the number of axes is 1, expected at least 2, for images";
    assert!(error.ends_with(message), "{error}");
}

#[test]
fn missing_files_are_named() {
    let directory = Directory::new("missing");
    let error = idx::mnist(&directory.0, Part::Train).unwrap_err();
    let DataError::Missing { names, .. } = &error else { panic!("{error:?}") };
    assert_eq!(
        names[..],
        [
            "train-images-idx3-ubyte",
            "train-images-idx3-ubyte.gz",
            "train-images.idx3-ubyte",
            "train-images.idx3-ubyte.gz",
        ]
    );
    assert!(error.to_string().contains(": found none of the files train-images-idx3-ubyte, "));

    directory.write("train-images-idx3-ubyte", &file(&[1, 1, 1]));
    let error = idx::mnist(&directory.0, Part::Train).unwrap_err();
    assert!(error.to_string().contains("train-labels-idx1-ubyte"), "{error}");

    let error = idx::read(directory.0.join("nothing")).unwrap_err().to_string();
    assert!(error.contains("nothing: could not be read: "), "{error}");
    let error = idx::read(&directory.0).unwrap_err().to_string();
    assert!(error.contains("could not be "), "{error}");
}

#[test]
fn mnist_itself() {
    let Some(directory) = env::var_os("WENGERT_MNIST") else {
        println!("skipped: WENGERT_MNIST does not name a directory with the files of MNIST");
        return;
    };
    for (part, rows, fives) in [(Part::Train, 60_000, 5421), (Part::Test, 10_000, 892)] {
        let data = idx::mnist(Path::new(&directory), part).unwrap();
        assert_eq!(data.x.shape()[..], [rows, 28, 28]);
        assert_eq!(labels_of(&data.y).iter().filter(|&&label| label == 5).count(), fives);
        if part == Part::Train {
            let scale = Standardizer::fit_whole(&data.x).unwrap();
            assert_eq!(format!("{:.4} {:.4}", scale.mean[0], scale.std[0]), "0.1307 0.3081");
        }
    }
}
