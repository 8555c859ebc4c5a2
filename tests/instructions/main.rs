//! Walks one hot path of the daemon a given number of times, so that its instructions can be counted.
//!
//! `instructions PATH REPEATS`; without arguments it prints the names of the paths. `cargo xtask test` runs it under
//! Callgrind (`scripts/src/test/instructions.rs`) once with few repeats and once with more: what the second run has
//! more, divided by the repeats it has more, is what one pass costs, on all threads together and without the way there.
//!
//! It does not: measure time, or look at what the answers say beyond that they are answers.
//!
//! **Invariant:** nothing depends on the clock, on chance or on the machine: the time stands still, the data is the
//! same in every run, and one thread asks.
#![expect(clippy::print_stdout, reason = "the names of the paths are this program's output")]

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use anyhow::{Context as _, anyhow, bail};
use daemon::clock::Clock;
use daemon::config::{Config, make_private_directory};
use daemon::gate;
use daemon::gate::identity::Caller;
use daemon::gate::policy;
use daemon::secret::Secret;
use daemon::state::AppState;
use daemon_core::permission::Role;
use daemon_core::time::Timestamp;
use daemon_store::state::StateStore;
use daemon_store::state::records::{ConnectionId, ConnectionRecord};
use protocol::operations::entries::EntriesSetRequest;
use protocol::{Frame, OperationName, split_body};
use serde_json::json;
use tempfile::TempDir;

/// The time, of which nothing passes.
const NOW_UNIX_MILLIS: i64 = 1_767_323_045_678;

/// Entries of the store that is read and edited.
const ENTRIES: u32 = 200;

/// Items of the large entry's list, about 150 bytes each.
const ITEMS: u32 = 1_000;

/// The paths, in the order they are shown.
const PATHS: [&str; 5] = ["decode", "gate", "entries.get", "entries.edit", "entries.rows"];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [path, repeats] = arguments.as_slice() else {
        for path in PATHS {
            println!("{path}");
        }
        return Ok(());
    };
    let repeats = repeats.parse().with_context(|| format!("`{repeats}` is not a number of repeats"))?;
    if path == "decode" {
        return decode(repeats);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let daemon = Daemon::open().await?;
        match path.as_str() {
            "gate" => daemon.gate(repeats).await?,
            "entries.get" => daemon.get(repeats).await?,
            "entries.edit" => daemon.edit(repeats).await?,
            "entries.rows" => daemon.rows(repeats).await?,
            _ => bail!("there is no path `{path}`; without arguments, the paths are listed"),
        }
        daemon.state.close().await;
        Ok(())
    })
}

/// From a socket's message to the command's own request: what `edge::socket` and `commands` do before anything else.
fn decode(repeats: u32) -> anyhow::Result<()> {
    let text = json!({
        "id": "1",
        "body": {
            "type": "entries.set",
            "store": "PlayerData",
            "key": key(1),
            "value": profile(1),
            "userIds": ["1000001"],
            "attributes": { "source": "count" },
        },
    });
    let text = text.to_string();
    for _ in 0..repeats {
        let frame: Frame = serde_json::from_str(black_box(&text))?;
        let (name, payload) = split_body(frame.body.as_str())?;
        let operation = OperationName::from_name(&name);
        let request: EntriesSetRequest = serde_json::from_str(&payload)?;
        black_box((frame, operation, request));
    }
    Ok(())
}

/// A daemon without a listener, on a directory of its own.
struct Daemon {
    state: AppState,
    caller: Caller,
    _directory: TempDir,
}

impl Daemon {
    async fn open() -> anyhow::Result<Self> {
        let now = Timestamp::from_unix_millis(NOW_UNIX_MILLIS);
        let directory = TempDir::new()?;
        let data_directory = directory.path().join("data");
        make_private_directory(&data_directory)?;
        let store = StateStore::open(&data_directory.join("state.db"))?;
        // With a connection of ours there is no Sandbox, whose ids are made by chance.
        let id = ConnectionId("counted".into());
        let connection = ConnectionRecord::local(id, "Counted".into(), "counted".into(), now);
        store.create_connection(connection).await?;
        store.close().await;
        let config = Config::new(data_directory);
        let state = AppState::open(&config, None, Secret::random(), Clock::from_fn(move || now)).await?;
        let daemon = Self { state, caller: Caller::owner(), _directory: directory };
        daemon.fill().await?;
        Ok(daemon)
    }

