//! Tools that speak to a broker from the outside, and checks of the project itself.

#[cfg(feature = "forgetful")]
pub mod forgetful;
pub mod load;
