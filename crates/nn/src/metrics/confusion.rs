//! Which classes are taken for which.

use std::fmt;

use wengert_tensor::Tensor;

use crate::metrics::answers;

/// How often each class was answered, for rows of each class.
///
/// ```
/// # use wengert_nn::metrics::ConfusionMatrix;
/// # use wengert_tensor::Tensor;
/// let logits = Tensor::from([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]);
/// let matrix = ConfusionMatrix::new(&logits, &Tensor::from([0_i64, 1, 1]));
/// assert_eq!(matrix.count(1, 0), 1); // a 1 was taken for a 0
/// assert_eq!(matrix.recall(1), 0.5);
/// println!("{}", matrix.named(["cat", "dog"]));
/// ```
///
/// That prints
///
/// ```text
///      cat dog recall
/// cat    1   0 100.0%
/// dog    1   1  50.0%
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// A row for each class, with an entry for each answer.
    counts: Vec<Vec<usize>>,
    names: Vec<String>,
}

impl ConfusionMatrix {
    /// The matrix of these answers: logits `[…, classes]` for rows with these labels, an index
    /// tensor `[…]`. The answer is the class of the largest logit, as for
    /// [`accuracy`](super::accuracy). Classes are named by their numbers.
    ///
    /// # Panics
    ///
    /// If the labels have not the logits' shape without its last axis, or one is no class.
    #[track_caller]
    pub fn new(logits: &Tensor, labels: &Tensor) -> ConfusionMatrix {
        let answers = answers("confusion matrix", logits, labels);
        let classes = logits.shape()[logits.rank() - 1];
        let mut counts = vec![vec![0; classes]; classes];
        for (answer, label) in answers {
            let row = usize::try_from(label).ok().and_then(|label| counts.get_mut(label));
            let Some(row) = row else {
                panic!("confusion matrix: label {label} is none of the {classes} classes");
            };
            row[answer] += 1;
        }
        ConfusionMatrix { counts, names: (0..classes).map(|class| class.to_string()).collect() }
    }

    /// The same matrix with names for the classes.
    ///
    /// # Panics
    ///
    /// If there are not as many names as classes.
    #[track_caller]
    pub fn named<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> ConfusionMatrix {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let (have, want) = (names.len(), self.counts.len());
        assert!(have == want, "{have} names for {want} classes");
        ConfusionMatrix { names, ..self }
    }

    /// How many rows of the class `label` were answered with the class `answer`.
    ///
    /// # Panics
    ///
    /// If one of them is no class.
    #[track_caller]
    pub fn count(&self, label: usize, answer: usize) -> usize {
        self.counts[label][answer]
    }

    /// The share of all rows that were answered rightly; NaN without rows.
    pub fn accuracy(&self) -> f64 {
        let hits: usize = (0..self.counts.len()).map(|class| self.counts[class][class]).sum();
        hits as f64 / self.counts.iter().flatten().sum::<usize>() as f64
    }

    /// The share of the rows of a class that were answered with it; NaN without such rows.
    ///
    /// # Panics
    ///
    /// If it is no class.
    #[track_caller]
    pub fn recall(&self, class: usize) -> f64 {
        self.scores(class).recall
    }

    /// Precision, recall and F1 of a class.
    ///
    /// # Panics
    ///
    /// If it is no class.
    #[track_caller]
    pub fn scores(&self, class: usize) -> Scores {
        let rows = self.counts[class].iter().sum();
        let answers = self.counts.iter().map(|row| row[class]).sum();
        Scores::new(self.counts[class][class], rows, answers)
    }

    /// The means of precision, recall and F1 over all classes that occur, as labels or as answers:
    /// every class counts alike, however rare it is. What is undefined for such a class counts as
    /// 0; NaN without rows.
    ///
    /// ```
    /// # use wengert_nn::metrics::ConfusionMatrix;
    /// # use wengert_tensor::Tensor;
    /// let logits = Tensor::from([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]);
    /// let matrix = ConfusionMatrix::new(&logits, &Tensor::from([0_i64, 1, 1]));
    /// let scores = matrix.macro_scores();
    /// assert_eq!((scores.precision, scores.recall), (0.75, 0.75));
    /// ```
    pub fn macro_scores(&self) -> Scores {
        let scores = (0..self.counts.len()).map(|class| self.scores(class));
        let occurring: Vec<Scores> = scores.filter(|scores| !scores.f1.is_nan()).collect();
        let mean = |score: fn(&Scores) -> f64| {
            let defined = occurring.iter().map(score).filter(|score| !score.is_nan());
            defined.sum::<f64>() / occurring.len() as f64
        };
        Scores {
            precision: mean(|scores| scores.precision),
            recall: mean(|scores| scores.recall),
            f1: mean(|scores| scores.f1),
        }
    }

    /// Precision, recall and F1 of all rows taken together: every row counts alike. Where each row
    /// has one label and one answer, as here, all three are the [accuracy](Self::accuracy).
    pub fn micro_scores(&self) -> Scores {
        let accuracy = self.accuracy();
        Scores { precision: accuracy, recall: accuracy, f1: accuracy }
    }
}

/// How well a class is told from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// The share of the answers with the class that are right; NaN without such answers.
    pub precision: f64,
    /// The share of the rows of the class that are answered rightly; NaN without such rows.
    pub recall: f64,
    /// The harmonic mean of both: right answers for each answer or row of the class, of which there
    /// are twice as many at best. NaN without either.
    pub f1: f64,
}

impl Scores {
    /// Of a class with so many hits, rows, and answers.
    fn new(hits: usize, rows: usize, answers: usize) -> Scores {
        let share = |hits: usize, all: usize| hits as f64 / all as f64;
        Scores {
            precision: share(hits, answers),
            recall: share(hits, rows),
            f1: share(2 * hits, rows + answers),
        }
    }
}

impl fmt::Display for ConfusionMatrix {
    /// A table: a line for each class, a column for each answer, and the recall of the class.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter().flatten().map(|count| count.to_string().len());
        let names = || self.names.iter().map(|name| name.chars().count());
        let (first, width) = (names().max().unwrap_or(0), counts.chain(names()).max().unwrap_or(0));
        write!(f, "{:first$}", "")?;
        for name in &self.names {
            write!(f, " {name:>width$}")?;
        }
        write!(f, " recall")?;
        for (class, name) in self.names.iter().enumerate() {
            write!(f, "\n{name:first$}")?;
            for count in &self.counts[class] {
                write!(f, " {count:>width$}")?;
            }
            match self.recall(class) {
                recall if recall.is_nan() => write!(f, " {:>6}", "-")?,
                recall => write!(f, " {:>5.1}%", 100.0 * recall)?,
            }
        }
        Ok(())
    }
}
