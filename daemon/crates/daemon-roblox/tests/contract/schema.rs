//! The part of JSON Schema the description uses. A keyword that is not known here fails the test, so none is passed over.
//!
//! A property that is not described counts as a violation wherever any is: the description is held to be complete.

use daemon_core::time::Timestamp;
use serde_json::Value;

/// Keywords that say nothing about whether an instance is valid.
const ANNOTATIONS: [&str; 6] = ["default", "description", "example", "readOnly", "title", "writeOnly"];

/// The schemas that can be referred to.
pub(crate) struct Schemas(Value);

/// What of an instance breaks which rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// A JSON Pointer.
    pub(crate) place: String,
    pub(crate) rule: String,
}

impl Schemas {
    pub(crate) fn new(description: &Value) -> Self {
        Self(description["components"]["schemas"].clone())
    }

    /// Lists how an instance breaks a schema.
    pub(crate) fn violations(&self, schema: &Value, instance: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        self.check(schema, instance, "", &mut found);
        found
    }

    fn check(&self, schema: &Value, instance: &Value, place: &str, found: &mut Vec<Violation>) {
        let mut report = |rule: String| found.push(Violation { place: place.to_owned(), rule });
        let members = schema.as_object().expect("a schema is an object");
        if instance.is_null() && members.get("nullable") == Some(&Value::Bool(true)) {
            return;
        }
        if let Some(name) = members.get("type").filter(|name| !is_of_type(instance, name)) {
            report(format!("{instance} is not of type {name}"));
            return;
        }
        for (keyword, rule) in members {
            match keyword.as_str() {
                "enum" if !rule.as_array().expect("an enum").contains(instance) => {
                    report(format!("{instance} is none of {rule}"));
                }
                "format" => {
                    if let Err(problem) = check_format(instance, rule) {
                        report(problem);
                    }
                }
                "required" => {
                    for name in rule.as_array().expect("names") {
                        let text = name.as_str().expect("a name");
                        // What is write-only is required of requests (OpenAPI 3.0, Schema Object).
                        let is_of_requests = schema["properties"][text]["writeOnly"] == true;
                        if !is_of_requests && instance.get(text).is_none() {
                            report(format!("{name} is missing"));
                        }
                    }
                }
                "$ref" | "type" | "enum" | "properties" | "additionalProperties" | "items" | "nullable" => {}
                known if ANNOTATIONS.contains(&known) => {}
                unknown => panic!("keyword `{unknown}` is not known here"),
            }
        }
        if let Some(reference) = members.get("$ref") {
            let name = reference.as_str().and_then(|text| text.strip_prefix("#/components/schemas/"));
            self.check(&self.0[name.expect("a reference to a schema")], instance, place, found);
        }
        self.check_parts(schema, instance, place, found);
    }

    fn check_parts(&self, schema: &Value, instance: &Value, place: &str, found: &mut Vec<Violation>) {
        if let Some(items) = schema.get("items") {
            for (index, item) in instance.as_array().into_iter().flatten().enumerate() {
                self.check(items, item, &format!("{place}/{index}"), found);
            }
        }
        let properties = schema.get("properties");
        let is_closed =
            properties.is_some() || schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, value) in instance.as_object().into_iter().flatten() {
            let place = format!("{place}/{name}");
            match properties.and_then(|properties| properties.get(name)) {
                Some(schema) => self.check(schema, value, &place, found),
                None if is_closed => {
                    found.push(Violation { place, rule: "the property is not described".to_owned() });
                }
                None => {}
            }
        }
    }
}

fn is_of_type(instance: &Value, name: &Value) -> bool {
    match name.as_str().expect("the name of a type") {
        "object" => instance.is_object(),
        "array" => instance.is_array(),
        "string" => instance.is_string(),
        "boolean" => instance.is_boolean(),
        "number" => instance.is_number(),
        "integer" => instance.is_i64() || instance.is_u64(),
        other => panic!("type `{other}` is not known here"),
    }
}

fn check_format(instance: &Value, name: &Value) -> Result<(), String> {
    let is_valid = match name.as_str().expect("the name of a format") {
        "date-time" => instance.as_str().is_some_and(|text| Timestamp::parse_rfc3339(text).is_ok()),
        "int32" => instance.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "int64" => instance.is_i64(),
        // What these mean for texts of ours, the type says already.
        "binary" | "byte" | "double" | "enum" => true,
        other => panic!("format `{other}` is not known here"),
    };
    if is_valid { Ok(()) } else { Err(format!("{instance} is not of format {name}")) }
}

#[test]
fn planted_violations_are_found() {
    let description = serde_json::json!({ "components": { "schemas": { "Leaf": {
        "type": "object",
        "properties": { "at": { "type": "string", "format": "date-time", "nullable": true } },
    } } } });
    let schema = serde_json::json!({
        "type": "object",
        "required": ["state"],
        "properties": {
            "state": { "type": "string", "enum": ["A", "B"] },
            "count": { "type": "integer", "format": "int32" },
            "leaves": { "type": "array", "items": { "$ref": "#/components/schemas/Leaf" } },
            "free": { "type": "object" },
        },
    });
    let schemas = Schemas::new(&description);
    let check = |instance: Value, expected: &[&str]| {
        let found = schemas.violations(&schema, &instance);
        let found: Vec<String> =
            found.iter().map(|found| format!("{}: {}", found.place, found.rule)).collect();
        assert_eq!(found, expected, "{instance}");
    };
    check(serde_json::json!({ "state": "A", "count": 5, "free": { "x": 1 } }), &[]);
    check(
        serde_json::json!({ "state": "A", "leaves": [{ "at": null }, { "at": "2024-01-01T00:00:00Z" }] }),
        &[],
    );
    check(serde_json::json!([]), &[": [] is not of type \"object\""]);
    check(serde_json::json!({}), &[": \"state\" is missing"]);
    check(serde_json::json!({ "state": "C" }), &["/state: \"C\" is none of [\"A\",\"B\"]"]);
    check(serde_json::json!({ "state": "A", "more": 1 }), &["/more: the property is not described"]);
    check(
        serde_json::json!({ "state": "A", "count": 3_000_000_000_u32 }),
        &["/count: 3000000000 is not of format \"int32\""],
    );
    check(
        serde_json::json!({ "state": "A", "leaves": [{ "at": "now" }] }),
        &["/leaves/0/at: \"now\" is not of format \"date-time\""],
    );
}
