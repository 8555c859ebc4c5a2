//! Every task the daemon starts is owned here, so that stopping means that they have all ended.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long tasks may take to end once they were asked to.
pub const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// Values from this size on are worked on where other requests need not wait for them.
const LARGE_BYTES: usize = 256 << 10;

/// Runs `work` on a value of `size_bytes`, out of the way of other requests when that may take long.
pub fn compute<T>(size_bytes: usize, work: impl FnOnce() -> T) -> T {
    let has_other_threads =
        Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if size_bytes >= LARGE_BYTES && has_other_threads { tokio::task::block_in_place(work) } else { work() }
}

/// The daemon's tasks and the signal that ends them.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Starts a task that watches [`Self::stopping`] and ends soon after.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(task);
    }

    /// The signal to end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Asks every task to end and waits for them; `false` when some had not within [`STOP_DEADLINE`].
    pub async fn stop(&self) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(STOP_DEADLINE, self.tracker.wait()).await.is_ok()
    }
}
