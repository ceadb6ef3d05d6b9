//! How points and ranges lie to each other, and ranges from text.

use super::range_literal;
use super::{Answer, Refusal, Table, fixed, refuse};
use crate::eval::Run;
use crate::value::{Range, Value, compare};
use std::cmp::Ordering;

pub(super) const TABLE: Table = &[
    (
        "before",
        &[
            fixed(&["point1", "point2"], before),
            fixed(&["point", "range"], before),
            fixed(&["range", "point"], before),
            fixed(&["range1", "range2"], before),
        ],
    ),
    (
        "after",
        &[
            fixed(&["point1", "point2"], after),
            fixed(&["point", "range"], after),
            fixed(&["range", "point"], after),
            fixed(&["range1", "range2"], after),
        ],
    ),
    ("meets", &[fixed(&["range1", "range2"], meets)]),
    ("met by", &[fixed(&["range1", "range2"], met_by)]),
    ("overlaps", &[fixed(&["range1", "range2"], overlaps)]),
    ("overlaps before", &[fixed(&["range1", "range2"], overlaps_before)]),
    ("overlaps after", &[fixed(&["range1", "range2"], overlaps_after)]),
    ("finishes", &[fixed(&["point", "range"], finishes), fixed(&["range1", "range2"], finishes)]),
    (
        "finished by",
        &[
            fixed(&["point", "range"], finished_by),
            fixed(&["range", "point"], finished_by),
            fixed(&["range1", "range2"], finished_by),
        ],
    ),
    ("includes", &[fixed(&["range", "point"], includes), fixed(&["range1", "range2"], includes)]),
    ("during", &[fixed(&["point", "range"], during), fixed(&["range1", "range2"], during)]),
    ("starts", &[fixed(&["point", "range"], starts), fixed(&["range1", "range2"], starts)]),
    ("started by", &[fixed(&["range", "point"], started_by), fixed(&["range1", "range2"], started_by)]),
    ("coincides", &[fixed(&["point1", "point2"], coincides), fixed(&["range1", "range2"], coincides)]),
    ("range", &[fixed(&["from"], from_text)]),
];

/// One end of a range.
#[derive(Clone, Copy)]
struct End<'v, 'a> {
    value: &'v Value<'a>,
    closed: bool,
}

impl End<'_, '_> {
    fn order(self, other: Self) -> Ordering {
        // That the ends compare was checked before.
        compare(self.value, other.value).unwrap_or(Ordering::Equal)
    }

    fn is(self, order: Ordering, other: Self) -> bool {
        self.order(other) == order
    }

    /// Below the other end, or at it under the condition.
    fn below(self, other: Self, at: bool) -> bool {
        self.is(Ordering::Less, other) || (at && self.is(Ordering::Equal, other))
    }

    /// Above the other end, or at it under the condition.
    fn above(self, other: Self, at: bool) -> bool {
        self.is(Ordering::Greater, other) || (at && self.is(Ordering::Equal, other))
    }
}

/// A point, or a range; a point is a closed range of itself.
#[derive(Clone, Copy)]
struct Extent<'v, 'a> {
    start: End<'v, 'a>,
    end: End<'v, 'a>,
    is_point: bool,
}

fn extent<'v, 'a>(value: &'v Value<'a>) -> Extent<'v, 'a> {
    match value {
        Value::Range(range) => {
            let Range { start, start_closed, end, end_closed } = &**range;
            Extent {
                start: End { value: start, closed: *start_closed },
                end: End { value: end, closed: *end_closed },
                is_point: false,
            }
        }
        point => {
            let end = End { value: point, closed: true };
            Extent { start: end, end, is_point: true }
        }
    }
}

/// Which kinds of arguments a relation takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Anything,
    Ranges,
    PointOrRangeFirst,
    PointOrRangeSecond,
    SameKinds,
}

fn relate<'a>(
    arguments: &[Value<'a>],
    takes: Takes,
    relation: fn(Extent<'_, 'a>, Extent<'_, 'a>) -> bool,
) -> Answer<'a> {
    let [left, right] = arguments else { return Err(Refusal::IllegalArguments) };
    let (left, right) = (extent(left), extent(right));
    let fits = match takes {
        Takes::Anything => true,
        Takes::Ranges => !left.is_point && !right.is_point,
        Takes::PointOrRangeFirst => !right.is_point,
        Takes::PointOrRangeSecond => !left.is_point,
        Takes::SameKinds => left.is_point == right.is_point,
    };
    // Strings have an order but are no points.
    let is_text = matches!(left.start.value, Value::String(_));
    let comparable = !is_text && compare(left.start.value, right.start.value).is_some();
    if !fits || !comparable {
        return Err(Refusal::IllegalArguments);
    }
    Ok(Value::Boolean(relation(left, right)))
}

