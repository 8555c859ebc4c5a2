-- Memory stores (roblox-apis.md §3.2). Times are .NET ticks (§0.3); what has expired is never read.
CREATE TABLE map_items (
    id INTEGER PRIMARY KEY,
    map TEXT NOT NULL,
    item TEXT NOT NULL,
    text_sort_key TEXT, -- at most one of the two
    number_sort_key REAL,
    etag INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX map_items_by_item ON map_items (map, item);
CREATE INDEX map_items_by_expiry ON map_items (expires_at);

CREATE TABLE queue_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    queue TEXT NOT NULL,
    priority REAL NOT NULL,
    expires_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL, -- until then it was read and is not read again
    reading INTEGER, -- the number of the latest reading
    value TEXT NOT NULL
) STRICT;

CREATE INDEX queue_items_by_order ON queue_items (queue, priority DESC, id);
CREATE INDEX queue_items_by_reading ON queue_items (queue, reading) WHERE reading IS NOT NULL;
CREATE INDEX queue_items_by_expiry ON queue_items (expires_at);

-- How much each map and queue holds, kept by the triggers below.
CREATE TABLE memory_structures (
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)), -- 0 map, 1 queue
    name TEXT NOT NULL,
    items INTEGER NOT NULL CHECK (items >= 0),
    bytes INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER map_item_added AFTER INSERT ON map_items BEGIN
    INSERT INTO memory_structures VALUES (0, new.map, 1, octet_length(new.value))
        ON CONFLICT DO UPDATE SET items = items + 1, bytes = bytes + octet_length(new.value);
END;
CREATE TRIGGER map_item_changed AFTER UPDATE OF value ON map_items BEGIN
    UPDATE memory_structures SET bytes = bytes + octet_length(new.value) - octet_length(old.value)
        WHERE kind = 0 AND name = new.map;
END;
CREATE TRIGGER map_item_removed AFTER DELETE ON map_items BEGIN
    UPDATE memory_structures SET items = items - 1, bytes = bytes - octet_length(old.value)
        WHERE kind = 0 AND name = old.map;
    DELETE FROM memory_structures WHERE kind = 0 AND name = old.map AND items = 0;
END;
CREATE TRIGGER queue_item_added AFTER INSERT ON queue_items BEGIN
    INSERT INTO memory_structures VALUES (1, new.queue, 1, octet_length(new.value))
        ON CONFLICT DO UPDATE SET items = items + 1, bytes = bytes + octet_length(new.value);
END;
CREATE TRIGGER queue_item_removed AFTER DELETE ON queue_items BEGIN
    UPDATE memory_structures SET items = items - 1, bytes = bytes - octet_length(old.value)
        WHERE kind = 1 AND name = old.queue;
    DELETE FROM memory_structures WHERE kind = 1 AND name = old.queue AND items = 0;
END;

-- The next number of an etag or a reading.
CREATE TABLE memory_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next INTEGER NOT NULL
) STRICT;
INSERT INTO memory_counter VALUES (1, 1);

-- The latest flushes.
CREATE TABLE memory_flushes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    test INTEGER NOT NULL CHECK (test IN (0, 1)) -- 1: of the scope of tests
) STRICT;
