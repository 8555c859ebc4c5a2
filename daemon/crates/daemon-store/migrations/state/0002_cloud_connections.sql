-- For a connection of kind 'cloud', universe_id is the experience's id at Roblox. Its key is never here: it lies where
-- secrets do, under the connection's id and host.
ALTER TABLE connections ADD COLUMN colour TEXT;
ALTER TABLE connections ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1));
ALTER TABLE connections ADD COLUMN base_url TEXT; -- NULL: Roblox itself
ALTER TABLE connections ADD COLUMN universe_name TEXT; -- as Roblox told it last
ALTER TABLE connections ADD COLUMN last_check TEXT; -- what was found about the key, as JSON
