//! Every operation's request, answer and declaration, one module per noun.

pub mod connections;
pub mod datastores;
pub mod entries;
pub mod keys;
pub mod ordered;
pub mod revisions;
pub mod sessions;
pub mod studio;
pub mod system;
pub mod tokens;
