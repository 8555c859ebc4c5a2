//! A host that answers what a test says, to show what no emulator would do.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What to answer a request line such as `GET /path`: the status, more headers (each with its line break), and the body.
type Script = dyn Fn(&str) -> (u16, String, String) + Send + Sync;

/// A host on 127.0.0.1, gone when it is dropped.
#[derive(Debug)]
pub struct ScriptedHost {
    /// Where it answers, as connections name it.
    pub base_url: String,
    seen: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl ScriptedHost {
    /// Starts one.
    pub async fn start(script: impl Fn(&str) -> (u16, String, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("the listener's address"));
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let (script, all): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&all)));
            }
        });
        Self { base_url, seen, task }
    }

    /// Every request so far, as its bytes came.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no test panicked while it was asked").clone()
    }
}

impl Drop for ScriptedHost {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, seen: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read(&mut stream).await else { return };
    let line = request.split(" HTTP/1.1").next().unwrap_or_default().to_owned();
    seen.lock().expect("no test panicked while it looked").push(request);
    let (status, headers, body) = script(&line);
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Scripted\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    // A client that has enough may hang up.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A whole request; `None` when the client hangs up before.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
