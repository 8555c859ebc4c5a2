//! Requests and web streams against a server in this process, on a port the system chose.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tests::studio::Studio;
use tests::studio::services::http::HttpPolicy;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request as Handshake, Response as Accept,
};

const LIMIT: Duration = Duration::from_secs(10);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

/// Answers every request with 201 and a text made of what it received.
fn http_server(runtime: &Runtime) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("the listener is bound");
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service_fn(describe)));
        }
    });
    address
}

async fn describe(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let mark = parts.headers.get("x-mark").map(|mark| String::from_utf8_lossy(mark.as_bytes()).into_owned());
    let text = format!("{} {} {mark:?} {}", parts.method, parts.uri, String::from_utf8_lossy(&body));
    let response = Response::builder().status(201).header("x-answer", "given");
    Ok(response.body(Full::from(text)).expect("the response is well formed"))
}

/// Accepts only the right token.
struct TokenCheck;

impl Callback for TokenCheck {
    fn on_request(self, request: &Handshake, response: Accept) -> Result<Accept, ErrorResponse> {
        let token = request.headers().get("authorization").map(hyper::header::HeaderValue::as_bytes);
        if token == Some(b"Bearer right") {
            return Ok(response);
        }
        let mut refusal = ErrorResponse::new(Some("wrong token".to_owned()));
        *refusal.status_mut() = hyper::StatusCode::UNAUTHORIZED;
        Err(refusal)
    }
}

