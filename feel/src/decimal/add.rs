//! Exact addition and subtraction; the result takes the larger scale.

use super::wide::{Wide, checked_scale};
use super::{Decimal, DecimalOverflow, Representation, power_of_ten};

impl Decimal {
    /// The exact sum.
    pub fn add(&self, other: &Decimal) -> Result<Decimal, DecimalOverflow> {
        if let Some((left, right, scale)) = aligned(self, other)
            && let Some(sum) = left.checked_add(right)
        {
            return Ok(Decimal::small(sum, scale));
        }
        self.add_wide(&other.to_wide())
    }

    /// The exact difference.
    pub fn subtract(&self, other: &Decimal) -> Result<Decimal, DecimalOverflow> {
        if let Some((left, right, scale)) = aligned(self, other)
            && let Some(difference) = left.checked_sub(right)
        {
            return Ok(Decimal::small(difference, scale));
        }
        let other = other.to_wide();
        self.add_wide(&Wide { mantissa: -other.mantissa, ..other })
    }

    fn add_wide(&self, other: &Wide) -> Result<Decimal, DecimalOverflow> {
        let left = self.to_wide();
        let scale = i64::from(left.scale.max(other.scale));
        let mantissa = left.mantissa_at(scale)? + other.mantissa_at(scale)?;
        Wide { mantissa, scale: checked_scale(scale)?, precision: left.precision }.into_decimal()
    }
}

/// Both mantissas at the larger scale, if both numbers are inline and stay so.
pub(super) fn aligned(left: &Decimal, right: &Decimal) -> Option<(i128, i128, i32)> {
    let (
        Representation::Small { mantissa: left, scale: left_scale },
        Representation::Small { mantissa: right, scale: right_scale },
    ) = (&left.0, &right.0)
    else {
        return None;
    };
    let shift = left_scale.checked_sub(*right_scale)?;
    if shift == 0 {
        return Some((*left, *right, *left_scale));
    }
    let factor = power_of_ten(shift.unsigned_abs())?;
    if shift > 0 {
        Some((*left, right.checked_mul(factor)?, *left_scale))
    } else {
        Some((left.checked_mul(factor)?, *right, *right_scale))
    }
}
