//! What the sample consists of: its stores, their layouts and their players.

use std::fmt::Write as _;

use daemon_core::metadata::{Attributes, UserIds};
use daemon_core::names::EntryId;
use daemon_core::time::Timestamp;
use daemon_core::value::JsonText;

use super::random::Random;
use super::{SampleEntries, SampleEntry, SampleStore, SampleVersion, entry_id, proven, store_name};

const SEED: u64 = 20_240_722;

const PROFILES: usize = 700;
const INVENTORIES: usize = 420;
const PREFERENCES: usize = 380;
const PREFERENCES_EUROPE: usize = 120;
const WALLETS: usize = 6;
const SAVES_PER_WALLET: u64 = 6;
const SCORES: usize = 150;
const WEEKLY_SCORES: usize = 79;

/// Players' ids begin here, above every account there is, so that no sample player is a person.
const FIRST_USER_ID: u64 = 99_000_000_000;

const ITEMS: [&str; 12] = [
    "wooden_sword",
    "iron_sword",
    "oak_shield",
    "healing_potion",
    "rope",
    "lantern",
    "golden_apple",
    "map_fragment",
    "dragon_scale",
    "fishing_rod",
    "silver_key",
    "storm_cloak",
];
const ADJECTIVES: [&str; 10] =
    ["Misty", "Brave", "Quiet", "Lucky", "Rapid", "Amber", "Frosty", "Noble", "Tiny", "Solar"];
const ANIMALS: [&str; 10] =
    ["Otter", "Falcon", "Badger", "Gecko", "Moose", "Heron", "Lynx", "Panda", "Raven", "Tortoise"];
const TITLES: [&str; 6] = ["Newcomer", "Explorer", "Dragon Slayer", "Über-Fischer", "勇者", "🏆 Champion"];
const AGES_HOURS: [u64; 5] = [0, 3, 27, 75, 171];

/// A made-up player.
struct Player {
    user_id: u64,
    name: String,
}

/// All stores of the sample. Keys do not depend on `now`; times inside values do.
pub(super) fn universe(now: Timestamp) -> Vec<SampleStore> {
    let mut random = Random::new(SEED);
    let players: Vec<Player> = (0..PROFILES as u64).map(|index| player(&mut random, index)).collect();
    let now_seconds = now.unix_millis() / 1_000;
    let mut stores = vec![
        profiles(&mut random, &players, now_seconds),
        inventories(&mut random, &players),
        preferences(&mut random, &players),
        scores(&mut random, &players),
        weekly_scores(&mut random, &players),
    ];
    for wallet in players.iter().take(WALLETS) {
        stores.extend(wallet_stores(&mut random, wallet));
    }
    stores
}

fn player(random: &mut Random, index: u64) -> Player {
    let user_id = FIRST_USER_ID + index * 1_009 + random.below(1_000);
    let name = format!("{}{}{}", random.pick(&ADJECTIVES), random.pick(&ANIMALS), random.between(1, 99));
    Player { user_id, name }
}

