//! The golden messages of the protocol, read and written by Studio's own JSON.

use std::path::Path;

use serde_json::Value;
use tests::studio::Studio;

use super::plugin_folder;

/// Members that hold what the plugin never decodes: Luau would round their numbers.
const NOT_FOR_LUAU: [&str; 4] = ["value", "attributes", "current", "edits"];

/// What is left of a message in Luau: `{}` becomes `[]`, and members that are null vanish (`roblox-apis.md` §4.7).
fn as_luau_keeps_it(value: &Value) -> Value {
    match value {
        Value::Object(members) if members.is_empty() => Value::Array(Vec::new()),
        Value::Object(members) => members
            .iter()
            .filter(|(name, value)| !value.is_null() && !NOT_FOR_LUAU.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), as_luau_keeps_it(value)))
            .collect(),
        Value::Array(items) => items.iter().map(as_luau_keeps_it).collect(),
        scalar => scalar.clone(),
    }
}

#[test]
fn every_golden_message_survives_luau() {
    let mut studio = Studio::builder().build();
    studio.load_modules(&plugin_folder()).expect("the modules load");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/fixtures");
    let mut count = 0;
    for message in std::fs::read_dir(folder).expect("the fixtures") {
        for case in std::fs::read_dir(message.expect("a folder").path()).expect("its cases") {
            let path = case.expect("a case").path();
            let text = std::fs::read_to_string(&path).expect("a text");
            let code = format!(
                "local HttpService = game:GetService(\"HttpService\")
                return HttpService:JSONEncode(HttpService:JSONDecode([==[{text}]==]))"
            );
            let written: String =
                studio.eval(&code).unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
            let before: Value = serde_json::from_str(&text).expect("a fixture is JSON");
            let after: Value = serde_json::from_str(&written).expect("Luau writes JSON");
            assert_eq!(as_luau_keeps_it(&after), as_luau_keeps_it(&before), "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= protocol::CATALOGUE.len() * 2, "{count} messages are too few");
    studio.assert_clean();
}
