//! The peers: plain rusqlite, as a program would use it that only had to keep keys and values, and the bare disk.
//!
//! **Invariant:** what is written is as durable as the daemon's: write-ahead log, `synchronous=FULL`.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use rusqlite::{Connection, OptionalExtension as _};

use crate::data::{Line, STORE};
use crate::statistics::{float, percentile};

const SCHEMA: &str = "
    CREATE TABLE entries (id INTEGER PRIMARY KEY, store TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX entries_by_key ON entries (store, key);
";

/// What [`Plain::set`] adds to a database.
const VERSIONS: &str = "
    CREATE TABLE IF NOT EXISTS versions (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, value TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS versions_by_entry ON versions (entry, id);
";

/// What is written between two syncs of the bare disk.
const BLOCK: [u8; 4096] = [0x5A; 4096];

/// Inserts the lines of a JSONL file into a new database, in one transaction.
pub fn import(file: &Path, database: &Path) -> anyhow::Result<()> {
    let mut connection = open(database)?;
    connection.execute_batch(SCHEMA)?;
    let mut lines = BufReader::with_capacity(1 << 20, File::open(file)?);
    let transaction = connection.transaction()?;
    {
        let mut insert =
            transaction.prepare("INSERT INTO entries (store, key, value) VALUES (?1, ?2, ?3)")?;
        let mut text = String::new();
        while lines.read_line(&mut text)? > 0 {
            let line: Line<'_> = serde_json::from_str(&text)?;
            insert.execute((STORE, &line.key, line.value.get()))?;
            text.clear();
        }
    }
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error.into())
}

/// Writes the rows of [`import`]'s database to a JSONL file in key order, and syncs it.
pub fn export(database: &Path, file: &Path) -> anyhow::Result<()> {
    let connection = open(database)?;
    let mut file = BufWriter::with_capacity(1 << 18, File::create(file)?);
    let mut select = connection.prepare("SELECT key, value FROM entries WHERE store = ?1 ORDER BY key")?;
    let mut rows = select.query([STORE])?;
    while let Some(row) = rows.next()? {
        file.write_all(b"{\"key\":")?;
        serde_json::to_writer(&mut file, row.get_ref(0)?.as_str()?)?;
        file.write_all(b",\"value\":")?;
        file.write_all(row.get_ref(1)?.as_bytes()?)?;
        file.write_all(b"}\n")?;
    }
    file.into_inner().context("cannot write the rows")?.sync_all()?;
    Ok(())
}

/// [`import`]'s database, in this process.
#[derive(Debug)]
pub(crate) struct Plain(Connection);

impl Plain {
    /// Opens the database.
    pub(crate) fn open(database: &Path) -> anyhow::Result<Self> {
        open(database).map(Self)
    }

    /// Makes a database with one entry.
    pub(crate) fn with_entry(database: &Path, key: &str, value: &str) -> anyhow::Result<Self> {
        let connection = open(database)?;
        connection.execute_batch(SCHEMA)?;
        connection
            .execute("INSERT INTO entries (store, key, value) VALUES (?1, ?2, ?3)", (STORE, key, value))?;
        Ok(Self(connection))
    }

    /// Reads each of these keys, and tells the middle of the times in milliseconds.
    pub(crate) fn get(&self, keys: &[String]) -> anyhow::Result<f64> {
        let mut select = self.0.prepare("SELECT value FROM entries WHERE store = ?1 AND key = ?2")?;
        middle_ms(keys, |key| {
            let value: Option<String> = select.query_row((STORE, key), |row| row.get(0)).optional()?;
            value.map(drop).with_context(|| format!("no entry `{key}`"))
        })
    }

    /// Writes each of these entries in a transaction of its own, in which the value before is kept as a version: the rows
    /// that the emulator writes. Tells how many in a second.
    pub(crate) fn set(&self, entries: &[(String, String)]) -> anyhow::Result<f64> {
        self.0.execute_batch(VERSIONS)?;
        let mut keep = self.0.prepare(
            "INSERT INTO versions (entry, value) SELECT id, value FROM entries WHERE store = ?1 AND key = ?2",
        )?;
        let mut update = self.0.prepare("UPDATE entries SET value = ?3 WHERE store = ?1 AND key = ?2")?;
        paced(entries, |(key, value)| {
            let transaction = self.0.unchecked_transaction()?;
            keep.execute((STORE, key))?;
            let changed = update.execute((STORE, key, value))?;
            anyhow::ensure!(changed == 1, "no entry `{key}`");
            Ok(transaction.commit()?)
        })
    }

    /// Reads each of these keys, one after another, and tells how many in a second.
    pub(crate) fn read(&self, keys: &[String]) -> anyhow::Result<f64> {
        let mut select = self.0.prepare("SELECT value FROM entries WHERE store = ?1 AND key = ?2")?;
        paced(keys, |key| {
            let value: Option<String> = select.query_row((STORE, key), |row| row.get(0)).optional()?;
            value.map(drop).with_context(|| format!("no entry `{key}`"))
        })
    }

    /// Reads the first, or the last, `limit` keys `times` times, and tells the middle of the times in milliseconds.
    pub(crate) fn page(&self, limit: u32, is_first: bool, times: usize) -> anyhow::Result<f64> {
        let order = if is_first { "ASC" } else { "DESC" };
        let mut select = self
            .0
            .prepare(&format!("SELECT key FROM entries WHERE store = ?1 ORDER BY key {order} LIMIT ?2"))?;
        middle_ms(&vec![(); times], |()| {
            let keys: Vec<String> =
                select.query_map((STORE, limit), |row| row.get(0))?.collect::<Result<_, _>>()?;
            anyhow::ensure!(keys.len() == limit as usize, "a page of {} keys", keys.len());
            Ok(())
        })
    }

    /// Sets the member `marker` of an entry to each of these numbers, each in its own transaction, and tells the middle
    /// of the times in milliseconds.
    pub(crate) fn edit(&self, key: &str, numbers: &[u64]) -> anyhow::Result<f64> {
        let mut update = self.0.prepare(
            "UPDATE entries SET value = json_set(value, '$.marker', ?3) WHERE store = ?1 AND key = ?2",
        )?;
        middle_ms(numbers, |number| {
            let changed = update.execute((STORE, key, i64::try_from(*number)?))?;
            anyhow::ensure!(changed == 1, "no entry `{key}`");
            Ok(())
        })
    }
}

/// How fast the bare disk keeps what is written to a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syncs {
    /// Syncs in a second.
    pub(crate) per_second: f64,
    /// Half of them took no longer, in milliseconds.
    pub(crate) p50_ms: f64,
    /// All but one in a hundred took no longer, in milliseconds.
    pub(crate) p99_ms: f64,
}

