//! `HttpService:JSONEncode` and `JSONDecode` with the engine's quirks, which the protocol has to survive.
//!
//! **Invariant:** an empty table encodes as `[]`, a table with an array part loses its named part, `nan` and `inf` appear as
//! bare tokens, and decoded nulls vanish.

use mlua::{Lua, Table, Value};

use crate::studio::value::number_text;

/// Nesting beyond which a table is taken for cyclic.
const DEPTH_LIMIT: usize = 200;

/// Text of a value, or the error Studio raises.
pub(crate) fn encode(value: &Value) -> mlua::Result<String> {
    let mut output = String::new();
    encode_into(value, &mut output, 0)?;
    Ok(output)
}

fn encode_into(value: &Value, output: &mut String, depth: usize) -> mlua::Result<()> {
    if depth > DEPTH_LIMIT {
        return Err(mlua::Error::runtime("tables cannot be cyclic"));
    }
    match value {
        Value::Boolean(value) => output.push_str(if *value { "true" } else { "false" }),
        Value::Integer(value) => output.push_str(&value.to_string()),
        Value::Number(value) => encode_number(*value, output),
        Value::String(text) => {
            let text = text.to_str().map_err(|_| mlua::Error::runtime("Can't convert to JSON"))?;
            encode_text(&text, output);
        }
        Value::Table(table) if table.raw_len() > 0 || table.is_empty() => {
            encode_array(table, output, depth)?;
        }
        Value::Table(table) => encode_object(table, output, depth)?,
        // Functions, Instances and data types have no JSON form.
        _ => output.push_str("null"),
    }
    Ok(())
}

fn encode_number(number: f64, output: &mut String) {
    if number.is_nan() {
        output.push_str("nan");
    } else if number.is_infinite() {
        output.push_str(if number > 0.0 { "inf" } else { "-inf" });
    } else {
        output.push_str(&number_text(number));
    }
}

fn encode_text(text: &str, output: &mut String) {
    output.push_str(&serde_json::Value::from(text).to_string());
}

fn encode_array(table: &Table, output: &mut String, depth: usize) -> mlua::Result<()> {
    output.push('[');
    for index in 1..=table.raw_len() {
        if index > 1 {
            output.push(',');
        }
        encode_into(&table.raw_get(index)?, output, depth + 1)?;
    }
    output.push(']');
    Ok(())
}

fn encode_object(table: &Table, output: &mut String, depth: usize) -> mlua::Result<()> {
    output.push('{');
    let mut separator = "";
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let key = match &key {
            Value::String(key) => key.to_string_lossy(),
            Value::Integer(key) => key.to_string(),
            Value::Number(key) => number_text(*key),
            _ => continue,
        };
        output.push_str(separator);
        encode_text(&key, output);
        output.push(':');
        encode_into(&value, output, depth + 1)?;
        separator = ",";
    }
    output.push('}');
    Ok(())
}

/// The value of a text, or the error Studio raises.
pub(crate) fn decode(lua: &Lua, text: &[u8]) -> mlua::Result<Value> {
    let value = serde_json::from_slice(text).map_err(|_| mlua::Error::runtime("Can't parse JSON"))?;
    to_lua(lua, &value)
}

/// A parsed value as Luau sees it.
pub(crate) fn to_lua(lua: &Lua, value: &serde_json::Value) -> mlua::Result<Value> {
    use serde_json::Value as Json;
    Ok(match value {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => number.as_f64().map_or(Value::Nil, Value::Number),
        Json::String(text) => Value::String(lua.create_string(text)?),
        Json::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                table.raw_set(index + 1, to_lua(lua, item)?)?;
            }
            Value::Table(table)
        }
        Json::Object(members) => {
            let table = lua.create_table_with_capacity(0, members.len())?;
            for (name, member) in members {
                table.raw_set(name.as_str(), to_lua(lua, member)?)?;
            }
            Value::Table(table)
        }
    })
}
