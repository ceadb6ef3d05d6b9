//! The expression language FEEL, evaluated over MessagePack.
