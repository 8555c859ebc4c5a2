//! Environments and colours as they are written on the command line.

use clap::ValueEnum;
use protocol::operations::connections::{ConnectionColour, Environment};

/// An environment.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum EnvironmentName {
    /// Live players' data
    Production,
    /// A copy on which releases are tried
    Staging,
    /// A developer's own
    Development,
    /// On this machine only
    Local,
    /// Not chosen: guarded as production
    Unclassified,
}

impl From<EnvironmentName> for Environment {
    fn from(name: EnvironmentName) -> Self {
        match name {
            EnvironmentName::Production => Self::Production,
            EnvironmentName::Staging => Self::Staging,
            EnvironmentName::Development => Self::Development,
            EnvironmentName::Local => Self::Local,
            EnvironmentName::Unclassified => Self::Unclassified,
        }
    }
}

/// An environment's name.
pub(in crate::cli) fn environment_name(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "production",
        Environment::Staging => "staging",
        Environment::Development => "development",
        Environment::Local => "local",
        Environment::Unclassified => "unclassified",
    }
}

/// A colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ColourName {
    Grey,
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
    Pink,
}

impl From<ColourName> for ConnectionColour {
    fn from(name: ColourName) -> Self {
        match name {
            ColourName::Grey => Self::Grey,
            ColourName::Red => Self::Red,
            ColourName::Orange => Self::Orange,
            ColourName::Yellow => Self::Yellow,
            ColourName::Green => Self::Green,
            ColourName::Teal => Self::Teal,
            ColourName::Blue => Self::Blue,
            ColourName::Purple => Self::Purple,
            ColourName::Pink => Self::Pink,
        }
    }
}
