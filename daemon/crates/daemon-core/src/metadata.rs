//! What is stored beside a value: user ids and attributes.
//!
//! Roblox calls attributes metadata; they travel as the text of a JSON object (`roblox-apis.md §1.1`, `§4.8`). Like a
//! value's, their bytes are kept.
//!
//! **Invariant:** [`UserIds`] are at most [`USER_IDS_LIMIT`] different ids in the order given.
//! **Invariant:** [`Attributes`] are an object within the limits whose members have different names.

use std::collections::HashSet;
use std::fmt::Write;

use thiserror::Error;

use crate::index::{Index, Tree};
use crate::syntax::decode_string;
use crate::value::{JsonText, ValueError, ValueKind};

/// The most user ids an entry may have (`roblox-apis.md §1.1`; beyond it the engine reports error 512).
pub const USER_IDS_LIMIT: usize = 4;
/// The most characters an attribute's name may have (`roblox-apis.md §4.8`).
pub const ATTRIBUTE_NAME_LIMIT: usize = 50;
/// The most characters an attribute's value may have (`roblox-apis.md §4.8`).
pub const ATTRIBUTE_VALUE_LIMIT: usize = 250;
/// The most characters all attributes together may have (`roblox-apis.md §4.8`).
pub const ATTRIBUTES_LIMIT: usize = 300;

/// The ids of the users an entry belongs to; negative ids are Studio's test players.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UserIds(Vec<i64>);

/// An entry's attributes: the exact text of a JSON object, `{}` when there are none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attributes(String);

/// Tells which rule user ids or attributes break.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MetadataError {
    /// The user ids are not a JSON array of whole numbers of 64 bits.
    #[error("user ids must be an array of whole numbers, as in `[156, 261]`")]
    UserIdsMalformed,
    /// There are more than [`USER_IDS_LIMIT`] user ids.
    #[error("{count} user ids were given; an entry has at most {USER_IDS_LIMIT}")]
    TooManyUserIds {
        /// How many there are.
        count: usize,
    },
    /// The same user id was given twice.
    #[error("user id `{id}` was given twice; remove one")]
    DuplicateUserId {
        /// The id.
        id: i64,
    },
    /// The attributes are not JSON.
    #[error("the attributes are {0}")]
    AttributesMalformed(ValueError),
    /// The attributes are JSON, but not an object.
    #[error("the attributes are of type {kind}; write them as an object, as in `{{\"level\": 3}}`")]
    AttributesNotAnObject {
        /// What they are.
        kind: ValueKind,
    },
    /// Two attributes have the same name.
    #[error("attribute `{name}` was given twice; remove one")]
    DuplicateAttribute {
        /// Their name.
        name: String,
    },
    /// An attribute's name has more than [`ATTRIBUTE_NAME_LIMIT`] characters.
    #[error("attribute name `{name}` has {characters} characters; shorten it to {ATTRIBUTE_NAME_LIMIT}")]
    AttributeNameTooLong {
        /// The name.
        name: String,
        /// Its length in characters.
        characters: usize,
    },
    /// An attribute's value has more than [`ATTRIBUTE_VALUE_LIMIT`] characters.
    #[error(
        "the value of attribute `{name}` has {characters} characters; shorten it to {ATTRIBUTE_VALUE_LIMIT}"
    )]
    AttributeValueTooLong {
        /// The attribute's name.
        name: String,
        /// The value's length in characters.
        characters: usize,
    },
    /// The attributes together have more than [`ATTRIBUTES_LIMIT`] characters.
    #[error(
        "the attributes have {characters} characters, {excess} more than the limit of {ATTRIBUTES_LIMIT}; shorten them",
        excess = characters - ATTRIBUTES_LIMIT
    )]
    AttributesTooLong {
        /// Their length in characters.
        characters: usize,
    },
}

