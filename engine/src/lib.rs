//! The workflow state machine: tables, processors, appliers.