/// Appends `count` blocks to a new file and syncs it after each; then writes over them in the same way, which costs less
/// where the disk need not note that the file has grown.
pub(crate) fn sync_blocks(path: &Path, count: usize) -> anyhow::Result<[Syncs; 2]> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(path)?;
    let appended = syncs(&mut file, count)?;
    file.rewind()?;
    Ok([appended, syncs(&mut file, count)?])
}

fn syncs(file: &mut File, count: usize) -> anyhow::Result<Syncs> {
    let started = Instant::now();
    let sorted = timed(&vec![(); count], |()| {
        file.write_all(&BLOCK)?;
        Ok(file.sync_data()?)
    })?;
    let elapsed = started.elapsed();
    let milliseconds =
        |share| percentile(&sorted, share).map_or(0.0, |duration| duration.as_secs_f64() * 1_000.0);
    Ok(Syncs {
        per_second: float(count as u64) / elapsed.as_secs_f64(),
        p50_ms: milliseconds(0.50),
        p99_ms: milliseconds(0.99),
    })
}

fn open(database: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn middle_ms<T>(items: &[T], work: impl FnMut(&T) -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let sorted = timed(items, work)?;
    Ok(percentile(&sorted, 0.5).context("nothing was measured")?.as_secs_f64() * 1_000.0)
}

/// Does the work on each item, and tells how many were done in a second.
fn paced<T>(items: &[T], mut work: impl FnMut(&T) -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let started = Instant::now();
    for item in items {
        work(item)?;
    }
    Ok(float(items.len() as u64) / started.elapsed().as_secs_f64())
}

/// Times the work on each item; the shortest comes first.
fn timed<T>(items: &[T], mut work: impl FnMut(&T) -> anyhow::Result<()>) -> anyhow::Result<Vec<Duration>> {
    let mut durations = Vec::with_capacity(items.len());
    for item in items {
        let started = Instant::now();
        work(item)?;
        durations.push(started.elapsed());
    }
    durations.sort_unstable();
    Ok(durations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    #[tokio::test]
    async fn peers_keep_what_the_daemon_would() {
        let directory = tempfile::tempdir().unwrap();
        let (file, database) = (directory.path().join("in.jsonl"), directory.path().join("plain.db"));
        data::write_jsonl(&file, 300).await.unwrap();
        import(&file, &database).unwrap();
        let out = directory.path().join("out.jsonl");
        export(&database, &out).unwrap();
        data::verify_jsonl(&out, 300).await.unwrap();

        let plain = Plain::open(&database).unwrap();
        plain.get(&[data::key(7)]).unwrap();
        assert!(plain.get(&["absent".into()]).is_err());
        plain.page(250, false, 1).unwrap();
        assert!(plain.page(301, true, 1).is_err());
    }

    #[test]
    fn the_edited_member_changes() {
        let directory = tempfile::tempdir().unwrap();
        let plain =
            Plain::with_entry(&directory.path().join("plain.db"), "a", r#"{"x":1,"marker":0}"#).unwrap();
        plain.edit("a", &[4, 5]).unwrap();
        let value: String = plain.0.query_row("SELECT value FROM entries", [], |row| row.get(0)).unwrap();
        assert_eq!(value, r#"{"x":1,"marker":5}"#);
        assert!(plain.edit("b", &[1]).is_err());
    }

    #[test]
    fn what_is_written_over_is_kept_as_a_version() {
        let directory = tempfile::tempdir().unwrap();
        let plain = Plain::with_entry(&directory.path().join("plain.db"), "a", "1").unwrap();
        let write = |key: &str, value: &str| plain.set(&[(key.to_owned(), value.to_owned())]);
        assert!(write("a", "2").unwrap() > 0.0);
        write("a", "3").unwrap();
        assert!(write("b", "1").is_err());
        let count = |sql: &str| plain.0.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM versions WHERE value IN ('1', '2')"), 2);
        assert_eq!(count("SELECT count(*) FROM versions"), 2);
        plain.read(&["a".into()]).unwrap();
        assert!(plain.read(&["b".into()]).is_err());
    }
}
