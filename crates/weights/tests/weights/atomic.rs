//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};

use wengert_autodiff::Params;
use wengert_weights::{Problem, Strictness, load, save, write_atomically};

use crate::Directory;

#[test]
fn if_writing_fails_the_old_file_stays_and_nothing_is_left_over() {
    let directory = Directory::new("failing");
    let path = directory.file("report.txt");
    write_atomically(&path, |file| file.write_all(b"old")).unwrap();
    let refused = write_atomically(&path, |file| {
        file.write_all(&vec![b'x'; 100_000])?;
        file.flush()?;
        Err(io::Error::other("the disk is full"))
    });
    assert_eq!(refused.unwrap_err().to_string(), "the disk is full");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(directory.names(), ["report.txt"]);

    write_atomically(&path, |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(directory.names(), ["report.txt"]);
}

#[test]
fn a_panic_while_writing_leaves_nothing_over() {
    let directory = Directory::new("panicking");
    let path = directory.file("report.txt");
    let written =
        std::panic::catch_unwind(|| write_atomically(&path, |_| panic!("in the middle of it")));
    assert!(written.is_err());
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn what_others_left_behind_is_not_touched() {
    let directory = Directory::new("leftover");
    let left = format!(".wengert-{}-0.tmp", std::process::id());
    fs::write(directory.file(&left), b"left").unwrap();
    write_atomically(directory.file("report.txt"), |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read(directory.file(&left)).unwrap(), b"left");
    assert_eq!(directory.names(), [left, "report.txt".into()]);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed() {
    let directory = Directory::new("link");
    let (path, link) = (directory.file("first"), directory.file("newest"));
    fs::write(&path, b"old").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    write_atomically(&link, |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn places_where_there_can_be_no_file() {
    let directory = Directory::new("places");
    let mut params = Params::f32(0);
    params.add("w", [1.0]);
    save(directory.file("file"), &params).unwrap();
    fs::create_dir(directory.file("taken")).unwrap();

    for place in ["missing/w", "file/w", "taken"] {
        let path = directory.file(place);
        let refused = save(&path, &params).unwrap_err();
        assert!(matches!(refused.problem, Problem::Io(_)), "{refused:?}");
        assert!(refused.to_string().starts_with(&format!("{}: ", path.display())), "{refused}");
        let refused = load(&path, &mut params, Strictness::EXACT).unwrap_err();
        assert!(matches!(refused.problem, Problem::Io(_)), "{refused:?}");
        assert!(refused.to_string().starts_with(&format!("{}: ", path.display())), "{refused}");
    }
    let refused = load(directory.file("taken"), &mut params, Strictness::EXACT).unwrap_err();
    assert!(refused.to_string().ends_with("taken: it is a directory"), "{refused}");
    assert_eq!(directory.names(), ["file", "taken"]);
}

#[cfg(unix)]
#[test]
fn a_device_without_end_is_not_read() {
    let mut params = Params::f32(0);
    let refused = load("/dev/zero", &mut params, Strictness::EXACT).unwrap_err();
    assert_eq!(refused.to_string(), "/dev/zero: it is not a regular file");
}
