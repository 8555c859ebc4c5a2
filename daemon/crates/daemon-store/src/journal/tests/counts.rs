//! Counts and extents always add up, whatever happens in whichever order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daemon_core::changes::attempt::{Intent, Outcome};
use daemon_core::changes::level::Extent;
use daemon_core::changes::policy::Clash;
use daemon_core::changes::state::{ItemState, SetState};
use proptest::prelude::*;

use super::{
    Fixture, address, all_sets, at, change, content, image, in_store, item_id, line, new_set, ordered,
    problem, saved, set_id, unknown,
};
use crate::journal::records::{
    AuditPhase, Difference, ItemCounts, ItemRecord, NewItem, SetChanges, SetRecord,
};

const SETS: u8 = 4;
const KEYS: u8 = 5;
const NUMBERS: u32 = 8;

#[derive(Clone, Debug)]
enum Operation {
    Stage { set: u8, items: Vec<(u8, u8)>, replace: bool },
    Drop { set: u8, numbers: Vec<u32> },
    Recheck { set: u8, number: u32, kind: u8 },
    Commit { set: u8 },
    Discard { set: u8 },
    Begin { set: u8, number: u32, kind: u8 },
    Direct { key: u8, kind: u8 },
    Settle { set: u8, number: u32, outcome: u8 },
    Requeue { set: u8, number: u32, kind: u8 },
    Stop { set: u8 },
    Undo { of: u8, only: Vec<u32> },
    Purge { limit: usize },
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    use Operation as Is;
    let (set, number, kind) = (0..SETS, 1..=NUMBERS, 0..4_u8);
    let one = prop_oneof![
        4 => (set.clone(), prop::collection::vec((0..KEYS, 0..6_u8), 1..5), any::<bool>())
            .prop_map(|(set, items, replace)| Is::Stage { set, items, replace }),
        1 => (set.clone(), prop::collection::vec(number.clone(), 0..4))
            .prop_map(|(set, numbers)| Is::Drop { set, numbers }),
        1 => (set.clone(), number.clone(), kind.clone())
            .prop_map(|(set, number, kind)| Is::Recheck { set, number, kind }),
        2 => set.clone().prop_map(|set| Is::Commit { set }),
        1 => set.clone().prop_map(|set| Is::Discard { set }),
        6 => (set.clone(), number.clone(), kind.clone())
            .prop_map(|(set, number, kind)| Is::Begin { set, number, kind }),
        1 => (0..KEYS, kind.clone()).prop_map(|(key, kind)| Is::Direct { key, kind }),
        8 => (set.clone(), number.clone(), 0..8_u8)
            .prop_map(|(set, number, outcome)| Is::Settle { set, number, outcome }),
        2 => (set.clone(), number.clone(), kind)
            .prop_map(|(set, number, kind)| Is::Requeue { set, number, kind }),
        1 => set.clone().prop_map(|set| Is::Stop { set }),
        2 => (set, prop::collection::vec(number, 0..3)).prop_map(|(of, only)| Is::Undo { of, only }),
        1 => (1..4_usize).prop_map(|limit| Is::Purge { limit }),
    ];
    prop::collection::vec(one, 1..60)
}

fn item(key: u8, kind: u8) -> NewItem {
    let name = format!("k{key}");
    let after = Some(content(&format!("1{key}{kind}")));
    match kind {
        0 => change(&name, None, after),
        1 => change(&name, Some(image(content("0"), Some("r1"))), after),
        2 => change(&name, Some(image(content("0"), Some("r1"))), None),
        3 => ordered(&name, Some("1"), None),
        4 => ordered(&name, None, Some("4")),
        _ => NewItem { address: in_store("Other", &name), ..change(&name, None, after) },
    }
}

fn outcome(number: u8) -> Outcome {
    match number {
        0..=2 => saved(Some("r2")),
        3 => Outcome::Conflict { clash: Clash::Changed, theirs: Some(image(content("9"), Some("r9"))) },
        4 => Outcome::Refused(problem("DS011")),
        5 => unknown(true),
        6 => Outcome::Postponed(problem("DS003")),
        _ => Outcome::Superseded,
    }
}

