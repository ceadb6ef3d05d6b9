//! Decimal numbers with the semantics of Java's `BigDecimal` under a 34-digit context.
//!
//! A number is `mantissa * 10^-scale`. Up to the range of `i128` it lives inline and costs no
//! allocation; beyond, it lives in a shared big integer. The scale is kept by every operation
//! (`1.0` stays `1.0`), addition and subtraction are exact, multiplication, division and power
//! round half-even to the precision of the left operand: 34 digits, or more if that operand was
//! written with more.

mod add;
mod compare;
mod divide;
mod float;
mod integer;
mod multiply;
mod round;
mod text;
mod wide;

pub use round::Rounding;
pub(crate) use wide::Wide;

use std::sync::Arc;

/// Digits of the decimal128 context.
pub const PRECISION: u32 = 34;

/// An arithmetic result that no number of this crate can hold: division by zero, or beyond the
/// bounds of [`crate::limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecimalOverflow;

impl std::fmt::Display for DecimalOverflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the number is out of range")
    }
}

/// A decimal number.
#[derive(Clone, Debug)]
pub struct Decimal(pub(crate) Representation);

#[derive(Clone, Debug)]
pub(crate) enum Representation {
    /// Inline; its context precision is always [`PRECISION`].
    Small { mantissa: i128, scale: i32 },
    /// Shared; does not fit inline or carries a longer context precision.
    Big(Arc<Wide>),
}

impl Decimal {
    /// Zero with scale 0.
    pub const ZERO: Decimal = Decimal::small(0, 0);
    /// One with scale 0.
    pub const ONE: Decimal = Decimal::small(1, 0);

    /// The number `mantissa * 10^-scale`.
    pub const fn small(mantissa: i128, scale: i32) -> Decimal {
        Decimal(Representation::Small { mantissa, scale })
    }

    /// Whether the value is zero, whatever its scale.
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Representation::Small { mantissa, .. } => *mantissa == 0,
            Representation::Big(wide) => wide.is_zero(),
        }
    }

    /// Whether the value is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Representation::Small { mantissa, .. } => *mantissa < 0,
            Representation::Big(wide) => wide.is_negative(),
        }
    }

    /// The number of digits right of the decimal point; negative for trailing zeros left out.
    pub fn scale(&self) -> i32 {
        match &self.0 {
            Representation::Small { scale, .. } => *scale,
            Representation::Big(wide) => wide.scale,
        }
    }

    /// Minus the value, scale kept.
    pub fn negate(&self) -> Decimal {
        match &self.0 {
            Representation::Small { mantissa, scale } if *mantissa != i128::MIN => {
                Decimal::small(-mantissa, *scale)
            }
            _ => {
                let wide = self.to_wide();
                Wide { mantissa: -wide.mantissa, ..wide }.into_decimal_unchecked()
            }
        }
    }

    /// The absolute value, scale kept.
    pub fn absolute(&self) -> Decimal {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// Mantissa and scale of the inline form.
    pub(crate) fn as_small(&self) -> Option<(i128, i32)> {
        match &self.0 {
            Representation::Small { mantissa, scale } => Some((*mantissa, *scale)),
            Representation::Big(_) => None,
        }
    }

    /// What arithmetic on the number costs: its mantissa in 64-bit words beyond the inline form.
    pub(crate) fn weight(&self) -> u64 {
        match &self.0 {
            Representation::Small { .. } => 0,
            Representation::Big(wide) => wide.mantissa.bits() / 64,
        }
    }

    pub(crate) fn to_wide(&self) -> Wide {
        match &self.0 {
            Representation::Small { mantissa, scale } => {
                Wide { mantissa: (*mantissa).into(), scale: *scale, precision: PRECISION }
            }
            Representation::Big(wide) => Wide::clone(wide),
        }
    }

    pub(crate) fn precision(&self) -> u32 {
        match &self.0 {
            Representation::Small { .. } => PRECISION,
            Representation::Big(wide) => wide.precision,
        }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Decimal {
        Decimal::small(i128::from(value), 0)
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Decimal {
        Decimal::small(i128::from(value), 0)
    }
}

impl From<i32> for Decimal {
    fn from(value: i32) -> Decimal {
        Decimal::small(i128::from(value), 0)
    }
}

impl From<usize> for Decimal {
    fn from(value: usize) -> Decimal {
        Decimal::small(value as i128, 0)
    }
}

/// `10^exponent` as long as it fits.
pub(crate) const fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// The number of decimal digits of `value`; 1 for zero.
pub(crate) const fn digit_count(value: i128) -> u32 {
    match value.unsigned_abs().checked_ilog10() {
        Some(log) => log + 1,
        None => 1,
    }
}

#[cfg(test)]
mod tests;
