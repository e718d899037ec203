//! A foreign program while it runs: lines to it, lines from it, and its end. What the lines say is
//! not known here.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::foreign::error::Problem;

/// A program that was started.
///
/// Lines are written and read by threads of their own: a program that neither reads nor answers
/// blocks them, and not the check. They end with the program, or with what it has started.
pub struct Process {
    child: Child,
    /// Lines to it; gone when its standard input is to end.
    questions: Option<Sender<String>>,
    answers: Receiver<io::Result<Vec<u8>>>,
    timeout: Duration,
    /// Whether it was asked anything: what it prints before is shown as its first answer.
    is_asked: bool,
    /// How long it may take to end by itself.
    grace: Duration,
}

/// Answers may have so many bytes.
const LONGEST: u64 = 256 << 20;

/// How long a program may take to end when its standard input has ended.
const GRACE: Duration = Duration::from_secs(1);

impl Process {
    /// Starts a program, which has to answer each question in this time.
    pub fn start(command: &[OsString], timeout: Duration) -> Result<Process, Problem> {
        let mut start = Command::new(&command[0]);
        start.args(&command[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        alone(&mut start);
        let mut child = start.spawn().map_err(Problem::Start)?;
        end_on_interrupt(&child);
        let (questions, asked) = mpsc::channel();
        // A program that prints without end is not read without end.
        let (answer, answers) = mpsc::sync_channel(1);
        if let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) {
            thread::spawn(move || write_lines(stdin, &asked));
            thread::spawn(move || read_lines(stdout, &answer));
        }
        let questions = Some(questions);
        Ok(Process { child, questions, answers, timeout, is_asked: false, grace: GRACE })
    }

    /// Writes a line, and waits for the one that answers it.
    pub fn ask(&mut self, line: String) -> Result<String, Problem> {
        if self.is_asked
            && let Ok(Ok(early)) = self.answers.try_recv()
        {
            return Err(Problem::Unasked(String::from_utf8_lossy(&early).into_owned()));
        }
        self.is_asked = true;
        if let Some(questions) = &self.questions {
            // If it does not read any more it will not answer either, and it is told then why.
            let _ = questions.send(line);
        }
        match self.answers.recv_timeout(self.timeout) {
            Ok(Ok(line)) if line.len() as u64 > LONGEST => Err(Problem::TooLong(LONGEST)),
            Ok(Ok(line)) => {
                String::from_utf8(line).map_err(|error| Problem::NoText(error.into_bytes()))
            }
            Ok(Err(error)) => Err(Problem::Unreadable(error)),
            Err(RecvTimeoutError::Timeout) => {
                self.grace = Duration::ZERO;
                // What it has started may hold its output open when it has ended itself.
                Err(self.status().map_or(Problem::Silent(self.timeout), Problem::Ended))
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.questions = None;
                Err(self.status().map_or(Problem::Closed, Problem::Ended))
            }
        }
    }

    /// How it ended, if it does so by itself.
    fn status(&mut self) -> Option<ExitStatus> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if start.elapsed() >= self.grace {
                return None;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    /// Ends the program: by the end of its standard input, or else by force.
    fn drop(&mut self) {
        self.questions = None;
        if self.status().is_none() {
            kill_group(self.child.id());
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<String>) {
    for line in lines {
        let written = stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush());
        if written.is_err() {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, answer: &SyncSender<io::Result<Vec<u8>>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = stdout.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line);
        let is_last = !matches!(read, Ok(1..));
        if is_last && read.is_ok() {
            return;
        }
        if answer.send(read.map(|_| line)).is_err() || is_last {
            return;
        }
    }
}

/// Gives a program a group of its own, with all that it starts.
fn alone(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Kills a program and all that it has started: a shell's children hold its output open otherwise.
fn kill_group(id: u32) {
    #[cfg(unix)]
    {
        let kill = format!("kill -s KILL -- -{id}");
        let _ = Command::new("/bin/sh").args(["-c", &kill]).stderr(Stdio::null()).status();
    }
    #[cfg(not(unix))]
    let _ = id;
}

/// On Ctrl-C, which a program in a group of its own does not hear, it ends too.
fn end_on_interrupt(child: &Child) {
    let id = child.id();
    let end = move || {
        kill_group(id);
        std::process::exit(i32::from(crate::failure::INTERRUPTED));
    };
    // Without it Ctrl-C ends the check alone, and with that the program's standard input.
    let _ = ctrlc::set_handler(end);
}
