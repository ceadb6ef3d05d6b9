//! Load generator, journal inspector, simulator, developer checks.
