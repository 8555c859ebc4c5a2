//! The budgets of universes at Roblox: a governor for each, and what people decided about it.
//!
//! A budget belongs to a game: all connections to one universe at one host share it (`architecture.md` §9). Knows neither
//! connections nor who may decide; keeps what was decided in the settings.
//!
//! **Invariant:** share, limits and stop hold from a governor's first request on, also after a restart.
//!
//! **Invariant:** a stop holds at once, before it is on disk; a resume holds once it is.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daemon_core::time::Timestamp;
use daemon_roblox::governor::Governor;
use daemon_roblox::governor::limits::{Limits, Share};
use daemon_store::error::StoreError;
use daemon_store::state::StateStore;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::Clock;
use crate::universes::clouds::CloudTarget;

/// Under whose name the settings of budgets are kept; no principal is called so.
const KEEPER: &str = "budgets";

/// Who is told to have stopped a budget whose settings cannot be read.
const UNREADABLE: &str = "the daemon, which could not read what was decided";

/// Whose budget it is; ordered by host, then universe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BudgetId {
    /// The host, with its port where it is not the usual one.
    pub host: String,
    /// The universe.
    pub universe_id: u64,
}

/// Which of Roblox's pages the limits are taken from (`roblox-apis.md §2.6`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitsPage {
    /// The page of limits.
    #[default]
    Limits,
    /// The page of prices, whose numbers are smaller.
    Pricing,
}

/// A stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// When.
    pub at: Timestamp,
    /// By whom, by name.
    pub by: String,
}

/// What was decided about a budget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetSettings {
    /// The part of the limits we may use.
    pub share: Share,
    /// The limits.
    pub limits: LimitsPage,
    /// Since when no request passes.
    pub stopped: Option<Stop>,
}

/// The budgets; cheap to clone, all clones are one.
#[derive(Clone)]
pub struct Budgets(Arc<Inner>);

struct Inner {
    store: StateStore,
    clock: Clock,
    budgets: Mutex<BTreeMap<BudgetId, Budget>>,
    /// Held while settings are written, so that they are written in the order in which they were decided.
    writing: tokio::sync::Mutex<()>,
    /// How many governors there are.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Budget {
    settings: BudgetSettings,
    governor: Option<Governor>,
    /// How often it was stopped, so that a resume does not undo a stop that came after it began.
    stops: u64,
}

/// Settings as they are kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptSettings {
    share_percent: u8,
    limits: KeptPage,
    stopped: Option<KeptStop>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum KeptPage {
    LimitsPage,
    PricingPage,
}

#[derive(Serialize, Deserialize)]
struct KeptStop {
    /// .NET ticks.
    at: u64,
    by: String,
}

impl BudgetId {
    /// The budget of a universe at a host.
    pub fn of(target: &CloudTarget) -> Self {
        Self { host: target.endpoint.authority().to_owned(), universe_id: target.universe_id }
    }
}

