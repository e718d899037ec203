//! What a program costs, before it is run.

use std::fmt;

use crate::inspect::table::{Totals, TotalsLine, scaled, share, write_columns};
use crate::op::{Kind, Type};
use crate::origin::Origin;
use crate::program::Program;
use crate::tape::Precision;

/// What a program costs: its operations, in the order in which they are computed.
#[derive(Clone, PartialEq, Debug)]
pub struct Cost {
    /// One line for each operation of the program, as it was recorded.
    pub lines: Vec<CostLine>,
    /// The bytes that the temporaries of a run take, as it is planned: see
    /// [`Program::peak_bytes`].
    pub peak_bytes: usize,
}

/// What an operation costs.
#[derive(Clone, PartialEq, Debug)]
pub struct CostLine {
    /// Its name.
    pub operation: &'static str,
    /// The types of its operands.
    pub operands: Vec<Type>,
    /// The type of its result.
    pub type_of: Type,
    /// Floating-point operations: each of `+ − × ÷` and each elementary function counted as one.
    pub flops: u64,
    /// The bytes that it reads and writes: none if its result is its operand, differently read.
    pub bytes: usize,
    /// The bytes of all results that are still needed when it has been computed, its own included,
    /// if each is kept from the operation that computes it to the last that reads it.
    pub live_bytes: usize,
    /// Where it was recorded.
    pub origin: Origin,
}

impl Program {
    /// What it costs, operation by operation, before anything is run. The table can be printed, and
    /// added up by operation, by scope and by source line.
    ///
    /// ```
    /// # use wengert_autodiff::Tape;
    /// let tape = Tape::new();
    /// let (x, w) = (tape.input(vec![1.0; 6]).reshape([2, 3]), tape.input(vec![1.0; 12]));
    /// let program = tape.program([x, w], [x.matmul(w.reshape([3, 4])).tanh().sum()]);
    /// let cost = program.cost();
    /// assert_eq!(cost.flops(), 2 * 2 * 3 * 4 + 8 + 8); // product, tanh, sum
    /// assert_eq!(cost.by_operation().lines[0].name, "matmul");
    /// println!("{cost}");
    /// ```
    pub fn cost(&self) -> Cost {
        let nodes: Vec<_> = self.nodes().collect();
        let leaves = self.leaves().map(|(_, type_of)| type_of);
        let types: Vec<&Type> = nodes.iter().map(|node| node.type_of).chain(leaves).collect();
        let size = |type_of: &Type| type_of.shape.size() * self.element_bytes(type_of.kind);

        // Views share what they are views of, which is needed for as long as they are.
        let mut root: Vec<usize> = (0..types.len()).collect();
        let mut last_read: Vec<usize> = (0..types.len()).collect();
        for (number, node) in nodes.iter().enumerate() {
            if node.op.is_view() {
                root[number] = root[node.operands[0] as usize];
            }
            for &operand in node.operands {
                last_read[root[operand as usize]] = number;
            }
        }
        for &output in self.outputs() {
            last_read[root[output as usize]] = nodes.len();
        }

        let mut ends: Vec<Vec<usize>> = vec![Vec::new(); nodes.len() + 1];
        let mut live = 0;
        let lines = nodes.iter().enumerate().map(|(number, node)| {
            let operands: Vec<Type> =
                node.operands.iter().map(|&x| types[x as usize].clone()).collect();
            let is_view = node.op.is_view();
            if !is_view {
                live += size(node.type_of);
                ends[last_read[number]].push(size(node.type_of));
            }
            let live_bytes = live;
            live -= ends[number].iter().sum::<usize>();
            let moved = || operands.iter().map(size).sum::<usize>() + size(node.type_of);
            CostLine {
                operation: node.op.name(),
                flops: node.op.flops(&operands, node.type_of),
                bytes: if is_view { 0 } else { moved() },
                live_bytes,
                type_of: node.type_of.clone(),
                origin: node.origin.clone(),
                operands,
            }
        });
        Cost { lines: lines.collect(), peak_bytes: self.peak_bytes() }
    }

    fn element_bytes(&self, kind: Kind) -> usize {
        match (kind, self.precision()) {
            (Kind::Real, Precision::F32) => 4,
            (Kind::Real, Precision::F64) | (Kind::Index, _) => 8,
        }
    }
}

impl CostLine {
    /// Operands and result, such as `[2, 3] [3, 4] → [2, 4]`.
    pub(super) fn signature(&self) -> String {
        let operands: Vec<String> = self.operands.iter().map(Type::to_string).collect();
        // An assembly may have a thousand parts.
        let operands = match operands.as_slice() {
            [first, _, .., last] if operands.len() > 4 => format!("{first} … {last}"),
            operands => operands.join(" "),
        };
        format!("{operands} → {}", self.type_of)
    }

    pub(super) fn total(&self, name: impl Fn(&CostLine) -> String) -> TotalsLine {
        let CostLine { flops, bytes, .. } = *self;
        TotalsLine { name: name(self), count: 1, flops, bytes, time: None }
    }

    pub(super) fn operation(&self) -> String {
        self.operation.to_owned()
    }

    pub(super) fn scope(&self) -> String {
        let scope = &self.origin.scope;
        if scope.is_empty() { "–".into() } else { scope.clone() }
    }

    pub(super) fn source_line(&self) -> String {
        format!("{}:{}", self.origin.file, self.origin.line)
    }
}

impl Cost {
    /// All floating-point operations.
    pub fn flops(&self) -> u64 {
        self.lines.iter().map(|line| line.flops).sum()
    }

    /// All bytes that are read and written.
    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.bytes).sum()
    }

    /// Added up by the names of operations.
    pub fn by_operation(&self) -> Totals {
        self.by("operation", CostLine::operation)
    }

    /// Added up by scopes, such as `encoder.0`, or `–` outside of any; a derivative has the scope of what it is one of.
    pub fn by_scope(&self) -> Totals {
        self.by("scope", CostLine::scope)
    }

    /// Added up by source lines; a derivative has the line of what it is one of.
    pub fn by_line(&self) -> Totals {
        self.by("line", CostLine::source_line)
    }

    fn by(&self, by: &'static str, name: impl Fn(&CostLine) -> String) -> Totals {
        Totals::of(by, self.lines.iter().map(|line| line.total(&name)))
    }
}

/// A table with a line for each operation, and the sums below it.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flops = self.flops() as f64;
        let rows = self.lines.iter().map(|line| {
            vec![
                line.operation.to_owned(),
                line.signature(),
                scaled(line.flops as f64),
                share(line.flops as f64, flops),
                scaled(line.bytes as f64),
                scaled(line.live_bytes as f64),
                line.origin.to_string(),
            ]
        });
        let heads = ["operation", "types", " FLOPs", " share", " bytes", " live", "recorded at"];
        write_columns(f, &heads, &rows.collect::<Vec<_>>())?;
        writeln!(
            f,
            "{} operations, {} FLOPs, {}B read and written, {}B for temporaries at once",
            self.lines.len(),
            scaled(flops),
            scaled(self.bytes() as f64),
            scaled(self.peak_bytes as f64),
        )
    }
}
