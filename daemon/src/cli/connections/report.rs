//! What a key may do, as a table for people.

use protocol::operations::cloud_connections::{Granted, KeyCapability, KeyFeature, KeyReport};

use crate::cli::exit::Failure;
use crate::cli::output::{Output, moment};

/// Writes a report: who, until when, what, and what to know.
pub(super) fn print(output: &mut Output, report: &KeyReport) -> Result<(), Failure> {
    let universe = report.universe_name.as_deref().unwrap_or("(the key may not ask for its name)");
    let ends = report.expires_at.as_ref().map_or_else(|| "never by itself".into(), moment);
    output.line(&format!("key          {}", report.key_name))?;
    output.line(&format!("experience   {universe}"))?;
    output.line(&format!("ends         {ends}"))?;
    output
        .table(&["CAPABILITY", "GRANTED FOR", "MISSING PERMISSIONS"], report.capabilities.iter().map(row))?;
    for warning in &report.warnings {
        output.warn(&warning.message);
    }
    Ok(())
}

fn row(capability: &KeyCapability) -> Vec<String> {
    let granted = match capability.granted {
        Granted::All => "everything".into(),
        Granted::Some => capability.datastores.join(", "),
        Granted::None => "nothing".into(),
    };
    vec![feature_name(capability.feature).into(), granted, capability.missing.join(", ")]
}

fn feature_name(feature: KeyFeature) -> &'static str {
    match feature {
        KeyFeature::ListDatastores => "list data stores",
        KeyFeature::ReadEntries => "read entries",
        KeyFeature::ListKeys => "list keys",
        KeyFeature::WriteEntries => "write entries",
        KeyFeature::DeleteEntries => "remove entries",
        KeyFeature::ListRevisions => "list revisions",
        KeyFeature::ReadRevisions => "read revisions",
        KeyFeature::Snapshots => "take snapshots",
        KeyFeature::DeleteDatastores => "delete data stores",
        KeyFeature::ReadOrdered => "read ordered entries",
        KeyFeature::WriteOrdered => "write ordered entries",
        KeyFeature::ReadMemory => "read memory stores",
        KeyFeature::WriteMemory => "write memory stores",
        KeyFeature::FlushMemory => "flush memory stores",
        KeyFeature::PublishMessages => "publish messages",
        KeyFeature::ReadUniverse => "read the experience's name",
    }
}
