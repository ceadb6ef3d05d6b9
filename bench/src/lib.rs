//! Latency and throughput benchmarks of each layer, against peers.
//!
//! The library is light, so that the broker's binary carries it (`tidemill bench`); the peers stand behind
//! the feature
//! `peers`.

pub mod journal;
