//! Reading and printing, as `new BigDecimal(String)` and `BigDecimal.toString` do.

use super::wide::{Wide, checked_scale};
use super::{Decimal, DecimalOverflow, PRECISION, Representation};
use crate::limits::DECIMAL_DIGITS_MAX;
use num_bigint::BigInt;
use std::fmt;

impl Decimal {
    /// Reads `[+-] digits [. digits] [e [+-] digits]`; digits on one side of the point suffice.
    pub fn parse(text: &str) -> Option<Decimal> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let negative = text.starts_with('-');
        let (number, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], parse_exponent(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = whole.len() + fraction.len();
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        if digits == 0 || !all_digits || digits as u64 > DECIMAL_DIGITS_MAX {
            return None;
        }
        let scale = checked_scale(fraction.len() as i64 - exponent).ok()?;
        if digits <= PRECISION as usize {
            let fold = |value: i128, byte: u8| value * 10 + i128::from(byte - b'0');
            let mantissa = whole.bytes().chain(fraction.bytes()).fold(0, fold);
            return Some(Decimal::small(if negative { -mantissa } else { mantissa }, scale));
        }
        parse_long(whole, fraction, negative, scale).ok()
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse::<i32>().ok().map(i64::from)
}

fn parse_long(whole: &str, fraction: &str, negative: bool, scale: i32) -> Result<Decimal, DecimalOverflow> {
    let text = format!("{}{whole}{fraction}", if negative { "-" } else { "" });
    let mantissa: BigInt = text.parse().map_err(|_| DecimalOverflow)?;
    let mut wide = Wide { mantissa, scale, precision: PRECISION };
    wide.precision = (wide.digits() as u32).max(PRECISION);
    wide.into_decimal()
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Representation::Small { mantissa, scale: 0 } = &self.0 {
            return write!(f, "{mantissa}");
        }
        let unscaled = match &self.0 {
            Representation::Small { mantissa, .. } => mantissa.unsigned_abs().to_string(),
            Representation::Big(wide) => wide.mantissa.magnitude().to_string(),
        };
        if self.is_negative() {
            f.write_str("-")?;
        }
        let scale = i64::from(self.scale());
        let adjusted = unscaled.len() as i64 - 1 - scale;
        if scale == 0 {
            f.write_str(&unscaled)
        } else if scale > 0 && adjusted >= -6 {
            write_plain(f, &unscaled, scale)
        } else {
            write_scientific(f, &unscaled, adjusted)
        }
    }
}

fn write_plain(f: &mut fmt::Formatter<'_>, unscaled: &str, scale: i64) -> fmt::Result {
    let point = unscaled.len() as i64 - scale;
    if point > 0 {
        let (whole, fraction) = unscaled.split_at(point as usize);
        return write!(f, "{whole}.{fraction}");
    }
    f.write_str("0.")?;
    for _ in point..0 {
        f.write_str("0")?;
    }
    f.write_str(unscaled)
}

fn write_scientific(f: &mut fmt::Formatter<'_>, unscaled: &str, adjusted: i64) -> fmt::Result {
    let (first, rest) = unscaled.split_at(1);
    f.write_str(first)?;
    if !rest.is_empty() {
        write!(f, ".{rest}")?;
    }
    if adjusted != 0 { write!(f, "E{adjusted:+}") } else { Ok(()) }
}
