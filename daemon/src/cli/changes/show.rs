//! `dsmp changes show`: a change set with its items, or some of them as diffs.

use protocol::ChangeSetId;
use protocol::operations::changesets::{
    ChangeItem, ChangeSet, ChangesetsGetRequest, ChangesetsGetResponse, EntryImage,
};
use protocol::operations::connections::Connection;

use crate::cli::Session;
use crate::cli::changes::diff::{self, Line};
use crate::cli::changes::words::{
    ItemFilter, counts, effect_sign, extent, item_state, level, policy_name, set_state,
};
use crate::cli::client::Client;
use crate::cli::connections::words::environment_name;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Tone, moment, shown};
use crate::cli::target::find_connection;

/// Items asked for at a time: the most there is.
const PAGE: u32 = 256;

/// How many numbers after one that was taken out are tried for a sample.
const GAP_LIMIT: u32 = 8;

/// Show a change set: what it does, where each item stands, and what of its entry differs
///
/// `+` is new, `-` is gone, `~` is another. With `--json`, one answer of the daemon on a line.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The change set
    set: String,
    /// Show what this item changes; may be given several times
    #[arg(long = "item", value_name = "NUMBER", conflicts_with_all = ["sample", "state"])]
    items: Vec<u32>,
    /// Show what so many items change, spread over the set
    #[arg(long, value_name = "COUNT", conflicts_with = "state", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    sample: Option<u32>,
    /// Only items that stand there
    #[arg(long)]
    state: Option<ItemFilter>,
    /// With `--item` or `--sample`: the whole values, before and after
    #[arg(long)]
    values: bool,
    /// With `--item` or `--sample`: the whole values line by line, what differs marked
    #[arg(long, conflicts_with = "values")]
    text: bool,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    if (arguments.values || arguments.text) && arguments.items.is_empty() && arguments.sample.is_none() {
        return Err(Failure::usage("say which items to show so, with `--item NUMBER` or `--sample COUNT`"));
    }
    let mut client = session.connect().await?;
    let result = show(session, &mut client, &arguments).await;
    client.close().await;
    result
}

async fn show(session: &mut Session, client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let output = &mut session.output;
    let set = ChangeSetId(arguments.set.clone());
    if !arguments.items.is_empty() {
        for item in &arguments.items {
            show_item(output, client, &set, *item, arguments).await?;
        }
        return Ok(());
    }
    if let Some(sample) = arguments.sample {
        return show_sample(output, client, &set, sample, arguments).await;
    }
    let mut request =
        ChangesetsGetRequest { limit: Some(PAGE), state: arguments.state.map(Into::into), ..get(&set) };
    let mut is_first = true;
    loop {
        let page = client.call(&request).await?;
        request.cursor.clone_from(&page.next_cursor);
        if output.is_json() {
            output.json(&page)?;
        } else {
            if is_first {
                let connection = find_connection(client, Some(&page.set.connection)).await.ok();
                head(output, &page.set, connection.as_ref())?;
            }
            is_first = false;
            for item in &page.items {
                show_line(output, item)?;
            }
        }
        if request.cursor.is_none() {
            return Ok(());
        }
    }
}

pub(super) fn get(set: &ChangeSetId) -> ChangesetsGetRequest {
    ChangesetsGetRequest {
        set: set.clone(),
        state: None,
        item: None,
        values: false,
        cursor: None,
        limit: None,
    }
}

/// What is known of a set without its items; with its connection, where that is still there.
pub(super) fn head(
    output: &mut Output,
    set: &ChangeSet,
    connection: Option<&Connection>,
) -> Result<(), Failure> {
    let place = connection.map_or_else(
        || format!("connection {}, which is gone", set.connection),
        |connection| {
            let environment = environment_name(connection.environment);
            format!("{} of `{}`", environment.to_uppercase(), connection.name)
        },
    );
    output.line(&format!("{} ({}), {place}", shown(&set.title), set_state(set.state)))?;
    let by = |by: &str, at| format!("by {} at {}", shown(by), moment(at));
    let mut facts = vec![("set", set.id.to_string()), ("staged", by(&set.created_by, &set.created_at))];
    if let (Some(who), Some(at)) = (&set.committed_by, &set.committed_at) {
        facts.push(("committed", by(who, at)));
    }
    if let Some(at) = &set.finished_at {
        facts.push(("finished", moment(at)));
    }
    facts.extend(set.reason.as_deref().map(|reason| ("reason", shown(reason).into_owned())));
    facts.push(("policy", policy_name(set.policy).into()));
    facts.push(("reach", format!("{}: {}", extent(set), level(set.level))));
    facts.push(("looked at", moment(&set.checked_at)));
    facts.extend(set.undo_of.as_ref().map(|other| ("takes back", other.to_string())));
    facts.extend(set.undone_by.as_ref().map(|other| ("taken back by", other.to_string())));
    facts.extend(set.job.as_ref().map(|job| ("job", job.to_string())));
    facts.push(("items", counts(&set.counts)));
    for (name, fact) in facts {
        output.line(&format!("  {name:<13} {fact}"))?;
    }
    Ok(())
}

