//! `messages.publish`: tells every live server that subscribes to a topic.

use daemon_core::services::Message;
use protocol::operations::messages::{MessagesPublishRequest, MessagesPublishResponse};

use crate::commands::context::Context;
use crate::commands::error::CommandError;

pub(crate) async fn run(
    context: Context,
    request: MessagesPublishRequest,
) -> Result<MessagesPublishResponse, CommandError> {
    let message = Message::new(request.topic, request.message)?;
    let connected = context.writable(request.connection.as_ref()).await?;
    connected.universe.publish(message).await?;
    Ok(MessagesPublishResponse {})
}