    async fn fill(&self) -> anyhow::Result<()> {
        let entries: Vec<_> =
            (0..ENTRIES).map(|number| json!({ "key": key(number), "value": profile(number) })).collect();
        let request = json!({ "store": "PlayerData", "entries": entries });
        self.call(OperationName::EntriesImport, &request.to_string()).await?;
        let items: Vec<_> = (0..ITEMS).map(item).collect();
        let request = json!({ "store": "Inventories", "key": "large", "value": { "items": items } });
        self.call(OperationName::EntriesSet, &request.to_string()).await?;
        Ok(())
    }

    async fn call(&self, operation: OperationName, request: &str) -> anyhow::Result<String> {
        let answer = gate::call(&self.state, &self.caller, operation, request).await;
        let answer = answer.map_err(|refusal| {
            anyhow!("{} was refused: {}", operation.declaration().name, refusal.message)
        })?;
        Ok(answer.json)
    }

    /// From a token to a caller, and from the caller to a yes.
    async fn gate(&self, repeats: u32) -> anyhow::Result<()> {
        let tokens = &self.state.identity().tokens;
        let (_, secret) = tokens.create("count".into(), Role::Editor, None, "owner").await?;
        tokens.caller(&secret).await?.context("the token opens")?;
        for _ in 0..repeats {
            let caller = at_once(tokens.caller(black_box(&secret)))??.context("the token opens")?;
            let permitted = policy::permit(&caller, OperationName::EntriesEdit, self.state.clock().now());
            permitted.map_err(|refusal| anyhow!(refusal.message))?;
            black_box(caller);
        }
        Ok(())
    }

    async fn get(&self, repeats: u32) -> anyhow::Result<()> {
        for number in 0..repeats {
            let request = json!({ "store": "PlayerData", "key": key(number % ENTRIES) });
            black_box(self.call(OperationName::EntriesGet, &request.to_string()).await?);
        }
        Ok(())
    }

    async fn edit(&self, repeats: u32) -> anyhow::Result<()> {
        for number in 0..repeats {
            let edits = json!([{ "op": "set", "path": "/Data/Coins", "value": 1_000_000 + number }]);
            let request = json!({ "store": "PlayerData", "key": key(number % ENTRIES), "edits": edits });
            black_box(self.call(OperationName::EntriesEdit, &request.to_string()).await?);
        }
        Ok(())
    }

    /// A page in the middle of a large value.
    async fn rows(&self, repeats: u32) -> anyhow::Result<()> {
        let request = json!({
            "store": "Inventories", "key": "large", "path": "/items", "offset": ITEMS / 2, "limit": 100,
        });
        let request = request.to_string();
        for _ in 0..repeats {
            black_box(self.call(OperationName::EntriesRows, &request).await?);
        }
        Ok(())
    }
}

/// What a future answers that needs to wait for nothing.
fn at_once<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => bail!("a known token was looked up again"),
    }
}

fn key(number: u32) -> String {
    format!("Player_{:07}", 1_000_000 + number)
}

/// A save of about 650 bytes, laid out as ProfileStore does.
fn profile(number: u32) -> serde_json::Value {
    let items: Vec<_> = (0..6)
        .map(|slot| json!({ "Id": format!("item_{slot:03}"), "Count": number % 90 + 10, "Rarity": 0.5 }))
        .collect();
    json!({
        "Data": {
            "Coins": 1_000_000 + number,
            "Level": number % 90 + 10,
            "Items": items,
            "Settings": { "Music": true, "Sound": 0.75, "Language": "en-us", "Shadows": false },
            "Position": [12.5, 3.25, -180.125],
            "Quests": { "first_steps": "done", "the_old_mill": "open", "dragons": "locked" },
        },
        "MetaData": { "ProfileCreateTime": 1_700_000_000, "SessionLoadCount": 17, "ActiveSession": null },
        "RobloxMetaData": {},
        "UserIds": [1_000_000 + number],
    })
}

fn item(number: u32) -> serde_json::Value {
    json!({
        "Id": format!("item_{number:06}"),
        "Name": "Sword of the Seventh Sunday",
        "Enchantments": ["fire", "frost", "lifesteal"],
        "Durability": 0.875,
        "Bought": { "At": 1_700_000_000, "For": 250 },
    })
}
