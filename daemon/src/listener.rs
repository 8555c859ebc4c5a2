//! The daemon's place on the network: 127.0.0.1, and nobody else's (S-13).
//!
//! **Invariant:** while the daemon listens, no other process can take its port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// How many connections the system keeps waiting until they are accepted.
const BACKLOG: u32 = 1024;

/// Listens on a port of this machine; 0 takes a free one. A port that is taken is an error of kind `AddrInUse`.
///
/// Needs a Tokio runtime.
pub fn bind(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    claim_alone(&socket)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(BACKLOG)
}

/// Lets a daemon that just stopped be followed by another at once; no two can listen at the same time.
#[cfg(unix)]
fn claim_alone(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseaddr(true)
}

/// Forbids what Windows allows: that another process binds the same port and receives our connections.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the option is offered by no safe interface")]
fn claim_alone(socket: &TcpSocket) -> io::Result<()> {
    use std::os::windows::io::AsRawSocket as _;

    use windows_sys::Win32::Networking::WinSock::{SO_EXCLUSIVEADDRUSE, SOCKET, SOL_SOCKET, setsockopt};

    let yes = 1_i32;
    let handle = SOCKET::try_from(socket.as_raw_socket()).map_err(io::Error::other)?;
    // SAFETY: the socket is open, and the option is a four-byte number that lives for the length of the call.
    let outcome = unsafe { setsockopt(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (&raw const yes).cast(), 4) };
    if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn s_13_a_port_has_one_listener() {
        let first = bind(0).unwrap();
        let address = first.local_addr().unwrap();
        assert!(address.ip().is_loopback());
        assert_eq!(bind(address.port()).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        let thief = TcpSocket::new_v4().unwrap();
        thief.set_reuseaddr(true).unwrap();
        assert!(
            thief.bind(address).and_then(|()| thief.listen(1)).is_err(),
            "a process that asks to share the port must be refused"
        );
    }

    #[tokio::test]
    async fn a_port_is_free_again_once_its_listener_is_gone() {
        let first = bind(0).unwrap();
        let port = first.local_addr().unwrap().port();
        drop(first);
        assert_eq!(bind(port).unwrap().local_addr().unwrap().port(), port);
    }
}
