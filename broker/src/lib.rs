//! Puts it together: configuration, partition pipeline, the tidemill binary.
