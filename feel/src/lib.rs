//! The expression language FEEL, evaluated over MessagePack.
pub mod decimal;
pub mod limits;
pub mod temporal;