/// An item in a line, and below it why it is not done.
fn show_line(output: &mut Output, item: &ChangeItem) -> Result<(), Failure> {
    let (sign, tone) = effect_sign(item.effect);
    let (state, state_tone) = item_state(item.state);
    let sign = output.in_tone(tone, &sign.to_string());
    let state = output.in_tone(state_tone, &format!("{state:<10}"));
    let mut what: Vec<_> = item.differences.filter(|places| *places > 0).map(places).into_iter().collect();
    what.extend(item.user_ids_changed.then(|| "user ids".to_owned()));
    what.extend(item.attributes_changed.then(|| "attributes".to_owned()));
    let address = diff::address(&item.store, &item.scope, &item.key);
    let ordered = if item.ordered { " (ordered)" } else { "" };
    let what = if what.is_empty() { String::new() } else { format!("  {}", what.join(", ")) };
    output.line(&format!("{:>7} {sign} {state} {address}{ordered}{what}", item.item))?;
    match &item.message {
        Some(message) => output.line(&format!("          {}", shown(message))),
        None => Ok(()),
    }
}

fn places(count: u32) -> String {
    if count == 1 { "1 place".into() } else { format!("{count} places") }
}

async fn show_sample(
    output: &mut Output,
    client: &mut Client,
    set: &ChangeSetId,
    sample: u32,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let found = client.call(&ChangesetsGetRequest { limit: Some(1), ..get(set) }).await?;
    let total = found.set.counts.total;
    let mut shown_last = 0;
    for number in spread(total, sample) {
        // Items keep their numbers when others are taken out.
        for number in number.max(shown_last + 1)..=number.max(shown_last + 1) + GAP_LIMIT {
            match show_item(output, client, set, number, arguments).await {
                Err(failure) if failure.exit == Exit::NotFound => {}
                result => {
                    result?;
                    shown_last = number;
                    break;
                }
            }
        }
    }
    output
        .note(&format!("showed {sample} of {total}; all of them with `--item`", sample = sample.min(total)));
    Ok(())
}

/// So many numbers from 1 to `total`, as far from each other as can be.
fn spread(total: u32, count: u32) -> impl Iterator<Item = u32> {
    let count = count.min(total);
    let last = u64::from(total.saturating_sub(1));
    let steps = u64::from(count.saturating_sub(1)).max(1);
    (0..u64::from(count)).map(move |index| u32::try_from(1 + index * last / steps).unwrap_or(u32::MAX))
}

/// Shows what an item changes.
async fn show_item(
    output: &mut Output,
    client: &mut Client,
    set: &ChangeSetId,
    number: u32,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let request = ChangesetsGetRequest { item: Some(number), ..get(set) };
    let all = ChangesetsGetRequest { values: true, ..request.clone() };
    let wants_values = arguments.values || arguments.text;
    let mut found = client.call(if wants_values { &all } else { &request }).await?;
    if output.is_json() {
        return output.json(&found);
    }
    if !wants_values && found.items.first().is_some_and(diff::needs_values) {
        found = client.call(&all).await?;
    }
    show_found(output, &found, arguments)
}

fn show_found(
    output: &mut Output,
    found: &ChangesetsGetResponse,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let (Some(item), Some(detail)) = (found.items.first(), &found.detail) else {
        return Err(Failure::other("the daemon did not tell the item; use the same release everywhere"));
    };
    let (state, tone) = item_state(item.state);
    let state = output.in_tone(tone, state);
    output.line(&format!("{}, {state}", diff::heading(item)))?;
    if let Some(message) = &item.message {
        output.line(&format!("  {}", shown(message)))?;
    }
    if arguments.values {
        for (name, image) in [
            ("before", &detail.before),
            ("after", &detail.after),
            ("theirs", &detail.theirs),
            ("merged", &detail.merged),
        ] {
            show_image(output, name, image.as_ref())?;
        }
    } else {
        let lines = if arguments.text { diff::text(item, detail) } else { diff::tree(item, detail) };
        print(output, lines)?;
    }
    print(output, diff::overlaps(detail))?;
    if !item.conditional {
        output.toned(
            Tone::Plain,
            "  the source cannot refuse it when something changes in between; the entry is read just before",
        )?;
    }
    Ok(())
}

fn print(output: &mut Output, lines: Vec<Line>) -> Result<(), Failure> {
    lines.into_iter().try_for_each(|(tone, text)| output.toned(tone, &text))
}

/// A whole entry, its value byte for byte.
fn show_image(output: &mut Output, name: &str, image: Option<&EntryImage>) -> Result<(), Failure> {
    let Some(image) = image else { return Ok(()) };
    output.line(&format!("{name}:"))?;
    output.bytes(image.value.as_str().as_bytes())?;
    output.line("")?;
    let ids: Vec<_> = image.user_ids.iter().map(ToString::to_string).collect();
    if !ids.is_empty() {
        output.line(&format!("  user ids: {}", ids.join(", ")))?;
    }
    if image.attributes.as_str() != "{}" {
        output.line(&format!("  attributes: {}", shown(image.attributes.as_str())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_spread_over_the_set() {
        let check =
            |total, count, expected: &[u32]| assert_eq!(spread(total, count).collect::<Vec<_>>(), expected);
        check(0, 3, &[]);
        check(1, 3, &[1]);
        check(500, 1, &[1]);
        check(500, 3, &[1, 250, 500]);
        check(3, 3, &[1, 2, 3]);
    }
}
