//! Multiplication and power, rounded half-even to the precision of the left operand.

use super::divide::divide_to_precision;
use super::wide::{Wide, checked_scale};
use super::{Decimal, DecimalOverflow, PRECISION, Representation, digit_count};
use num_bigint::BigInt;

/// Exponents beyond are refused, as Java does.
const EXPONENT_MAX: u32 = 999_999_999;

impl Decimal {
    /// The product.
    pub fn multiply(&self, other: &Decimal) -> Result<Decimal, DecimalOverflow> {
        if let (
            Representation::Small { mantissa: left, scale: left_scale },
            Representation::Small { mantissa: right, scale: right_scale },
        ) = (&self.0, &other.0)
            && let Some(product) = product_within_precision(*left, *right)
            && let Some(scale) = left_scale.checked_add(*right_scale)
        {
            return Decimal::small(product, scale).bounded();
        }
        multiply_to_precision(&self.to_wide(), &other.to_wide(), self.precision())?.into_decimal()
    }

    /// The value to an integer power, by the algorithm of ANSI X3.274 that Java uses: so the
    /// digits of the result agree, rounding included.
    pub fn power(&self, exponent: i32) -> Result<Decimal, DecimalOverflow> {
        let magnitude = exponent.unsigned_abs();
        if magnitude > EXPONENT_MAX || (exponent < 0 && self.is_zero()) {
            return Err(DecimalOverflow);
        }
        if exponent == 0 {
            return Ok(Decimal::ONE);
        }
        let precision = self.precision();
        let working = precision + digit_count(i128::from(magnitude)) + 1;
        let base = self.to_wide();
        let mut result = Wide { mantissa: BigInt::from(1), scale: 0, precision };
        for bit in (0..32 - magnitude.leading_zeros()).rev() {
            result = multiply_to_precision(&result, &result, working)?;
            if magnitude >> bit & 1 == 1 {
                result = multiply_to_precision(&result, &base, working)?;
            }
        }
        if exponent < 0 {
            let one = Wide { mantissa: BigInt::from(1), scale: 0, precision };
            result = divide_to_precision(&one, &result, working)?;
        }
        let result = result.rounded_to(u64::from(precision))?;
        Wide { precision, ..result }.into_decimal()
    }

    fn bounded(self) -> Result<Decimal, DecimalOverflow> {
        checked_scale(i64::from(self.scale())).map(|_| self)
    }
}

/// The exact product if it needs no rounding. Most factors fit 64 bits, and their product 128.
fn product_within_precision(left: i128, right: i128) -> Option<i128> {
    const LIMIT: u128 = 10_u128.pow(PRECISION);
    let product = match (i64::try_from(left), i64::try_from(right)) {
        (Ok(left), Ok(right)) => i128::from(left) * i128::from(right),
        _ => left.checked_mul(right)?,
    };
    (product.unsigned_abs() < LIMIT).then_some(product)
}

fn multiply_to_precision(left: &Wide, right: &Wide, precision: u32) -> Result<Wide, DecimalOverflow> {
    let scale = checked_scale(i64::from(left.scale) + i64::from(right.scale))?;
    let product = Wide { mantissa: &left.mantissa * &right.mantissa, scale, precision: left.precision };
    product.rounded_to(u64::from(precision))
}
