//! `dsmp edit`: changes named places of an entry, and no other byte of it.

use std::str::FromStr;

use protocol::operations::entries::{Edit, EditKind, EntriesEditRequest};
use protocol::{RawJson, Revision};

use crate::cli::Session;
use crate::cli::exit::Failure;
use crate::cli::written::{hint_at_staging, report};

/// How changes are written, as `--help` tells it.
pub(super) const CHANGES: &str = "\
Changes, done in the order given, at places named by JSON Pointers (RFC 6901):
  /coins=150                replace, or add a member
  /items/-='\"sword\"'        append to an array
  insert:/items/0='\"map\"'   insert before an array element
  remove:/items/0           remove
  rename:/coins=gold        give a member another name
  =[]                       replace the whole value";

/// Change named places of an entry, and nothing else in it
#[derive(Debug, clap::Args)]
#[command(after_help = CHANGES)]
pub(super) struct Arguments {
    /// The data store
    store: String,
    /// The entry's key
    key: String,
    /// What to change, where
    #[arg(required = true, value_name = "CHANGE")]
    changes: Vec<Change>,
    /// Change only while this revision is current
    #[arg(long, value_name = "REVISION")]
    expect: Option<String>,
}

/// A change as it stands on the command line.
#[derive(Clone, Debug)]
pub(super) struct Change(pub(super) Edit);

impl FromStr for Change {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let edit = |op, path: &str| Edit { op, path: path.into(), value: None, name: None };
        if let Some(path) = text.strip_prefix("remove:") {
            return Ok(Self(edit(EditKind::Remove, path)));
        }
        if let Some(rest) = text.strip_prefix("rename:") {
            let (path, name) = rest
                .split_once('=')
                .ok_or_else(|| format!("`{text}` names no new name; write `rename:/old=new`"))?;
            return Ok(Self(Edit { name: Some(name.into()), ..edit(EditKind::Rename, path) }));
        }
        let (op, rest) = match text.strip_prefix("insert:") {
            Some(rest) => (EditKind::Insert, rest),
            None => (EditKind::Set, text),
        };
        if !rest.starts_with(['/', '=']) {
            return Err(format!("`{text}` does not begin with a JSON Pointer; write `/place=value`"));
        }
        let (path, value) = split_at_value(rest)?;
        Ok(Self(Edit { value: Some(value), ..edit(op, path) }))
    }
}

/// Splits at the first `=` that JSON follows: names may hold `=` too.
fn split_at_value(text: &str) -> Result<(&str, RawJson), String> {
    let mut places = text.match_indices('=').peekable();
    let Some((first, _)) = places.peek().copied() else {
        return Err(format!("`{text}` gives no value; write `{text}=value`"));
    };
    places
        .find_map(|(at, _)| RawJson::from_text(text[at + 1..].into()).ok().map(|value| (&text[..at], value)))
        .ok_or_else(|| {
            let value = &text[first + 1..];
            format!("`{value}` is not JSON; write text in quotes, as in `{}='\"{value}\"'`", &text[..first])
        })
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let request = EntriesEditRequest {
        connection: session.connection(),
        store: arguments.store,
        scope: session.scope(),
        key: arguments.key,
        edits: arguments.changes.into_iter().map(|Change(edit)| edit).collect(),
        user_ids: None,
        attributes: None,
        expected_revision: arguments.expect.map(Revision),
    };
    let written = session.ask(&request).await.map_err(hint_at_staging)?;
    report(&mut session.output, &written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, op: EditKind, path: &str, value: Option<&str>, name: Option<&str>) {
        let Change(edit) = text.parse().unwrap();
        let found =
            (edit.op, edit.path.as_str(), edit.value.as_ref().map(RawJson::as_str), edit.name.as_deref());
        assert_eq!(found, (op, path, value, name), "{text}");
    }

    #[test]
    fn every_form_is_understood() {
        check("/coins=1.0", EditKind::Set, "/coins", Some("1.0"), None);
        check("/items/-=\"a=b\"", EditKind::Set, "/items/-", Some("\"a=b\""), None);
        check("/a=b=2", EditKind::Set, "/a=b", Some("2"), None);
        check("=[]", EditKind::Set, "", Some("[]"), None);
        check("insert:/items/0=null", EditKind::Insert, "/items/0", Some("null"), None);
        check("remove:/items/0", EditKind::Remove, "/items/0", None, None);
        check("rename:/coins=gold=en", EditKind::Rename, "/coins", None, Some("gold=en"));
    }

    #[test]
    fn what_is_no_change_says_how_to_write_one() {
        for (text, hint) in [
            ("coins=1", "`/place=value`"),
            ("/coins", "`/coins=value`"),
            ("/name=Bob", r#"`/name='"Bob"'`"#),
            ("rename:/coins", "`rename:/old=new`"),
        ] {
            let refused = text.parse::<Change>().unwrap_err();
            assert!(refused.contains(hint), "{text}: {refused}");
        }
    }
}