/// Runs an operation, which may be refused.
async fn run(fixture: &Fixture, operation: Operation, names: &mut Vec<String>) -> bool {
    let journal = &fixture.journal;
    let name = |set: u8| names[usize::from(set) % names.len()].clone();
    let images = |kind: u8| {
        let base = (kind & 1 == 0).then(|| image(content(&format!("{kind}")), Some("r4")));
        (base, (kind & 2 == 0).then(|| content("\"other\"")))
    };
    match operation {
        Operation::Stage { set, items, replace } => {
            let items = items.into_iter().map(|(key, kind)| item(key, kind)).collect();
            journal.stage(set_id(&name(set)), items, replace, at(20)).await.is_ok()
        }
        Operation::Drop { set, numbers } => {
            let changes = SetChanges { drop: numbers, ..SetChanges::default() };
            journal.amend_set(set_id(&name(set)), changes).await.is_ok()
        }
        Operation::Recheck { set, number, kind } => {
            let (base, after) = images(kind);
            let id = item_id(&name(set), number);
            journal.recheck(id, base, after, Difference::default(), None, at(25)).await.is_ok()
        }
        Operation::Commit { set } => fixture.try_commit(&name(set)).await.is_ok(),
        Operation::Discard { set } => journal.discard_set(set_id(&name(set)), at(30)).await.is_ok(),
        Operation::Begin { set, number, kind } => {
            let (before, after) = images(kind);
            fixture.try_begin(&name(set), number, Intent { before, after, increment: None }).await.is_ok()
        }
        Operation::Direct { key, kind } => {
            let item = item(key, kind);
            let intent = Intent { before: item.base.clone(), after: item.after.clone(), increment: None };
            let id = format!("direct {}", names.len());
            let line = line(&id, Some(1), AuditPhase::Attempt);
            let begun = journal.begin_direct(new_set(&id), item, Arc::new(intent), line, at(40)).await;
            if begun.unwrap() == crate::journal::Begun::Begun {
                names.push(id);
            }
            true
        }
        Operation::Settle { set, number, outcome: came } => {
            fixture.try_settle(&name(set), number, outcome(came)).await.is_ok()
        }
        Operation::Requeue { set, number, kind } => {
            let id = name(set);
            let (base, after) = images(kind);
            let line = line(&id, Some(number), AuditPhase::Attempt);
            let difference = Difference::default();
            journal.requeue(item_id(&id, number), base, after, difference, line, at(55)).await.is_ok()
        }
        Operation::Stop { set } => {
            journal.supersede_queued(set_id(&name(set)), "stopped".to_owned(), at(56)).await.is_ok()
        }
        Operation::Undo { of, only } => {
            let id = format!("undo {}", names.len());
            let made = journal.undo_set(set_id(&name(of)), new_set(&id), only, at(60)).await.is_ok();
            if made {
                names.push(id);
            }
            made
        }
        Operation::Purge { limit } => journal.purge(at(99), limit).await.is_ok(),
    }
}

fn recount(set: &SetRecord, items: &[ItemRecord]) -> (ItemCounts, Extent) {
    let mut counts = ItemCounts { total: u32::try_from(items.len()).unwrap(), ..ItemCounts::default() };
    for item in items {
        *counts.of(item.state) += 1;
    }
    let count =
        |wanted: fn(&&ItemRecord) -> bool| u32::try_from(items.iter().filter(wanted).count()).unwrap();
    let stores: BTreeSet<_> = items.iter().map(|item| (item.is_ordered, &item.address.store)).collect();
    let mut extent = Extent {
        items: counts.total,
        removals: count(|item| item.size_after.is_none()),
        ordered_removals: count(|item| item.size_after.is_none() && item.is_ordered),
        stores: u32::try_from(stores.len()).unwrap(),
    };
    // The items of a discarded set go step by step, and nothing will come of them.
    if set.state == SetState::Discarded && set.extent.stores == 0 {
        extent = Extent { items: counts.total, ..Extent::default() };
    }
    (counts, extent)
}

