//! What a vault keeps, and all that it refuses.

mod vectors;

use std::collections::HashSet;

use super::*;

/// Argon2id at the least it takes, so that hundreds of tries are quick; what is tried does not depend on the cost.
const CHEAP: Derivation = Derivation::Passphrase { memory_kib: 8, passes: 1, lanes: 1 };

fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap();
}

fn text(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

fn passphrase() -> SecretText {
    text("correct horse")
}

fn key_file() -> SecretBytes {
    SecretBytes::new(vec![7; 32])
}

fn refusal(result: Result<Vault, VaultError>) -> VaultError {
    result.err().unwrap()
}

/// A small vault under a key file.
fn small() -> Vault {
    let vault = Vault::create(&Opening::KeyFile(&key_file()), random).unwrap();
    vault
        .with("connection/a", &text("first secret"))
        .unwrap()
        .with("connection/b", &text("other secret"))
        .unwrap()
}

fn open(bytes: &[u8]) -> Result<Vault, VaultError> {
    LockedVault::parse(bytes)?.open(&Opening::KeyFile(&key_file()), random)
}

fn get(vault: &Vault, id: &str) -> Option<String> {
    vault.get(id).unwrap().map(|secret| secret.expose().to_owned())
}

#[test]
fn secrets_come_back_until_they_are_removed() {
    let vault = open(&small().to_bytes().unwrap()).unwrap();
    assert_eq!(get(&vault, "connection/a").as_deref(), Some("first secret"));
    assert_eq!(get(&vault, "connection/b").as_deref(), Some("other secret"));
    assert_eq!(get(&vault, "connection/c"), None);
    let vault = vault.with("connection/a", &text("another one")).unwrap().without("connection/b");
    let vault = open(&vault.to_bytes().unwrap()).unwrap();
    assert_eq!((vault.count(), vault.contains("connection/b")), (1, false));
    assert_eq!(get(&vault, "connection/a").as_deref(), Some("another one"));
}

#[test]
fn s_55_a_passphrase_opens_and_any_other_does_not() {
    let right = passphrase();
    let vault = Vault::create(&Opening::Passphrase(&right), random).unwrap();
    let vault = vault.with("id", &text("secret")).unwrap();
    let locked = LockedVault::parse(&vault.to_bytes().unwrap()).unwrap();
    assert_eq!(locked.opened_by(), OpenedBy::Passphrase);
    let opened = locked.open(&Opening::Passphrase(&right), random).unwrap();
    assert_eq!(get(&opened, "id").as_deref(), Some("secret"));
    for wrong in ["", "correct hors", "Correct horse", "correct horse "] {
        let wrong = text(wrong);
        let refused = refusal(locked.open(&Opening::Passphrase(&wrong), random));
        assert_eq!(refused, VaultError::WrongPassphrase);
    }
    let refused = refusal(locked.open(&Opening::KeyFile(&key_file()), random));
    assert_eq!(refused, VaultError::OtherOpening { needs: OpenedBy::Passphrase });
}

#[test]
fn s_55_a_key_file_opens_and_any_other_does_not() {
    let bytes = small().to_bytes().unwrap();
    let locked = LockedVault::parse(&bytes).unwrap();
    assert_eq!(locked.opened_by(), OpenedBy::KeyFile);
    for wrong in [vec![7; 33], vec![8; 32], Vec::new()] {
        let refused = refusal(locked.open(&Opening::KeyFile(&SecretBytes::new(wrong)), random));
        assert_eq!(refused, VaultError::WrongKeyFile);
    }
    let refused = refusal(locked.open(&Opening::Passphrase(&passphrase()), random));
    assert_eq!(refused, VaultError::OtherOpening { needs: OpenedBy::KeyFile });
}

#[test]
fn what_is_too_short_or_too_long_makes_no_vault() {
    for (words, refused) in [
        ("", VaultError::PassphraseTooShort),
        ("sevench", VaultError::PassphraseTooShort),
        ("ééééééé", VaultError::PassphraseTooShort),
        ("x".repeat(LONGEST_PASSPHRASE_BYTES + 1).as_str(), VaultError::PassphraseTooLong),
    ] {
        let words = text(words);
        assert_eq!(refusal(Vault::create_with(&Opening::Passphrase(&words), CHEAP, random)), refused);
    }
    let short = SecretBytes::new(vec![7; SHORTEST_KEY_FILE_BYTES - 1]);
    assert_eq!(refusal(Vault::create(&Opening::KeyFile(&short), random)), VaultError::KeyFileTooShort);
}

#[test]
fn ids_and_secrets_have_bounds() {
    let vault = small();
    let longest = text(&"x".repeat(LONGEST_SECRET_BYTES));
    let longest_id = "i".repeat(LONGEST_ID_BYTES);
    let kept = open(&vault.with(&longest_id, &longest).unwrap().to_bytes().unwrap()).unwrap();
    assert_eq!(get(&kept, &longest_id).unwrap().len(), LONGEST_SECRET_BYTES);
    let too_long = text(&"x".repeat(LONGEST_SECRET_BYTES + 1));
    assert_eq!(refusal(vault.with("id", &too_long)), VaultError::SecretTooLong);
    for id in ["", "i".repeat(LONGEST_ID_BYTES + 1).as_str()] {
        assert_eq!(refusal(vault.with(id, &longest)), VaultError::IdInvalid);
    }
}

#[test]
fn s_56_every_flipped_byte_is_refused() {
    let bytes = small().to_bytes().unwrap();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut flipped = bytes.clone();
            flipped[at] ^= flip;
            assert!(open(&flipped).is_err(), "byte {at} of {}, flipped by {flip:#x}", bytes.len());
        }
    }
}

