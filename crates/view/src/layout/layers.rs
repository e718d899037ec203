//! Boxes in layers.

use crate::layout::line::spread;
use crate::layout::{Edge, GAP, Points, RISE, Rectangle};

/// Where boxes stand, and through which points the edges pass that go over several layers.
pub(super) struct Placed {
    pub width: f64,
    pub height: f64,
    pub places: Vec<Rectangle>,
    pub bends: Vec<(Edge, Points)>,
}

/// How often the layers are gone through to put them in order and to straighten edges.
const SWEEPS: usize = 12;
/// The width that an edge takes where it passes a layer.
pub(super) const LANE: f64 = 8.0;

/// A box, or a place that an edge passes through.
struct Spot {
    size: Rectangle,
    layer: usize,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// Places boxes of these sizes so that edges, which lead from lower to higher numbers, lead
/// downwards. The first `ports` of them stand at the top.
pub(super) fn layers(sizes: &[Rectangle], ports: usize, edges: &[Edge]) -> Placed {
    let mut spots: Vec<Spot> = sizes
        .iter()
        .map(|&size| Spot { size, layer: 0, above: Vec::new(), below: Vec::new() })
        .collect();
    for (from, to, layer) in deepest(sizes.len(), edges) {
        debug_assert!(from < to);
        spots[to].layer = layer;
    }
    pull_sources_down(&mut spots, ports, edges);

    let lanes = lanes(&mut spots, edges);
    let count = spots.iter().map(|spot| spot.layer + 1).max().unwrap_or(0);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (number, spot) in spots.iter().enumerate() {
        layers[spot.layer].push(number);
    }
    order(&spots, &mut layers);
    let centers = straighten(&spots, &layers);
    put(sizes.len(), &spots, &layers, &centers, lanes)
}

/// Joins boxes that have an edge, by way of places in the layers between them. Edges from one box
/// share their way as far as it goes.
fn lanes(spots: &mut Vec<Spot>, edges: &[Edge]) -> Vec<(Edge, Vec<usize>)> {
    let mut lanes = Vec::new();
    let mut lane: (usize, Vec<usize>) = (usize::MAX, Vec::new());
    for &(from, to) in edges {
        if lane.0 != from {
            lane = (from, Vec::new());
        }
        let (above, passed) = (spots[from].layer, &mut lane.1);
        for layer in above + 1 + passed.len()..spots[to].layer {
            let last = passed.last().copied().unwrap_or(from);
            let size = Rectangle { width: LANE, ..Rectangle::default() };
            spots.push(Spot { size, layer, above: vec![last], below: Vec::new() });
            let new = spots.len() - 1;
            spots[last].below.push(new);
            passed.push(new);
        }
        let passed = &passed[..spots[to].layer.saturating_sub(above + 1)];
        let last = passed.last().copied().unwrap_or(from);
        spots[last].below.push(to);
        spots[to].above.push(last);
        lanes.push(((from, to), passed.to_vec()));
    }
    lanes
}

/// The layer of each box that has an edge into it: below all that it depends on.
fn deepest(count: usize, edges: &[Edge]) -> Vec<(usize, usize, usize)> {
    let mut into: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in edges {
        into[to].push(from);
    }
    let mut layers = vec![0; count];
    let mut found = Vec::new();
    for to in 0..count {
        if let Some(&from) = into[to].iter().max_by_key(|&&from| layers[from]) {
            layers[to] = layers[from] + 1;
            found.push((from, to, layers[to]));
        }
    }
    found
}

/// What depends on nothing stands just above its first reader.
fn pull_sources_down(spots: &mut [Spot], ports: usize, edges: &[Edge]) {
    let mut nearest: Vec<Option<usize>> = vec![None; spots.len()];
    let mut depends = vec![false; spots.len()];
    for &(from, to) in edges {
        let layer = spots[to].layer;
        nearest[from] = Some(nearest[from].map_or(layer, |known| known.min(layer)));
        depends[to] = true;
    }
    for (number, spot) in spots.iter_mut().enumerate().skip(ports) {
        if let (false, Some(layer)) = (depends[number], nearest[number]) {
            spot.layer = layer - 1;
        }
    }
}

/// Puts each layer in the order of its neighbours' means, downwards and upwards in turn, and keeps
/// the order in which the fewest edges cross.
fn order(spots: &[Spot], layers: &mut [Vec<usize>]) {
    let mut places = vec![0.0; spots.len()];
    let note = |layer: &[usize], places: &mut [f64]| {
        for (place, &spot) in layer.iter().enumerate() {
            places[spot] = place as f64;
        }
    };
    for layer in layers.iter() {
        note(layer, &mut places);
    }
    let mut best = (crossings(spots, layers, &places), layers.to_vec());
    for sweep in 0..SWEEPS {
        let downwards = sweep % 2 == 0;
        for step in 0..layers.len() {
            let layer = if downwards { step } else { layers.len() - 1 - step };
            let mean = |&spot: &usize| {
                let Spot { above, below, .. } = &spots[spot];
                let neighbours = if downwards { above } else { below };
                let sum: f64 = neighbours.iter().map(|&other| places[other]).sum();
                if neighbours.is_empty() { places[spot] } else { sum / neighbours.len() as f64 }
            };
            let mut keyed: Vec<(f64, usize)> =
                layers[layer].iter().map(|spot| (mean(spot), *spot)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            layers[layer] = keyed.into_iter().map(|(_, spot)| spot).collect();
            note(&layers[layer], &mut places);
        }
        let count = crossings(spots, layers, &places);
        if count < best.0 {
            best = (count, layers.to_vec());
        }
    }
    layers.clone_from_slice(&best.1);
}

/// How many pairs of edges between neighbouring layers cross; of very wide layers, a part of them.
fn crossings(spots: &[Spot], layers: &[Vec<usize>], places: &[f64]) -> usize {
    let mut count = 0;
    for layer in layers {
        let mut ends: Vec<f64> = Vec::new();
        for &spot in layer {
            let mut below: Vec<f64> = spots[spot].below.iter().map(|&x| places[x]).collect();
            below.sort_by(f64::total_cmp);
            for &end in &below {
                count += ends.iter().rev().take(400).filter(|&&other| other > end).count();
            }
            ends.extend(below);
        }
    }
    count
}

/// The centres of all spots: near those of their neighbours, so that edges are straight.
fn straighten(spots: &[Spot], layers: &[Vec<usize>]) -> Vec<f64> {
    let mut centers = vec![0.0; spots.len()];
    for sweep in 0..=2 * SWEEPS {
        let downwards = sweep % 2 == 0;
        for step in 0..layers.len() {
            let layer = &layers[if downwards { step } else { layers.len() - 1 - step }];
            let wanted: Vec<f64> = layer
                .iter()
                .map(|&spot| {
                    let Spot { above, below, .. } = &spots[spot];
                    let neighbours: Vec<usize> = match (sweep, downwards) {
                        (0, _) => above.clone(),
                        (_, true) if !above.is_empty() => above.clone(),
                        (_, false) if !below.is_empty() => below.clone(),
                        _ => above.iter().chain(below).copied().collect(),
                    };
                    let sum: f64 = neighbours.iter().map(|&other| centers[other]).sum();
                    if neighbours.is_empty() {
                        centers[spot]
                    } else {
                        sum / neighbours.len() as f64
                    }
                })
                .collect();
            let widths: Vec<f64> = layer.iter().map(|&spot| spots[spot].size.width).collect();
            for (&spot, center) in layer.iter().zip(spread(&wanted, &widths, GAP)) {
                centers[spot] = center;
            }
        }
    }
    centers
}

/// A picture that is more than so many times as high as wide, and higher than this, is cut into
/// columns.
const SLENDER: f64 = 3.0;
const HIGH: f64 = 2400.0;
/// Columns end where so few edges go on, if they can.
const FEW: usize = 2;

/// Stacks the layers, in one column or in several.
fn put(
    count: usize,
    spots: &[Spot],
    layers: &[Vec<usize>],
    centers: &[f64],
    lanes: Vec<(Edge, Vec<usize>)>,
) -> Placed {
    let height_of = |layer: &[usize]| {
        layer.iter().map(|&spot| spots[spot].size.height).fold(0.0, f64::max) + RISE
    };
    let left = |spot: usize| centers[spot] - spots[spot].size.width / 2.0;
    let extent = |some: &[Vec<usize>]| {
        let all = some.iter().flatten();
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &spot| {
            (low.min(left(spot)), high.max(left(spot) + spots[spot].size.width))
        })
    };
    let (low, high) = extent(layers);
    let whole: f64 = layers.iter().map(|layer| height_of(layer)).sum();
    let width = (high - low).max(1.0) + 3.0 * GAP;
    let columns =
        if whole > HIGH.max(SLENDER * width) { (whole / width).sqrt().ceil() } else { 1.0 };
    let limit = whole / columns;

    let mut y_of = vec![0.0; layers.len()];
    let mut shift_of = vec![0.0; layers.len()];
    // By layer: the middle of the gap in front of its column.
    let mut gutter_of = vec![0.0; layers.len()];
    let (mut start, mut x, mut tallest) = (0, 0.0, 0.0_f64);
    while start < layers.len() {
        let (mut end, mut y) = (start, 0.0);
        let fits = |end: usize, y: f64| {
            // Where many edges would have to go to the next column, this one goes on for a while.
            let crossing: usize = layers[end].iter().map(|&spot| spots[spot].above.len()).sum();
            let room = if crossing > FEW { 1.5 * limit } else { limit };
            y + height_of(&layers[end]) <= room * 1.001
        };
        while end < layers.len() && (end == start || fits(end, y)) {
            y_of[end] = y;
            y += height_of(&layers[end]);
            end += 1;
        }
        let (low, high) = extent(&layers[start..end]);
        shift_of[start..end].fill(x - low);
        gutter_of[start..end].fill(x - 1.5 * GAP);
        x += high - low + 3.0 * GAP;
        tallest = tallest.max(y);
        start = end;
    }

    let middle = |spot: usize| {
        let layer = spots[spot].layer;
        let room = height_of(&layers[layer]) - RISE;
        (centers[spot] + shift_of[layer], y_of[layer] + room / 2.0)
    };
    let places = (0..count).map(|spot| {
        let (x, y) = middle(spot);
        let size = spots[spot].size;
        Rectangle { x: x - size.width / 2.0, y: y - size.height / 2.0, ..size }
    });
    let bends = lanes.into_iter().enumerate().filter_map(|(number, (edge, passed))| {
        let mut points = Points::new();
        let mut above = edge.0;
        for &spot in passed.iter().chain([&edge.1]) {
            let (from, to) = (spots[above].layer, spots[spot].layer);
            if gutter_of[from] != gutter_of[to] {
                // To the next column up through the gap between them, side by side with others.
                let x = gutter_of[to] + (number % 5) as f64 * 5.0 - 10.0;
                points.push((x, y_of[from] + height_of(&layers[from]) - RISE / 2.0));
                points.push((x, y_of[to] - RISE / 4.0));
            }
            if spot != edge.1 {
                // Straight down beside what stands in the layer.
                let x = middle(spot).0;
                points.push((x, y_of[to]));
                points.push((x, y_of[to] + height_of(&layers[to]) - RISE));
            }
            above = spot;
        }
        (!points.is_empty()).then_some((edge, points))
    });
    Placed {
        width: (x - 3.0 * GAP).max(0.0),
        height: (tallest - RISE).max(0.0),
        places: places.collect(),
        bends: bends.collect(),
    }
}
