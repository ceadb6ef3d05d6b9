//! Conversions to integers, with Java's rules of truncation.

use super::{Decimal, Representation, power_of_ten};
use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

impl Decimal {
    /// Whether the value has no fraction: `1`, `1.0`, `2.00`.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Representation::Small { mantissa, scale } if *scale > 0 => {
                *mantissa == 0 || power_of_ten(*scale as u32).is_some_and(|unit| mantissa % unit == 0)
            }
            Representation::Small { .. } => true,
            Representation::Big(wide) => {
                wide.scale <= 0 || self.with_scale(0, super::Rounding::Unnecessary).is_ok()
            }
        }
    }

    /// The value without its fraction, as far as it fits.
    pub fn to_i64(&self) -> Option<i64> {
        if let Representation::Small { mantissa, scale: 0 } = &self.0 {
            return i64::try_from(*mantissa).ok();
        }
        if self.magnitude() > 20 {
            return None;
        }
        self.truncated()?.to_i64()
    }

    /// The low 64 bits of the integer part in two's complement, as Java's `longValue`.
    pub fn to_i64_wrapping(&self) -> i64 {
        if let Representation::Small { mantissa, scale: 0 } = &self.0 {
            return *mantissa as i64;
        }
        // 10^64 is a multiple of 2^64, so nothing is left in the low bits.
        if self.scale() <= -64 {
            return 0;
        }
        let Some(integer) = self.truncated() else { return 0 };
        let bytes = integer.to_signed_bytes_le();
        let fill = if integer.sign() == num_bigint::Sign::Minus { 0xff } else { 0 };
        let mut low = [fill; 8];
        for (target, byte) in low.iter_mut().zip(&bytes) {
            *target = *byte;
        }
        i64::from_le_bytes(low)
    }

    /// The low 32 bits of the integer part, as Java's `intValue`.
    pub fn to_i32_wrapping(&self) -> i32 {
        self.to_i64_wrapping() as i32
    }

    /// The integer part; `None` when it would take more digits than allowed.
    fn truncated(&self) -> Option<BigInt> {
        if self.is_zero() || self.magnitude() < 0 {
            return Some(BigInt::zero());
        }
        let whole = self.with_scale(0, super::Rounding::Down).ok()?;
        Some(whole.to_wide().mantissa)
    }
}
