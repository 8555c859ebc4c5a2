//! The OpenAPI document: what the REST interface takes and answers.

use std::collections::{BTreeMap, BTreeSet};

use protocol::schema::{Message, MessageKind, Schemas};
use protocol::{CATALOGUE, Declaration, ParameterKind};
use serde_json::{Map, Value, json};

/// Answers any operation by its name; for command lines, and for keys that do not survive in a path.
const CALL_PATH: &str = "/api/v1/call/{operation}";

// Routes that no message declares.
const DOCUMENT_PATH: &str = "/api/v1/openapi.json";
const SOCKET_PATH: &str = "/api/v1/ws";
const HEALTH_PATH: &str = "/healthz";

/// The document, with its objects' members in order of name.
pub(super) fn print(schemas: &Schemas) -> anyhow::Result<String> {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for message in &schemas.messages {
        match message.kind {
            MessageKind::Operation(declaration) => {
                let operation = operation(&declaration, message, schemas);
                let method = declaration.method.as_str().to_ascii_lowercase();
                paths.entry(declaration.path).or_default().insert(method, operation);
            }
            MessageKind::Exchange(path) => {
                paths.entry(path).or_default().insert("post".to_owned(), exchange(message));
            }
            MessageKind::Control | MessageKind::Event | MessageKind::Part => {}
        }
    }
    paths.entry(CALL_PATH).or_default().insert("post".to_owned(), call(schemas));
    for (path, operation) in [(DOCUMENT_PATH, own()), (SOCKET_PATH, socket()), (HEALTH_PATH, health())] {
        paths.entry(path).or_default().insert("get".to_owned(), operation);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "DataStore Manager Pro",
            "version": format!("v{}", protocol::PROTOCOL_VERSION),
            "description": "The REST interface of the daemon on this machine. Saved values are kept byte for byte; whole \
                            numbers of 64 bits travel as text.",
        },
        "servers": [{ "url": format!("http://127.0.0.1:{}", protocol::DEFAULT_PORT) }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token (`dsmp_…`), or a dashboard tab's token together with its session cookie.",
                },
            },
            "responses": {
                "Error": {
                    "description": "Refused; `code` says why, and `message` what to do.",
                    "content": content(&json!({ "$ref": "#/components/schemas/ErrorBody" })),
                },
            },
        },
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&sorted(document))?))
}

fn operation(declaration: &Declaration, message: &Message, schemas: &Schemas) -> Value {
    let request = definition(message.request.as_value(), schemas);
    let in_path: Vec<_> = path_members(declaration.path).collect();
    let mut parameters: Vec<Value> = Vec::new();
    for name in &in_path {
        parameters.push(parameter("path", name, true, member(request, name)));
    }
    let has_body = declaration.method.has_body();
    for query in declaration.query {
        // A condition may come as a header instead, and with a body every member may stand there.
        let is_required =
            required(request).contains(query.name) && !has_body && condition(query.name).is_none();
        let schema = match query.kind {
            ParameterKind::Text => json!({ "type": "string" }),
            ParameterKind::Integer => json!({ "type": "integer" }),
            ParameterKind::Boolean => json!({ "type": "boolean" }),
        };
        parameters.push(parameter(
            "query",
            query.name,
            is_required,
            described(schema, &member(request, query.name)),
        ));
    }
    for (name, schema) in declaration.query.iter().filter_map(|query| condition(query.name)) {
        parameters.push(parameter("header", name, false, schema));
    }
    let mut operation = json!({
        "operationId": declaration.name,
        "summary": declaration.summary,
        "tags": [declaration.name.split('.').next().unwrap_or_default()],
        "parameters": parameters,
        "responses": responses(message),
        "x-permission": declaration.permission.as_str(),
        "x-feature": declaration.feature.as_str(),
        "x-effect": declaration.effect.as_str(),
    });
    if let Some(text) = request["description"].as_str() {
        operation["description"] = json!(text);
    }
    if has_body {
        let in_query = declaration.query.iter().map(|query| query.name).collect();
        let body = body(request, &in_path, &in_query);
        operation["requestBody"] =
            json!({ "required": body.get("required").is_some(), "content": content(&body) });
    }
    operation
}

/// The header that says the same as a member.
fn condition(member: &str) -> Option<(&'static str, Value)> {
    match member {
        "expectedRevision" => Some((
            "If-Match",
            json!({ "type": "string", "description": "As `expectedRevision`, in quotes." }),
        )),
        "createOnly" => Some((
            "If-None-Match",
            json!({ "type": "string", "enum": ["*"], "description": "As `createOnly`." }),
        )),
        _ => None,
    }
}

/// The request without what stands in the path; what may stand in the query need not stand here.
fn body(request: &Value, in_path: &[&str], in_query: &BTreeSet<&str>) -> Value {
    let is_in_path = |name: &str| in_path.contains(&name);
    let properties = request["properties"].as_object().into_iter().flatten();
    let properties: BTreeMap<_, _> = properties.filter(|(name, _)| !is_in_path(name)).collect();
    let mut body = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let required: Vec<_> =
        required(request).into_iter().filter(|name| !is_in_path(name) && !in_query.contains(name)).collect();
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    body
}

