//! Jacobians as heat maps: what is claimed, what was found, and the difference.

use std::ops::Range;

use wengert_autodiff::check::{InputReport, JacobianPair};

use crate::check::words;
use crate::explain::{rounded, short};
use crate::svg::escaped;

/// So many cells are drawn side by side at most; of more, blocks are drawn.
const MOST_CELLS: usize = 64;

/// What the cells of a map take together, at most, either way; maps are shown larger if there is
/// room.
const EXTENT: f64 = 174.0;
const LARGEST_CELL: f64 = 20.0;
const LEFT: f64 = 34.0;
const TOP: f64 = 14.0;
const RIGHT: f64 = 8.0;
const NARROWEST: f64 = 110.0;
const ENLARGED: f64 = 1.5;

/// Differences below this fraction of the largest derivative are left pale: they are rounding.
const PALE: f64 = 1e-8;

/// The three maps of an input's Jacobian with their legends, as HTML.
pub(super) fn maps(input: &InputReport, pair: &JacobianPair) -> String {
    let grid = Grid::new(input, pair);
    if grid.rows * grid.columns == 0 {
        let JacobianPair { rows, columns, .. } = pair;
        return format!("<p class=\"faint\">Its Jacobian, {rows} × {columns}, is empty.</p>\n");
    }
    let cells = grid.cells();
    let limit = [largest(&cells, |cell| cell.claimed), largest(&cells, |cell| cell.found)];
    let limit = limit.into_iter().flatten().reduce(f64::max);
    let pale = limit.unwrap_or(0.0) * PALE.max(input.bound);
    let apart = Scale::new(largest(&cells, |cell| cell.difference), pale);
    let limit = Scale::new(limit, 0.0);
    let figures = [
        grid.figure("claimed", &cells, |cell| cell.claimed, limit),
        grid.figure("found", &cells, |cell| cell.found, limit),
        grid.figure("claimed − found", &cells, |cell| cell.difference, apart),
    ];
    format!(
        "<p class=\"faint\">{}</p>\n<div class=\"maps\">\n{}</div>\n",
        grid.caption(&cells),
        figures.concat()
    )
}

/// A Jacobian as it is laid out: a row is a result, a column is an element of the input. That of a
/// single result is laid out as the input is, its leading axes in one.
struct Grid<'a> {
    pair: &'a JacobianPair,
    shape: &'a [usize],
    is_folded: bool,
    rows: usize,
    columns: usize,
}

/// What is drawn as one cell.
struct Cell {
    rows: Range<usize>,
    columns: Range<usize>,
    claimed: Block,
    found: Block,
    difference: Block,
}

/// The numbers of a cell.
#[derive(Clone, Copy, Default)]
struct Block {
    /// The finite one of the largest magnitude.
    most: Option<f64>,
    /// How many are not finite, and one of them.
    others: usize,
    other: f64,
}

impl Block {
    fn add(&mut self, x: f64) {
        if !x.is_finite() {
            self.others += 1;
            self.other = x;
        } else if self.most.is_none_or(|most| x.abs() > most.abs()) {
            self.most = Some(x);
        }
    }

    fn text(self) -> String {
        match (self.most, self.others) {
            (Some(most), 0) => rounded(most, 10),
            (Some(most), n) => format!("{}, {n} not finite", rounded(most, 10)),
            (None, 1) => self.other.to_string(),
            (None, _) => "none is finite".into(),
        }
    }
}

/// What the colours of a map stand for.
#[derive(Clone, Copy)]
enum Scale {
    /// There is no finite number.
    Nothing,
    /// Everything is pale, as no number is larger than this.
    Pale(f64),
    /// From minus this number through pale to this number.
    To(f64),
}

impl Scale {
    fn new(largest: Option<f64>, pale: f64) -> Scale {
        match largest {
            None => Scale::Nothing,
            Some(largest) if largest <= pale => Scale::Pale(largest),
            Some(largest) => Scale::To(largest),
        }
    }

    fn legend(self) -> String {
        let number = |x: f64| rounded(x, 3);
        match self {
            Scale::Nothing => "<p class=\"scale\">nothing is finite</p>\n".into(),
            Scale::Pale(0.0) => "<p class=\"scale\">all are 0</p>\n".into(),
            Scale::Pale(most) => {
                format!("<p class=\"scale\">none is above {}</p>\n", number(most))
            }
            Scale::To(limit) => format!(
                "<div class=\"scale\"><i></i><span>{}</span><span>0</span><span>{}</span></div>\n",
                number(-limit),
                number(limit)
            ),
        }
    }
}

