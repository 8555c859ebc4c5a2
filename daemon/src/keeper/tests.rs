//! Keys in both places, and what a kill in the middle of a replacement leaves.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::*;

/// A system's key store for tests.
#[derive(Default)]
struct MemoryStore(Mutex<HashMap<String, SecretText>>);

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MemoryStore")
    }
}

impl SecretStore for MemoryStore {
    fn put(&self, id: &str, secret: &SecretText) -> Result<(), SystemError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), secret.clone());
        Ok(())
    }

    fn get(&self, id: &str) -> Result<Option<SecretText>, SystemError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }

    fn remove(&self, id: &str) -> Result<(), SystemError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }
}

fn text(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

fn key_file(directory: &Path) -> PathBuf {
    let path = directory.join("vault.key");
    if !path.exists() {
        crate::config::create_private(&path).unwrap().write_all(&[7; 32]).unwrap();
    }
    path
}

fn by_key_file(directory: &Path) -> KeySettings {
    KeySettings { key_file: Some(key_file(directory)), system: None }
}

/// Opens the keeper on the data directory below `directory`, and gives the lock back at once.
fn open(directory: &Path, settings: &KeySettings) -> Result<KeyKeeper, KeeperError> {
    let data = DataDirectory::open(&directory.join("data")).unwrap();
    KeyKeeper::open(&data, settings)
}

async fn get(keeper: &KeyKeeper, id: &str) -> Option<String> {
    keeper.get(id).await.unwrap().map(|secret| secret.expose().to_owned())
}

#[tokio::test]
async fn the_systems_store_is_used_where_there_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let system: Arc<dyn SecretStore> = Arc::new(MemoryStore::default());
    let settings = KeySettings { key_file: None, system: Some(system) };
    let keeper = open(directory.path(), &settings).unwrap();
    keeper.put("connection/1", &text("key")).await.unwrap();
    assert_eq!(get(&keeper, "connection/1").await.as_deref(), Some("key"));
    keeper.remove("connection/1").await.unwrap();
    assert_eq!(get(&keeper, "connection/1").await, None);
    let state = keeper.state();
    assert_eq!((state.place, state.state, state.remedy), (Place::System, Availability::Open, None));
    assert!(!directory.path().join("data/keys.vault").exists());
    for refused in
        [keeper.create_vault(text("a passphrase")).await, keeper.open_vault(text("a passphrase")).await]
    {
        assert!(refused.unwrap_err().to_string().contains("no vault is needed"));
    }
    let named = KeySettings { key_file: Some(key_file(directory.path())), ..settings.clone() };
    assert_eq!(open(directory.path(), &named).unwrap().state().place, Place::Vault);
    let state = open(directory.path(), &settings).unwrap().state();
    assert_eq!(state.place, Place::Vault, "a vault that is there counts");
}

#[tokio::test]
async fn a_vault_keeps_keys_while_it_is_open_and_says_how_to_open_it() {
    let directory = tempfile::tempdir().unwrap();
    let keeper = open(directory.path(), &KeySettings::default()).unwrap();
    let state = keeper.state();
    assert_eq!((state.place, state.state, state.opened_by), (Place::Vault, Availability::Absent, None));
    assert!(state.remedy.unwrap().contains("`dsmp vault create`"));
    assert!(matches!(keeper.put("a", &text("key")).await, Err(KeeperError::Absent)));
    assert!(matches!(keeper.open_vault(text("a passphrase")).await, Err(KeeperError::NoVault)));

    keeper.create_vault(text("a passphrase")).await.unwrap();
    keeper.put("a", &text("key")).await.unwrap();
    assert!(matches!(keeper.create_vault(text("a passphrase")).await, Err(KeeperError::Exists { .. })));
    keeper.close_vault().await.unwrap();
    keeper.close_vault().await.unwrap();
    let state = keeper.state();
    assert_eq!((state.state, state.opened_by), (Availability::Locked, Some(OpenedBy::Passphrase)));
    for refused in
        [keeper.get("a").await.map(|_| ()), keeper.put("b", &text("key")).await, keeper.remove("a").await]
    {
        assert!(refused.unwrap_err().to_string().contains("`dsmp vault open`"));
    }
    let wrong = keeper.open_vault(text("another one")).await.unwrap_err();
    assert!(matches!(wrong, KeeperError::Vault(VaultError::WrongPassphrase)), "{wrong}");
    keeper.open_vault(text("a passphrase")).await.unwrap();
    assert_eq!(get(&keeper, "a").await.as_deref(), Some("key"));

    let again = open(directory.path(), &KeySettings::default()).unwrap();
    assert_eq!(again.state().state, Availability::Locked, "a restart closes it");
    again.open_vault(text("a passphrase")).await.unwrap();
    assert_eq!(get(&again, "a").await.as_deref(), Some("key"));
    let wrong_while_open = again.open_vault(text("another one")).await.unwrap_err();
    assert!(matches!(wrong_while_open, KeeperError::Vault(VaultError::WrongPassphrase)));
    assert_eq!(again.state().state, Availability::Open);
}

#[tokio::test]
async fn a_key_file_makes_the_vault_and_opens_it_from_then_on() {
    let directory = tempfile::tempdir().unwrap();
    let settings = by_key_file(directory.path());
    let keeper = open(directory.path(), &settings).unwrap();
    keeper.put("a", &text("key")).await.unwrap();
    assert_eq!(keeper.state().opened_by, Some(OpenedBy::KeyFile));
    let again = open(directory.path(), &settings).unwrap();
    assert_eq!(get(&again, "a").await.as_deref(), Some("key"));
    let without = open(directory.path(), &KeySettings::default()).unwrap();
    assert!(without.state().remedy.unwrap().contains("`--vault-key-file FILE`"));
    let refused = without.open_vault(text("a passphrase")).await.unwrap_err().to_string();
    assert!(refused.contains("not with a passphrase"), "{refused}");
}

