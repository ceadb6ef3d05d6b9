//! Any text parses or is refused; an error lies inside of the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidemill_feel::{Expression, Property, UnaryTests};

fuzz_target!(|text: &str| {
    if let Err(error) = Expression::parse(text) {
        assert!(error.offset <= text.chars().count());
        let _ = error.rendering();
    }
    let _ = UnaryTests::parse(text);
    let _ = Property::parse(text);
});