impl Budgets {
    /// Over the settings that were kept.
    pub async fn open(store: StateStore, clock: Clock) -> Result<Self, StoreError> {
        let mut budgets = BTreeMap::new();
        for (key, value) in store.list_settings(KEEPER.to_owned()).await? {
            let Some(id) = id_of(&key) else {
                tracing::warn!(key, "a budget's settings are kept under a name that cannot be read");
                continue;
            };
            let settings = read(&value).unwrap_or_else(|| {
                tracing::warn!(
                    key,
                    "a budget's settings cannot be read; it is stopped until someone resumes it"
                );
                let stopped = Stop { at: clock.now(), by: UNREADABLE.to_owned() };
                BudgetSettings { stopped: Some(stopped), ..BudgetSettings::default() }
            });
            budgets.insert(id, Budget { settings, ..Budget::default() });
        }
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            budgets: Mutex::new(budgets),
            writing: tokio::sync::Mutex::default(),
            count: watch::Sender::new(0),
        })))
    }

    /// The governor of a universe, made at its first use.
    pub fn governor(&self, id: &BudgetId) -> Governor {
        let mut budgets = self.lock();
        let budget = budgets.entry(id.clone()).or_default();
        if let Some(governor) = &budget.governor {
            return governor.clone();
        }
        let BudgetSettings { share, limits, stopped } = &budget.settings;
        // It spreads retries and need not be secret.
        let (_, seed) = Uuid::now_v7().as_u64_pair();
        let governor = Governor::new(limits.limits(), *share, seed);
        if stopped.is_some() {
            governor.stop();
        }
        budget.governor = Some(governor.clone());
        drop(budgets);
        self.0.count.send_modify(|count| *count += 1);
        governor
    }

    /// Every governor there is, by id.
    pub fn governors(&self) -> Vec<(BudgetId, Governor)> {
        let made = |(id, budget): (&BudgetId, &Budget)| Some((id.clone(), budget.governor.clone()?));
        self.lock().iter().filter_map(made).collect()
    }

    /// How many governors there are, whenever one is made.
    pub fn count(&self) -> watch::Receiver<usize> {
        self.0.count.subscribe()
    }

    /// What was decided about a budget.
    pub fn settings(&self, id: &BudgetId) -> BudgetSettings {
        self.lock().get(id).map(|budget| budget.settings.clone()).unwrap_or_default()
    }

    /// Stops all requests of these budgets at once; who stopped one first stays told.
    ///
    /// # Errors
    ///
    /// When it cannot be kept; it holds until the daemon ends all the same.
    pub async fn stop(&self, ids: &[BudgetId], by: &str) -> Result<(), StoreError> {
        let stop = Stop { at: self.0.clock.now(), by: by.to_owned() };
        for id in ids {
            let governor = self.governor(id);
            let mut budgets = self.lock();
            let budget = budgets.entry(id.clone()).or_default();
            budget.settings.stopped.get_or_insert_with(|| stop.clone());
            budget.stops += 1;
            governor.stop();
        }
        let _writing = self.0.writing.lock().await;
        for id in ids {
            self.keep(id, &self.settings(id)).await?;
        }
        Ok(())
    }

    /// Lets requests of these budgets pass again.
    pub async fn resume(&self, ids: &[BudgetId]) -> Result<(), StoreError> {
        let _writing = self.0.writing.lock().await;
        for id in ids {
            let governor = self.governor(id);
            let (settings, stops) = {
                let budgets = self.lock();
                let Some(budget) = budgets.get(id) else { continue };
                (BudgetSettings { stopped: None, ..budget.settings.clone() }, budget.stops)
            };
            self.keep(id, &settings).await?;
            let mut budgets = self.lock();
            // Whoever stopped it meanwhile waits to have that kept.
            if let Some(budget) = budgets.get_mut(id).filter(|budget| budget.stops == stops) {
                budget.settings.stopped = None;
                governor.resume();
            }
        }
        Ok(())
    }

    /// Changes share and limits of a budget; what is none stays as it is.
    pub async fn configure(
        &self,
        id: &BudgetId,
        share: Option<Share>,
        limits: Option<LimitsPage>,
    ) -> Result<(), StoreError> {
        let _writing = self.0.writing.lock().await;
        let governor = self.governor(id);
        let settings = self.settings(id);
        let (share, limits) = (share.unwrap_or(settings.share), limits.unwrap_or(settings.limits));
        self.keep(id, &BudgetSettings { share, limits, ..settings }).await?;
        {
            let mut budgets = self.lock();
            let budget = budgets.entry(id.clone()).or_default();
            (budget.settings.share, budget.settings.limits) = (share, limits);
        }
        governor.configure(limits.limits(), share);
        Ok(())
    }

    async fn keep(&self, id: &BudgetId, settings: &BudgetSettings) -> Result<(), StoreError> {
        self.0.store.set_setting(KEEPER.to_owned(), key_of(id), Some(write(settings))).await
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BudgetId, Budget>> {
        self.0.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LimitsPage {
    /// The page's numbers.
    pub fn limits(self) -> Limits {
        match self {
            Self::Limits => Limits::limits_page(),
            Self::Pricing => Limits::pricing_page(),
        }
    }
}

impl fmt::Debug for Budgets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.lock().keys()).finish()
    }
}

fn key_of(id: &BudgetId) -> String {
    format!("{}@{}", id.universe_id, id.host)
}

fn id_of(key: &str) -> Option<BudgetId> {
    let (universe_id, host) = key.split_once('@')?;
    Some(BudgetId { host: host.to_owned(), universe_id: universe_id.parse().ok()? })
}

fn write(settings: &BudgetSettings) -> String {
    let kept = KeptSettings {
        share_percent: settings.share.percent(),
        limits: match settings.limits {
            LimitsPage::Limits => KeptPage::LimitsPage,
            LimitsPage::Pricing => KeptPage::PricingPage,
        },
        stopped: settings.stopped.as_ref().map(|stop| KeptStop { at: stop.at.ticks(), by: stop.by.clone() }),
    };
    // Numbers and texts are always written.
    serde_json::to_string(&kept).unwrap_or_default()
}

fn read(text: &str) -> Option<BudgetSettings> {
    let kept: KeptSettings = serde_json::from_str(text).ok()?;
    Some(BudgetSettings {
        share: Share::new(kept.share_percent).ok()?,
        limits: match kept.limits {
            KeptPage::LimitsPage => LimitsPage::Limits,
            KeptPage::PricingPage => LimitsPage::Pricing,
        },
        stopped: kept.stopped.map(|stop| Stop { at: Timestamp::from_ticks(stop.at), by: stop.by }),
    })
}

#[cfg(test)]
mod tests {
    use daemon_roblox::governor::GovernorError;
    use daemon_roblox::governor::budget::Request;
    use daemon_roblox::governor::class::{Class, Pool, Priority};
    use daemon_roblox::governor::window::Cost;
    use tempfile::TempDir;

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    async fn open(directory: &TempDir) -> (Budgets, StateStore) {
        let store = StateStore::open(&directory.path().join("state.db")).unwrap();
        let budgets = Budgets::open(store.clone(), Clock::from_fn(|| AT)).await.unwrap();
        (budgets, store)
    }

