//! Tables against plain maps: random changes, undo, release and snapshots, seed by seed.

mod model;
mod random;
mod registry;
mod tree;
mod undo;
