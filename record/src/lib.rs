//! The language of the log: value types, intents, record headers and values, MessagePack and JSON.
