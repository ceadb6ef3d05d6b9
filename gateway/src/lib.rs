//! The doors: gRPC for Zeebe clients.
