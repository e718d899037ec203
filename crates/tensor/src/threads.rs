//! A team of threads that loops are split over. What is split, and into which parts, is decided by
//! the loops; so that no bit depends on the team, they cut by shape and never by its size alone.
//!
//! Waking a thread that sleeps costs some 50 µs, more than most loops take. So the helpers of a
//! team spin for a moment after each job, and sleep only when none follows. A caller that finds
//! itself done before a helper has woken up does not wait for it.

use std::any::Any;
use std::fmt;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};

/// How often a helper looks for a new job before it goes to sleep: some 100 µs.
const SPINS: usize = 20_000;

/// Threads that share the work of loops: the caller's and its helpers, which sleep while there is
/// nothing to do and end with the last clone.
///
/// ```
/// # use wengert_tensor::Threads;
/// let threads = Threads::new(2);
/// let mut squares = vec![0; 1000];
/// threads.split(&mut squares, 100, |part, squares| {
///     for (k, square) in squares.iter_mut().enumerate() {
///         *square = (100 * part + k).pow(2);
///     }
/// });
/// assert_eq!(squares[999], 999 * 999);
/// ```
#[derive(Clone, Default)]
pub struct Threads(Option<Arc<Team>>);

impl Threads {
    /// A team of `count` threads, the caller's among them; at least 1. Where the system refuses to
    /// start so many, as on WebAssembly, there are fewer: that changes no result.
    pub fn new(count: usize) -> Threads {
        let shared = Arc::<Shared>::default();
        let start = |number| {
            let shared = Arc::clone(&shared);
            let helper = thread::Builder::new().name(format!("wengert-{number}"));
            helper.spawn(move || shared.help()).ok()
        };
        let helpers: Vec<JoinHandle<()>> = (1..count).map_while(start).collect();
        let team = (!helpers.is_empty()).then(|| Team { shared, helpers, busy: Mutex::new(()) });
        Threads(team.map(Arc::new))
    }

    /// How many threads there are, the caller's included.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(1, |team| 1 + team.helpers.len())
    }

    /// Calls `task(0)`, …, `task(tasks - 1)`, in any order and on any of the threads, and returns
    /// when all are done. While the team is at work, the tasks of another caller, or of a task, are
    /// done by that caller alone.
    ///
    /// # Panics
    ///
    /// If a task does; tasks that have not begun by then may be left out.
    pub fn run(&self, tasks: usize, task: impl Fn(usize) + Sync) {
        let team = self.0.as_ref().filter(|_| tasks > 1);
        match team.and_then(|team| Some((team, team.engage()?))) {
            Some((team, _busy)) => team.shared.run(tasks, &task),
            None => (0..tasks).for_each(task),
        }
    }

    /// Cuts `y` into parts of `len` elements, the last of which may be shorter, and calls
    /// `task(number, part)` for each, as [`run`](Self::run) does.
    ///
    /// # Panics
    ///
    /// If `len` is 0 and there are elements, or a task panics.
    pub fn split<T: Send>(&self, y: &mut [T], len: usize, task: impl Fn(usize, &mut [T]) + Sync) {
        if y.len() <= len || self.0.is_none() {
            return y.chunks_mut(len.max(1)).enumerate().for_each(|(k, part)| task(k, part));
        }
        let count = y.len().div_ceil(len);
        let parts = Mutex::new(y.chunks_mut(len).enumerate());
        self.run(count, |_| {
            let part = lock(&parts).next();
            if let Some((number, part)) = part {
                task(number, part);
            }
        });
    }

    /// A length of parts for [`split`](Self::split): all of `len` where that is not worth sharing,
    /// else a few parts for each thread, none shorter than `least` and all but the last multiples
    /// of it. For loops whose result does not depend on where they are cut.
    pub fn part(&self, len: usize, least: usize) -> usize {
        let parts = match self.count() {
            1 => 1,
            count => 4 * count,
        };
        let least = least.max(1);
        if len < 2 * least { len.max(1) } else { len.div_ceil(parts).next_multiple_of(least) }
    }

    /// How many tasks other threads than their callers' have done.
    pub fn helped(&self) -> usize {
        self.0.as_ref().map_or(0, |team| team.shared.helped.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Threads").field(&self.count()).finish()
    }
}

/// The helpers, and who is served by them.
struct Team {
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
    /// Held by the caller that the team works for.
    busy: Mutex<()>,
}