/// Players as ProfileStore keeps them (`data-library-formats.md` §1); a few in a session.
fn profiles(random: &mut Random, players: &[Player], now_seconds: i64) -> SampleStore {
    let entries = players.iter().enumerate().map(|(index, player)| {
        let attributes = if random.chance(30) {
            format!(r#"{{"Title":"{}","Tester":{}}}"#, random.pick(&TITLES), random.chance(20))
        } else {
            "{}".into()
        };
        let in_session = index % 97 == 5;
        let age_hours = if in_session { 0 } else { *random.pick(&AGES_HOURS) };
        let earlier = if index % 60 == 0 { 3 } else { 0 };
        let mut profile = Profile::begin(random, now_seconds);
        let mut versions = Vec::new();
        for back in (0..=earlier).rev() {
            let age_hours = age_hours + back * 5;
            let seconds = now_seconds - i64::try_from(age_hours * 3_600).unwrap_or_default();
            let session = in_session && back == 0;
            versions.push(version(age_hours, profile.value(random, player, &attributes, seconds, session)));
            profile.play(random);
        }
        SampleEntry {
            id: entry_id("global", &format!("Player_{}", player.user_id)),
            user_ids: user_ids(player),
            attributes: proven(Attributes::parse(&attributes)),
            versions,
        }
    });
    standard("PlayerData", entries.collect())
}

/// What a profile's player owns.
struct Profile {
    created_seconds: i64,
    sessions: u64,
    coins: u64,
    level: u64,
}

impl Profile {
    fn begin(random: &mut Random, now_seconds: i64) -> Self {
        let days = random.between(20, 900);
        Self {
            created_seconds: now_seconds - i64::try_from(days * 86_400).unwrap_or_default(),
            sessions: random.between(1, 400),
            coins: random.below(250_000),
            level: random.between(1, 60),
        }
    }

    fn play(&mut self, random: &mut Random) {
        self.sessions += 1;
        self.coins += random.between(10, 4_000);
        self.level += random.below(2);
    }

    fn value(
        &self,
        random: &mut Random,
        player: &Player,
        attributes: &str,
        seconds: i64,
        in_session: bool,
    ) -> String {
        // Luau writes an empty table as `[]`.
        let attributes = if attributes == "{}" { "[]" } else { attributes };
        let mut value = format!(
            r#"{{"Data":{{"DisplayName":"{}","Coins":{},"Gems":{},"Level":{},"Experience":{}.5,"Inventory":{},"#,
            player.name,
            self.coins,
            random.below(500),
            self.level,
            random.below(1_000),
            item_list(random),
        );
        let _ = write!(
            value,
            r#""Settings":{{"Music":{},"Quality":"{}"}},"LastPosition":{{"X":{}.25,"Y":{}.0,"Z":-{}.75}},"Quests":[]}},"#,
            random.pick(&["0.0", "0.5", "1.0"]),
            random.pick(&["Low", "Medium", "High"]),
            random.below(512),
            random.below(64),
            random.below(512),
        );
        let _ = write!(
            value,
            r#""MetaData":{{"ProfileCreateTime":{},"SessionLoadCount":{},"LastUpdate":{seconds},"#,
            self.created_seconds, self.sessions,
        );
        if in_session {
            let place = 9_000_000_000 + random.below(1_000);
            let _ = write!(value, r#""ActiveSession":[{place},"{}","{}"],"#, random.guid(), random.guid());
        }
        let _ = write!(
            value,
            r#""MetaTags":[]}},"RobloxMetaData":{attributes},"UserIds":[{}],"GlobalUpdates":[0,[]]}}"#,
            player.user_id
        );
        value
    }
}

/// Items as Lapis keeps documents (`data-library-formats.md` §4); a few locked.
fn inventories(random: &mut Random, players: &[Player]) -> SampleStore {
    let entries = players.iter().take(INVENTORIES).enumerate().map(|(index, player)| {
        let lock = if index % 70 == 3 { format!(r#""lockId":"{}","#, random.guid()) } else { String::new() };
        let value = format!(
            r#"{{"migrationVersion":3,"lastCompatibleVersion":2,{lock}"data":{{"slots":{},"items":{},"favourites":[]}}}}"#,
            random.between(8, 64),
            item_list(random),
        );
        let age_hours = if lock.is_empty() { *random.pick(&AGES_HOURS) } else { 0 };
        SampleEntry {
            id: entry_id("global", &player.user_id.to_string()),
            user_ids: user_ids(player),
            attributes: Attributes::default(),
            versions: vec![version(age_hours, value)],
        }
    });
    standard("Inventories", entries.collect())
}

/// A game's own table without any library, in two scopes.
fn preferences(random: &mut Random, players: &[Player]) -> SampleStore {
    let global = players.iter().take(PREFERENCES).map(|player| ("global", player));
    let europe = players.iter().rev().take(PREFERENCES_EUROPE).map(|player| ("europe", player));
    let entries = global.chain(europe).map(|(scope, player)| {
        let value = format!(
            r#"{{"name":"{}","language":"{}","volume":0.{},"invitesFrom":"{}","seenTips":[{}]}}"#,
            player.name,
            random.pick(&["en", "de", "pt-br", "ja", "es"]),
            random.between(1, 9),
            random.pick(&["everyone", "friends", "nobody"]),
            random.pick(&["", "1", "1,2", "1,2,5,8"]),
        );
        SampleEntry {
            id: entry_id(scope, &format!("user/{}", player.user_id)),
            user_ids: if random.chance(50) { user_ids(player) } else { UserIds::default() },
            attributes: Attributes::default(),
            versions: vec![version(*random.pick(&AGES_HOURS), value)],
        }
    });
    standard("Preferences", entries.collect())
}

/// One player's saves as `DataStore2` keeps them: a pair of stores, the ordered one telling which save counts
/// (`data-library-formats.md` §3).
fn wallet_stores(random: &mut Random, player: &Player) -> [SampleStore; 2] {
    let name = format!("Coins/{}", player.user_id);
    let mut coins = random.between(100, 900);
    let mut saves = Vec::new();
    let mut pointers = Vec::new();
    for number in 1..=SAVES_PER_WALLET {
        let id = entry_id("global", &number.to_string());
        coins += random.between(5, 400);
        pointers.push((id.clone(), i64::try_from(number).unwrap_or_default()));
        saves.push(SampleEntry {
            id,
            user_ids: user_ids(player),
            attributes: Attributes::default(),
            versions: vec![version((SAVES_PER_WALLET - number) * 26, coins.to_string())],
        });
    }
    [standard(&name, saves), ordered(&name, pointers)]
}

fn scores(random: &mut Random, players: &[Player]) -> SampleStore {
    let entries = players.iter().take(SCORES).map(|player| score(random, "global", player, 1_000_000));
    ordered("HighScores", entries.collect())
}

fn weekly_scores(random: &mut Random, players: &[Player]) -> SampleStore {
    let weeks = ["week-29", "week-30"].into_iter();
    let entries = weeks.flat_map(|week| players.iter().take(WEEKLY_SCORES).map(move |player| (week, player)));
    ordered("WeeklyWins", entries.map(|(week, player)| score(random, week, player, 90)).collect())
}

fn score(random: &mut Random, scope: &str, player: &Player, bound: u64) -> (EntryId, i64) {
    let value = i64::try_from(random.below(bound)).unwrap_or_default();
    (entry_id(scope, &player.user_id.to_string()), value)
}

fn item_list(random: &mut Random) -> String {
    let items: Vec<String> = (0..random.between(0, 7))
        .map(|_| format!(r#"{{"Id":"{}","Count":{}}}"#, random.pick(&ITEMS), random.between(1, 20)))
        .collect();
    format!("[{}]", items.join(","))
}

fn user_ids(player: &Player) -> UserIds {
    proven(UserIds::new(vec![i64::try_from(player.user_id).unwrap_or_default()]))
}

fn version(age_hours: u64, value: String) -> SampleVersion {
    SampleVersion { age_hours, value: proven(JsonText::parse(value)) }
}

fn standard(name: &str, entries: Vec<SampleEntry>) -> SampleStore {
    SampleStore { name: store_name(name), entries: SampleEntries::Standard(entries) }
}

fn ordered(name: &str, entries: Vec<(EntryId, i64)>) -> SampleStore {
    SampleStore { name: store_name(name), entries: SampleEntries::Ordered(entries) }
}
