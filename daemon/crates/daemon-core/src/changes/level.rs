//! How far-reaching a commit is, and so how much whoever commits must confirm (`ux.md` §5.3).
//!
//! **Invariant:** the same table decides for every face.

use crate::environment::Environment;

/// The most creations and updates that need a review alone.
pub const E1_ITEMS: u32 = 20;
/// The most entries that need a typed number; more are far-reaching.
pub const E2_ITEMS: u32 = 200;

/// How far-reaching a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectLevel {
    /// Up to [`E1_ITEMS`] creations and updates.
    E1,
    /// Up to [`E2_ITEMS`] entries, or removals among them.
    E2,
    /// More entries, or more than [`E1_ITEMS`] in several data stores.
    E3,
    /// Cannot be undone at Roblox.
    E4,
}

/// What a set is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Items that would be sent.
    pub items: u32,
    /// Those of them that remove their entry.
    pub removals: u32,
    /// Those of them that remove an ordered entry, of which Roblox keeps nothing.
    pub ordered_removals: u32,
    /// In how many data stores they lie.
    pub stores: u32,
}

/// What has to be confirmed.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, and all are asked together"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The number of items.
    pub count: bool,
    /// The one item's key.
    pub key: bool,
    /// The environment's word.
    pub environment: bool,
    /// The data store's name.
    pub store: bool,
    /// A reason.
    pub reason: bool,
    /// A look at the entries that is not too old.
    pub fresh_check: bool,
}

impl EffectLevel {
    /// The level of a set.
    pub const fn of(extent: Extent) -> Self {
        if extent.ordered_removals > 0 {
            Self::E4
        } else if extent.items > E2_ITEMS || (extent.stores > 1 && extent.items > E1_ITEMS) {
            Self::E3
        } else if extent.items > E1_ITEMS || extent.removals > 0 {
            Self::E2
        } else {
            Self::E1
        }
    }

    /// What a commit of this level has to confirm in an environment.
    pub const fn needs(self, extent: Extent, environment: Environment) -> Needs {
        let is_far_reaching = matches!(self, Self::E3 | Self::E4);
        let is_confirmed = !matches!(self, Self::E1);
        Needs {
            count: is_confirmed && extent.items != 1,
            key: is_confirmed && extent.items == 1,
            environment: is_far_reaching,
            store: matches!(self, Self::E4) && extent.stores == 1,
            reason: environment.is_treated_as_production() || is_far_reaching,
            fresh_check: is_far_reaching,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(items: u32, removals: u32, stores: u32) -> Extent {
        Extent { items, removals, stores, ordered_removals: 0 }
    }

    #[test]
    fn u_10_levels_change_at_their_limits_and_one_beyond() {
        for (extent, level) in [
            (extent(1, 0, 1), EffectLevel::E1),
            (extent(E1_ITEMS, 0, 1), EffectLevel::E1),
            (extent(E1_ITEMS, 0, 2), EffectLevel::E1),
            (extent(E1_ITEMS + 1, 0, 1), EffectLevel::E2),
            (extent(E1_ITEMS + 1, 0, 2), EffectLevel::E3),
            (extent(1, 1, 1), EffectLevel::E2),
            (extent(E2_ITEMS, E2_ITEMS, 1), EffectLevel::E2),
            (extent(E2_ITEMS + 1, 0, 1), EffectLevel::E3),
            (Extent { ordered_removals: 1, ..extent(1, 1, 1) }, EffectLevel::E4),
        ] {
            assert_eq!(EffectLevel::of(extent), level, "{extent:?}");
        }
    }

    #[test]
    fn s_38_far_reaching_sets_need_everything() {
        let many = extent(E2_ITEMS + 1, 0, 1);
        let needs = EffectLevel::of(many).needs(many, Environment::Local);
        assert!(needs.count && needs.environment && needs.reason && needs.fresh_check && !needs.key);
    }

    #[test]
    fn one_removal_is_confirmed_by_its_key_and_production_asks_why() {
        let one = extent(1, 1, 1);
        let needs = EffectLevel::of(one).needs(one, Environment::Development);
        assert_eq!(needs, Needs { key: true, ..Needs::default() });
        for environment in Environment::ALL {
            let needs = EffectLevel::E1.needs(extent(1, 0, 1), environment);
            assert_eq!(needs.reason, environment.is_treated_as_production(), "{environment}");
        }
    }
}
