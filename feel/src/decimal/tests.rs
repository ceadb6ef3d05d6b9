//! Expected texts were taken from Java's `BigDecimal` documentation and from known identities.

use super::{Decimal, Rounding};

fn number(text: &str) -> Decimal {
    Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

#[track_caller]
fn check(result: Result<Decimal, super::DecimalOverflow>, expected: &str) {
    assert_eq!(result.map(|n| n.to_string()), Ok(expected.to_string()));
}

#[test]
fn text_round_trips() {
    for (text, expected) in [
        ("1", "1"),
        ("-1.50", "-1.50"),
        ("+2", "2"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1E+3"),
        ("0.0000001", "1E-7"),
        ("0.000001", "0.000001"),
        (
            "12345678901234567890123456789012345678901234567890",
            "12345678901234567890123456789012345678901234567890",
        ),
    ] {
        assert_eq!(number(text).to_string(), expected);
    }
    for text in ["", ".", "-", "e3", "1e", "1 ", "x", "--1", "1e99999999999"] {
        assert!(Decimal::parse(text).is_none(), "{text:?}");
    }
}

#[test]
fn arithmetic_keeps_scale() {
    check(number("0.1").add(&number("0.20")), "0.30");
    check(number("2").multiply(&number("0.50")), "1.00");
    check(number("6").divide(&number("2")), "3");
    check(number("1").divide(&number("3")), "0.3333333333333333333333333333333333");
    check(number("2").divide(&number("3")), "0.6666666666666666666666666666666667");
    check(number("1").divide(&number("8")), "0.125");
    check(number("10").power(40), "1.000000000000000000000000000000000E+40");
    check(number("2").power(-2), "0.25");
    check(number("2").power(10), "1024");
    check(number("-12").modulo(&number("5")), "3");
    check(number("1e30").add(&number("1e-30")), &format!("1{}.{}1", "0".repeat(30), "0".repeat(29)));
    assert!(number("1").divide(&number("0.00")).is_err());
    assert!(number("1e900000000").add(&number("1")).is_err());
}

/// Found by fuzzing: the reciprocal of a power of zero was a division by zero.
#[test]
fn zero_has_no_negative_power() {
    assert!(number("0").power(-3).is_err());
    assert!(number("0.00").power(-999_999_999).is_err());
    check(number("0").power(0), "1");
    check(number("0").power(3), "0");
}

#[test]
fn order_ignores_scale() {
    assert_eq!(number("1.0"), number("1"));
    assert!(number("-1e50") < number("-1e49"));
    assert!(number("1e900000000") > number("1"));
    assert!(number("12345678901234567890123456789012345678901") > number("1"));
    assert_eq!(number("1e40"), number("10000000000000000000000000000000000000000"));
}

#[test]
fn rounding_modes() {
    let table = [
        (Rounding::Up, ["6", "2", "-2", "-6"]),
        (Rounding::Down, ["5", "1", "-1", "-5"]),
        (Rounding::Ceiling, ["6", "2", "-1", "-5"]),
        (Rounding::Floor, ["5", "1", "-2", "-6"]),
        (Rounding::HalfUp, ["6", "1", "-1", "-6"]),
        (Rounding::HalfDown, ["5", "1", "-1", "-5"]),
        (Rounding::HalfEven, ["6", "1", "-1", "-6"]),
    ];
    for (mode, expected) in table {
        for (text, expected) in ["5.5", "1.1", "-1.1", "-5.5"].iter().zip(expected) {
            check(number(text).with_scale(0, mode), expected);
        }
    }
    assert!(number("1.1").with_scale(0, Rounding::Unnecessary).is_err());
    check(number("1.1").with_scale(-3, Rounding::Up), "1E+3");
}

#[test]
fn doubles() {
    for (value, expected) in [
        (2.0, "2.0"),
        (0.1, "0.1"),
        (1e10, "1.0E+10"),
        (1.5e-5, "0.000015"),
        (123456.5, "123456.5"),
        (0.0, "0.0"),
    ] {
        assert_eq!(Decimal::from_f64(value).map(|n| n.to_string()).as_deref(), Some(expected));
    }
    assert_eq!(number("0.3").to_f64(), 0.3);
    assert_eq!(number("1e400").to_f64(), f64::INFINITY);
    assert_eq!(number("18446744073709551617").to_i64_wrapping(), 1);
    assert_eq!(number("-1.9").to_i64(), Some(-1));
    assert!(number("2.00").is_whole() && !number("2.01").is_whole());
}
