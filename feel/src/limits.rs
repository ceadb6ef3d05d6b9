//! Every bound of this crate in one place.
//!
//! An expression comes from a model that anybody may deploy, so each resource that one can ask for
//! has a ceiling: text length, nesting, evaluation steps, list length, string bytes, decimal digits.
//! What goes beyond answers with an error that names the limit.

/// Longest expression text in bytes.
pub const SOURCE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Deepest nesting of brackets, calls and branches that the parser accepts.
pub const PARSE_DEPTH_MAX: u32 = 200;
/// Parser steps allowed per byte of text; bounds the few places where the parser looks back.
pub const PARSE_STEPS_PER_BYTE: usize = 64;
/// Deepest evaluation, function calls included.
pub const EVALUATION_DEPTH_MAX: u32 = 500;
/// Evaluation steps (nodes visited, items produced) of one evaluation.
pub const EVALUATION_STEPS_MAX: u64 = 2_500_000;
/// Longest list that an expression may produce.
pub const LIST_ITEMS_MAX: usize = 1_500_000;
/// Longest string that an expression may produce, in bytes.
pub const STRING_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most decimal digits of one number.
pub const DECIMAL_DIGITS_MAX: u64 = 10_000;
/// Largest absolute decimal scale of one number.
pub const DECIMAL_SCALE_MAX: i64 = 1_000_000_000;
/// Warnings kept of one evaluation; later ones are counted only.
pub const WARNINGS_MAX: usize = 1_000;
/// Longest rendering of one value inside a warning, in bytes.
pub const WARNING_VALUE_BYTES_MAX: usize = 2_000;
/// Backtracking steps of one regular expression search.
pub const REGEX_BACKTRACK_MAX: usize = 200_000;
/// Bytes that one compiled regular expression may take.
pub const REGEX_SIZE_BYTES_MAX: usize = 1024 * 1024;
/// Compiled regular expressions that an evaluator keeps.
pub const REGEX_CACHE_MAX: usize = 32;
/// Deepest nesting of MessagePack or JSON that is read or written.
pub const DOCUMENT_DEPTH_MAX: u32 = 200;

const _: () = assert!(PARSE_DEPTH_MAX < EVALUATION_DEPTH_MAX);
const _: () = assert!(DECIMAL_DIGITS_MAX as i64 <= DECIMAL_SCALE_MAX);
