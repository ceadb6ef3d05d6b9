//! A deterministic simulator of a group: one thread, one seed, faults at rates drawn anew for each seed.

pub mod chance;
pub mod checks;
pub mod faults;
pub mod node;
pub mod world;

pub use world::World;
