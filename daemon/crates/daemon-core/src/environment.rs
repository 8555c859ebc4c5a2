//! What a connection's universe is used for, which decides how carefully it is treated.
//!
//! Only the classes; colours belong to the views and guards to the gate.
//!
//! **Invariant:** what nobody has classified is treated as production.

use std::fmt;

/// What the data behind a connection is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// Players' saves of a live game.
    Production,
    /// A rehearsal of production.
    Staging,
    /// Data to develop against.
    Development,
    /// Data on this machine only, such as the Sandbox.
    Local,
    /// Not chosen yet; treated as production.
    #[default]
    Unclassified,
}

impl Environment {
    /// Every environment, from most to least guarded, then the unchosen one.
    pub const ALL: [Self; 5] =
        [Self::Production, Self::Staging, Self::Development, Self::Local, Self::Unclassified];

    /// Returns the environment's name in databases and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
            Self::Local => "local",
            Self::Unclassified => "unclassified",
        }
    }

    /// Finds the environment of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.as_str() == text)
    }

    /// Decides whether production's guards apply.
    pub const fn is_treated_as_production(self) -> bool {
        matches!(self, Self::Production | Self::Unclassified)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for environment in Environment::ALL {
            assert_eq!(Environment::parse(environment.as_str()), Some(environment));
        }
        assert_eq!(Environment::parse("Production"), None);
    }

    #[test]
    fn the_unclassified_is_guarded_like_production() {
        let guarded: Vec<_> = Environment::ALL
            .into_iter()
            .filter(|environment| environment.is_treated_as_production())
            .collect();
        assert_eq!(guarded, [Environment::Production, Environment::Unclassified]);
        assert_eq!(Environment::default(), Environment::Unclassified);
    }
}
