//! Answers as the HTTP library wants them, and gRPC statuses as HTTP answers.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use tonic::{Code, Status};

use super::HttpAnswer;

/// The response of an answer.
pub(super) fn response(answer: HttpAnswer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    response
}

/// What a status of the gateway is over HTTP.
pub(super) fn of_status(status: &Status) -> HttpAnswer {
    let code = match status.code() {
        Code::InvalidArgument => 400,
        Code::NotFound => 404,
        Code::ResourceExhausted => 429,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
        _ => 500,
    };
    HttpAnswer::error(code, status.message())
}
