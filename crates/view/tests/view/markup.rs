//! A reader of XML, and of pages written like it, that accepts nothing but what is well-formed.

/// An element with what is in it.
#[derive(Clone, Debug, Default)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug)]
enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    /// The value of an attribute; empty if there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|one| one.0 == name).map_or("", |one| &one.1)
    }

    /// All text in it.
    pub fn text(&self) -> String {
        let texts = self.content.iter().map(|content| match content {
            Content::Element(element) => element.text(),
            Content::Text(text) => text.clone(),
        });
        texts.collect()
    }

    /// All elements of this name in it, in order.
    pub fn all(&self, name: &str) -> Vec<Element> {
        let mut all = Vec::new();
        for content in &self.content {
            if let Content::Element(element) = content {
                if element.name == name {
                    all.push(element.clone());
                }
                all.extend(element.all(name));
            }
        }
        all
    }
}

/// Elements of pages that have no end.
const VOID: [&str; 2] = ["meta", "br"];

/// What is in a document, in an element without a name.
///
/// # Panics
/// If it is not well-formed.
#[track_caller]
pub fn parsed(document: &str) -> Element {
    let mut open = vec![Element::default()];
    let mut rest = document;
    while let Some(at) = rest.find('<') {
        add(&mut open, Content::Text(unescaped(&rest[..at])));
        rest = &rest[at..];
        if rest.starts_with("<!") || rest.starts_with("<?") {
            rest = after(rest, ">").1;
            continue;
        }
        let (tag, behind) = after(rest, ">");
        rest = behind;
        let tag = &tag[1..];
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().expect("an element that is open");
            assert_eq!(closed.name, name, "closed out of turn");
            add(&mut open, Content::Element(closed));
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let element = opened(tag);
        if is_empty || VOID.contains(&element.name.as_str()) {
            add(&mut open, Content::Element(element));
        } else if element.name == "style" {
            // What is in it is not markup.
            rest = after(rest, "</style>").1;
        } else {
            open.push(element);
        }
    }
    assert_eq!(rest.trim(), "", "text behind the document");
    assert_eq!(open.len(), 1, "{:?} is not closed", open.last().map(|element| &element.name));
    open.remove(0)
}

fn add(open: &mut [Element], content: Content) {
    open.last_mut().expect("the document").content.push(content);
}

/// What is before and what is behind this mark.
#[track_caller]
fn after<'a>(text: &'a str, mark: &str) -> (&'a str, &'a str) {
    text.split_once(mark).unwrap_or_else(|| panic!("no {mark} behind {text:.80}"))
}

/// An element by its tag: a name, and attributes in double quotes.
#[track_caller]
fn opened(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-:".contains(c))
    };
    assert!(is_name(name), "<{tag}> has no name");
    let mut element = Element { name: name.into(), ..Element::default() };
    rest = rest.trim_start();
    while !rest.is_empty() {
        let (name, behind) = after(rest, "=\"");
        let (value, behind) = after(behind, "\"");
        assert!(is_name(name), "{name} is not the name of an attribute");
        assert!(element.attribute(name).is_empty(), "{name} stands twice in <{tag}>");
        element.attributes.push((name.into(), unescaped(value)));
        rest = behind.trim_start();
    }
    element
}

/// Text as it is meant.
#[track_caller]
fn unescaped(text: &str) -> String {
    let is_allowed =
        |c: char| "\n\t".contains(c) || !(c.is_control() || "\u{fffe}\u{ffff}".contains(c));
    assert!(text.chars().all(is_allowed) && !text.contains(['<', '>']), "{text:?}");
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = after(part, ";");
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            "#10" => '\n',
            "#9" => '\t',
            _ => panic!("&{entity}; is not known"),
        });
        plain.push_str(rest);
    }
    plain
}
