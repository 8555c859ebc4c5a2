//! Who players are: accounts by name and by id, asked of Roblox and remembered for a while (`roblox-apis.md §3.6`).
//!
//! **Invariant:** names go to a host that takes no key, by a client that has none (S-20).
//!
//! **Invariant:** at most [`REMEMBERED_LIMIT`] answers are held, in memory alone.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use daemon_core::time::Timestamp;
use daemon_roblox::client::endpoint::{Endpoint, ROBLOX, ROBLOX_USERS};
use daemon_roblox::client::error::CloudError;
use daemon_roblox::client::lookup::{UserFacts, UserNames};
use daemon_roblox::client::transport::SendSettings;
use daemon_roblox::governor::Governor;
use thiserror::Error;

use crate::clock::Clock;

/// The most answers that are remembered; of more, the oldest are forgotten.
pub const REMEMBERED_LIMIT: usize = 10_000;

/// How long an account is remembered.
const KNOWN_FOR: Duration = Duration::from_hours(1);

/// How long it is remembered that nobody has a name or id.
const UNKNOWN_FOR: Duration = Duration::from_mins(1);

/// The most characters of a name that are asked for; names have 3 to 20 (`[I]`: the rules of names are not in our references).
const NAME_LIMIT: usize = 50;

/// Who is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PlayerQuery {
    /// The account of this id.
    Id(i64),
    /// The account of this name, in small letters.
    Name(String),
}

/// Tells that a text is neither a name nor an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is no player; write a name such as `ann` or `@ann`, or an account id such as `4812345`")]
pub struct PlayerQueryError;

/// What was answered, by host: an emulator has other players than Roblox.
#[derive(Debug)]
pub struct Players {
    clock: Clock,
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    answers: HashMap<(String, PlayerQuery), Answer>,
    /// What is remembered, the oldest first; a name that was asked for again stands here twice.
    order: VecDeque<((String, PlayerQuery), Timestamp)>,
}

#[derive(Clone, Debug)]
struct Answer {
    player: Option<UserFacts>,
    at: Timestamp,
}

impl PlayerQuery {
    /// Digits are an id; everything else is a name, with or without `@`.
    pub fn parse(text: &str) -> Result<Self, PlayerQueryError> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().filter(|id| *id > 0).map(Self::Id).ok_or(PlayerQueryError);
        }
        let name = text.strip_prefix('@').unwrap_or(text);
        let is_name = (1..=NAME_LIMIT).contains(&name.chars().count())
            && !name.chars().any(|character| character.is_control() || character.is_whitespace());
        if is_name { Ok(Self::Name(name.to_lowercase())) } else { Err(PlayerQueryError) }
    }
}

