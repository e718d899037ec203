//! `wengert graph`: a formula as a picture.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wengert::view::Graph;
use wengert::weights::write_atomically;

use crate::failure::Failure;
use crate::look::explain::explanation;

/// Draw the graph of a formula
///
/// The page (html) shows values, tangents and adjoints, and steps through both passes. It needs no
/// network.
#[derive(Args, Clone, Debug)]
pub struct GraphOptions {
    /// A formula such as 'x*y + sin(x)'
    pub formula: String,

    /// The values of its inputs: x=0.5,y=[1,2,3]
    #[arg(long, value_name = "VALUES", default_value = "", hide_default_value = true)]
    pub at: String,

    /// The input that tangents are derivatives by [default: the first]
    #[arg(long, value_name = "INPUT")]
    pub by: Option<String>,

    /// What to make of it
    #[arg(long, value_enum, default_value_t = Format::Svg)]
    pub format: Format,

    /// Where to write it [default: standard output]
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// What pictures are made of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// The language of Graphviz
    Dot,
    /// A flowchart for Markdown
    Mermaid,
    /// A page to step through
    Html,
    /// For other programs
    Json,
    /// A picture
    Svg,
}

/// Writes the picture.
pub fn graph(options: &GraphOptions, out: &mut impl Write) -> Result<(), Failure> {
    let explanation = explanation(&options.formula, &options.at, options.by.as_deref())?;
    let graph = Graph::from(&explanation);
    let text = match options.format {
        Format::Dot => graph.to_dot(),
        Format::Mermaid => graph.to_mermaid(),
        Format::Html => graph.to_html(),
        Format::Json => graph.to_json(),
        Format::Svg => graph.to_svg(),
    };
    match &options.output {
        None => out.write_all(text.as_bytes())?,
        Some(path) => write_atomically(path, |file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::Unwritten { path: path.clone(), error })?,
    }
    Ok(())
}
