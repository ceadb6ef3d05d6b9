//! Every bound of this crate in one place. A model comes from anybody who may deploy, so what it may ask for
//! has a ceiling; beyond it the evaluation fails with a message that names the limit.

/// Steps of one evaluation of a decision: nodes of expressions, rules, items of boxed iterations.
pub const EVALUATION_STEPS_MAX: u64 = 4 * tidemill_feel::limits::EVALUATION_STEPS_MAX;
/// Decisions and knowledge models that one evaluation may evaluate. A decision that several others require is
/// evaluated for each of them, so a small graph can ask for many.
pub const EVALUATED_ELEMENTS_MAX: usize = 10_000;
/// Functions that one evaluation may create.
pub const FUNCTIONS_MAX: usize = 100_000;
/// What a decision, a boxed expression or a call costs of the depth that expressions have, for the room that
/// it takes on the stack.
pub const LEVELS_OF_ONE_STEP_IN: u32 = 3;
/// Deepest nesting of item definitions that is looked at.
pub const TYPE_DEPTH_MAX: u32 = 32;
/// Most characters of a value in a message.
pub const MESSAGE_VALUE_CHARS_MAX: usize = 2_000;
/// Models that answering a corpus keeps.
pub const CORPUS_MODELS_MAX: usize = 16;

const _: () = assert!(LEVELS_OF_ONE_STEP_IN * 100 <= tidemill_feel::limits::EVALUATION_DEPTH_MAX);
