//! The big form of a decimal number, for mantissas beyond `i128` and longer contexts.

use super::{Decimal, DecimalOverflow, PRECISION, Representation};
use crate::limits::{DECIMAL_DIGITS_MAX, DECIMAL_SCALE_MAX};
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{ToPrimitive, Zero};
use std::sync::Arc;

/// `mantissa * 10^-scale`, with the precision that multiplication rounds to.
#[derive(Clone, Debug)]
pub(crate) struct Wide {
    pub mantissa: BigInt,
    pub scale: i32,
    pub precision: u32,
}

impl Wide {
    pub fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.mantissa.sign() == Sign::Minus
    }

    /// Decimal digits of the mantissa; 1 for zero.
    pub fn digits(&self) -> u64 {
        big_digits(self.mantissa.magnitude())
    }

    /// The inline form if it fits and its context is the common one.
    pub fn into_decimal_unchecked(self) -> Decimal {
        if self.precision == PRECISION
            && let Some(mantissa) = self.mantissa.to_i128()
        {
            return Decimal::small(mantissa, self.scale);
        }
        Decimal(Representation::Big(Arc::new(self)))
    }

    /// Checks the bounds of digits and scale.
    pub fn into_decimal(self) -> Result<Decimal, DecimalOverflow> {
        if i64::from(self.scale).abs() > DECIMAL_SCALE_MAX || self.mantissa.bits() > bits_max() {
            return Err(DecimalOverflow);
        }
        Ok(self.into_decimal_unchecked())
    }

    /// The mantissa at a larger scale.
    pub fn mantissa_at(&self, scale: i64) -> Result<BigInt, DecimalOverflow> {
        let shift = scale - i64::from(self.scale);
        assert!(shift >= 0, "a mantissa is only ever widened");
        if self.is_zero() {
            return Ok(BigInt::zero());
        }
        Ok(&self.mantissa * big_power_of_ten(shift as u64)?)
    }
}

/// The scale as stored, or out of range.
pub(crate) fn checked_scale(scale: i64) -> Result<i32, DecimalOverflow> {
    if scale.abs() > DECIMAL_SCALE_MAX { Err(DecimalOverflow) } else { Ok(scale as i32) }
}

pub(crate) fn big_power_of_ten(exponent: u64) -> Result<BigInt, DecimalOverflow> {
    if exponent > DECIMAL_DIGITS_MAX {
        return Err(DecimalOverflow);
    }
    Ok(BigInt::from(10).pow(exponent as u32))
}

pub(crate) fn big_digits(value: &BigUint) -> u64 {
    let bits = value.bits();
    if bits == 0 {
        return 1;
    }
    // log10(2) = 0.30103 bounds the count from below within one; a comparison settles it.
    let estimate = ((bits - 1) as f64 * std::f64::consts::LOG10_2) as u64;
    let mut digits = estimate.max(1);
    while *value >= BigUint::from(10_u32).pow(digits as u32) {
        digits += 1;
    }
    digits
}

fn bits_max() -> u64 {
    (DECIMAL_DIGITS_MAX as f64 / std::f64::consts::LOG10_2) as u64
}
