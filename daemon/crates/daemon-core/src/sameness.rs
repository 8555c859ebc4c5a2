//! Which values read the same, and which members and items of several versions belong together.
//!
//! Every value gets a class, so that any two values can be compared at once however large they are. Reading the same means:
//! numbers of the same text (`1.0` is not `1`), strings of the same characters however they are escaped, arrays of the same
//! items in the same order, objects of the same members in any order. Where an object names a member twice, the last one
//! counts. A string with half a surrogate pair, which stands for no characters, is compared by its text.
//!
//! **Invariant:** two values that one [`Classifier`] has seen are of one class exactly when they read the same.
//! **Invariant:** the cost is proportional to the length of the texts, but for the sorting of members.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diff::IDENTITY_MEMBERS;
use crate::index::{NodeId, Tree};
use crate::syntax::DecodedCharacters;
use crate::value::ValueKind;

/// Stands for all values that read the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Class(u32);

/// Gives classes to the values of several texts.
pub(crate) struct Classifier<'value> {
    known: HashMap<Reading<'value>, Class>,
    next: Class,
}

/// What decides about the class of a value.
#[derive(PartialEq, Eq, Hash)]
enum Reading<'value> {
    /// The characters of a string.
    Characters(Cow<'value, str>),
    /// The text of any other scalar.
    Text(&'value str),
    Items(Box<[Class]>),
    Members(Box<[(Class, Class)]>),
}

/// A text with the class of every value and every member's name.
pub(crate) struct Document<'value> {
    tree: Tree<'value>,
    classes: Vec<Class>,
}

/// The children of an object or array by what tells them from each other, in the order of the text.
#[derive(Default)]
pub(crate) struct Keyed {
    children: Vec<KeyedChild>,
    by_key: HashMap<Class, usize>,
}

/// A member by its name, or an item by the member that identifies it.
#[derive(Clone, Copy)]
pub(crate) struct KeyedChild {
    /// The class of the label.
    pub(crate) key: Class,
    /// The member's name, or the identifying value.
    pub(crate) label: NodeId,
    /// The value of the member, or the item.
    pub(crate) value: NodeId,
    /// Where it stands among all children.
    pub(crate) position: usize,
}

impl<'value> Classifier<'value> {
    /// Returns a classifier that has seen no text.
    pub(crate) fn new() -> Self {
        let mut classifier = Self { known: HashMap::new(), next: Class(0) };
        // Names that may identify come first: their classes are their positions in the list.
        for name in IDENTITY_MEMBERS {
            classifier.class(Reading::Characters(Cow::Borrowed(name)));
        }
        classifier
    }

    /// Gives a class to everything in a text.
    pub(crate) fn classify(&mut self, tree: Tree<'value>) -> Document<'value> {
        let mut document = Document { tree, classes: vec![Class(0); tree.nodes().len()] };
        for node in tree.nodes().rev() {
            let class = self.class(document.reading(node));
            document.classes[node.position()] = class;
        }
        document
    }

    fn class(&mut self, reading: Reading<'value>) -> Class {
        let class = *self.known.entry(reading).or_insert(self.next);
        if class == self.next {
            self.next = Class(class.0 + 1);
        }
        class
    }
}

impl<'value> Document<'value> {
    /// Returns the text with its index.
    pub(crate) fn tree(&self) -> Tree<'value> {
        self.tree
    }

    /// Returns the class of a value or name.
    pub(crate) fn class(&self, node: NodeId) -> Class {
        self.classes[node.position()]
    }

    /// Returns the members that count.
    pub(crate) fn members(&self, object: NodeId) -> Keyed {
        let mut keyed = Keyed::default();
        for (position, child) in self.tree.children(object).enumerate() {
            let Some(label) = child.name else { continue };
            keyed.add(KeyedChild { key: self.class(label), label, value: child.value, position });
        }
        keyed.children.retain(|child| keyed.by_key.get(&child.key) == Some(&child.position));
        for (position, child) in keyed.children.iter().enumerate() {
            keyed.by_key.insert(child.key, position);
        }
        keyed
    }

