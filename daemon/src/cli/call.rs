//! `dsmp call`: any operation of the catalogue, with its request as JSON.

use std::io;

use clap::builder::PossibleValuesParser;
use protocol::{CATALOGUE, OperationName};

use crate::cli::exit::Failure;
use crate::cli::{Session, put};

/// Call any operation with its request as JSON, and print the answer
///
/// The operations and their requests are described in `GET /api/v1/openapi.json`. `--connection` and `--scope` are not
/// added to the request.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The operation
    #[arg(value_parser = PossibleValuesParser::new(CATALOGUE.iter().map(|(_, declaration)| declaration.name)))]
    operation: String,
    /// The request as JSON, or `-` for standard input
    #[arg(value_name = "JSON|-", default_value = "{}")]
    request: String,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let operation = OperationName::from_name(&arguments.operation)
        .ok_or_else(|| Failure::usage(format!("there is no operation `{}`", arguments.operation)))?;
    let request = if arguments.request == "-" {
        put::read(io::stdin().lock(), "standard input")?
    } else {
        put::json(arguments.request, "the request")?
    };
    if !request.as_str().starts_with('{') {
        return Err(Failure::usage("the request must be a JSON object, as in `{\"store\": \"Coins\"}`"));
    }
    let mut client = session.connect().await?;
    let response = client.call_raw(operation, request.as_str().to_owned()).await;
    client.close().await;
    session.output.line(&response?)
}
