//! `dsmp open`: a fresh sign-in link to the dashboard, and the browser.

use std::path::PathBuf;

use protocol::operations::sessions::SessionsInviteRequest;

use crate::cli::Session;
use crate::cli::client::Client;
use crate::cli::exit::Failure;
use crate::config::{Config, write_private};

/// The page that leads the browser to the link.
const PAGE_NAME: &str = "sign-in.html";

/// Open the dashboard in the browser with a fresh sign-in link
///
/// The link works once, within a minute.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print the link, and leave the browser alone
    #[arg(long)]
    print: bool,
}

pub(super) async fn run(session: &mut Session, arguments: Arguments) -> Result<(), Failure> {
    let config = session.config()?;
    let mut client = Client::connect_to_daemon(&config).await?;
    let invitation = client.call(&SessionsInviteRequest {}).await?;
    client.close().await;
    if session.output.is_json() {
        session.output.json(&invitation)?;
    } else {
        session.output.line(&format!("open {}", invitation.url))?;
    }
    session.output.flush()?;
    if !arguments.print {
        let page = write_page(&config, &invitation.url)?;
        if let Err(error) = open::that_detached(&page) {
            session.output.warn(&format!("no browser could be started ({error}); open the link yourself"));
        }
    }
    Ok(())
}

/// Writes a page that only this account can read: the code must not stand among a browser's arguments, which every
/// account on the machine can see (S-10). It is worth nothing once used, or after a minute.
fn write_page(config: &Config, url: &str) -> Result<PathBuf, Failure> {
    let path = config.data_directory.join(PAGE_NAME);
    let url = url.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let page = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n<title>dsmp</title>\n\
         <p><a href=\"{url}\">Open the dashboard</a></p>\n"
    );
    write_private(&path, page.as_bytes())?;
    Ok(path)
}
