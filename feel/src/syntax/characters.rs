//! Which characters are blanks and which make up names.

/// Blanks of the FEEL grammar.
pub(crate) fn is_blank(c: char) -> bool {
    const WIDE: [char; 9] = [
        '\u{a0}', '\u{1680}', '\u{180e}', '\u{2028}', '\u{2029}', '\u{202f}', '\u{205f}', '\u{3000}',
        '\u{feff}',
    ];
    matches!(c, '\u{09}'..='\u{0d}' | ' ' | '\u{85}' | '\u{2000}'..='\u{200b}') || WIDE.contains(&c)
}

/// Characters that may start a name: letters, `_`, `$`, currency signs, connectors, and anything
/// beyond the basic plane.
pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '_' | '$' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}' | '\u{203f}' | '\u{2040}')
        || c as u32 >= 0x1_0000
}

/// Characters that may continue a name: also digits and combining marks.
pub(crate) fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}