impl<'a> Grid<'a> {
    fn new(input: &'a InputReport, pair: &'a JacobianPair) -> Grid<'a> {
        let shape = &input.shape[..];
        let JacobianPair { rows, columns, .. } = *pair;
        match *shape {
            [_, .., last] if rows == 1 && columns > 0 && input.shape.size() == columns => {
                Grid { pair, shape, is_folded: true, rows: columns / last, columns: last }
            }
            _ => Grid { pair, shape, is_folded: false, rows, columns },
        }
    }

    /// How many rows and columns are one cell.
    fn block(&self) -> [usize; 2] {
        [self.rows, self.columns].map(|n| n.div_ceil(MOST_CELLS))
    }

    fn cells(&self) -> Vec<Cell> {
        let [high, wide] = self.block();
        let ranges = |n: usize, step: usize| {
            (0..n).step_by(step).map(move |first| first..(first + step).min(n))
        };
        let cell = |rows: Range<usize>, columns: Range<usize>| {
            let [mut claimed, mut found, mut difference] = [Block::default(); 3];
            for row in rows.clone() {
                for place in columns.clone().map(|column| row * self.columns + column) {
                    let at = |all: &[f64]| all.get(place).copied().unwrap_or(f64::NAN);
                    let (a, b) = (at(&self.pair.claimed), at(&self.pair.found));
                    claimed.add(a);
                    found.add(b);
                    difference.add(a - b);
                }
            }
            Cell { rows, columns, claimed, found, difference }
        };
        let rows = ranges(self.rows, high);
        rows.flat_map(|rows| ranges(self.columns, wide).map(move |columns| (rows.clone(), columns)))
            .map(|(rows, columns)| cell(rows, columns))
            .collect()
    }

    /// What a row and a column of the maps is, and what else has to be known to read them.
    fn caption(&self, cells: &[Cell]) -> String {
        let JacobianPair { rows, columns, .. } = self.pair;
        let whole = match self.shape.len() {
            2 if self.is_folded => {
                "The derivative of the result, in the rows and columns of the input.".into()
            }
            _ if self.is_folded => "The derivative of the result, in the shape of the input: a \
                                    column for each place along its last axis."
                .into(),
            _ => format!(
                "The Jacobian, {rows} × {columns}: a row for each result, a column for each element \
                 of the input."
            ),
        };
        let blocks = match self.block() {
            [1, 1] => String::new(),
            [high, wide] => format!(
                " It is drawn in blocks of {high} × {wide}, each as its number of the largest \
                 magnitude."
            ),
        };
        let hatched = if cells.iter().any(|cell| cell.difference.others > 0) {
            " Hatched: not finite, or not looked at."
        } else {
            ""
        };
        whole + &blocks + hatched
    }

    /// One of the maps, with its title and its legend.
    fn figure(&self, title: &str, cells: &[Cell], of: fn(&Cell) -> Block, scale: Scale) -> String {
        let [high, wide] = self.block();
        let (rows, columns) = (self.rows.div_ceil(high), self.columns.div_ceil(wide));
        let size = |n: usize| (EXTENT / n as f64).min(LARGEST_CELL);
        let (height, width) = (size(rows), size(columns));
        // Cells that are large enough stand apart.
        let (gap, rendering) = match height.min(width) {
            8.0.. => (0.8, ""),
            _ => (0.0, " shape-rendering=\"crispEdges\""),
        };
        let drawn = cells.iter().map(|cell| {
            let x = LEFT + (cell.columns.start / wide) as f64 * width;
            let y = TOP + (cell.rows.start / high) as f64 * height;
            let (across, down) = (width - gap, height - gap);
            let path = format!("d=\"M{x:.2},{y:.2}h{across:.2}v{down:.2}h-{across:.2}z\"");
            let told = escaped(&self.told(cell));
            format!("<g><title>{told}</title>{}</g>\n", painted(of(cell), scale, &path))
        });
        let above = ticks(columns, width, 6.0 + 5.2 * digits(self.columns)).map(|k| {
            let (x, y) = (LEFT + (k as f64 + 0.5) * width, TOP - 4.0);
            format!("<text x=\"{x:.1}\" y=\"{y}\">{}</text>\n", k * wide)
        });
        let beside = ticks(rows, height, 11.0).map(|k| {
            let (x, y) = (LEFT - 4.0, TOP + (k as f64 + 0.5) * height + 3.2);
            format!("<text class=\"row\" x=\"{x}\" y=\"{y:.1}\">{}</text>\n", k * high)
        });
        let content: Vec<String> = drawn.chain(above).chain(beside).collect();
        let whole = (LEFT + columns as f64 * width + RIGHT).max(NARROWEST);
        let tall = TOP + rows as f64 * height + 2.0;
        format!(
            "<figure style=\"--left: {:.1}%\"><figcaption>{title}</figcaption>\n<svg class=\"map\" viewBox=\"0 0 {whole:.1} \
             {tall:.1}\" width=\"{:.0}\" role=\"img\" aria-label=\"{title}, {}\"{rendering}>\n{}\
             </svg>\n{}</figure>\n",
            100.0 * LEFT / whole,
            whole * ENLARGED,
            range(cells, of),
            content.concat(),
            scale.legend()
        )
    }

    /// What is told of a cell when the pointer rests on it.
    fn told(&self, cell: &Cell) -> String {
        let Cell { rows, columns, claimed, found, difference } = cell;
        let is_one = rows.len() * columns.len() == 1;
        let span = |of: &Range<usize>| match of.len() {
            1 => of.start.to_string(),
            _ => format!("{} to {}", of.start, of.end - 1),
        };
        let place = match (self.is_folded, is_one) {
            (true, true) => {
                let element = rows.start * self.columns + columns.start;
                format!("element {}", words::element(self.shape, element))
            }
            (false, true) => {
                let element = words::element(self.shape, columns.start);
                format!("result {}, element {element}", rows.start)
            }
            (true, false) => format!("rows {}, columns {}", span(rows), span(columns)),
            (false, false) => format!("results {}, elements {}", span(rows), span(columns)),
        };
        let largest = if is_one { "" } else { ": the largest of" };
        let (claimed, found, difference) = (claimed.text(), found.text(), difference.text());
        format!("{place}{largest}\nclaimed {claimed}\nfound {found}\nclaimed − found {difference}")
    }
}

