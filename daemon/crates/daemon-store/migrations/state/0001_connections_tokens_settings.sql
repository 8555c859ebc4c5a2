-- Times are .NET ticks (roblox-apis.md §0.3). Roles, kinds and environments are stored by their names.
CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    environment TEXT NOT NULL,
    kind TEXT NOT NULL,
    universe_id TEXT NOT NULL,
    sample INTEGER NOT NULL CHECK (sample IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    display_prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE, -- keyed hash; the token itself is nowhere
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
