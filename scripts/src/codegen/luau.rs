//! The plugin's types and tables.

use std::fmt::Write;

use protocol::schema::MessageKind;
use protocol::{CATALOGUE, ErrorCode, EventName};

use super::NOTICE;
use super::model::{Definition, Kind, Model, Presence, Shape};
use super::typescript::constants;

pub(super) fn print(model: &Model) -> String {
    let mut out = String::new();
    line(&mut out, "--!strict");
    line(&mut out, &format!("-- {NOTICE}"));
    for (name, definition) in &model.definitions {
        line(&mut out, "");
        print_definition(&mut out, name, definition);
    }
    line(&mut out, "");
    line(&mut out, "local Protocol = {}");
    line(&mut out, "");
    for (name, value) in constants() {
        line(&mut out, &format!("Protocol.{name} = {value}"));
    }
    let operations = CATALOGUE.iter().map(|(name, declaration)| (format!("{name:?}"), declaration.name));
    print_table(&mut out, "The `type` of every operation's message.", "Operations", operations);
    let controls = model.messages_of(|kind| matches!(kind, MessageKind::Control));
    let controls = controls.iter().map(|message| (message.request.clone(), message.name));
    print_table(&mut out, "The `type` of the socket's own messages.", "Controls", controls);
    let events = EventName::ALL.iter().map(|event| (format!("{event:?}"), event.as_str()));
    print_table(&mut out, "The `type` of every event.", "Events", events);
    let exchanges = model.messages_of(|kind| matches!(kind, MessageKind::Exchange(_)));
    let exchanges = exchanges.iter().map(|message| {
        let name = message.request.strip_suffix("Request").unwrap_or(&message.request);
        (name.to_owned(), message.name)
    });
    print_table(&mut out, "The paths of the `POST`s that need no credential.", "Exchanges", exchanges);
    let codes = ErrorCode::ALL.iter().map(|code| (format!("{code:?}"), code.code()));
    print_table(&mut out, "Why a request was refused.", "ErrorCodes", codes);
    line(&mut out, "");
    line(&mut out, "return table.freeze(Protocol)");
    out
}

fn print_definition(out: &mut String, name: &str, definition: &Definition) {
    print_doc(out, "", &definition.doc);
    match &definition.shape {
        Shape::Object(members) if members.is_empty() => line(out, &format!("export type {name} = {{}}")),
        Shape::Object(members) => {
            line(out, &format!("export type {name} = {{"));
            for member in members {
                print_doc(out, "\t", &member.doc);
                // `null` does not reach Luau: JSONDecode gives nil.
                let mark = if member.presence == Presence::Always { "" } else { "?" };
                line(out, &format!("\t{}: {}{mark},", member.name, type_text(&member.kind)));
            }
            line(out, "}");
        }
        Shape::Choice(variants) => {
            if let [only] = variants.as_slice() {
                line(out, &format!("export type {name} = \"{}\"", only.text));
                return;
            }
            line(out, &format!("export type {name} ="));
            for (index, variant) in variants.iter().enumerate() {
                let bar = if index == 0 { "" } else { "| " };
                line(out, &format!("\t{bar}\"{}\"{}", variant.text, variant_doc(&variant.doc)));
            }
        }
    }
}

/// A choice's lines carry their documentation at the end, where the formatter leaves it.
fn variant_doc(doc: &[String]) -> String {
    if doc.is_empty() { String::new() } else { format!(" -- {}", doc.join(" ")) }
}

fn type_text(kind: &Kind) -> String {
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Anything => "any".to_owned(),
        Kind::Named(name) => name.clone(),
        Kind::List(element) => format!("{{ {} }}", type_text(element)),
    }
}

fn print_table(
    out: &mut String,
    doc: &str,
    name: &str,
    entries: impl Iterator<Item = (String, &'static str)>,
) {
    line(out, "");
    line(out, &format!("-- {doc}"));
    line(out, &format!("Protocol.{name} = table.freeze({{"));
    for (key, value) in entries {
        line(out, &format!("\t{key} = \"{value}\","));
    }
    line(out, "})");
}

fn print_doc(out: &mut String, indent: &str, doc: &[String]) {
    for text in doc {
        line(out, format!("{indent}-- {text}").trim_end());
    }
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}
