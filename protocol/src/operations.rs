//! Every operation's request, answer and declaration, one module per noun.

pub mod system;
pub mod connections;
pub mod cloud_connections;
pub mod datastores;
pub mod keys;
pub mod entries;
pub mod revisions;
pub mod changesets;
pub mod changeset_endings;
pub mod ordered;
pub mod memory;
pub mod messages;
pub mod players;
pub mod budget;
pub mod jobs;
pub mod tokens;
pub mod sessions;
pub mod studio;
pub mod vault;
