//! The desk without sockets.
