//! Pictures as text: nothing that is drawn can break out of its quotes.

use wengert_autodiff::{Origin, Tape};
use wengert_view::NodeKind::{Data, Input, Pointwise, Reduction};
use wengert_view::{Explanation, Graph, NodeKind};

const NASTY: &str = "</script><img src=x onerror=\"alert('1')\">\\ & {title} \u{1}";

/// A graph whose names are meant to do harm.
fn nasty() -> Graph {
    let tape = Tape::new();
    let origin = Origin { file: NASTY.into(), line: 1, column: 1, scope: NASTY.replace('.', "") };
    let x = tape.input(0.5);
    let y = tape.with_origin(&origin, || x.sin());
    Graph::from(&Explanation::new(NASTY, y, &[(NASTY, x)], 0).expect("it runs"))
}

#[test]
fn html_and_svg_are_inert() {
    let (html, svg) = (nasty().to_html(), nasty().to_svg());
    for text in [&html, &svg] {
        assert!(!text.contains("<img"), "{text}");
        assert!(!text.contains('\u{1}'), "{text}");
    }
    // The scripts of the page itself, and no more.
    assert_eq!(html.matches("</script>").count(), 2);
    assert_eq!(html.matches("<script").count(), 2);
    for outside in ["http://", "https://", "src=", "@import", "url(http"] {
        let found = html.replace("http://www.w3.org/2000/svg", "").contains(outside);
        assert!(!found || NASTY.contains(outside), "{outside}");
    }
}

#[test]
fn data_are_json_and_whole() {
    let graph = nasty();
    let json: serde_json::Value = serde_json::from_str(&graph.to_json()).expect("it is JSON");
    assert_eq!(json["title"], NASTY);
    assert_eq!(json["nodes"].as_array().map(Vec::len), Some(graph.nodes.len()));
    assert_eq!(json["nodes"][0]["label"], NASTY);
    assert_eq!(json["nodes"][1]["adjoint"], "1");
    // The page has the same.
    let html = graph.to_html();
    let data = html.split("id=\"graph\">").nth(1).and_then(|rest| rest.split("</script>").next());
    let data: serde_json::Value = serde_json::from_str(data.expect("data")).expect("JSON");
    assert_eq!(data, json);
}

#[test]
fn graphviz_and_mermaid_quote_their_labels() {
    let (dot, mermaid) = (nasty().to_dot(), nasty().to_mermaid());
    assert!(dot.contains("onerror=\\\"alert('1')\\\">\\\\"), "{dot}");
    for line in dot.lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes.is_multiple_of(2), "{line}");
    }
    assert!(!mermaid.contains("<img") && !mermaid.contains("\"alert"), "{mermaid}");
    assert!(
        mermaid.contains("#60;#47;script#62;") || mermaid.contains("#60;/script#62;"),
        "{mermaid}"
    );
}

#[test]
fn scopes_are_clusters() {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let y = tape.named("encoder", || tape.named("0", || x.sin()).exp());
    let graph = Graph::of_program("f", &tape.program([x], [y + 1.0]));
    assert_eq!(graph.to_dot().matches("subgraph cluster").count(), 2);
    assert_eq!(graph.to_mermaid().matches("subgraph").count(), 2);
    assert_eq!(graph.to_svg().matches("class=\"frame\"").count(), 2);
}

#[test]
fn programs_are_drawn_without_the_numbers_of_formulas() {
    let tape = Tape::new();
    let (x, w) = (tape.input([1.0, 2.0]), tape.input([3.0, 4.0]));
    let program = tape.program([x], [(3.0 * x * w + 1.0).sum()]);
    let graph = Graph::of_program("f", &program);
    let kinds: Vec<NodeKind> = graph.nodes.iter().map(|node| node.kind).collect();
    assert_eq!(kinds, [Input, Pointwise, Data, Pointwise, Pointwise, Reduction]);
    assert_eq!(graph.outputs, [5]);
    assert_eq!(graph.nodes[3].operands, [1, 2]);
    assert_eq!(graph.nodes[1].flops, 2);
}

#[test]
fn a_program_that_computes_nothing_has_a_picture() {
    let tape = Tape::new();
    let x = tape.input(0.5);
    let graph = Graph::of_program("nothing", &tape.program([x], [x]));
    assert!(graph.to_html().contains("nothing"));
    assert!(graph.to_svg().starts_with("<svg"));
}
