//! Whose request is read at all, and how much of it: looked at before a body comes (S-64).
//!
//! Knows no server: whoever mounts the emulator asks here first, and reads no more than it is told.
//!
//! **Invariant:** of a request whose key is not accepted, no body is needed to say so.

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::emulator::refusal::{Family, Refusal, V1Code};
use crate::emulator::route::{Resource, Route};
use crate::emulator::services::Service;
use crate::emulator::transfer::TEXT_LIMIT_BYTES;
use crate::emulator::{Emulator, control};

/// The most bytes of a body that holds a value: the largest value (`roblox-apis.md §4.8`), and as much again for what may
/// stand around it and between its tokens (\[I\]).
const VALUE_LIMIT_BYTES: usize = 2 * 4_194_304;

/// The most bytes of any other body (\[I\]).
const BODY_LIMIT_BYTES: usize = 1 << 20;

/// Where entries are imported.
const IMPORT: &str = "/_emulator/import";

impl Emulator {
    /// Looks at a request before its body is read: how many bytes of that may be read, or why none need be.
    ///
    /// [`Emulator::answer`] looks at everything again; this alone lets nothing in.
    pub fn admit(&self, parts: &Parts) -> Result<usize, Box<Response<Bytes>>> {
        self.limit(parts).map_err(|refusal| Box::new(refusal.into_reply()))
    }

    fn limit(&self, parts: &Parts) -> Result<usize, Refusal> {
        let path = parts.uri.path();
        if path.starts_with(control::PREFIX) {
            self.keys.recognise(&parts.headers)?;
            return Ok(if path == IMPORT { TEXT_LIMIT_BYTES } else { BODY_LIMIT_BYTES });
        }
        let (address, now) = (super::caller_address(parts), self.clock.now());
        if let Some(service) = Service::find(path) {
            if !service.is_keyless() {
                self.keys.authenticate(&parts.headers, address, now)?;
            }
            return Ok(BODY_LIMIT_BYTES);
        }
        let route = Route::find(path).ok_or(Refusal::NO_SUCH_PATH)?;
        self.keys.authenticate(&parts.headers, address, now)?;
        Ok(match route.resource {
            Resource::V1Entry | Resource::Entries(_) | Resource::Entry(..) => VALUE_LIMIT_BYTES,
            _ => BODY_LIMIT_BYTES,
        })
    }
}

/// Refuses a body that is longer than may be read for its path; for v2 and beside it the message is \[I\].
pub fn too_long(path: &str) -> Response<Bytes> {
    const MESSAGE: &str = "The request body is too long.";
    let refusal = if path.starts_with(control::PREFIX) {
        let limit_bytes = if path == IMPORT { TEXT_LIMIT_BYTES } else { BODY_LIMIT_BYTES };
        let message = format!("the body is too long; send up to {limit_bytes} bytes at once");
        Refusal::Control(StatusCode::PAYLOAD_TOO_LARGE, message)
    } else {
        let family = match Service::find(path) {
            Some(service) => service.family(),
            None => Route::find(path).map(|route| route.resource.family()),
        };
        match family {
            Some(Family::V1) => Refusal::V1(V1Code::ContentTooBig),
            Some(Family::V2 | Family::OrderedV1) => Refusal::argument(MESSAGE),
            None => Refusal::Gateway(StatusCode::BAD_REQUEST, MESSAGE),
        }
    };
    refusal.into_reply()
}