/// Echoes texts; closes the connection when told `close`.
fn socket_server(runtime: &Runtime) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("the listener is bound");
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, TokenCheck).await else {
                    return;
                };
                while let Some(Ok(message)) = socket.next().await {
                    let outcome = match message {
                        Message::Text(text) if text.as_str() == "close" => socket.close(None).await,
                        Message::Text(text) => socket.send(Message::text(format!("echo {text}"))).await,
                        _ => continue,
                    };
                    if outcome.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Runs code that prints, until it has printed that many lines.
fn check_output(mut studio: Studio, code: &str, expected: &[&str]) {
    studio.eval::<()>(&format!("task.spawn(function() {code} end)")).expect("the code starts");
    studio.pump_until(LIMIT, |studio| studio.output().len() >= expected.len()).expect("the code prints");
    assert_eq!(studio.output(), expected);
    studio.assert_clean();
}

#[test]
fn an_http_error_or_success_is_an_answer() {
    let runtime = runtime();
    let address = http_server(&runtime);
    let code = format!(
        "local http = game:GetService('HttpService')
        local answer = http:RequestAsync({{
            Url = 'http://{address}/path?query=1', Method = 'POST', Headers = {{ ['X-Mark'] = 'seen' }}, Body = 'sent',
        }})
        print(answer.Success, answer.StatusCode, answer.StatusMessage, answer.Headers['x-answer'], answer.Body)"
    );
    let expected = ["true 201 Created given POST /path?query=1 Some(\"seen\") sent"];
    check_output(Studio::builder().build(), &code, &expected);
}

#[test]
fn what_the_engine_refuses_raises() {
    // A listener that is dropped leaves a port where nothing listens.
    let runtime = runtime();
    let refused = runtime
        .block_on(async { TcpListener::bind("127.0.0.1:0").await?.local_addr() })
        .expect("a free port");
    for (options, expected) in [
        (format!("Url = 'http://{refused}/'"), "HttpError: ConnectFail"),
        (
            format!("Url = 'http://{refused}/', Headers = {{ ['User-Agent'] = 'me' }}"),
            "Header \"User-Agent\" is not allowed!",
        ),
        (format!("Url = 'http://{refused}/', Body = 'text'"), "GET requests cannot have a body"),
        (format!("Url = 'http://{refused}/', Method = 'FETCH'"), "\"FETCH\" is not a valid HTTP method"),
        ("Url = 'nowhere'".to_owned(), "\"nowhere\" is not a valid URL"),
    ] {
        let code = format!(
            "local http = game:GetService('HttpService')
            print(select(2, pcall(http.RequestAsync, http, {{ {options} }})))"
        );
        check_output(Studio::builder().build(), &code, &[expected]);
    }
}

#[test]
fn a_request_times_out() {
    let runtime = runtime();
    // Accepts connections and never answers.
    let silent = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = silent.local_addr().expect("the listener is bound");
    let code = format!(
        "local http = game:GetService('HttpService')
        print(select(2, pcall(http.RequestAsync, http, {{ Url = 'http://{address}/', Timeout = 0.05 }})))"
    );
    check_output(Studio::builder().build(), &code, &["HttpError: Timedout"]);
}

#[test]
fn virtual_time_waits_for_an_answer() {
    let runtime = runtime();
    let address = http_server(&runtime);
    let mut studio = Studio::builder().build();
    studio
        .eval::<()>(&format!(
            "local http = game:GetService('HttpService')
            task.spawn(function()
                for _ = 1, 3 do http:RequestAsync({{ Url = 'http://{address}/' }}) end
                print('answered')
            end)"
        ))
        .expect("the code starts");
    studio.run_for(0.5);
    assert_eq!(studio.output(), ["answered"]);
    studio.assert_clean();
}

#[test]
fn no_request_leaves_this_machine() {
    let mut studio = Studio::builder().build();
    studio
        .eval::<()>(
            "local http = game:GetService('HttpService')
            task.spawn(pcall, http.RequestAsync, http, { Url = 'https://example.com/' })",
        )
        .expect("the error is caught");
    assert!(studio.take_unsimulated().contains("a connection to https://example.com"));
    studio.assert_clean();
}

#[test]
fn a_denied_permission_raises() {
    let studio = Studio::builder().http(HttpPolicy::Deny).build();
    let code = "local http = game:GetService('HttpService')
        local _, message = pcall(http.RequestAsync, http, { Url = 'http://127.0.0.1:1/' })
        print((string.find(message, 'denied')) ~= nil)";
    check_output(studio, code, &["true"]);
}

/// A client that prints everything that happens to it.
fn stream_code(address: SocketAddr, token: &str, rest: &str) -> String {
    format!(
        "local http = game:GetService('HttpService')
        local client = http:CreateWebStreamClient(Enum.WebStreamClientType.WebSocket, {{
            Url = 'ws://{address}/', Headers = {{ Authorization = 'Bearer {token}' }},
        }})
        print(client.ConnectionState.Name)
        client.Opened:Connect(function(status) print('opened', status, client.ConnectionState.Name) end)
        client.MessageReceived:Connect(function(text) print('received', text) end)
        client.Error:Connect(function(status) print('error', status) end)
        client.Closed:Connect(function() print('closed', client.ConnectionState.Name) end)
        {rest}"
    )
}

#[test]
fn a_stream_carries_texts_both_ways_until_the_server_closes() {
    let runtime = runtime();
    let code = stream_code(socket_server(&runtime), "right", "client:Send('hello') client:Send('close')");
    let expected = ["Connecting", "opened 101 Open", "received echo hello", "closed Closed"];
    check_output(Studio::builder().build(), &code, &expected);
}

#[test]
fn virtual_time_waits_for_a_stream() {
    let runtime = runtime();
    let code = stream_code(socket_server(&runtime), "right", "client:Send('hello')");
    let mut studio = Studio::builder().build();
    studio.eval::<()>(&code).expect("the code runs");
    studio.run_for(0.1);
    assert_eq!(studio.output(), ["Connecting", "opened 101 Open", "received echo hello"]);
    studio.assert_clean();
}

#[test]
fn a_refused_stream_reports_the_status_and_closes() {
    let runtime = runtime();
    let code = stream_code(socket_server(&runtime), "wrong", "");
    check_output(Studio::builder().build(), &code, &["Connecting", "error 401", "closed Closed"]);
}

#[test]
fn closing_a_stream_ends_it_at_once() {
    let runtime = runtime();
    let rest = "client.Opened:Wait() client:Send('hello') client:Close() client:Close() client:Send('late')";
    let code = stream_code(socket_server(&runtime), "right", rest);
    check_output(Studio::builder().build(), &code, &["Connecting", "opened 101 Open", "closed Closed"]);
}

#[test]
fn a_studio_holds_six_streams() {
    let runtime = runtime();
    let address = socket_server(&runtime);
    let code = format!(
        "local http = game:GetService('HttpService')
        local function open()
            return http:CreateWebStreamClient(Enum.WebStreamClientType.WebSocket, {{ Url = 'ws://{address}/' }})
        end
        local first = open()
        for _ = 2, 6 do open() end
        print(pcall(open))
        first:Close()
        print((pcall(open)))"
    );
    let expected = ["false Cannot create more than 6 WebStreamClients", "true"];
    check_output(Studio::builder().build(), &code, &expected);
}

#[test]
fn other_kinds_of_streams_are_not_simulated() {
    let mut studio = Studio::builder().build();
    studio
        .eval::<()>(
            "local http = game:GetService('HttpService')
            pcall(http.CreateWebStreamClient, http, Enum.WebStreamClientType.SSE, { Url = 'http://127.0.0.1:1/' })",
        )
        .expect("the error is caught");
    assert!(studio.take_unsimulated().contains("a web stream of type SSE"));
    studio.assert_clean();
}