fn exchange(message: &Message) -> Value {
    json!({
        "operationId": message.name.trim_start_matches("/api/v1/").replace('/', "."),
        "summary": "Needs no credential; rate-limited.",
        "tags": ["access"],
        "security": [],
        "requestBody": { "required": true, "content": content(message.request.as_value()) },
        "responses": responses(message),
    })
}

fn call(schemas: &Schemas) -> Value {
    let operations =
        schemas.messages.iter().filter(|message| matches!(message.kind, MessageKind::Operation(_)));
    let names: Vec<_> = CATALOGUE.iter().map(|(_, declaration)| declaration.name).collect();
    let requests: Vec<_> = operations.clone().map(|message| &message.request).collect();
    let answers: Vec<_> = operations.filter_map(|message| message.response.as_ref()).collect();
    json!({
        "operationId": "call",
        "summary": "Calls any operation by its name, with the whole request as body.",
        "tags": ["call"],
        "parameters": [parameter("path", "operation", true, json!({ "type": "string", "enum": names }))],
        "requestBody": { "required": true, "content": content(&json!({ "anyOf": requests })) },
        "responses": {
            "200": { "description": "The operation's answer.", "content": content(&json!({ "anyOf": answers })) },
            "4XX": { "$ref": "#/components/responses/Error" },
            "5XX": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn own() -> Value {
    json!({
        "operationId": "openapi",
        "summary": "Reads this document.",
        "tags": ["access"],
        "responses": {
            "200": { "description": "This document.", "content": content(&json!({ "type": "object" })) },
            "4XX": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn socket() -> Value {
    json!({
        "operationId": "socket",
        "summary": "Opens the WebSocket, which speaks every operation and tells of changes.",
        "description": "Browsers name the subprotocols `dsmp.v1` and `dsmp.token.<tab token>`; others send the Authorization \
                        header. `protocol/README.md` describes the messages.",
        "tags": ["access"],
        "responses": {
            "101": { "description": "The socket is open." },
            "4XX": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn health() -> Value {
    json!({
        "operationId": "health",
        "summary": "Says that the daemon lives, and nothing else.",
        "tags": ["access"],
        "security": [],
        "responses": { "204": { "description": "It lives." } },
    })
}

fn responses(message: &Message) -> Value {
    let schema = message.response.as_ref().map_or(Value::Bool(true), |schema| schema.as_value().clone());
    json!({
        "200": { "description": "Done.", "content": content(&schema) },
        "4XX": { "$ref": "#/components/responses/Error" },
        "5XX": { "$ref": "#/components/responses/Error" },
    })
}

fn content(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn parameter(place: &str, name: &str, required: bool, mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|members| members.remove("description"));
    let mut parameter = json!({ "in": place, "name": name, "required": required, "schema": schema });
    if let Some(description) = description {
        parameter["description"] = description;
    }
    parameter
}

/// The names between braces.
fn path_members(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn definition<'a>(reference: &Value, schemas: &'a Schemas) -> &'a Value {
    let name = reference["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    name.and_then(|name| schemas.definitions.get(name)).unwrap_or(&Value::Null)
}

fn member(request: &Value, name: &str) -> Value {
    request["properties"].get(name).cloned().unwrap_or(Value::Bool(true))
}

fn required(request: &Value) -> BTreeSet<&str> {
    request["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn described(mut schema: Value, source: &Value) -> Value {
    for name in ["description", "default", "pattern"] {
        if let Some(found) = source.get(name) {
            schema[name] = found.clone();
        }
    }
    schema
}

/// Orders the members of all objects by name, whichever map `serde_json` was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        serde_json::from_str(&print(&protocol::schema::schemas()).unwrap()).unwrap()
    }

    #[test]
    fn every_operation_has_its_method_and_path() {
        let document = document();
        for (_, declaration) in CATALOGUE {
            let method = declaration.method.as_str().to_ascii_lowercase();
            let operation = &document["paths"][declaration.path][&method];
            assert_eq!(operation["operationId"], declaration.name);
            assert_eq!(operation["x-permission"], declaration.permission.as_str());
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn check(document: &Value, value: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(reference) = value["$ref"].as_str() {
                        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                    }
                    members.values().for_each(|member| check(document, member));
                }
                Value::Array(elements) => elements.iter().for_each(|element| check(document, element)),
                _ => {}
            }
        }
        let document = document();
        check(&document, &document);
    }

    #[test]
    fn only_the_exchanges_need_no_credential() {
        let document = document();
        let mut open: Vec<&str> = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                if operation["security"] == json!([]) {
                    open.push(path);
                }
            }
        }
        assert_eq!(
            open,
            ["/api/v1/pairings", "/api/v1/pairings/claim", "/api/v1/prove", "/api/v1/sign-in", HEALTH_PATH]
        );
    }

    #[test]
    fn members_of_the_path_are_not_in_the_body() {
        let document = document();
        let set = &document["paths"]["/api/v1/datastores/{store}/keys/{key}"]["put"];
        let body = &set["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body["required"], json!(["value"]));
        assert!(body["properties"].get("key").is_none(), "{body}");
    }
}