impl Players {
    /// Remembers nothing yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, remembered: Mutex::default() }
    }

    /// What was answered not long ago: an account, or that there is none. `None` when it has to be asked.
    pub fn recall(&self, host: &str, query: &PlayerQuery) -> Option<Option<UserFacts>> {
        let now = self.clock.now();
        let remembered = self.lock();
        let answer = remembered.answers.get(&(host.to_owned(), query.clone()))?;
        let lasts = if answer.player.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
        // A clock that went back makes nothing last longer.
        let is_fresh = now >= answer.at && now.saturating_since(answer.at) < lasts;
        is_fresh.then(|| answer.player.clone())
    }

    /// Remembers an answer.
    pub fn remember(&self, host: &str, query: PlayerQuery, player: Option<UserFacts>) {
        let at = self.clock.now();
        let key = (host.to_owned(), query);
        let mut remembered = self.lock();
        remembered.order.push_back((key.clone(), at));
        remembered.answers.insert(key, Answer { player, at });
        while remembered.order.len() > REMEMBERED_LIMIT {
            let Some((key, at)) = remembered.order.pop_front() else { break };
            if remembered.answers.get(&key).is_some_and(|answer| answer.at == at) {
                remembered.answers.remove(&key);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks who has a name: Roblox's host that takes no key, or an emulator itself, which is not shown a key either.
///
/// The look-up counts for the budget of the universe it is asked for, so that a stop stops it too.
pub async fn find_by_name(
    endpoint: &Endpoint,
    governor: Governor,
    name: &str,
) -> Result<Option<UserFacts>, CloudError> {
    let users = match Endpoint::parse(ROBLOX_USERS) {
        Ok(users) if Endpoint::parse(ROBLOX).as_ref() == Ok(endpoint) => users,
        _ => endpoint.clone(),
    };
    let names = UserNames::new(users, governor, SendSettings::default())?;
    Ok(names.find(&[name.to_owned()]).await?.into_iter().next())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const HOST: &str = "apis.roblox.com";

    fn ann() -> UserFacts {
        UserFacts { id: 1, name: "ann".to_owned(), display_name: "Ann".to_owned() }
    }

    #[test]
    fn digits_are_ids_and_everything_else_is_a_name() {
        let name = |text: &str| Ok(PlayerQuery::Name(text.to_owned()));
        for (text, expected) in [
            ("4812345", Ok(PlayerQuery::Id(4_812_345))),
            (" 7 ", Ok(PlayerQuery::Id(7))),
            ("Ann", name("ann")),
            ("@Ann", name("ann")),
            ("@4812345", name("4812345")),
            ("Ann_1", name("ann_1")),
            ("", Err(PlayerQueryError)),
            ("@", Err(PlayerQueryError)),
            ("0", Err(PlayerQueryError)),
            ("99999999999999999999", Err(PlayerQueryError)),
            ("a b", Err(PlayerQueryError)),
            ("a\u{0}b", Err(PlayerQueryError)),
        ] {
            assert_eq!(PlayerQuery::parse(text), expected, "{text}");
        }
        let length = |count| PlayerQuery::parse(&"é".repeat(count)).is_ok();
        assert_eq!([50, 51].map(length), [true, false]);
    }

    #[test]
    fn answers_are_remembered_for_their_time() {
        let now = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let clock = Arc::clone(&now);
        let players = Players::new(Clock::from_fn(move || *clock.lock().unwrap()));
        let (known, unknown) = (PlayerQuery::Name("ann".to_owned()), PlayerQuery::Id(2));
        assert_eq!(players.recall(HOST, &known), None);
        players.remember(HOST, known.clone(), Some(ann()));
        players.remember(HOST, unknown.clone(), None);
        assert_eq!(players.recall(HOST, &known), Some(Some(ann())));
        assert_eq!(players.recall(HOST, &unknown), Some(None));
        assert_eq!(players.recall("127.0.0.1:8080", &known), None, "another host");
        let pass = |duration| {
            let mut now = now.lock().unwrap();
            *now = now.saturating_add(duration);
        };
        pass(UNKNOWN_FOR);
        assert_eq!(players.recall(HOST, &unknown), None);
        assert_eq!(players.recall(HOST, &known), Some(Some(ann())));
        pass(KNOWN_FOR.saturating_sub(UNKNOWN_FOR));
        assert_eq!(players.recall(HOST, &known), None);
    }

    #[test]
    fn s_64_only_so_many_answers_are_remembered() {
        let players = Players::new(Clock::from_fn(|| Timestamp::UNIX_EPOCH));
        let id = |number: usize| PlayerQuery::Id(i64::try_from(number).unwrap());
        for number in 1..=REMEMBERED_LIMIT {
            players.remember(HOST, id(number), None);
        }
        assert_eq!(players.recall(HOST, &id(1)), Some(None));
        players.remember(HOST, id(REMEMBERED_LIMIT + 1), None);
        assert_eq!(players.recall(HOST, &id(1)), None);
        assert_eq!(players.recall(HOST, &id(2)), Some(None));
        assert_eq!(players.lock().answers.len(), REMEMBERED_LIMIT);
    }
}
