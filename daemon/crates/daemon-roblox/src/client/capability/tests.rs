//! Every permission and every form of a grant, by table.

use super::*;
use crate::client::lookup::GrantedStore;
use crate::emulator::access::Permission;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A grant of one permission.
fn grant(permission: &str) -> Grant {
    let (scope, operation) = permission.rsplit_once(':').unwrap();
    Grant { scope: scope.to_owned(), operations: vec![operation.to_owned()], ..Grant::default() }
}

/// A grant for whole universes.
fn for_universe(permission: &str, universe: &str) -> Grant {
    Grant { universe_ids: vec![universe.to_owned()], ..grant(permission) }
}

/// A grant for data stores of a universe.
fn for_stores(permission: &str, universe: &str, names: &[&str]) -> Grant {
    let store = |name: &&str| GrantedStore { universe_id: universe.to_owned(), name: (*name).to_owned() };
    Grant { data_stores: names.iter().map(store).collect(), ..grant(permission) }
}

fn key(grants: Vec<Grant>) -> KeyFacts {
    KeyFacts { is_enabled: true, grants, ..KeyFacts::default() }
}

/// A key that permits everything in universe 7 and nothing else.
fn full_key() -> KeyFacts {
    let all = Feature::ALL.into_iter().flat_map(|feature| feature.needs().iter().chain(feature.uses()));
    key(all.map(|permission| for_universe(permission, "7")).collect())
}

fn of(facts: &KeyFacts, feature: Feature) -> Capability {
    capabilities(facts, 7).into_iter().find(|capability| capability.feature == feature).unwrap()
}

fn names(names: &[&str]) -> Granted {
    Granted::Some(names.iter().map(|name| (*name).to_owned()).collect())
}

fn kinds(facts: &KeyFacts) -> Vec<WarningKind> {
    warnings(facts, 7, NOW).into_iter().map(|warning| warning.kind).collect()
}

#[test]
fn a_key_with_everything_permits_everything_and_one_without_says_what_is_missing() {
    for capability in capabilities(&full_key(), 7) {
        assert_eq!(
            (capability.granted, capability.missing),
            (Granted::All, Vec::new()),
            "{:?}",
            capability.feature
        );
    }
    for capability in capabilities(&key(Vec::new()), 7) {
        let feature = capability.feature;
        let all: Vec<_> = feature.needs().iter().chain(feature.uses()).copied().collect();
        assert_eq!((capability.granted, capability.missing), (Granted::None, all), "{feature:?}");
    }
}

#[test]
fn every_permission_alone_is_missed_by_the_features_that_send_it() {
    let all: BTreeSet<_> = Feature::ALL
        .into_iter()
        .flat_map(|feature| feature.needs().iter().chain(feature.uses()))
        .copied()
        .collect();
    for lost in all {
        let mut facts = full_key();
        facts.grants.retain(|grant| !gives(grant, lost));
        for capability in capabilities(&facts, 7) {
            let feature = capability.feature;
            let is_needed = feature.needs().contains(&lost);
            let is_used = feature.uses().contains(&lost);
            let granted = if is_needed { Granted::None } else { Granted::All };
            let missing = if is_needed || is_used { vec![lost] } else { Vec::new() };
            assert_eq!(
                (capability.granted, capability.missing),
                (granted, missing),
                "{feature:?} without {lost}"
            );
        }
    }
}

#[test]
fn every_permission_roblox_has_for_this_is_needed_or_known_as_never_used() {
    for permission in Permission::ALL {
        let facts = key(vec![for_universe(permission.as_str(), "7")]);
        let is_unused = kinds(&facts).contains(&WarningKind::TooWide);
        assert_eq!(is_unused, permission == Permission::WriteUniverse, "{}", permission.as_str());
    }
}

#[test]
fn grants_count_for_their_universe_and_their_data_stores() {
    const LIST: &str = "universe-datastores.objects:list";
    for (grants, expected) in [
        (vec![for_universe(LIST, "7")], Granted::All),
        (vec![for_universe(LIST, "*")], Granted::All),
        (vec![for_universe(LIST, "8")], Granted::None),
        (vec![grant(LIST)], Granted::None),
        (vec![for_stores(LIST, "7", &["*"])], Granted::All),
        (vec![for_stores(LIST, "*", &["*"])], Granted::All),
        (vec![for_stores(LIST, "8", &["*"])], Granted::None),
        (vec![for_stores(LIST, "7", &["b", "a"])], names(&["a", "b"])),
        (vec![for_stores(LIST, "7", &["a"]), for_stores(LIST, "7", &["b"])], names(&["a", "b"])),
        (vec![for_stores(LIST, "7", &["a"]), for_stores(LIST, "7", &["*"])], Granted::All),
        (vec![for_stores(LIST, "8", &["a"]), for_stores(LIST, "*", &["b"])], names(&["b"])),
        (vec![for_universe("universe-datastores.objects:*", "7")], Granted::All),
        (vec![for_universe("universe-datastores.versions:list", "7")], Granted::None),
    ] {
        assert_eq!(of(&key(grants.clone()), Feature::ListKeys).granted, expected, "{grants:?}");
    }
}