    /// Returns what a value is compared by; everything inside it has its class already.
    fn reading(&self, node: NodeId) -> Reading<'value> {
        let raw = self.tree.raw(node);
        match self.tree.kind(node) {
            ValueKind::String => characters(raw).map_or(Reading::Text(raw), Reading::Characters),
            ValueKind::Number | ValueKind::Boolean | ValueKind::Null => Reading::Text(raw),
            ValueKind::Array => {
                Reading::Items(self.tree.children(node).map(|child| self.class(child.value)).collect())
            }
            ValueKind::Object => {
                let mut members: Vec<_> = self
                    .tree
                    .children(node)
                    .filter_map(|child| Some((self.class(child.name?), self.class(child.value))))
                    .collect();
                members.reverse();
                members.sort_by_key(|&(name, _)| name);
                members.dedup_by_key(|&mut (name, _)| name);
                Reading::Members(members.into_boxed_slice())
            }
        }
    }

    /// Returns which of [`IDENTITY_MEMBERS`] every item of an array has, one bit for each.
    fn common_identities(&self, array: NodeId) -> u32 {
        let mut common = ALL_IDENTITIES;
        for item in self.tree.children(array) {
            if common == 0 || self.tree.kind(item.value) != ValueKind::Object {
                return 0;
            }
            let mut found = 0;
            for member in self.tree.children(item.value) {
                let Some(bit) = member.name.and_then(|name| identity_bit(self.class(name))) else { continue };
                match self.tree.kind(member.value) {
                    ValueKind::String | ValueKind::Number => found |= bit,
                    ValueKind::Object | ValueKind::Array | ValueKind::Boolean | ValueKind::Null => {
                        found &= !bit;
                    }
                }
            }
            common &= found;
        }
        common
    }

    /// Returns the items by the value of that member, unless one lacks it or two share it.
    fn items(&self, array: NodeId, name: Class) -> Option<Keyed> {
        let mut keyed = Keyed::default();
        for (position, item) in self.tree.children(array).enumerate() {
            let named = |member: &NodeId| self.class(*member) == name;
            let label = self
                .tree
                .children(item.value)
                .filter(|member| member.name.as_ref().is_some_and(named))
                .last()?
                .value;
            if !keyed.add(KeyedChild { key: self.class(label), label, value: item.value, position }) {
                return None;
            }
        }
        Some(keyed)
    }
}

impl Keyed {
    /// Returns the children in the order of the text.
    pub(crate) fn children(&self) -> &[KeyedChild] {
        &self.children
    }

    /// Returns the child of that key.
    pub(crate) fn get(&self, key: Class) -> Option<&KeyedChild> {
        self.children.get(*self.by_key.get(&key)?)
    }

    /// Tells whether there is a child of that key.
    pub(crate) fn contains(&self, key: Class) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Adds a child and tells whether its key is new; of several the last one is found by it.
    fn add(&mut self, child: KeyedChild) -> bool {
        self.children.push(child);
        self.by_key.insert(child.key, self.children.len() - 1).is_none()
    }
}

/// Finds the member that identifies the items of all these arrays, and the items by it.
pub(crate) fn identified<const VERSIONS: usize>(
    arrays: [(&Document<'_>, NodeId); VERSIONS],
) -> Option<(&'static str, [Keyed; VERSIONS])> {
    let common = arrays
        .iter()
        .fold(ALL_IDENTITIES, |common, (document, array)| common & document.common_identities(*array));
    IDENTITY_MEMBERS.into_iter().zip(0..).filter(|(_, class)| common & (1 << class) != 0).find_map(
        |(member, class)| {
            let keyed: Option<Vec<_>> =
                arrays.iter().map(|(document, array)| document.items(*array, Class(class))).collect();
            Some((member, keyed?.try_into().ok()?))
        },
    )
}

/// One bit for each of [`IDENTITY_MEMBERS`].
const ALL_IDENTITIES: u32 = (1 << IDENTITY_MEMBERS.len()) - 1;

fn identity_bit(name: Class) -> Option<u32> {
    ((name.0 as usize) < IDENTITY_MEMBERS.len()).then(|| 1 << name.0)
}

/// Returns the characters a JSON string stands for, unless a half surrogate pair stands for none.
fn characters(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.get(1..raw.len() - 1)?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    DecodedCharacters::new(inner).collect::<Option<String>>().map(Cow::Owned)
}