impl UserIds {
    /// Accepts ids when they are few enough and different.
    pub fn new(ids: Vec<i64>) -> Result<Self, MetadataError> {
        if ids.len() > USER_IDS_LIMIT {
            return Err(MetadataError::TooManyUserIds { count: ids.len() });
        }
        let mut seen = HashSet::new();
        match ids.iter().find(|id| !seen.insert(**id)) {
            Some(&id) => Err(MetadataError::DuplicateUserId { id }),
            None => Ok(Self(ids)),
        }
    }

    /// Reads a JSON array of whole numbers, as in the `roblox-entry-userids` header (`roblox-apis.md §1.1`).
    pub fn parse(text: &str) -> Result<Self, MetadataError> {
        let value = JsonText::parse(text).map_err(|_| MetadataError::UserIdsMalformed)?;
        let index = Index::new(&value);
        let tree = Tree::new(value.as_str(), &index);
        if tree.kind(Tree::ROOT) != ValueKind::Array {
            return Err(MetadataError::UserIdsMalformed);
        }
        let ids = tree
            .children(Tree::ROOT)
            .map(|child| tree.raw(child.value).parse().map_err(|_| MetadataError::UserIdsMalformed))
            .collect::<Result<_, _>>()?;
        Self::new(ids)
    }

    /// Returns the ids in the order given.
    pub fn as_slice(&self) -> &[i64] {
        &self.0
    }

    /// Writes the ids as a JSON array without spaces; [`UserIds::parse`] reads it back.
    pub fn to_json(&self) -> String {
        let mut text = String::from("[");
        for (position, id) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}{id}");
        }
        text.push(']');
        text
    }
}

impl Attributes {
    /// Accepts the text of a JSON object when it keeps the limits; not a byte of it changes.
    ///
    /// Counting is in characters. A name or a string counts decoded and without its quotes, any other value as it is
    /// written. All together count as written, without the braces and the white space between them, so quotes, colons,
    /// commas and escapes count.
    pub fn parse(text: &str) -> Result<Self, MetadataError> {
        let value = JsonText::parse(text).map_err(MetadataError::AttributesMalformed)?;
        let index = Index::new(&value);
        let tree = Tree::new(value.as_str(), &index);
        let kind = tree.kind(Tree::ROOT);
        if kind != ValueKind::Object {
            return Err(MetadataError::AttributesNotAnObject { kind });
        }
        let mut seen = HashSet::new();
        let mut total: usize = 0;
        for child in tree.children(Tree::ROOT) {
            let Some(name_id) = child.name else { continue };
            let name = tree.name(name_id).into_owned();
            let characters = name.chars().count();
            if characters > ATTRIBUTE_NAME_LIMIT {
                return Err(MetadataError::AttributeNameTooLong { name, characters });
            }
            let raw = tree.raw(child.value);
            let characters = match tree.kind(child.value) {
                ValueKind::String => decode_string(raw).chars().count(),
                _ => raw.chars().count(),
            };
            if characters > ATTRIBUTE_VALUE_LIMIT {
                return Err(MetadataError::AttributeValueTooLong { name, characters });
            }
            // The colon, and the comma before every pair but the first.
            let separators = if seen.is_empty() { 1 } else { 2 };
            total += tree.raw(name_id).chars().count() + raw.chars().count() + separators;
            if seen.contains(&name) {
                return Err(MetadataError::DuplicateAttribute { name });
            }
            seen.insert(name);
        }
        if total > ATTRIBUTES_LIMIT {
            return Err(MetadataError::AttributesTooLong { characters: total });
        }
        Ok(Self(value.into_string()))
    }

    /// Returns the text of the object.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns them as a value.
    pub fn to_value(&self) -> JsonText {
        JsonText::proven(self.0.clone())
    }
}