#[test]
fn a_feature_of_several_permissions_has_the_data_stores_of_all() {
    let [create, update] = ["universe-datastores.objects:create", "universe-datastores.objects:update"];
    let facts = |read: &[&str], creates: &[&str]| {
        let rest = [for_universe(update, "7"), for_universe("universe-datastores.control:create", "7")];
        let named = [for_stores(READ, "7", read), for_stores(create, "7", creates)];
        key(rest.into_iter().chain(named).collect())
    };
    let both = of(&facts(&["a", "b"], &["b", "c"]), Feature::WriteEntries);
    assert_eq!((both.granted, both.missing), (names(&["b"]), Vec::new()));
    let apart = of(&facts(&["a"], &["b"]), Feature::WriteEntries);
    assert_eq!((apart.granted, apart.missing), (Granted::None, vec![READ, create]));
    let one = of(&facts(&["a"], &[]), Feature::WriteEntries);
    assert_eq!((one.granted, one.missing), (Granted::None, vec![create]));
}

#[test]
fn both_names_of_flushing_count() {
    for name in ["memory-store:flush", "universe.memory-store:flush"] {
        let facts = key(vec![for_universe(name, "7")]);
        assert_eq!(of(&facts, Feature::FlushMemory).granted, Granted::All, "{name}");
        assert!(!kinds(&facts).contains(&WarningKind::TooWide), "{name}");
    }
}

#[test]
fn s_60_ends_are_warned_of_in_time() {
    use WarningKind::{ExpiresSoon, ExpiresUnused};
    let day = Duration::from_hours(24);
    for (life, expected) in [
        (None, vec![ExpiresUnused]),
        (Some(day * 61), vec![ExpiresUnused]),
        (Some(day * 60), vec![]),
        (Some(day * 15), vec![]),
        (Some(day * 14), vec![ExpiresSoon]),
        (Some(Duration::ZERO), vec![ExpiresSoon]),
    ] {
        let facts = KeyFacts { expires_at: life.map(|life| NOW.saturating_add(life)), ..full_key() };
        assert_eq!(kinds(&facts), expected, "{life:?}");
    }
    let facts = KeyFacts { expires_at: Some(NOW.saturating_add(day * 9)), ..full_key() };
    assert_eq!(
        warnings(&facts, 7, NOW)[0].message,
        "the key ends in 9 days; extend it in Creator Hub before"
    );
}

#[test]
fn s_60_keys_that_are_too_wide_are_flagged_and_those_that_also_write_are_not() {
    use WarningKind::{ExpiresUnused, OtherUniverses, TooWide};
    let with = |grant: Grant| {
        let mut facts = full_key();
        facts.grants.push(grant);
        facts
    };
    for (facts, expected) in [
        (full_key(), vec![ExpiresUnused]),
        (with(for_universe("universe:write", "7")), vec![ExpiresUnused, TooWide]),
        (with(for_universe("universe.user-restriction:write", "7")), vec![ExpiresUnused, TooWide]),
        (with(for_universe(READ, "*")), vec![ExpiresUnused, OtherUniverses]),
        (with(for_stores(READ, "*", &["a"])), vec![ExpiresUnused, OtherUniverses]),
        (with(for_universe(READ, "8")), vec![ExpiresUnused, OtherUniverses]),
        (with(for_stores(READ, "8", &["a"])), vec![ExpiresUnused, OtherUniverses]),
    ] {
        assert_eq!(kinds(&facts), expected, "{:?}", facts.grants.last());
    }
    let many = key((0..8).map(|number| for_universe(READ, &format!("10{number}"))).collect());
    let told = warnings(&many, 7, NOW).pop().unwrap().message;
    assert!(told.contains("`100`, `101`, `102`, `103`, `104` and 3 more"), "{told}");
}
