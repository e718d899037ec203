//! Where a node comes from: the user's source line, and the path of scopes it was recorded in.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use rustc_hash::FxHashMap;

/// Where a node comes from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Origin {
    /// The source file of the caller, or what else the formula was read from.
    pub file: Cow<'static, str>,
    /// The line in it, from 1.
    pub line: u32,
    /// The column in it, from 1.
    pub column: u32,
    /// The scope, such as `encoder.2.attention`; empty outside of any.
    pub scope: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)?;
        if !self.scope.is_empty() {
            write!(f, " in {}", self.scope)?;
        }
        Ok(())
    }
}

/// The place of a node in a source text.
#[derive(Clone)]
enum Place {
    Caller(&'static Location<'static>),
    Stated(Cow<'static, str>, u32, u32),
}

/// The origins of a tape's nodes, each once.
pub(crate) struct Origins {
    /// Place, and number of the scope.
    places: Vec<(Place, u32)>,
    /// Paths by number; the first is the empty one.
    scopes: Vec<String>,
    /// Numbers by path.
    numbers: FxHashMap<String, u32>,
    /// Recently used numbers, by the low bits of the location's address: formulas in a loop come
    /// from the same few places again and again.
    recent: Vec<u32>,
}

const RECENT: usize = 256;

impl Origins {
    pub fn new() -> Origins {
        Origins {
            places: Vec::new(),
            scopes: vec![String::new()],
            numbers: FxHashMap::default(),
            recent: vec![u32::MAX; RECENT],
        }
    }

    /// The number of this origin. A place may get a second number when many are used at once.
    pub fn number(&mut self, location: &'static Location<'static>, scope: u32) -> u32 {
        let address = std::ptr::from_ref(location).addr();
        let slot = (address / align_of::<Location>()).wrapping_add(scope as usize * 31) % RECENT;
        let recent = self.recent[slot];
        if let Some((Place::Caller(known), its_scope)) = self.places.get(recent as usize)
            && std::ptr::eq(*known, location)
            && *its_scope == scope
        {
            return recent;
        }
        let number = self.places.len() as u32;
        self.places.push((Place::Caller(location), scope));
        self.recent[slot] = number;
        number
    }

    /// A number for an origin that is stated.
    pub fn stated(&mut self, origin: &Origin) -> u32 {
        let scope = if origin.scope.is_empty() { 0 } else { self.scope(0, &origin.scope) };
        let number = self.places.len() as u32;
        let place = Place::Stated(origin.file.clone(), origin.line, origin.column);
        self.places.push((place, scope));
        number
    }

    /// The number of the scope `name` inside scope `outer`.
    pub fn scope(&mut self, outer: u32, name: &str) -> u32 {
        let outer = &self.scopes[outer as usize];
        let path = if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        if let Some(&number) = self.numbers.get(&path) {
            return number;
        }
        let number = self.scopes.len() as u32;
        self.scopes.push(path.clone());
        self.numbers.insert(path, number);
        number
    }

    pub fn path(&self, scope: u32) -> &str {
        &self.scopes[scope as usize]
    }

    pub fn get(&self, number: u32) -> Origin {
        let (place, scope) = &self.places[number as usize];
        let (file, line, column) = match place {
            Place::Caller(at) => (Cow::Borrowed(at.file()), at.line(), at.column()),
            Place::Stated(file, line, column) => (file.clone(), *line, *column),
        };
        Origin { file, line, column, scope: self.scopes[*scope as usize].clone() }
    }

    /// Forgets all origins, for a tape that is cleared. Scopes stay.
    pub fn clear(&mut self) {
        self.places.clear();
        self.recent.fill(u32::MAX);
    }
}
