//! The Studio windows that are linked now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use daemon_core::time::Timestamp;
use uuid::Uuid;

/// Which Studio a plugin says it runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Studio {
    /// `game.GameId`; `0` when the place is not published.
    pub universe_id: String,
    /// `game.PlaceId`.
    pub place_id: String,
    /// The place's name.
    pub place_name: String,
    /// The account signed in to Studio.
    pub user_id: String,
    /// That account's name.
    pub user_name: String,
}

/// A linked Studio window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioSession {
    /// Its id among those linked.
    pub id: String,
    /// Which Studio it says it is.
    pub studio: Studio,
    /// The credential it came with.
    pub token: String,
    /// Since when.
    pub connected_at: Timestamp,
}

/// The linked Studio windows; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Studios(Arc<Mutex<BTreeMap<String, StudioSession>>>);

/// A Studio's place in the list, given up when it is dropped.
#[derive(Debug)]
pub struct Linked {
    studios: Studios,
    id: String,
}

impl Studios {
    /// Takes a Studio into the list.
    pub fn link(&self, studio: Studio, token: String, now: Timestamp) -> Linked {
        let id = Uuid::now_v7().to_string();
        let session = StudioSession { id: id.clone(), studio, token, connected_at: now };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), session);
        Linked { studios: self.clone(), id }
    }

    /// Those linked now, the longest first.
    pub fn sessions(&self) -> Vec<StudioSession> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl Linked {
    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.studios.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
