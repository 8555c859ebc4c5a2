//! Which path leads where: the catalogue's routes, the exchanges, the socket, and the dashboard's files.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, get, on, post};
use http::StatusCode;
use protocol::{
    CATALOGUE, ClaimPairingRequest, ErrorCode, Exchange as _, Method, ProveRequest, RequestPairingRequest,
    SignInRequest,
};

use crate::edge::error::ApiError;
use crate::edge::{access, assets, guard, headers, rest, socket};
use crate::state::AppState;

/// The socket's path.
pub const SOCKET_PATH: &str = "/api/v1/ws";

/// The path that runs any operation by name, for keys that URL libraries fold away, such as `..`.
pub const CALL_PATH: &str = "/api/v1/call/{operation}";

/// The path of the OpenAPI document.
pub const OPENAPI_PATH: &str = "/api/v1/openapi.json";

/// Everything the daemon answers to.
pub fn router(state: &AppState) -> Router {
    let port = state.address().map_or(0, |address| address.port());
    let mut api = Router::new();
    for (operation, declaration) in CATALOGUE {
        let operation = *operation;
        let answer = move |State(state), request: Request| rest::operation(state, operation, request);
        api = api.route(declaration.path, on(method_filter(declaration.method), answer));
    }
    api.route(CALL_PATH, post(rest::call))
        .route(OPENAPI_PATH, get(rest::openapi))
        .route(SignInRequest::PATH, post(access::sign_in))
        .route(ProveRequest::PATH, post(access::prove))
        .route(RequestPairingRequest::PATH, post(access::request_pairing))
        .route(ClaimPairingRequest::PATH, post(access::claim_pairing))
        .route(SOCKET_PATH, get(socket::upgrade))
        .route("/healthz", get(|| async { StatusCode::NO_CONTENT }))
        .route("/", get(assets::index))
        .route("/{*path}", get(assets::file))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(refuse_cross_site))
        .layer(middleware::map_response(protect))
        .layer(middleware::from_fn_with_state(port, guard::guard))
        .with_state(state.clone())
}

fn method_filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// Refuses changes that a foreign page made the browser send (S-07).
async fn refuse_cross_site(request: Request, next: Next) -> Result<Response, ApiError> {
    let is_cross_site = request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if is_cross_site && !request.method().is_safe() {
        return Err(ApiError::new(ErrorCode::PermissionDenied, "requests from other sites are refused"));
    }
    Ok(next.run(request).await)
}

async fn protect(mut response: Response) -> Response {
    headers::protect(response.headers_mut());
    response
}

async fn not_found() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "there is nothing at this path; `GET /api/v1/openapi.json` lists what there is",
    )
}

async fn method_not_allowed() -> Response {
    let message = "this path does not take this method; `GET /api/v1/openapi.json` lists what it takes";
    let mut response = ApiError::new(ErrorCode::RequestInvalid, message).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}