#[tokio::test]
async fn a_key_file_that_does_not_do_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = by_key_file(directory.path());
    open(directory.path(), &settings).unwrap();
    let other = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        crate::config::create_private(&path).unwrap().write_all(bytes).unwrap();
        Some(path)
    };
    for (file, words) in [
        (other("other.key", &[8; 32]), "the one it was made with"),
        (Some(directory.path().join("missing.key")), "does not exist"),
    ] {
        settings.key_file = file;
        let refused = open(directory.path(), &settings).unwrap_err().to_string();
        assert!(refused.contains(words) && refused.contains(".key`"), "{refused}");
    }
    fs::remove_file(directory.path().join("data/keys.vault")).unwrap();
    settings.key_file = other("short.key", &[8; 31]);
    let refused = open(directory.path(), &settings).unwrap_err().to_string();
    assert!(refused.contains("at least 32 random bytes"), "{refused}");
    assert!(!directory.path().join("data/keys.vault").exists());
}

#[tokio::test]
async fn a_vault_that_cannot_be_read_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let settings = by_key_file(directory.path());
    open(directory.path(), &settings).unwrap().put("a", &text("key")).await.unwrap();
    let path = directory.path().join("data/keys.vault");
    let good = fs::read(&path).unwrap();
    let mut newer = good.clone();
    newer[12] = 9;
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for (bytes, words) in [(&newer, "version 9"), (&flipped, "damaged"), (&Vec::new(), "damaged")] {
        fs::write(&path, bytes).unwrap();
        let refused = open(directory.path(), &settings).unwrap_err().to_string();
        assert!(refused.contains(words) && refused.contains("keys.vault"), "{refused}");
        let keeper = open(directory.path(), &KeySettings::default()).unwrap();
        keeper.put("b", &text("key")).await.unwrap_err();
        keeper.create_vault(text("a passphrase")).await.unwrap_err();
        assert_eq!(&fs::read(&path).unwrap(), bytes, "{words}");
    }
    fs::write(&path, &newer).unwrap();
    let state = open(directory.path(), &KeySettings::default()).unwrap().state();
    assert!(state.remedy.unwrap().contains("version 9"));
    fs::write(&path, &good).unwrap();
    assert_eq!(get(&open(directory.path(), &settings).unwrap(), "a").await.as_deref(), Some("key"));
}

#[tokio::test]
async fn ids_are_plain_so_that_every_store_takes_them() {
    let directory = tempfile::tempdir().unwrap();
    let keeper = open(directory.path(), &by_key_file(directory.path())).unwrap();
    keeper.put("connection/019331f2-8d2e_A.b:c", &text("key")).await.unwrap();
    for id in ["", "a b", "a\"b", "a\nb", "é", "x".repeat(LONGEST_ID_BYTES + 1).as_str()] {
        assert!(matches!(keeper.put(id, &text("key")).await, Err(KeeperError::IdInvalid { .. })), "{id}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn s_14_the_vault_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let settings = by_key_file(directory.path());
    let keeper = open(directory.path(), &settings).unwrap();
    keeper.put("a", &text("key")).await.unwrap();
    let path = directory.path().join("data/keys.vault");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for file in [path, key_file(directory.path())] {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = open(directory.path(), &settings).unwrap_err().to_string();
        assert!(refused.contains("other accounts"), "{refused}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Names the directory in which a copy of this test is to write until it is killed.
const WRITER: &str = "DSMP_TEST_VAULT_WRITER";

/// Two keys of one change each, long enough that the file is written in several steps.
fn generation(number: u64) -> SecretText {
    text(&format!("{number:020}").repeat(2_000))
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_replacement_leaves_the_old_or_the_new_vault() {
    if let Some(directory) = std::env::var_os(WRITER) {
        write_until_killed(Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let settings = by_key_file(directory.path());
    open(directory.path(), &settings).unwrap();
    for round in 1..=8 {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "keeper::tests::a_kill_in_the_middle_of_a_replacement_leaves_the_old_or_the_new_vault",
            ])
            .args(["--nocapture", "--test-threads=1"])
            .env(WRITER, directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut told = lines.filter_map(|line| line.rsplit_once("kept ")?.1.parse::<u64>().ok());
        let mut last = told.nth(round * 3).unwrap();
        writer.kill().unwrap();
        writer.wait().unwrap();
        last = told.last().unwrap_or(last);
        let keeper = open(directory.path(), &settings).unwrap();
        let kept = get(&keeper, "a").await.unwrap();
        let number: u64 = kept[..20].parse().unwrap();
        assert_eq!(kept, generation(number).expose(), "whole");
        assert!(number == last || number == last + 1, "{number} is kept, {last} was told");
    }
}

/// Keeps one key after another and tells each that is kept, for ever.
async fn write_until_killed(directory: &Path) {
    let keeper = open(directory, &by_key_file(directory)).unwrap();
    let begin = match keeper.get("a").await.unwrap() {
        Some(kept) => kept.expose()[..20].parse::<u64>().unwrap(),
        None => 0,
    };
    for number in begin + 1.. {
        keeper.put("a", &generation(number)).await.unwrap();
        writeln!(std::io::stdout(), "kept {number}").unwrap();
    }
}
