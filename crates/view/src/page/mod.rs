//! A graph as a page of its own, to be looked at in a browser.

use crate::graph::Graph;
use crate::svg::escaped;

impl Graph {
    /// As one page that needs nothing else: a picture to move in, all nodes in a list, and steps
    /// through the forward and the backward pass. `#step=17` and `#node=3` behind its address open it
    /// there.
    pub fn to_html(&self) -> String {
        // No `</script>` may end the data early; in a string of JSON this is the same character.
        let data = self.to_json().replace('<', "\\u003c");
        let style = concat!(include_str!("picture.css"), include_str!("page.css"));
        let parts = [
            ("{title}", escaped(&self.title)),
            ("{style}", style.to_owned()),
            ("{picture}", self.picture(false)),
            ("{data}", data),
            ("{script}", include_str!("page.js").to_owned()),
        ];
        filled(include_str!("page.html"), &parts)
    }
}

/// A template with its places filled in; what is filled in is not looked through again.
pub(crate) fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    let next = |rest: &str| {
        let found = parts.iter().filter_map(|(name, text)| Some((rest.find(name)?, *name, text)));
        found.min_by_key(|(at, ..)| *at).map(|(at, name, text)| (at, name.len(), text.clone()))
    };
    while let Some((at, len, text)) = next(rest) {
        page.push_str(&rest[..at]);
        page.push_str(&text);
        rest = &rest[at + len..];
    }
    page + rest
}
