//! Tools that speak to a broker from the outside, and checks of the project itself.

pub mod load;
