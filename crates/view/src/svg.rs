//! Graphs as pictures.

use std::fmt::{self, Write};

use crate::graph::{Graph, Node};
use crate::layout::{Frame, Layout};

/// The style of pictures, in the page too.
const STYLE: &str = include_str!("page/picture.css");

/// The tip of an arrow.
const TIP: &str = r#"<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"
markerHeight="7" orient="auto"><path class="tip" d="M0,0.6 L8,4 L0,7.4 Z"/></marker></defs>
"#;

/// Text between tags or quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Other control characters and these two are not allowed in XML at all.
            c if c.is_control() && !"\n\t".contains(c) => safe.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

impl Graph {
    /// As a picture of its own, in colours for light and for dark surroundings. Scopes are frames.
    pub fn to_svg(&self) -> String {
        self.picture(true)
    }

    /// The picture, with its style or without.
    pub(crate) fn picture(&self, styled: bool) -> String {
        let mut svg = String::new();
        let written = self.write_picture(&mut svg, styled);
        debug_assert!(written.is_ok(), "a string takes all that is written");
        svg
    }

    fn write_picture(&self, svg: &mut String, styled: bool) -> fmt::Result {
        let layout = Layout::new(self);
        let (width, height) = (layout.width.ceil(), layout.height.ceil());
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wengert\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-label=\"{}\">",
            escaped(&self.title)
        )?;
        if styled {
            let ground = format!("class=\"ground\" width=\"{width}\" height=\"{height}\"");
            writeln!(svg, "<style>\n{STYLE}</style>\n<rect {ground}/>")?;
        }
        svg.push_str(TIP);
        self.write_content(svg, &layout)?;
        writeln!(svg, "</svg>")
    }

    fn write_content(&self, svg: &mut String, layout: &Layout) -> fmt::Result {
        for Frame { name, place, depth } in &layout.frames {
            writeln!(
                svg,
                "<g class=\"frame\"><rect class=\"depth{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
                 height=\"{:.1}\" rx=\"10\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                depth % 3,
                place.x,
                place.y,
                place.width,
                place.height,
                place.x + 12.0,
                place.y + 17.0,
                escaped(name)
            )?;
        }
        for ((from, to), points) in &layout.edges {
            let path = curve(points);
            writeln!(
                svg,
                "<path class=\"edge\" data-from=\"{from}\" data-to=\"{to}\" d=\"{path}\" \
                 marker-end=\"url(#tip)\"/>"
            )?;
        }
        for (number, (node, place)) in self.nodes.iter().zip(&layout.nodes).enumerate() {
            let result = if self.outputs.contains(&number) { " result" } else { "" };
            write!(
                svg,
                "<g class=\"node {}{result}\" data-node=\"{number}\"><title>{}</title>\
                 <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>",
                node.kind.name(),
                escaped(&told(node)),
                place.x,
                place.y,
                place.width,
                place.height,
            )?;
            for (line, text) in node.caption().iter().enumerate() {
                let class = if line == 0 { "label" } else { "below" };
                let y = place.y + 19.0 + 17.0 * line as f64;
                let (x, text) = (place.center(), escaped(text));
                write!(svg, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>")?;
            }
            svg.push_str("</g>\n");
        }
        Ok(())
    }
}

/// What is told of a node when the pointer rests on it.
fn told(node: &Node) -> String {
    let mut lines = vec![format!("{}: {} {}", node.name, node.label, node.parameters)];
    lines.push(node.type_of.clone());
    for (what, value) in
        [("value", &node.primal), ("tangent", &node.tangent), ("adjoint", &node.adjoint)]
    {
        lines.extend(value.iter().map(|value| format!("{what} {value}")));
    }
    lines.extend([&node.scope, &node.origin].into_iter().filter(|x| !x.is_empty()).cloned());
    lines.join("\n")
}

/// A smooth curve through these points, which leaves and arrives downwards; where it leads upwards,
/// between columns, it is straight.
fn curve(points: &[(f64, f64)]) -> String {
    let leads_up = |k: usize| k > 0 && points.get(k).is_some_and(|point| point.1 < points[k - 1].1);
    let parts = points.iter().enumerate().map(|(k, &(x, y))| {
        let Some(&(x0, y0)) = k.checked_sub(1).map(|before| &points[before]) else {
            return format!("M{x:.1},{y:.1}");
        };
        if leads_up(k) {
            return format!(" L{x:.1},{y:.1}");
        }
        let pull = ((y - y0).abs() / 2.0).clamp(8.0, 120.0);
        let leave = if leads_up(k - 1) { y0 - TURN } else { y0 + pull };
        let arrive = if leads_up(k + 1) { y + TURN } else { y - pull };
        format!(" C{x0:.1},{leave:.1} {x:.1},{arrive:.1} {x:.1},{y:.1}")
    });
    parts.collect()
}

/// How far a curve goes on before it turns.
const TURN: f64 = 10.0;
