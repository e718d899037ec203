//! Data that come from directories, and what can be wrong with them.

use std::env;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::refusals::fails;
use crate::train::{test_accuracy, trained};
use crate::{Directory, text, wengert};

const HEIGHT: usize = 10;
const WIDTH: usize = 9;

/// Images in which the row of the label is dark, with some noise: easy to tell apart.
fn images(count: usize) -> Vec<u8> {
    let sizes = [count, HEIGHT, WIDTH].map(|size| (size as u32).to_be_bytes());
    let mut bytes = [&[0, 0, 8, 3][..], &sizes.concat()].concat();
    for i in 0..count * HEIGHT * WIDTH {
        let (image, row) = (i / (HEIGHT * WIDTH), i / WIDTH % HEIGHT);
        let noise = (i as u32).wrapping_mul(2_654_435_761) >> 26;
        bytes.push(if row == image % 10 { 255 } else { noise as u8 });
    }
    bytes
}

fn labels(count: usize) -> Vec<u8> {
    let size = (count as u32).to_be_bytes();
    [0, 0, 8, 1].into_iter().chain(size).chain((0..count).map(|i| (i % 10) as u8)).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A directory with all that belongs into one.
fn directory(name: &str) -> Directory {
    let directory = Directory::new(name);
    directory.write("train-images-idx3-ubyte.gz", &packed(&images(300)));
    directory.write("train-labels-idx1-ubyte", &labels(300));
    directory.write("t10k-images.idx3-ubyte", &images(50));
    directory.write("t10k-labels.idx1-ubyte.gz", &packed(&labels(50)));
    directory
}

#[test]
fn images_in_a_directory_are_learnt() {
    let directory = directory("learnt");
    let path = directory.0.to_str().unwrap();
    for model in ["mlp", "cnn"] {
        let output = trained(&["--data", path, "--model", model, "--batch", "16"]);
        let sizes = "280 rows to train, 20 to validate, 50 to test; each [10, 9], of 10 classes";
        assert!(output.contains(sizes), "{output}");
        assert!(test_accuracy(&output) >= 90.0, "{output}");
    }
}

#[test]
fn what_is_no_data_set_is_refused() {
    let names = "expected digits, iris, wine, breast-cancer, or a directory with IDX files";
    fails(&["--data", "irsi"], &format!("there is no data set and no directory irsi, {names}"));
    let empty = Directory::new("empty");
    let names = "found none of the files train-images-idx3-ubyte, train-images-idx3-ubyte.gz, ";
    fails(&["--data", empty.0.to_str().unwrap()], names);
}

#[test]
fn files_that_are_damaged_are_refused_by_name() {
    let whole = packed(&images(300));
    let mut flipped = whole.clone();
    let checksum = whole.len() - 8;
    flipped[checksum] ^= 1;
    let mut labelled = labels(300);
    labelled[100] = 11;
    let longer = [images(300), vec![0]].concat();
    let directory = directory("damaged-data");
    let path = directory.0.to_str().unwrap();
    for (file, bytes, message) in [
        ("train-images-idx3-ubyte.gz", &whole[..whole.len() / 2], "the file was cut short"),
        ("train-images-idx3-ubyte.gz", &flipped, "could not be unpacked: "),
        ("train-images-idx3-ubyte.gz", &longer, "[300, 10, 9], but more bytes follow"),
        ("train-images-idx3-ubyte.gz", b"PNG, not IDX", "an IDX file of bytes"),
        ("train-images-idx3-ubyte.gz", &images(300)[..5000], "the file was cut short"),
        ("train-images-idx3-ubyte.gz", &images(299), "x has 299 rows but y has 300 labels"),
        ("train-labels-idx1-ubyte", &labelled, "row 92 has label 11, expected a label of one"),
        ("t10k-images.idx3-ubyte", &images(0), "expected sizes of at least 1"),
    ] {
        let good = crate::content(directory.file(file));
        directory.write(file, bytes);
        fails(&["--data", path], message);
        directory.write(file, &good);
    }
}

#[test]
fn data_may_move_but_not_change_before_training_goes_on() {
    let (here, there) = (directory("here"), directory("there"));
    let [here_path, there_path] = [&here, &there].map(|place| place.0.to_str().unwrap());
    let saved = here.file("model");
    let arguments = ["--data", here_path, "--epochs", "1", "--save", &saved];
    let first = trained(&arguments);
    let second = trained(&["--resume", &saved, "--data", there_path]);
    assert_eq!(first.lines().last(), second.lines().last());

    there.write("t10k-images.idx3-ubyte", &images(60));
    there.write("t10k-labels.idx1-ubyte.gz", &packed(&labels(60)));
    let output = wengert(&["train", "--resume", &saved, "--data", there_path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("its data were others than "));
}

/// `WENGERT_MNIST` names a directory with the files of MNIST. With `--release` this is a matter of
/// minutes.
#[test]
fn mnist_is_learnt_if_it_is_there() {
    let Some(directory) = env::var_os("WENGERT_MNIST") else {
        println!("skipped: WENGERT_MNIST does not name a directory with the files of MNIST");
        return;
    };
    let directory = directory.to_str().unwrap();
    for (model, least) in [("mlp", 97.5), ("cnn", 98.8)] {
        let output = trained(&["--data", directory, "--model", model]);
        assert!(test_accuracy(&output) >= least, "{output}");
    }
}
