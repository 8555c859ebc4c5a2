//! `dsmp memory`: sorted maps and queues whose items expire.

use clap::Subcommand;
use protocol::operations::memory::{
    MemoryDequeueRequest, MemoryDiscardRequest, MemoryEnqueueRequest, MemoryFlushRequest,
    MemoryGetItemRequest, MemoryListItemsRequest, MemoryRemoveItemRequest, MemorySetItemRequest,
    MemorySortKey,
};

use crate::cli::confirm::{confirmed, typed_name};
use crate::cli::exit::Failure;
use crate::cli::output::{Output, moment};
use crate::cli::token::parse_duration;
use crate::cli::{Session, put};

/// Items asked for at a time: the most there is.
const PAGE: u32 = 100;

/// See and change memory stores: sorted maps and queues
///
/// Nothing lists the names of maps and queues; you have to know them. Items vanish when their time is over.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the items of a sorted map: name, value, what it is sorted by, when it vanishes
    Ls {
        /// The sorted map
        map: String,
        /// Only these, as in `id > "a" && sortKey < 5`
        #[arg(long)]
        filter: Option<String>,
        /// Last name first
        #[arg(long)]
        descending: bool,
    },
    /// Print an item's value, byte for byte
    Get {
        /// The sorted map
        map: String,
        /// The item
        item: String,
    },
    /// Write an item
    Set {
        /// The sorted map
        map: String,
        /// The item
        item: String,
        /// The value as JSON, a file that holds it, or `-` for standard input
        #[arg(
            value_name = "JSON|FILE|-",
            default_value = "-",
            hide_default_value = true,
            allow_hyphen_values = true
        )]
        value: String,
        /// A text to sort it by
        #[arg(long, value_name = "TEXT", conflicts_with = "sort_number")]
        sort_text: Option<String>,
        /// A number to sort it by
        #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, value_parser = parse_number)]
        sort_number: Option<f64>,
        /// How long it lives, such as 90s, 12h or 30d [default: 45d, the longest]
        #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
        ttl: Option<u32>,
        /// Write only if there is no such item
        #[arg(long)]
        create: bool,
    },
    /// Remove an item for good
    Rm {
        /// The sorted map
        map: String,
        /// The item
        item: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Add an item to a queue
    Enqueue {
        /// The queue
        queue: String,
        /// The value as JSON, a file that holds it, or `-` for standard input
        #[arg(
            value_name = "JSON|FILE|-",
            default_value = "-",
            hide_default_value = true,
            allow_hyphen_values = true
        )]
        value: String,
        /// Items of a higher one are read before [default: 0]
        #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, value_parser = parse_number)]
        priority: Option<f64>,
        /// How long it lives, such as 90s, 12h or 30d [default: 45d, the longest]
        #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
        ttl: Option<u32>,
    },
    /// Take items from the front of a queue, hidden from others until they are discarded or their time is over
    Dequeue {
        /// The queue
        queue: String,
        /// The most items, 1 to 200 [default: 1]
        #[arg(long)]
        count: Option<u32>,
        /// Take so many or none
        #[arg(long, requires = "count")]
        all_or_nothing: bool,
        /// How long they stay hidden, such as 30s or 10m [default: 30s]
        #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
        hide: Option<u32>,
    },
    /// Remove items that were taken from a queue for good
    Discard {
        /// The queue
        queue: String,
        /// The read id that `dsmp memory dequeue` printed
        read_id: String,
    },
    /// Empty all sorted maps and queues of the connection, also those that live servers use
    Flush {
        /// The connection's name, instead of being asked for it
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
}

