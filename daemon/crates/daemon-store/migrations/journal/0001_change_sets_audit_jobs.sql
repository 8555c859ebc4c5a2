-- Times are .NET ticks (roblox-apis.md §0.3). Policies, and kinds and states of jobs, are stored by their names.
PRAGMA application_id = 1685286250; -- 'dsmj': no other file is taken for a journal

-- The data stores that changes were made in, so that an item needs no more than a number for its own.
CREATE TABLE data_stores (
    number INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    ordered INTEGER NOT NULL CHECK (ordered IN (0, 1)),
    name TEXT NOT NULL,
    UNIQUE (connection, ordered, name)
) STRICT;

-- The counts are those of the set's rows in `items`, changed in the transaction that changes an item.
CREATE TABLE change_sets (
    number INTEGER PRIMARY KEY, -- in the order they were made
    id TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3)), -- 0 staged, 1 committing, 2 done, 3 discarded
    open INTEGER NOT NULL CHECK (open IN (0, 1)), -- 1: has items in conflict or unknown
    created_by TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    committed_by TEXT,
    committed_by_name TEXT,
    committed_at INTEGER,
    finished_at INTEGER,
    stopped_at INTEGER, -- since when what waits is left out
    stop_reason TEXT,
    undo_of TEXT, -- the set whose contents this one's items may point to
    job TEXT,
    policy TEXT NOT NULL,
    last_item INTEGER NOT NULL CHECK (last_item >= 0), -- the highest number an item was given
    staged INTEGER NOT NULL CHECK (staged >= 0),
    queued INTEGER NOT NULL CHECK (queued >= 0),
    sending INTEGER NOT NULL CHECK (sending >= 0),
    saved INTEGER NOT NULL CHECK (saved >= 0),
    conflict INTEGER NOT NULL CHECK (conflict >= 0),
    refused INTEGER NOT NULL CHECK (refused >= 0),
    unknown INTEGER NOT NULL CHECK (unknown >= 0),
    superseded INTEGER NOT NULL CHECK (superseded >= 0),
    removals INTEGER NOT NULL CHECK (removals >= 0),
    ordered_removals INTEGER NOT NULL CHECK (ordered_removals >= 0),
    stores INTEGER NOT NULL CHECK (stores >= 0), -- in how many data stores its items lie
    due_at INTEGER, -- since when its contents are kept for history alone; null while they are needed, or gone
    purged INTEGER NOT NULL CHECK (purged IN (0, 1)), -- 1: contents are gone, or on their way
    purged_to INTEGER NOT NULL, -- the last item whose contents are gone
    title TEXT NOT NULL,
    reason TEXT
) STRICT;

CREATE INDEX change_sets_by_connection ON change_sets (connection);
CREATE INDEX change_sets_by_undone ON change_sets (undo_of) WHERE undo_of IS NOT NULL;
CREATE INDEX change_sets_under_way ON change_sets (number) WHERE state < 2;
CREATE INDEX change_sets_open ON change_sets (number) WHERE open = 1;
CREATE INDEX change_sets_due ON change_sets (due_at) WHERE due_at IS NOT NULL;

-- Of item states only what sets an item apart is stored: 0 is an item that waits, and its set tells whether that means
-- staged, queued, or left out since the set was stopped. So a million items are committed by changing one row.
CREATE TABLE items (
    change_set INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3, 4, 5, 6, 7)), -- 0 waits, 1 queued, 2 sending, 3 unknown,
                                                                     -- 4 saved, 5 conflict, 6 refused, 7 superseded
    changed_at INTEGER NOT NULL,
    store INTEGER NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    increment INTEGER,
    places INTEGER NOT NULL, -- how many places of the value differ
    user_ids_differ INTEGER NOT NULL CHECK (user_ids_differ IN (0, 1)),
    attributes_differ INTEGER NOT NULL CHECK (attributes_differ IN (0, 1)),
    size_before INTEGER, -- null: there was no entry
    size_after INTEGER, -- null: a removal
    intent INTEGER NOT NULL CHECK (intent IN (0, 1)), -- 1: `before` and `after` are what may have been sent
    may_be_told INTEGER NOT NULL CHECK (may_be_told IN (0, 1)),
    clash INTEGER, -- 0 changed, 1 overlap, 2 gone, 3 appeared, 4 too large
    base_content INTEGER,
    after_content INTEGER,
    before_content INTEGER,
    theirs_content INTEGER,
    base_revision TEXT,
    before_revision TEXT,
    theirs_revision TEXT,
    revision TEXT,
    problem_code TEXT,
    problem_message TEXT,
    PRIMARY KEY (change_set, number)
) STRICT, WITHOUT ROWID;

-- An entry waits once in a set.
CREATE UNIQUE INDEX items_waiting ON items (change_set, store, scope, key) WHERE state = 0;
-- An entry is being changed by one item of all sets (S-37).
CREATE UNIQUE INDEX items_in_flight ON items (store, scope, key) WHERE state IN (2, 3);
-- Finds the few among the many.
CREATE INDEX items_by_state ON items (change_set, state, number) WHERE state IN (1, 3, 5, 6, 7);
CREATE INDEX items_saved ON items (store, scope, key, changed_at) WHERE state = 4;

-- Values with user ids and attributes, once for each item that has them the same before, after or in between. A set that
-- undoes another one points to its rows, and never the other way round: they go when the set in `change_set` is purged, and
-- that waits for those that undo it. `value` stands last so that the other columns are read without it.
CREATE TABLE contents (
    number INTEGER PRIMARY KEY,
    change_set INTEGER NOT NULL,
    user_ids TEXT, -- JSON array; null when none
    attributes TEXT, -- JSON object; null when empty
    value TEXT NOT NULL
) STRICT;

-- What was attempted, and what came of it.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    phase INTEGER NOT NULL CHECK (phase IN (0, 1)), -- 0 attempt, 1 outcome
    item INTEGER,
    principal TEXT NOT NULL,
    principal_name TEXT NOT NULL,
    operation TEXT NOT NULL,
    connection TEXT NOT NULL,
    store TEXT,
    scope TEXT,
    key TEXT,
    change_set TEXT,
    outcome TEXT NOT NULL,
    reason TEXT
) STRICT;

CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'lines of the audit are never changed');
END;
CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'lines of the audit are never removed');
END;

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY, -- in the order they were made
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    connection TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER, -- null until it ends
    total INTEGER,
    saved INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    conflict INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    change_set TEXT,
    file TEXT,
    plan TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    checkpoint_at INTEGER,
    message TEXT
) STRICT;

CREATE INDEX jobs_by_owner ON jobs (created_by);
CREATE INDEX jobs_unfinished ON jobs (number) WHERE finished_at IS NULL;

CREATE TABLE job_reports (
    job INTEGER NOT NULL REFERENCES jobs (number),
    number INTEGER NOT NULL,
    state TEXT NOT NULL, -- by its name
    store TEXT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    code TEXT,
    message TEXT,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