/// Recounts everything and looks for values that are missing or that nobody points to.
async fn check(fixture: &Fixture) {
    let sets = fixture.journal.list_sets(all_sets()).await.unwrap();
    let mut open = Vec::new();
    let mut in_flight = BTreeMap::new();
    for set in &sets {
        let items = fixture.items(&set.id.0).await;
        let (counts, extent) = recount(set, &items);
        assert_eq!((set.counts, set.extent), (counts, extent), "{set:?}");
        let moves = counts.queued + counts.sending > 0;
        match set.state {
            SetState::Staged | SetState::Discarded => assert_eq!(counts.staged, counts.total),
            SetState::Committing => assert!(moves && set.finished_at.is_none(), "{set:?}"),
            SetState::Done => assert!(!moves && set.finished_at.is_some(), "{set:?}"),
        }
        if counts.conflict + counts.unknown > 0 {
            open.push(set.id.clone());
        }
        for state in ItemState::ALL {
            let listed = fixture.journal.list_items(set.id.clone(), Some(state), 0, 999).await.unwrap();
            let expected: Vec<_> = items.iter().filter(|item| item.state == state).cloned().collect();
            assert_eq!(listed, expected, "{state}");
        }
        let queued = fixture.journal.queued(set.id.clone(), 0, 999).await.unwrap();
        assert_eq!(queued.len(), counts.queued as usize);
        for item in items {
            let found = fixture.item(&set.id.0, item.id.number).await;
            if !set.is_purged {
                let length = |bytes: usize| bytes as u64;
                let size_after = found.images.after.as_ref().map(|after| length(after.value.len_bytes()));
                assert_eq!(found.record.size_after, size_after);
                let base = found.images.base.as_ref();
                let size_before = base.map(|base| length(base.content.value.len_bytes()));
                assert_eq!(found.record.size_before, size_before);
            }
            if item.state.blocks_key() {
                let key = (item.is_ordered, item.address.clone());
                assert_eq!(in_flight.insert(key, item.id.clone()), None);
            }
        }
    }
    let listed = fixture.journal.list_sets(super::SetQuery { is_open: true, ..all_sets() }).await.unwrap();
    assert_eq!(listed.into_iter().map(|set| set.id).collect::<Vec<_>>(), open);
    for ((is_ordered, address), id) in in_flight {
        let found = fixture.journal.blocking("arena".to_owned(), address, is_ordered).await.unwrap();
        assert_eq!(found.map(|item| item.id), Some(id));
    }
    assert_eq!(fixture.journal.blocking("arena".to_owned(), address("none"), false).await.unwrap(), None);
    // Every value belongs to an item of its set, and every reference leads to a value.
    let lost = "SELECT count(*) FROM contents c WHERE NOT EXISTS
        (SELECT 1 FROM items i WHERE i.change_set = c.change_set
             AND c.number IN (i.base_content, i.after_content, i.before_content, i.theirs_content))";
    let dangling = "SELECT count(*) FROM
        (SELECT base_content AS number FROM items UNION ALL SELECT after_content FROM items
         UNION ALL SELECT before_content FROM items UNION ALL SELECT theirs_content FROM items)
        WHERE number IS NOT NULL AND number NOT IN (SELECT number FROM contents)";
    for sql in [lost, dangling] {
        let count: i64 = fixture
            .journal
            .database
            .read(move |d| Ok(d.query_row(sql, [], |row| row.get(0))?))
            .await
            .unwrap();
        assert_eq!(count, 0, "{sql}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn counts_always_add_up(operations in operations()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new();
            let mut names = Vec::new();
            for set in 0..SETS {
                let id = format!("set {set}");
                fixture.create(&id).await;
                names.push(id);
            }
            for operation in operations {
                let (rows, lines) = (fixture.rows("contents").await, fixture.audit_length().await);
                if !run(&fixture, operation.clone(), &mut names).await {
                    let after = (fixture.rows("contents").await, fixture.audit_length().await);
                    assert_eq!(after, (rows, lines), "{operation:?} was refused, and stored something");
                }
            }
            check(&fixture).await;
            // Whatever is left goes once everything is over.
            fixture.journal.close().await;
        });
    }
}
