//! Calendar, zones and texts.

use super::{
    Date, Temporal, Zone, ZonedDateTime, parse_at_literal, parse_date, parse_zoned_date_time,
    parse_zoned_time,
};

#[track_caller]
fn check(text: &str, expected: &str) {
    let printed = parse_at_literal(text).map(|value| value.to_string());
    assert_eq!(printed.as_deref(), Some(expected), "{text}");
}

#[test]
fn literals_print_back() {
    for (text, expected) in [
        ("2020-02-29", "2020-02-29"),
        ("-0044-03-15", "-0044-03-15"),
        ("999999999-12-31", "999999999-12-31"),
        ("T10:30", "10:30:00"),
        ("24:00:00", "00:00:00"),
        ("10:30:00.500", "10:30:00.5"),
        ("10:30:00+01:00", "10:30:00+01:00"),
        ("10:30:00@Europe/Berlin", "10:30:00@Europe/Berlin"),
        ("2020-07-31T14:27:30Z", "2020-07-31T14:27:30Z"),
        ("2020-07-31T14:27:30@Europe/Berlin", "2020-07-31T14:27:30@Europe/Berlin"),
        ("2020-07-31T12:27:30Z[Europe/Berlin]", "2020-07-31T14:27:30@Europe/Berlin"),
        ("P14M", "P1Y2M"),
        ("-P1M", "-P1M"),
        ("P0M", "P0Y"),
        ("PT36H", "P1DT12H"),
        ("-PT90M", "-PT1H30M"),
        ("PT0.5S", "P0D"),
    ] {
        check(text, expected);
    }
    for text in ["2020-02-30", "01211-12-31", "10:30:00@Moon/Base", "P", "PT", "P1Y1D", "P1W", "25:00:00", ""]
    {
        assert_eq!(parse_at_literal(text), None, "{text}");
    }
}

#[test]
fn days_count_both_ways() {
    for days in (-1_000_000..1_000_000).step_by(977) {
        let date = Date::from_epoch_day(days).expect("in range");
        assert_eq!(date.epoch_day(), days);
    }
    let date = parse_date("2024-12-30").expect("a date");
    assert_eq!((date.weekday(), date.week_of_year(), date.day_of_year()), (1, 1, 365));
    assert_eq!(parse_date("2020-01-31").and_then(|d| d.plus_months(1)), parse_date("2020-02-29"));
}

#[test]
fn gaps_move_forward_and_overlaps_take_the_earlier() {
    let gap = parse_zoned_date_time("2021-03-28T02:30:00@Europe/Berlin").expect("a date-time");
    assert_eq!((gap.local.to_string(), gap.offset), ("2021-03-28T03:30:00".to_string(), 7200));
    let overlap = parse_zoned_date_time("2021-10-31T02:30:00@Europe/Berlin").expect("a date-time");
    assert_eq!(overlap.offset, 7200);
    assert_eq!(parse_zoned_time("10:00:00@Europe/Berlin").map(|t| t.offset), Some(3600));
    assert_eq!(parse_zoned_time("10:00:00@Australia/Melbourne").map(|t| t.offset), Some(36000));
    let far = ZonedDateTime::from_instant(i128::from(i64::MAX) * 1_000_000, Zone::Offset(0));
    assert!(far.is_some());
    assert!(matches!(
        parse_at_literal("99999-07-01T00:00:00@Europe/Berlin"),
        Some(Temporal::ZonedDateTime(ZonedDateTime { offset: 7200, .. }))
    ));
}