impl Default for Attributes {
    /// Returns no attributes: `{}`.
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_ids_keep_order_and_sign() {
        let ids = UserIds::parse(" [3, -1,\n9223372036854775807 ] ").unwrap();
        assert_eq!(ids.as_slice(), [3, -1, i64::MAX]);
        assert_eq!(ids.to_json(), "[3,-1,9223372036854775807]");
        assert_eq!(UserIds::parse(&ids.to_json()), Ok(ids));
        assert_eq!(UserIds::parse("[]"), Ok(UserIds::default()));
        assert_eq!(UserIds::default().to_json(), "[]");
    }

    #[test]
    fn user_ids_stop_at_the_limit() {
        assert!(UserIds::new(vec![1, 2, 3, 4]).is_ok());
        assert_eq!(UserIds::new(vec![1, 2, 3, 4, 5]), Err(MetadataError::TooManyUserIds { count: 5 }));
        assert_eq!(UserIds::parse("[1,2,2]"), Err(MetadataError::DuplicateUserId { id: 2 }));
    }

    #[test]
    fn user_ids_are_whole_numbers() {
        for text in
            ["", "1", "{}", "[1.0]", "[1e3]", "[\"1\"]", "[null]", "[9223372036854775808]", "[01]", "[[1]]"]
        {
            assert_eq!(UserIds::parse(text), Err(MetadataError::UserIdsMalformed), "{text}");
        }
    }

    #[test]
    fn attributes_keep_their_bytes() {
        for text in ["{}", " { \"a\" : 1.0,\n\"b\": {\"c\": [] } } "] {
            assert_eq!(Attributes::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(Attributes::default().as_str(), "{}");
    }

    #[test]
    fn attributes_are_an_object_of_different_names() {
        assert_eq!(
            Attributes::parse("[]"),
            Err(MetadataError::AttributesNotAnObject { kind: ValueKind::Array })
        );
        assert!(matches!(Attributes::parse("{"), Err(MetadataError::AttributesMalformed(_))));
        let text = r#"{"a": 1, "\u0061": 2}"#;
        assert_eq!(Attributes::parse(text), Err(MetadataError::DuplicateAttribute { name: "a".to_owned() }));
    }

    #[test]
    fn attribute_names_stop_at_the_limit() {
        let check = |characters| Attributes::parse(&format!(r#"{{"{}": 1}}"#, "é".repeat(characters)));
        assert!(check(ATTRIBUTE_NAME_LIMIT).is_ok());
        let error = check(ATTRIBUTE_NAME_LIMIT + 1);
        assert!(matches!(error, Err(MetadataError::AttributeNameTooLong { characters: 51, .. })));
    }

    #[test]
    fn attribute_values_stop_at_the_limit() {
        let check = |value: String| Attributes::parse(&format!(r#"{{"a":{value}}}"#));
        assert!(check(format!("\"{}\"", "é".repeat(ATTRIBUTE_VALUE_LIMIT))).is_ok());
        assert!(check("1".repeat(ATTRIBUTE_VALUE_LIMIT)).is_ok());
        for value in [format!("\"{}\"", "é".repeat(251)), "1".repeat(251)] {
            let error = check(value);
            assert!(matches!(error, Err(MetadataError::AttributeValueTooLong { characters: 251, .. })));
        }
    }

    #[test]
    fn attributes_together_stop_at_the_limit() {
        // The two pairs take 15 characters besides the values: names, quotes, colons and a comma.
        let check = |second: usize| {
            let (first, second) = ("x".repeat(200), "y".repeat(second));
            Attributes::parse(&format!("{{\n  \"ab\": \"{first}\",\n  \"cd\": \"{second}\"\n}}"))
        };
        let rest = ATTRIBUTES_LIMIT - 200 - 15;
        assert!(check(rest).is_ok());
        let error = check(rest + 1).unwrap_err();
        assert_eq!(error, MetadataError::AttributesTooLong { characters: 301 });
        assert_eq!(
            error.to_string(),
            "the attributes have 301 characters, 1 more than the limit of 300; shorten them"
        );
    }
}