/// A number that JSON can hold.
fn parse_number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is no number; write it as in `-1.5`"))
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let connection = session.connection();
    match arguments.command {
        Command::Ls { map, filter, descending } => list(session, map, filter, descending).await,
        Command::Get { map, item } => {
            let found = session.ask(&MemoryGetItemRequest { connection, map, item }).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&found);
            }
            output.bytes(found.value.as_str().as_bytes())?;
            if output.is_terminal() { output.bytes(b"\n") } else { Ok(()) }
        }
        Command::Set { map, item, value, sort_text: text, sort_number: number, ttl, create } => {
            let is_sorted = text.is_some() || number.is_some();
            let request = MemorySetItemRequest {
                connection,
                map,
                item,
                value: put::value(&session.output, &value)?,
                sort_key: is_sorted.then_some(MemorySortKey { text, number }),
                ttl_seconds: ttl.map(Into::into),
                create_only: create,
            };
            let written = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&written);
            }
            let until = written.expires_at.as_ref().map(moment).unwrap_or_default();
            output.line(&format!("wrote `{}`, which vanishes {until}", written.item))
        }
        Command::Rm { map, item, yes } => {
            if !yes && !confirmed(&format!("remove `{item}` from sorted map `{map}` for good?"))? {
                return Err(Failure::other("nothing was removed"));
            }
            let request = MemoryRemoveItemRequest { connection, map, item };
            let removed = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&removed);
            }
            output.line(&format!("removed `{}`", request.item))
        }
        Command::Enqueue { queue, value, priority, ttl } => {
            let request = MemoryEnqueueRequest {
                connection,
                queue,
                value: put::value(&session.output, &value)?,
                priority,
                ttl_seconds: ttl.map(Into::into),
            };
            let added = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&added);
            }
            let until = added.expires_at.as_ref().map(moment).unwrap_or_default();
            output.line(&format!("added {} to `{}`, which vanishes {until}", added.id, request.queue))
        }
        Command::Dequeue { queue, count, all_or_nothing, hide } => {
            let request = MemoryDequeueRequest {
                connection,
                queue,
                count,
                all_or_nothing,
                invisible_seconds: hide.map(Into::into),
            };
            let taken = session.ask(&request).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&taken);
            }
            for item in &taken.items {
                output.line(item.value.as_str())?;
            }
            output.note(&if taken.items.is_empty() {
                format!("queue `{}` has no item to read", request.queue)
            } else {
                format!("`dsmp memory discard {} {}` removes them", request.queue, taken.read_id)
            });
            Ok(())
        }
        Command::Discard { queue, read_id } => {
            let discarded = session.ask(&MemoryDiscardRequest { connection, queue, read_id }).await?;
            let output = &mut session.output;
            if output.is_json() { output.json(&discarded) } else { output.line("removed what was taken") }
        }
        Command::Flush { confirm } => {
            let confirm_name = typed_name(confirm, "the connection")?;
            let flushed = session.ask(&MemoryFlushRequest { connection, confirm_name }).await?;
            let output = &mut session.output;
            if output.is_json() {
                return output.json(&flushed);
            }
            let outcome = if flushed.done { "all is gone" } else { "Roblox takes a while until all is gone" };
            output.line(outcome)
        }
    }
}

async fn list(
    session: &mut Session,
    map: String,
    filter: Option<String>,
    descending: bool,
) -> Result<(), Failure> {
    let mut client = session.connect().await?;
    let mut request = MemoryListItemsRequest {
        connection: session.connection(),
        map,
        filter,
        descending,
        cursor: None,
        limit: Some(PAGE),
    };
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        let output: &mut Output = &mut session.output;
        if output.is_json() {
            output.json(&page)?;
        } else {
            for item in &page.items {
                let sort_key = item.sort_key.as_ref().map(|key| match (&key.text, key.number) {
                    (Some(text), _) => text.clone(),
                    (None, Some(number)) => number.to_string(),
                    (None, None) => String::new(),
                });
                let until = item.expires_at.as_ref().map(moment).unwrap_or_default();
                let sort_key = sort_key.unwrap_or_default();
                output.line(&format!("{}\t{}\t{sort_key}\t{until}", item.item, item.value.as_str()))?;
            }
        }
        if request.cursor.is_none() {
            break;
        }
    }
    client.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite() {
        assert_eq!(parse_number("-1.5"), Ok(-1.5));
        for text in ["", "x", "inf", "NaN", "1e999"] {
            assert!(parse_number(text).is_err(), "{text}");
        }
    }
}
