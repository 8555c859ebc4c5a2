//! The dashboard's types.

use std::fmt::Write;

use protocol::ErrorCode;
use protocol::schema::MessageKind;

use super::NOTICE;
use super::model::{Definition, Kind, Message, Model, Presence, Shape};

pub(super) fn print(model: &Model) -> String {
    let mut out = String::new();
    line(&mut out, &format!("// {NOTICE}"));
    for (name, value) in constants() {
        line(&mut out, "");
        line(&mut out, &format!("export const {name} = {value};"));
    }
    for (name, definition) in &model.definitions {
        line(&mut out, "");
        print_definition(&mut out, name, definition);
    }
    print_operations(&mut out, model);
    print_messages(
        &mut out,
        "Requests that need no credential: the path, the body and the answer of each `POST`.",
        "Exchanges",
        &model.messages_of(|kind| matches!(kind, MessageKind::Exchange(_))),
    );
    print_messages(
        &mut out,
        "The socket's own messages.",
        "Controls",
        &model.messages_of(|kind| matches!(kind, MessageKind::Control)),
    );
    print_events(&mut out, &model.messages_of(|kind| matches!(kind, MessageKind::Event)));
    print_statuses(&mut out);
    out
}

/// The numbers both sides must agree on.
pub(super) fn constants() -> [(&'static str, u64); 6] {
    [
        ("PROTOCOL_VERSION", protocol::PROTOCOL_VERSION.into()),
        ("OLDEST_PROTOCOL_VERSION", protocol::OLDEST_PROTOCOL_VERSION.into()),
        ("DEFAULT_PORT", protocol::DEFAULT_PORT.into()),
        ("HEARTBEAT_SECONDS", protocol::HEARTBEAT_SECONDS.into()),
        ("FRAME_LIMIT_BYTES", protocol::FRAME_LIMIT_BYTES as u64),
        ("MESSAGE_LIMIT_BYTES", protocol::MESSAGE_LIMIT_BYTES as u64),
    ]
}

fn print_definition(out: &mut String, name: &str, definition: &Definition) {
    print_doc(out, "", &definition.doc);
    match &definition.shape {
        Shape::Object(members) if members.is_empty() => {
            line(out, &format!("export type {name} = Record<string, never>;"));
        }
        Shape::Object(members) => {
            line(out, &format!("export interface {name} {{"));
            for member in members {
                print_doc(out, "  ", &member.doc);
                let (mark, null) = match member.presence {
                    Presence::Always => ("", ""),
                    Presence::Optional => ("?", ""),
                    Presence::OptionalOrNull => ("?", " | null"),
                };
                line(out, &format!("  {}{mark}: {}{null};", member.name, type_text(&member.kind)));
            }
            line(out, "}");
        }
        Shape::Choice(variants) => {
            line(out, &format!("export type {name} ="));
            for (index, variant) in variants.iter().enumerate() {
                print_doc(out, "  ", &variant.doc);
                let end = if index + 1 == variants.len() { ";" } else { "" };
                line(out, &format!("  | \"{}\"{end}", variant.text));
            }
        }
    }
}

fn type_text(kind: &Kind) -> String {
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Anything => "unknown".to_owned(),
        Kind::Named(name) => name.clone(),
        Kind::List(element) => format!("{}[]", type_text(element)),
    }
}

fn print_operations(out: &mut String, model: &Model) {
    let operations = model.messages_of(|kind| matches!(kind, MessageKind::Operation(_)));
    print_messages(out, "The request and the answer of every operation.", "Operations", &operations);
    line(out, "");
    print_doc(out, "", &["The name of an operation.".to_owned()]);
    line(out, "export type OperationName = keyof Operations;");
    line(out, "");
    print_doc(
        out,
        "",
        &["What the catalogue declares of every operation. `{name}` in a path stands for the request's member.".to_owned()],
    );
    line(out, "export const OPERATIONS = {");
    for message in operations {
        let MessageKind::Operation(declaration) = message.kind else {
            continue;
        };
        let query: Vec<_> =
            declaration.query.iter().map(|parameter| format!("\"{}\"", parameter.name)).collect();
        line(out, &format!("  \"{}\": {{", message.name));
        line(out, &format!("    method: \"{}\",", declaration.method.as_str()));
        line(out, &format!("    path: \"{}\",", declaration.path));
        line(out, &format!("    query: [{}],", query.join(", ")));
        line(out, &format!("    permission: \"{}\",", declaration.permission.as_str()));
        line(out, &format!("    effect: \"{}\",", declaration.effect.as_str()));
        line(out, "  },");
    }
    line(out, "} as const satisfies Record<OperationName, object>;");
}

fn print_messages(out: &mut String, doc: &str, name: &str, messages: &[&Message]) {
    line(out, "");
    print_doc(out, "", &[doc.to_owned()]);
    line(out, &format!("export interface {name} {{"));
    for message in messages {
        let response = message.response.as_deref().unwrap_or("never");
        line(
            out,
            &format!(
                "  {}: {{ request: {}; response: {response} }};",
                member_name(message.name),
                message.request
            ),
        );
    }
    line(out, "}");
}

fn print_events(out: &mut String, events: &[&Message]) {
    line(out, "");
    print_doc(out, "", &["The payload of every event.".to_owned()]);
    line(out, "export interface Events {");
    for event in events {
        line(out, &format!("  {}: {};", member_name(event.name), event.request));
    }
    line(out, "}");
    line(out, "");
    print_doc(out, "", &["The name of an event.".to_owned()]);
    line(out, "export type EventName = keyof Events;");
}

fn print_statuses(out: &mut String) {
    line(out, "");
    print_doc(out, "", &["The HTTP status that carries each error code.".to_owned()]);
    line(out, "export const ERROR_STATUS: Record<ErrorCode, number> = {");
    for code in ErrorCode::ALL {
        line(out, &format!("  {}: {},", code.code(), code.status()));
    }
    line(out, "};");
}

/// Quotes a name only where the language asks for it.
fn member_name(name: &str) -> String {
    if name.chars().all(|character| character.is_ascii_alphanumeric()) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

fn print_doc(out: &mut String, indent: &str, doc: &[String]) {
    match doc {
        [] => {}
        [only] => line(out, &format!("{indent}/** {only} */")),
        lines => {
            line(out, &format!("{indent}/**"));
            for text in lines {
                line(out, format!("{indent} * {text}").trim_end());
            }
            line(out, &format!("{indent} */"));
        }
    }
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}
