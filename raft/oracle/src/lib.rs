//! Nothing here: see `tests/oracle.rs`.