/// A cell in its colour: the stronger, the larger its number.
fn painted(block: Block, scale: Scale, path: &str) -> String {
    let most = block.most.unwrap_or(0.0);
    let class = if most < 0.0 { "below" } else { "above" };
    let colour = match scale {
        Scale::To(limit) if most != 0.0 => {
            let strength = most.abs() / limit;
            format!("<path class=\"{class}\" fill-opacity=\"{strength:.3}\" {path}/>")
        }
        _ => String::new(),
    };
    let hatch = match block.others {
        0 => String::new(),
        _ => format!("<path class=\"hatch\" {path}/>"),
    };
    format!("<path class=\"zero\" {path}/>{colour}{hatch}")
}

/// The largest magnitude that is finite.
fn largest(cells: &[Cell], of: fn(&Cell) -> Block) -> Option<f64> {
    cells.iter().filter_map(|cell| of(cell).most).map(f64::abs).reduce(f64::max)
}

/// From where to where the numbers of a map go, in words.
fn range(cells: &[Cell], of: fn(&Cell) -> Block) -> String {
    let all = || cells.iter().filter_map(|cell| of(cell).most);
    match (all().reduce(f64::min), all().reduce(f64::max)) {
        (Some(least), Some(most)) => format!("from {} to {}", short(least), short(most)),
        _ => "nothing is finite".into(),
    }
}

/// How many digits the numbers below this one have.
fn digits(n: usize) -> f64 {
    f64::from(n.saturating_sub(1).max(1).ilog10() + 1)
}

/// Which of `n` cells of this size are numbered, if each number takes so much room.
fn ticks(n: usize, size: f64, room: f64) -> impl Iterator<Item = usize> {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power)));
    let step = steps.into_iter().find(|&step| step >= n || step as f64 * size >= room);
    (0..n).step_by(step.unwrap_or(n).max(1))
}
