//! The fake daemon's universe: two standard data stores and an ordered one, held as plain values.

use serde_json::{Value, json};

/// An entry's value, and how often it was written.
struct Entry {
    key: String,
    value: Value,
    revision: u32,
}

/// Answers requests about its entries, without any of the real rules.
pub(super) struct Universe {
    stores: Vec<(String, &'static str)>,
    entries: Vec<Entry>,
    /// Largest page it gives, to make lists come in several.
    pub(super) page_size: usize,
}

impl Default for Universe {
    fn default() -> Self {
        let player = |key: &str, coins: u32| Entry {
            key: key.to_owned(),
            value: json!({
                "Alive": true, "Bag": { "Sword": 1 }, "Coins": coins, "Name": key, "Note": null,
                "Story": "once ".repeat(40),
            }),
            revision: 1,
        };
        Self {
            stores: [("Coins", "ordered"), ("Guilds", "standard"), ("Players", "standard")]
                .map(|(name, kind)| (name.to_owned(), kind))
                .into(),
            entries: vec![player("Ann", 12), player("Bo", 7), player("Cem", 0)],
            page_size: 100,
        }
    }
}

impl Universe {
    pub(super) fn value(&self, key: &str) -> &Value {
        &self.entry(key).expect("the entry exists").value
    }

    /// Writes one member of a player as somebody else would. Answers the event that tells of it.
    pub(super) fn write(&mut self, key: &str, member: &str, value: Value) -> Value {
        let entry = self.entries.iter_mut().find(|entry| entry.key == key).expect("the entry exists");
        entry.value[member] = value;
        entry.revision += 1;
        let revision = entry.revision;
        changed(key, "updated", Some(revision))
    }

    pub(super) fn add(&mut self, key: &str) -> Value {
        self.entries.push(Entry { key: key.to_owned(), value: json!({ "Coins": 1 }), revision: 1 });
        self.entries.sort_by(|left, right| left.key.cmp(&right.key));
        changed(key, "created", Some(1))
    }

    pub(super) fn remove(&mut self, key: &str) -> Value {
        self.entries.retain(|entry| entry.key != key);
        changed(key, "removed", None)
    }

    pub(super) fn add_store(&mut self, name: &str) -> Value {
        self.stores.push((name.to_owned(), "standard"));
        self.stores.sort();
        json!({ "type": "datastores.changed", "connection": "c", "store": name })
    }

    /// Makes Players a store of so many keys.
    pub(super) fn fill(&mut self, count: usize) {
        self.entries = (0..count)
            .map(|number| Entry { key: format!("Player_{number:07}"), value: json!({}), revision: 1 })
            .collect();
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The answer to a request, or the code of its refusal.
    pub(super) fn answer(&mut self, request: &Value) -> Result<Value, &'static str> {
        match request["type"].as_str().unwrap_or_default() {
            "connections.list" => Ok(json!({ "connections": [{
                "id": "c", "name": "Sandbox", "source": "local", "environment": "local", "readOnly": false,
                "sampleData": true, "selected": true,
            }] })),
            "datastores.list" => Ok(self.list_stores(request)),
            "keys.list" => Ok(self.list_keys(request)),
            "ordered.list" => Ok(json!({
                "entries": [{ "key": "Bo", "scope": "global", "value": "9007199254740993" }], "hasMore": false,
            })),
            "entries.rows" => self.rows(request),
            "entries.edit" => self.edit(request),
            other => panic!("the fake daemon knows no `{other}`"),
        }
    }

    fn list_stores(&self, request: &Value) -> Value {
        let prefix = request["prefix"].as_str().unwrap_or_default();
        let stores: Vec<_> = self
            .stores
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, kind)| json!({ "name": name, "kind": kind, "scopes": ["global"], "moreScopes": false }))
            .collect();
        json!({ "datastores": stores, "hasMore": false })
    }

    fn list_keys(&self, request: &Value) -> Value {
        let prefix = request["prefix"].as_str().unwrap_or_default();
        let first: usize =
            request["cursor"].as_str().map_or(0, |cursor| cursor.parse().expect("our own cursor"));
        let limit = request["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
        let keys: Vec<_> = self.entries.iter().filter(|entry| entry.key.starts_with(prefix)).collect();
        let keys = if request["store"] == "Players" { keys } else { Vec::new() };
        let end = keys.len().min(first + limit.min(self.page_size));
        let page = &keys[first.min(end)..end];
        let entries: Vec<_> =
            page.iter().map(|entry| json!({ "scope": "global", "key": entry.key })).collect();
        let mut answer = json!({ "keys": [], "entries": entries, "hasMore": end < keys.len() });
        if end < keys.len() {
            answer["nextCursor"] = Value::from(end.to_string());
        }
        answer
    }

    fn rows(&self, request: &Value) -> Result<Value, &'static str> {
        let entry = self.entry(request["key"].as_str().unwrap_or_default()).ok_or("DS005")?;
        let path = request["path"].as_str().unwrap_or_default();
        let node = entry.value.pointer(path).ok_or("DS011")?;
        let rows: Vec<_> = match node {
            Value::Object(members) => {
                members.iter().map(|(name, child)| row(&format!("{path}/{name}"), name, child)).collect()
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, child)| row(&format!("{path}/{index}"), &index.to_string(), child))
                .collect(),
            _ => Vec::new(),
        };
        Ok(json!({
            "revision": entry.revision.to_string(), "node": row(path, "", node), "offset": 0, "total": rows.len(),
            "rows": rows, "sizeBytes": entry.value.to_string().len(),
        }))
    }

    fn edit(&mut self, request: &Value) -> Result<Value, &'static str> {
        let key = request["key"].as_str().unwrap_or_default().to_owned();
        let entry = self.entries.iter_mut().find(|entry| entry.key == key).ok_or("DS005")?;
        if request["expectedRevision"].as_str() != Some(entry.revision.to_string().as_str()) {
            return Err("DS006");
        }
        for edit in request["edits"].as_array().ok_or("GEN007")? {
            let path = edit["path"].as_str().unwrap_or_default();
            *entry.value.pointer_mut(path).ok_or("DS011")? = edit["value"].clone();
        }
        entry.revision += 1;
        Ok(json!({ "key": key, "scope": "global", "revision": entry.revision.to_string(), "created": false }))
    }
}

fn row(path: &str, name: &str, value: &Value) -> Value {
    let (kind, children) = match value {
        Value::Null => ("null", 0),
        Value::Bool(_) => ("boolean", 0),
        Value::Number(_) => ("number", 0),
        Value::String(_) => ("string", 0),
        Value::Array(items) => ("array", items.len()),
        Value::Object(members) => ("object", members.len()),
    };
    let text = value.to_string();
    let is_container = matches!(kind, "array" | "object");
    let preview: String =
        if is_container { format!("{children} inside") } else { text.chars().take(120).collect() };
    json!({
        "path": path, "name": name, "kind": kind, "preview": preview, "childCount": children,
        "cut": !is_container && text.chars().count() > 120, "sizeBytes": text.len(),
    })
}

fn changed(key: &str, change: &str, revision: Option<u32>) -> Value {
    json!({
        "type": "entries.changed", "connection": "c", "store": "Players", "ordered": false, "scope": "global",
        "key": key, "change": change, "revision": revision.map(|revision| revision.to_string()), "by": "owner",
        "at": "2026-01-01T00:00:00.0000000Z",
    })
}
