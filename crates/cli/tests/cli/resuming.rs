//! Training that is broken off and goes on, as if it had never been.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::train::{epoch_of, timeless, trained};
use crate::{Directory, content, fs, text, wengert};

/// Sixty steps with everything that has a state: noise, dropout, and an optimizer that remembers.
const OPTIONS: [&str; 12] = [
    "--epochs",
    "3",
    "--batch",
    "64",
    "--hidden",
    "16,8",
    "--seed",
    "5",
    "--dropout",
    "0.1",
    "--checkpoint-every",
    "1",
];

/// A training that was never broken off: what it wrote, and the checkpoint at its end.
struct Unbroken {
    output: String,
    checkpoint: Vec<u8>,
}

impl Unbroken {
    fn new(directory: &Directory) -> Unbroken {
        let path = directory.file("unbroken");
        let output = trained(&[&OPTIONS[..], &["--save", &path]].concat());
        Unbroken { output, checkpoint: content(&path) }
    }

    /// One that was broken off came to the same end, and its last epochs were the same.
    #[track_caller]
    fn check(&self, output: &str, path: &str) {
        for line in output.lines().filter(|line| epoch_of(line).is_some()) {
            assert!(self.output.contains(&format!("\n{line}\n")), "{line}\n\n{}", self.output);
        }
        assert_eq!(last_line(output), last_line(&self.output));
        assert!(content(path) == self.checkpoint, "the checkpoints differ");
    }
}

fn last_line(output: &str) -> String {
    let line = output.lines().last().expect("there is a line");
    assert!(line.starts_with("fingerprint of the parameters: "), "{output}");
    line.to_owned()
}

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command.arg("train").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// What tells one file of a name from the next. Times alone are too coarse.
fn version(path: &Path) -> Option<(u64, std::time::SystemTime)> {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino;
    #[cfg(not(unix))]
    let number = fs::Metadata::len;
    let metadata = fs::metadata(path).ok()?;
    Some((number(&metadata), metadata.modified().ok()?))
}

/// Waits until a checkpoint has been written so many times, or the program has ended.
fn wait_for(child: &mut Child, path: &Path, mut times: usize) {
    let mut seen = version(path);
    while times > 0 && child.try_wait().expect("it can be asked").is_none() {
        let now = version(path);
        if now.is_some() && now != seen {
            seen = now;
            times -= 1;
        }
        thread::yield_now();
    }
}

/// Ten times the program is killed (on Unix by SIGKILL) when it has written some checkpoints, in
/// the middle of whatever it is at then.
#[test]
fn killed_at_any_moment_it_goes_on_to_the_bit() {
    let directory = Directory::new("killed");
    let unbroken = Unbroken::new(&directory);
    let path = directory.file("killed");
    let resuming = ["--resume", &path, "--checkpoint-every", "1"];
    let anew = [&OPTIONS[..], &["--save", &path]].concat();
    let mut moments = [1, 4, 2, 5, 1, 6, 3, 2, 4, 3].into_iter().cycle();
    let mut kills = 0;
    while kills < 10 {
        let arguments = if fs::exists(&path).unwrap() { &resuming[..] } else { &anew };
        let mut child = start(arguments);
        wait_for(&mut child, path.as_ref(), moments.next().unwrap());
        if child.try_wait().unwrap().is_some() {
            // It was faster than the kill, so once more from the start.
            fs::remove_file(&path).unwrap();
            continue;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        kills += 1;
    }
    unbroken.check(&trained(&resuming), &path);
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let directory = Directory::new("interrupted");
    let unbroken = Unbroken::new(&directory);
    let path = directory.file("it's here");
    let mut child = start(&[&OPTIONS[..], &["--save", &path, "--threads", "2"]].concat());
    wait_for(&mut child, path.as_ref(), 3);
    let interrupt = ["-INT", &child.id().to_string()];
    assert!(Command::new("kill").args(interrupt).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    let (start, command) = errors.trim_end().split_once('\n').expect("two lines");
    assert!(start.contains("interrupted after step ") && start.ends_with("; to go on:"), "{start}");
    assert!(!text(&output.stdout).contains("fingerprint"));

    // The command is one for a shell.
    let program = env!("CARGO_BIN_EXE_wengert");
    let command = command.replacen("wengert", &format!("'{program}'"), 1);
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    unbroken.check(&timeless(text(&output.stdout)), &path);
}

#[test]
fn at_a_constant_rate_more_epochs_may_follow() {
    let directory = Directory::new("longer");
    let path = directory.file("model");
    let train = |more: &[&str]| {
        let options = ["--hidden", "8", "--schedule", "constant", "--batch", "128"];
        last_line(&trained(&[&options[..], more].concat()))
    };
    let whole = train(&["--epochs", "4"]);
    assert_ne!(train(&["--epochs", "2", "--save", &path]), whole);
    assert_eq!(train(&["--epochs", "4", "--resume", &path]), whole);
    // There is nothing left to be learnt; the answer is the same.
    assert_eq!(train(&["--resume", &path]), whole);
}

/// The directory for checkpoints is taken away while the program runs.
#[test]
fn what_was_learnt_is_not_lost_with_the_place_for_it() {
    let directory = Directory::new("rescued");
    let place = directory.file("place");
    fs::create_dir(&place).unwrap();
    let path = directory.file("place/model");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command.arg("train").args(OPTIONS).args(["--save", &path]).current_dir(&directory.0);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    wait_for(&mut child, path.as_ref(), 1);
    fs::rename(&place, directory.file("elsewhere")).unwrap();
    let output = child.wait_with_output().unwrap();

    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.starts_with("warning: ") && errors.contains("training goes on"), "{errors}");
    let (_, rescued) = errors.split_once("what was learnt is in ./").expect(errors);
    let (rescued, _) = rescued.split_once(" instead").expect(errors);
    let line = last_line(text(&output.stdout));
    let again = wengert(&["train", "--resume", &directory.file(rescued)]);
    assert_eq!(last_line(text(&again.stdout)), line);
}