    async fn reopen(directory: &TempDir, store: StateStore) -> (Budgets, StateStore) {
        store.close().await;
        open(directory).await
    }

    fn id(universe_id: u64) -> BudgetId {
        BudgetId { host: "127.0.0.1:8080".to_owned(), universe_id }
    }

    /// Whether the first request passes.
    async fn passes(budgets: &Budgets, id: &BudgetId) -> bool {
        let request = Request {
            class: Class::StandardRead,
            priority: Priority::Person,
            key: None,
            cost: Cost { requests: 1, bytes: 0 },
        };
        match budgets.governor(id).permit(request).await {
            Ok(_) => true,
            Err(GovernorError::Stopped) => false,
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn s_36_a_stop_holds_from_the_first_request_after_a_restart() {
        let directory = TempDir::new().unwrap();
        let (budgets, store) = open(&directory).await;
        assert!(passes(&budgets, &id(1)).await);
        budgets.stop(&[id(1), id(2)], "Ann").await.unwrap();
        budgets.stop(&[id(1)], "Bo").await.unwrap();
        let stop = Some(Stop { at: AT, by: "Ann".to_owned() });
        assert_eq!(budgets.settings(&id(1)).stopped, stop);
        let (budgets, store) = reopen(&directory, store).await;
        for (universe_id, expected) in [(1, false), (2, false), (3, true)] {
            assert_eq!(passes(&budgets, &id(universe_id)).await, expected, "{universe_id}");
        }
        assert_eq!(budgets.settings(&id(1)).stopped, stop);
        budgets.resume(&[id(1), id(3)]).await.unwrap();
        assert!(passes(&budgets, &id(1)).await && !passes(&budgets, &id(2)).await);
        let (budgets, store) = reopen(&directory, store).await;
        assert!(passes(&budgets, &id(1)).await && !passes(&budgets, &id(2)).await);
        store.close().await;
    }

    #[tokio::test]
    async fn share_and_limits_are_kept_and_hold_from_the_first_request() {
        let directory = TempDir::new().unwrap();
        let (budgets, store) = open(&directory).await;
        let allowed = |budgets: &Budgets| {
            let meter = budgets.governor(&id(1)).meter();
            meter.pools.iter().find(|meter| meter.pool == Pool::StandardList).unwrap().allowed_requests
        };
        assert_eq!(allowed(&budgets), 150);
        budgets.configure(&id(1), Some(Share::new(40).unwrap()), None).await.unwrap();
        assert_eq!(allowed(&budgets), 120);
        budgets.configure(&id(1), None, Some(LimitsPage::Pricing)).await.unwrap();
        assert_eq!(allowed(&budgets), 4);
        let (budgets, store) = reopen(&directory, store).await;
        assert_eq!(allowed(&budgets), 4);
        assert_eq!(budgets.settings(&id(1)).share.percent(), 40);
        store.close().await;
    }

    #[tokio::test]
    async fn of_stop_and_resume_at_once_the_stop_holds_unless_it_came_first() {
        let directory = TempDir::new().unwrap();
        let (budgets, store) = open(&directory).await;
        budgets.stop(&[id(1)], "Ann").await.unwrap();
        for _ in 0..50 {
            let ids = [id(1)];
            // Polled in this order: the resume has begun when the stop comes.
            let (resumed, stopped) = tokio::join!(budgets.resume(&ids), budgets.stop(&ids, "Bo"));
            resumed.unwrap();
            stopped.unwrap();
            assert!(!passes(&budgets, &id(1)).await);
            assert!(budgets.settings(&id(1)).stopped.is_some());
        }
        let (budgets, store) = reopen(&directory, store).await;
        assert!(!passes(&budgets, &id(1)).await);
        store.close().await;
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_stopped() {
        let directory = TempDir::new().unwrap();
        let (_, store) = open(&directory).await;
        for (key, value) in [("1@127.0.0.1:8080", "{"), ("x", "{}")] {
            let value = Some(value.to_owned());
            store.set_setting(KEEPER.to_owned(), key.to_owned(), value).await.unwrap();
        }
        let (budgets, store) = reopen(&directory, store).await;
        assert!(!passes(&budgets, &id(1)).await);
        assert_eq!(budgets.settings(&id(1)).stopped.unwrap().by, UNREADABLE);
        store.close().await;
    }

    #[test]
    fn settings_are_read_as_they_are_written() {
        for limits in [LimitsPage::Limits, LimitsPage::Pricing] {
            for stopped in [None, Some(Stop { at: Timestamp::MAX, by: "\"é".to_owned() })] {
                let settings = BudgetSettings { share: Share::new(1).unwrap(), limits, stopped };
                assert_eq!(read(&write(&settings)), Some(settings));
            }
        }
        assert_eq!(id_of(&key_of(&id(7))), Some(id(7)));
    }
}