#[test]
fn s_56_every_flipped_byte_is_refused_under_a_passphrase_too() {
    let right = passphrase();
    let vault = Vault::create_with(&Opening::Passphrase(&right), CHEAP, random).unwrap();
    let bytes = vault.with("id", &text("secret")).unwrap().to_bytes().unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x01;
        let opened =
            LockedVault::parse(&flipped).and_then(|locked| locked.open(&Opening::Passphrase(&right), random));
        assert!(opened.is_err(), "byte {at} of {}", bytes.len());
    }
}

#[test]
fn s_56_every_other_length_is_refused() {
    let bytes = small().to_bytes().unwrap();
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length]).is_err(), "the first {length} bytes of {}", bytes.len());
    }
    assert!(open(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(open(&[bytes.as_slice(), &bytes].concat()).is_err());
}

/// Seals a file with these records as the vault itself would, to show that the records hold by themselves.
fn resealed(vault: &Vault, records: BTreeMap<String, Record>) -> Vec<u8> {
    Vault { records, ..vault.clone() }.to_bytes().unwrap()
}

#[test]
fn s_56_swapped_secrets_are_refused_also_by_whoever_could_seal() {
    let vault = small();
    let (first, other) = (vault.records["connection/a"].clone(), vault.records["connection/b"].clone());
    let swapped = [("connection/a".to_owned(), other), ("connection/b".to_owned(), first.clone())];
    let renamed = [("connection/c".to_owned(), first)];
    for records in [BTreeMap::from(swapped), BTreeMap::from(renamed)] {
        let refused = refusal(open(&resealed(&vault, records)));
        assert_eq!(refused, VaultError::Damaged { problem: "a secret in it was changed" });
    }
}

#[test]
fn s_56_a_secret_of_an_older_file_does_not_come_back() {
    let older = small();
    let newer = older.with("connection/a", &text("a newer key")).unwrap();
    let newer = newer.with("connection/b", &text("another newer key")).unwrap();
    let (old_bytes, new_bytes) = (older.to_bytes().unwrap(), newer.to_bytes().unwrap());
    let mut mixed = newer.clone();
    mixed.records.insert("connection/a".into(), older.records["connection/a"].clone());
    let mut mixed = format::write(&mixed.header, &mixed.records).unwrap();
    for bytes in [&old_bytes, &new_bytes] {
        let seal = &bytes[bytes.len() - NONCE_BYTES - cipher::TAG_BYTES..];
        let length = mixed.len();
        mixed.extend(seal);
        assert!(open(&mixed).is_err());
        mixed.truncate(length);
    }
}

#[test]
fn s_56_no_nonce_is_used_twice() {
    let mut vault = small();
    let mut nonces = HashSet::from([vault.header.wrap_nonce]);
    for round in 0..1_000 {
        vault = vault.with("connection/a", &text("the same text")).unwrap();
        assert!(nonces.insert(vault.records["connection/a"].nonce), "round {round}");
        let bytes = vault.to_bytes().unwrap();
        let (_, seal) = format::split_seal(&bytes).unwrap();
        assert!(nonces.insert(seal.nonce), "round {round}");
    }
}

#[test]
fn s_56_neither_secrets_nor_what_opens_them_are_in_the_file() {
    let words = text("a canary of a passphrase");
    let vault = Vault::create_with(&Opening::Passphrase(&words), CHEAP, random).unwrap();
    let bytes = vault.with("id", &text("a canary of a key")).unwrap().to_bytes().unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"canary"));
}

#[test]
fn newer_files_and_what_is_no_vault_are_told_apart() {
    let mut newer = small().to_bytes().unwrap();
    newer[12] = 2;
    assert_eq!(refusal(open(&newer)), VaultError::Newer { found: 2 });
    for other in [&b""[..], b"{}", b"dsmp vault", b"dsmp vault\n"] {
        assert!(matches!(refusal(open(other)), VaultError::Damaged { .. }));
    }
}

#[test]
fn a_file_cannot_ask_for_all_memory_or_time() {
    let right = passphrase();
    let vault = Vault::create_with(&Opening::Passphrase(&right), CHEAP, random).unwrap();
    let bytes = vault.to_bytes().unwrap();
    for at in [18, 22, 26] {
        let mut costly = bytes.clone();
        costly[at] = 0x7f;
        let refused =
            refusal(LockedVault::parse(&costly).unwrap().open(&Opening::Passphrase(&right), random));
        assert_eq!(refused, VaultError::Damaged { problem: "its passphrase would cost too much" });
    }
}

#[test]
fn s_55_a_passphrase_costs_at_least_what_owasp_asks() {
    let Derivation::Passphrase { memory_kib, passes, lanes } = Derivation::of(OpenedBy::Passphrase) else {
        panic!("a passphrase is derived as one");
    };
    assert!(memory_kib >= 19 * 1024 && passes >= 2 && lanes >= 1);
}