fn before<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Anything, |a, b| a.end.below(b.start, !a.end.closed || !b.start.closed))
}

fn after<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Anything, |a, b| a.start.above(b.end, !a.start.closed || !b.end.closed))
}

fn meets<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Ranges, |a, b| {
        a.end.closed && b.start.closed && a.end.is(Ordering::Equal, b.start)
    })
}

fn met_by<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Ranges, |a, b| {
        a.start.closed && b.end.closed && a.start.is(Ordering::Equal, b.end)
    })
}

fn overlap(a: Extent<'_, '_>, b: Extent<'_, '_>) -> bool {
    a.end.above(b.start, a.end.closed && b.start.closed)
        && a.start.below(b.end, a.start.closed && b.end.closed)
}

fn overlap_before(a: Extent<'_, '_>, b: Extent<'_, '_>) -> bool {
    a.start.below(b.start, a.start.closed && !b.start.closed)
        && a.end.above(b.start, a.end.closed && b.start.closed)
        && a.end.below(b.end, !a.end.closed || b.end.closed)
}

fn overlaps<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Ranges, |a, b| overlap(a, b))
}

fn overlaps_before<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Ranges, |a, b| overlap_before(a, b))
}

/// The second range begins first: its start is lower, and the first one outlasts it.
fn overlaps_after<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::Ranges, |a, b| {
        b.start.below(a.start, b.start.closed && !a.start.closed)
            && b.end.above(a.start, b.end.closed && a.start.closed)
            && b.end.below(a.end, !b.end.closed || a.end.closed)
    })
}

fn ends_with(a: Extent<'_, '_>, b: Extent<'_, '_>) -> bool {
    if a.is_point {
        return b.end.closed && b.end.is(Ordering::Equal, a.end);
    }
    a.end.closed == b.end.closed
        && a.end.is(Ordering::Equal, b.end)
        && a.start.above(b.start, !a.start.closed || b.start.closed)
}

fn begins_with(a: Extent<'_, '_>, b: Extent<'_, '_>) -> bool {
    if a.is_point {
        return b.start.closed && b.start.is(Ordering::Equal, a.start);
    }
    a.start.closed == b.start.closed
        && a.start.is(Ordering::Equal, b.start)
        && a.end.below(b.end, !a.end.closed || b.end.closed)
}

fn contains(a: Extent<'_, '_>, b: Extent<'_, '_>) -> bool {
    if b.is_point {
        let inside = a.start.is(Ordering::Less, b.start) && a.end.is(Ordering::Greater, b.end);
        let at_start = a.start.closed && a.start.is(Ordering::Equal, b.start);
        let at_end = a.end.closed && a.end.is(Ordering::Equal, b.end);
        return inside || at_start || at_end;
    }
    a.start.below(b.start, a.start.closed || !b.start.closed)
        && a.end.above(b.end, a.end.closed || !b.end.closed)
}

fn finishes<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::PointOrRangeFirst, |a, b| ends_with(a, b))
}

fn finished_by<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::PointOrRangeSecond, |a, b| ends_with(b, a))
}

fn starts<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::PointOrRangeFirst, |a, b| begins_with(a, b))
}

fn started_by<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::PointOrRangeSecond, |a, b| begins_with(b, a))
}

fn includes<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::PointOrRangeSecond, |a, b| contains(a, b))
}

fn during<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    relate(arguments, Takes::PointOrRangeFirst, |a, b| contains(b, a))
}

fn coincides<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    if let [left, right] = arguments
        && !matches!(left, Value::Range(_))
        && !matches!(left, Value::String(_))
        && compare(left, right).is_some()
    {
        return Ok(Value::Boolean(left.equals(right)));
    }
    relate(arguments, Takes::SameKinds, |a, b| {
        a.start.closed == b.start.closed
            && a.end.closed == b.end.closed
            && a.start.is(Ordering::Equal, b.start)
            && a.end.is(Ordering::Equal, b.end)
    })
}

fn from_text<'a>(_: &mut Run<'a, '_>, arguments: &[Value<'a>]) -> Answer<'a> {
    let [Value::String(text)] = arguments else { return Err(Refusal::IllegalArguments) };
    match range_literal::read(text) {
        Some(range) => Ok(range),
        None => refuse(format!("Failed to parse range from '{}'", &**text)),
    }
}
