-- A data store that was deleted but can still be brought back (roblox-apis.md §2.1).
ALTER TABLE stores ADD COLUMN expires_at INTEGER; -- null: not deleted
CREATE INDEX stores_by_expiry ON stores (expires_at) WHERE expires_at IS NOT NULL;

-- When the universe's latest snapshot was taken (roblox-apis.md §2.1); at most one row.
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    taken_at INTEGER NOT NULL
) STRICT;
