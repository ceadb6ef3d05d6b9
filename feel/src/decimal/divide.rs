//! Division and remainder.

use super::wide::{Wide, big_power_of_ten, checked_scale};
use super::{Decimal, DecimalOverflow, Representation, digit_count, power_of_ten};
use num_bigint::BigInt;
use num_traits::Zero;

impl Decimal {
    /// The quotient, rounded half-even to the precision of the dividend. An exact quotient keeps
    /// as few digits as the difference of the scales allows: `6 / 2` is `3`, `1 / 4` is `0.25`.
    pub fn divide(&self, divisor: &Decimal) -> Result<Decimal, DecimalOverflow> {
        if divisor.is_zero() {
            return Err(DecimalOverflow);
        }
        if let Some(quotient) = divide_small(self, divisor) {
            return Ok(quotient);
        }
        divide_to_precision(&self.to_wide(), &divisor.to_wide(), self.precision())?.into_decimal()
    }

    /// The remainder with the sign of the dividend.
    pub fn remainder(&self, divisor: &Decimal) -> Result<Decimal, DecimalOverflow> {
        if divisor.is_zero() {
            return Err(DecimalOverflow);
        }
        if let Some((left, right, scale)) = super::add::aligned(self, divisor) {
            return Ok(Decimal::small(left.checked_rem(right).unwrap_or(0), scale));
        }
        let (left, right) = (self.to_wide(), divisor.to_wide());
        let scale = i64::from(left.scale.max(right.scale));
        let mantissa = left.mantissa_at(scale)? % right.mantissa_at(scale)?;
        Wide { mantissa, scale: checked_scale(scale)?, precision: left.precision }.into_decimal()
    }

    /// The remainder with the sign of the divisor.
    pub fn modulo(&self, divisor: &Decimal) -> Result<Decimal, DecimalOverflow> {
        self.remainder(divisor)?.add(divisor)?.remainder(divisor)
    }
}

/// Exact quotients of inline numbers with few digits.
fn divide_small(dividend: &Decimal, divisor: &Decimal) -> Option<Decimal> {
    let (
        Representation::Small { mantissa: left, scale: left_scale },
        Representation::Small { mantissa: right, scale: right_scale },
    ) = (&dividend.0, &divisor.0)
    else {
        return None;
    };
    assert!(*right != 0, "the divisor was checked");
    let preferred = left_scale.checked_sub(*right_scale)?;
    if digit_count(*left) > 18 {
        return None;
    }
    for extra in 0..12 {
        let scaled = left.checked_mul(power_of_ten(extra)?)?;
        if scaled % right == 0 {
            return Some(Decimal::small(scaled / right, preferred.checked_add(extra as i32)?));
        }
    }
    None
}

pub(super) fn divide_to_precision(
    dividend: &Wide,
    divisor: &Wide,
    precision: u32,
) -> Result<Wide, DecimalOverflow> {
    assert!(!divisor.is_zero(), "the divisor was checked");
    let preferred = i64::from(dividend.scale) - i64::from(divisor.scale);
    if dividend.is_zero() {
        let scale = checked_scale(preferred)?;
        return Ok(Wide { mantissa: BigInt::zero(), scale, precision: dividend.precision });
    }
    // Enough digits that the quotient has at least `precision` + 2 of them, one to round on.
    let digits_wanted = i64::from(precision) + 3 + divisor.digits() as i64 - dividend.digits() as i64;
    let shift = digits_wanted.max(0);
    let scaled = &dividend.mantissa * big_power_of_ten(shift as u64)?;
    let mut quotient = &scaled / &divisor.mantissa;
    let exact = (&quotient * &divisor.mantissa) == scaled;
    let mut scale = preferred + shift;
    if !exact {
        // A sticky digit keeps the remainder from being mistaken for a tie.
        let negative = dividend.is_negative() != divisor.is_negative();
        quotient = quotient * 10 + if negative { -1 } else { 1 };
        scale += 1;
    }
    let wide = Wide { mantissa: quotient, scale: checked_scale(scale)?, precision: dividend.precision };
    let rounded = wide.rounded_to(u64::from(precision))?;
    Ok(if exact { rounded.stripped_to(preferred) } else { rounded })
}