impl Team {
    /// The right to give the team a job, if nobody else has it.
    fn engage(&self) -> Option<MutexGuard<'_, ()>> {
        match self.busy.try_lock() {
            Ok(busy) => Some(busy),
            // A task panicked; the job was closed all the same.
            Err(TryLockError::Poisoned(busy)) => Some(busy.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.wake();
        for helper in self.helpers.drain(..) {
            // A helper catches the panics of tasks; it has none of its own.
            helper.join().expect("helpers do not panic");
        }
    }
}

/// What the caller and its helpers see of each other.
#[derive(Default)]
struct Shared {
    /// The number of the job in steps of [`JOB`], whether helpers may join it ([`OPEN`]), and how
    /// many have.
    gate: AtomicUsize,
    /// The job, on the stack of its caller; only helpers that have joined may look.
    job: AtomicPtr<Job<'static>>,
    stop: AtomicBool,
    helped: AtomicUsize,
    /// What a task panicked with on a helper.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    sleepers: AtomicUsize,
    asleep: Mutex<()>,
    alarm: Condvar,
}

const OPEN: usize = 1 << 15;
const JOB: usize = 1 << 16;

/// The tasks of one caller, and which of them comes next.
struct Job<'a> {
    task: &'a (dyn Fn(usize) + Sync),
    tasks: usize,
    next: AtomicUsize,
}

impl Job<'_> {
    /// Does tasks until none is left, and says how many.
    fn work(&self) -> usize {
        let mut done = 0;
        loop {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            if next >= self.tasks {
                return done;
            }
            (self.task)(next);
            done += 1;
        }
    }
}

impl Shared {
    /// The caller's side: opens a job, works on it, and waits for those who have joined.
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        /// Closes the job, also when a task of the caller's panics: the helpers work with what
        /// lies on its stack.
        struct Closing<'a>(&'a Shared);
        impl Drop for Closing<'_> {
            fn drop(&mut self) {
                self.0.gate.fetch_and(!OPEN, Ordering::SeqCst);
                let mut spins = 0;
                while self.0.gate.load(Ordering::Acquire) & (OPEN - 1) != 0 {
                    spins += 1;
                    if spins > SPINS { thread::yield_now() } else { spin_loop() }
                }
            }
        }
        let job = Job { task, tasks, next: AtomicUsize::new(0) };
        // A helper's panic is lost where the caller's own came first.
        *lock(&self.panic) = None;
        self.job.store(ptr::from_ref(&job).cast_mut().cast(), Ordering::Relaxed);
        {
            let _closing = Closing(self);
            // Nobody works here now: the number goes up, and the gate is open.
            self.gate.fetch_add(JOB + OPEN, Ordering::SeqCst);
            if self.sleepers.load(Ordering::SeqCst) > 0 {
                self.wake();
            }
            job.work();
        }
        if let Some(payload) = lock(&self.panic).take() {
            resume_unwind(payload);
        }
    }

    /// A helper's life.
    fn help(&self) {
        let mut last = 0;
        while let Some(job) = self.join(last) {
            last = job;
            let job = self.job.load(Ordering::Relaxed);
            #[allow(unsafe_code, reason = "a job lies on its caller's stack")]
            // SAFETY: this helper has joined, and the caller, which stored the pointer before it
            // opened the gate, does not return or unwind before every helper that has joined has
            // left: `Closing` waits for that. So the job and what its task borrows are alive until
            // the gate is left below, and shared references to both may be used on any thread:
            // the task is `Sync`.
            let job = unsafe { &*job };
            match catch_unwind(AssertUnwindSafe(|| job.work())) {
                Ok(done) => {
                    self.helped.fetch_add(done, Ordering::Relaxed);
                }
                Err(payload) => *lock(&self.panic) = Some(payload),
            }
            self.gate.fetch_sub(1, Ordering::Release);
        }
    }

    /// Waits for another job than the `last`, joins it, and answers with its number; `None` when
    /// the team is dissolved.
    fn join(&self, last: usize) -> Option<usize> {
        let mut spins = 0;
        loop {
            let gate = self.gate.load(Ordering::SeqCst);
            if gate & OPEN != 0 && gate / JOB != last {
                let joined = self.gate.compare_exchange_weak(
                    gate,
                    gate + 1,
                    Ordering::Acquire,
                    Ordering::Relaxed,
                );
                if joined.is_ok() {
                    return Some(gate / JOB);
                }
            } else if self.stop.load(Ordering::SeqCst) {
                return None;
            } else if spins < SPINS {
                spins += 1;
                spin_loop();
            } else {
                self.sleep(gate);
                spins = 0;
            }
        }
    }

    /// Sleeps until the gate has changed or the team is dissolved.
    fn sleep(&self, gate: usize) {
        let mut asleep = lock(&self.asleep);
        // Whoever opens the gate looks for sleepers afterwards; this one is counted before it looks
        // at the gate. So one of them sees the other.
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        while self.gate.load(Ordering::SeqCst) == gate && !self.stop.load(Ordering::SeqCst) {
            asleep = self.alarm.wait(asleep).unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }

    fn wake(&self) {
        // With the lock, nobody is between looking at the gate and falling asleep.
        drop(lock(&self.asleep));
        self.alarm.notify_all();
    }
}

/// Nothing that is locked here is left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
