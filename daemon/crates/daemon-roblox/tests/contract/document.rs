//! The description: which operation an exchange belongs to, and what it says of the response.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::schema::{Schemas, Violation};
use crate::session::Exchange;

/// Roblox's description.
pub(crate) struct Document {
    operations: Vec<Operation>,
    schemas: Schemas,
}

struct Operation {
    id: String,
    method: String,
    template: String,
    description: Value,
}

/// Where a response differs from what is described.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) operation: String,
    /// Where in the response: a JSON Pointer into the body, or the name of a header after `header `.
    pub(crate) place: String,
    pub(crate) rule: String,
    request: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, place, rule, request } = self;
        write!(formatter, "{operation} ({request}): at `{place}`: {rule}")
    }
}

impl Document {
    pub(crate) fn new(description: &Value) -> Self {
        let mut operations = Vec::new();
        for (template, methods) in description["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                operations.push(Operation {
                    id: operation["operationId"].as_str().expect("operationId").to_owned(),
                    method: method.to_uppercase(),
                    template: template.clone(),
                    description: operation.clone(),
                });
            }
        }
        Self { operations, schemas: Schemas::new(description) }
    }

    /// The names of all operations.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.operations.iter().map(|operation| operation.id.clone()).collect()
    }

    /// The operation an exchange belongs to.
    pub(crate) fn operation_of(&self, exchange: &Exchange) -> Option<String> {
        self.find(exchange).map(|operation| operation.id.clone())
    }

    /// Everything about a response that is not as described.
    pub(crate) fn breaches(&self, exchange: &Exchange) -> Vec<Breach> {
        let request = format!("{} {}, {}", exchange.method, exchange.target, exchange.status);
        let Some(operation) = self.find(exchange) else {
            // Introspection and look-up by name are not described; what they answer, their own tests say.
            let error = if exchange.status.is_success() { None } else { error_shape(exchange).err() };
            return error
                .into_iter()
                .map(|rule| Breach {
                    operation: "none".to_owned(),
                    place: String::new(),
                    rule,
                    request: request.clone(),
                })
                .collect();
        };
        let breach = |place: &str, rule: String| Breach {
            operation: operation.id.clone(),
            place: place.to_owned(),
            rule,
            request: request.clone(),
        };
        let described = &operation.description["responses"][exchange.status.as_str()];
        let mut found = Vec::new();
        if !exchange.status.is_success() {
            if exchange.status != 412 {
                found.extend(error_shape(exchange).err().map(|rule| breach("", rule)));
            }
            return found;
        }
        if described.is_null() {
            found.push(breach("", format!("status {} is not described", exchange.status)));
            return found;
        }
        found.extend(
            self.header_breaches(exchange, described).into_iter().map(|(place, rule)| breach(&place, rule)),
        );
        let Some(content) = described["content"].as_object().filter(|content| !content.is_empty()) else {
            // Where no content is described, an empty object says as much as nothing.
            if !exchange.body.is_empty() && exchange.body != "{}" {
                found.push(breach("", "a body is not described".to_owned()));
            }
            return found;
        };
        let content_type = exchange.headers.get("content-type").map_or("", |value| value.to_str().unwrap());
        let (described_type, body) = content.iter().next().expect("a content type");
        if content_type != described_type {
            let rule = format!("content type `{content_type}` instead of `{described_type}`");
            found.push(breach("header content-type", rule));
        }
        let instance: Value = serde_json::from_str(&exchange.body).expect("a JSON body");
        for Violation { place, rule } in self.schemas.violations(&body["schema"], &instance) {
            found.push(breach(&place, rule));
        }
        found
    }

    fn find(&self, exchange: &Exchange) -> Option<&Operation> {
        let path = exchange.target.split('?').next().unwrap_or_default();
        self.operations
            .iter()
            .filter(|operation| operation.method == exchange.method)
            .filter(|operation| is_match(&operation.template, path))
            // A path that ends in a verb matches the template without it as well; the longer one is meant.
            .max_by_key(|operation| operation.template.len())
    }

    fn header_breaches(&self, exchange: &Exchange, described: &Value) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let empty = serde_json::Map::new();
        for (name, header) in described["headers"].as_object().unwrap_or(&empty) {
            let place = format!("header {name}");
            let Some(value) = exchange.headers.get(name) else {
                found.push((place, "the header is missing".to_owned()));
                continue;
            };
            let text = value.to_str().unwrap();
            let schema = &header["schema"];
            let instance = match schema["type"].as_str() {
                Some("string") => Value::from(text),
                _ => serde_json::from_str(text).expect("a header with JSON"),
            };
            let violations = self.schemas.violations(schema, &instance);
            found.extend(violations.into_iter().map(|violation| (place.clone(), violation.rule)));
        }
        found
    }
}

/// Whether a path is one of a template's: parts in braces stand for anything within a segment.
fn is_match(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(template, segment)| match template.split_once('{') {
            Some((before, rest)) => {
                let after = rest.split_once('}').map_or("", |(_, after)| after);
                segment.len() > before.len() + after.len()
                    && segment.starts_with(before)
                    && segment.ends_with(after)
            }
            None => template == segment,
        })
}

/// Checks an error against the shapes of `roblox-apis.md §1.4` and `§2.4`, which the description leaves out.
fn error_shape(exchange: &Exchange) -> Result<(), String> {
    let body: Value = serde_json::from_str(&exchange.body).map_err(|error| format!("no JSON: {error}"))?;
    let members = |value: &Value| -> BTreeMap<String, Value> {
        value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let all = members(&body);
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    let is_shaped = match names.as_slice() {
        ["errors"] => {
            let first = &body["errors"][0];
            first["code"].is_u64() && is_text(&first["message"])
        }
        ["code", "message"] => is_text(&body["code"]) && is_text(&body["message"]),
        ["error", "errorDetails", "message"] => {
            is_text(&body["error"]) && is_text(&body["errorDetails"][0]["datastoreErrorCode"])
        }
        ["errors", "status", "title", "type"] => {
            body["errors"].is_object() && body["status"] == exchange.status.as_u16()
        }
        _ => false,
    };
    if is_shaped { Ok(()) } else { Err(format!("not an error as Roblox shapes it: {body}")) }
}
