-- A data store comes into being with its first entry (roblox-apis.md §2.1). Times are .NET ticks (§0.3).
CREATE TABLE stores (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)), -- 0 standard, 1 ordered
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    live_count INTEGER NOT NULL DEFAULT 0 CHECK (live_count >= 0),
    removed_count INTEGER NOT NULL DEFAULT 0 CHECK (removed_count >= 0), -- tombstones not purged yet
    UNIQUE (kind, name)
) STRICT;

-- Only scopes with live entries have a row.
CREATE TABLE scopes (
    store_id INTEGER NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    live_count INTEGER NOT NULL CHECK (live_count >= 0),
    PRIMARY KEY (store_id, scope)
) STRICT, WITHOUT ROWID;

-- The current version of every key. `value` stands last so that the other columns are read without it.
-- No foreign key to `stores`: checking it for each of a million imported rows costs a tenth of the import.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    store_id INTEGER NOT NULL,
    removed INTEGER NOT NULL CHECK (removed IN (0, 1)), -- 1: a tombstone, without value
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    counter INTEGER NOT NULL, -- writes of this key, from 1
    expires_at INTEGER, -- tombstones only
    user_ids TEXT, -- JSON array; null when none
    attributes TEXT, -- JSON object; null when empty
    value TEXT
) STRICT;

-- Finds a key, and lists the live keys of a scope in order without touching values or tombstones.
CREATE UNIQUE INDEX entries_by_key ON entries (store_id, removed, scope, key);
CREATE INDEX entries_by_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL;

-- Superseded versions.
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    counter INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (1, 2, 3)), -- 1 kept, 2 local copy, 3 tombstone
    written_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_ids TEXT,
    attributes TEXT,
    value TEXT
) STRICT;

CREATE UNIQUE INDEX revisions_by_entry ON revisions (entry_id, counter);
CREATE INDEX revisions_by_expiry ON revisions (expires_at);

CREATE TABLE ordered_entries (
    store_id INTEGER NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (store_id, scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX ordered_entries_by_value ON ordered_entries (store_id, scope, value, key);
