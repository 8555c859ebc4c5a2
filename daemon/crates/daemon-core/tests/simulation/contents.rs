//! Values, user ids and attributes small enough to be compared place by place.
//!
//! What is written here is compared as text, without the code under test: an entry is taken apart at its commas.

use std::collections::BTreeMap;

use daemon_core::changes::content::Content;
use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::value::JsonText;

use crate::numbers::Numbers;

/// The members that values have.
const NAMES: [&str; 4] = ["a", "b", "c", "d"];
/// Texts that a careless encoder changes. None reads as another one.
const TEXTS: [&str; 8] =
    ["1.0", "9007199254740993", "1e2", "{}", "[]", "\"\\u0041\"", "-0.0", "[{},[],null]"];
/// The part of an entry that its user ids are.
pub(crate) const USERS: &str = "users";
/// The part of an entry that its attributes are.
const ATTRIBUTES: &str = "attributes";

/// A change of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// A member of the value becomes this text; none removes it.
    Member(&'static str, Option<String>),
    /// The user ids become these.
    Users(UserIds),
    /// The attributes become these.
    Attributes(Attributes),
}

impl Edit {
    /// The part of the entry that it changes, and what that becomes.
    pub(crate) fn part(&self) -> (&'static str, Option<String>) {
        match self {
            Self::Member(name, text) => (name, text.clone()),
            Self::Users(users) => (USERS, Some(users.to_json())),
            Self::Attributes(attributes) => (ATTRIBUTES, Some(attributes.as_str().to_owned())),
        }
    }
}

/// A text for a member. Most are like no other.
fn text(numbers: &mut Numbers) -> String {
    if numbers.chance(25) {
        TEXTS[numbers.below(TEXTS.len())].to_owned()
    } else {
        (100 + numbers.below(1_000_000)).to_string()
    }
}

fn users(numbers: &mut Numbers) -> UserIds {
    let ids = [vec![], vec![1], vec![2], vec![1, 2], vec![3, 1], vec![-1]];
    UserIds::new(ids[numbers.below(ids.len())].clone()).expect("few different ids")
}

fn attributes(numbers: &mut Numbers) -> Attributes {
    let texts = ["{}", "{\"k\":\"v\"}", "{ \"k\":1.0}", "{\"k\":2}"];
    Attributes::parse(texts[numbers.below(texts.len())]).expect("a small object")
}

/// An entry that was never there before.
pub(crate) fn some_content(numbers: &mut Numbers) -> Content {
    let mut members = Vec::new();
    for name in NAMES {
        if numbers.chance(75) {
            let blank = if numbers.chance(30) { " " } else { "" };
            members.push(format!("{blank}\"{name}\":{blank}{}", text(numbers)));
        }
    }
    Content {
        value: json(format!("{{{}}}", members.join(","))),
        user_ids: users(numbers),
        attributes: attributes(numbers),
    }
}

/// One or two changes of an entry, of different places.
pub(crate) fn some_edits(numbers: &mut Numbers) -> Vec<Edit> {
    let mut edits = vec![some_edit(numbers)];
    if numbers.chance(30) {
        let second = some_edit(numbers);
        if second.part().0 != edits[0].part().0 {
            edits.push(second);
        }
    }
    edits
}

fn some_edit(numbers: &mut Numbers) -> Edit {
    match numbers.below(10) {
        0 | 1 => Edit::Users(users(numbers)),
        2 | 3 => Edit::Attributes(attributes(numbers)),
        4 => Edit::Member(NAMES[numbers.below(NAMES.len())], None),
        _ => {
            let name = NAMES[numbers.below(NAMES.len())];
            Edit::Member(name, Some(text(numbers)))
        }
    }
}

/// The entry with the changes made; everything else keeps its bytes.
pub(crate) fn edited(content: &Content, edits: &[Edit]) -> Content {
    let mut content = content.clone();
    for edit in edits {
        match edit {
            Edit::Users(users) => content.user_ids = users.clone(),
            Edit::Attributes(attributes) => content.attributes = attributes.clone(),
            Edit::Member(name, text) => {
                let mut members: Vec<String> =
                    members(content.value.as_str()).map(|(_, _, whole)| whole.to_owned()).collect();
                let place = self::members(content.value.as_str()).position(|(member, _, _)| member == *name);
                match (place, text) {
                    (Some(place), Some(text)) => members[place] = format!("\"{name}\":{text}"),
                    (Some(place), None) => drop(members.remove(place)),
                    (None, Some(text)) => members.push(format!("\"{name}\":{text}")),
                    (None, None) => {}
                }
                content.value = json(format!("{{{}}}", members.join(",")));
            }
        }
    }
    content
}

/// An entry without members, users and attributes.
pub(crate) fn empty() -> Content {
    Content { value: json("{}".to_owned()), user_ids: UserIds::default(), attributes: Attributes::default() }
}

/// The content of an ordered entry.
pub(crate) fn number(value: i64) -> Content {
    Content { value: json(value.to_string()), ..empty() }
}

/// The value of an ordered entry.
pub(crate) fn whole_number(content: &Content) -> i64 {
    content.value.as_str().parse().expect("an ordered entry is a whole number")
}

/// The parts of an entry by name, each as its exact text.
pub(crate) fn parts(content: &Content) -> BTreeMap<String, String> {
    let value = content.value.as_str();
    let mut parts: BTreeMap<String, String> =
        members(value).map(|(name, text, _)| (name.to_owned(), text.to_owned())).collect();
    if !value.starts_with('{') {
        parts.insert("whole".to_owned(), value.to_owned());
    }
    parts.insert(USERS.to_owned(), content.user_ids.to_json());
    parts.insert(ATTRIBUTES.to_owned(), content.attributes.as_str().to_owned());
    parts
}

/// As an encoder writes it that has no respect for texts.
pub(crate) fn reformatted(content: &Content) -> Content {
    let value = content.value.as_str().replace(' ', "").replace("1.0", "1").replace("{}", "[]");
    Content { value: json(value), ..content.clone() }
}

/// The members of a value: name, text, and both as they stand there.
fn members(value: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let inner = value.strip_prefix('{').and_then(|value| value.strip_suffix('}')).unwrap_or_default();
    split(inner).map(|whole| {
        let (name, text) = whole.split_once(':').expect("a member has a name");
        (name.trim().trim_matches('"'), text.trim(), whole)
    })
}

/// The texts between commas that are in no brackets.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |character| {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    })
    .filter(|part| !part.is_empty())
}

fn json(text: String) -> JsonText {
    JsonText::parse(text).expect("what the simulation writes is JSON")
}
