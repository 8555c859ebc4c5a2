//! How a long message crosses a socket: in several frames, none over the limit (S-06). Both ends use it.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

/// The frames of a text message, in order; one when it fits into `limit_bytes`.
///
/// All frames of a message are sent before anything else but control frames. `limit_bytes` is not 0.
pub fn fragments(text: String, limit_bytes: usize) -> Vec<Message> {
    if text.len() <= limit_bytes {
        return vec![Message::text(text)];
    }
    let mut rest = Bytes::from(text);
    let mut frames = Vec::with_capacity(rest.len().div_ceil(limit_bytes));
    let mut kind = Data::Text;
    while !rest.is_empty() {
        // A frame may end inside a character: only the whole message is UTF-8 (RFC 6455 §5.6).
        let piece = rest.split_to(limit_bytes.min(rest.len()));
        frames.push(Message::Frame(Frame::message(piece, OpCode::Data(kind), rest.is_empty())));
        kind = Data::Continue;
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, limit_bytes: usize, expected: &[(OpCode, bool, usize)]) {
        let frames: Vec<_> = fragments(text.into(), limit_bytes)
            .into_iter()
            .map(|message| match message {
                Message::Frame(frame) => {
                    (frame.header().opcode, frame.header().is_final, frame.payload().len())
                }
                other => (OpCode::Data(Data::Text), true, other.len()),
            })
            .collect();
        assert_eq!(frames, expected, "{text} by {limit_bytes}");
    }

    #[test]
    fn s_06_no_frame_is_over_the_limit() {
        const TEXT: OpCode = OpCode::Data(Data::Text);
        const MORE: OpCode = OpCode::Data(Data::Continue);
        check("", 4, &[(TEXT, true, 0)]);
        check("abcd", 4, &[(TEXT, true, 4)]);
        check("abcde", 4, &[(TEXT, false, 4), (MORE, true, 1)]);
        check("abcdefgh", 4, &[(TEXT, false, 4), (MORE, true, 4)]);
        check("aéé", 2, &[(TEXT, false, 2), (MORE, false, 2), (MORE, true, 1)]);
    }
}
