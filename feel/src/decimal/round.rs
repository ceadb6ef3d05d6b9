//! Rounding to a scale or to a number of digits.

use super::wide::{Wide, big_power_of_ten, checked_scale};
use super::{Decimal, DecimalOverflow, Representation, power_of_ten};
use num_bigint::{BigInt, Sign};
use num_traits::Zero;
use std::cmp::Ordering;

/// Where a number goes that lies between two representable ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward positive infinity.
    Ceiling,
    /// Toward negative infinity.
    Floor,
    /// To the nearest, ties away from zero.
    HalfUp,
    /// To the nearest, ties toward zero.
    HalfDown,
    /// To the nearest, ties to the even neighbour.
    HalfEven,
    /// Refuse to round.
    Unnecessary,
}

impl Rounding {
    /// The mode of a Java name in any case, such as `half_up`.
    pub fn from_name(name: &str) -> Option<Rounding> {
        const NAMES: [(&str, Rounding); 8] = [
            ("UP", Rounding::Up),
            ("DOWN", Rounding::Down),
            ("CEILING", Rounding::Ceiling),
            ("FLOOR", Rounding::Floor),
            ("HALF_UP", Rounding::HalfUp),
            ("HALF_DOWN", Rounding::HalfDown),
            ("HALF_EVEN", Rounding::HalfEven),
            ("UNNECESSARY", Rounding::Unnecessary),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, mode)| *mode)
    }

    /// Whether the quotient moves one step away from zero.
    fn moves_away(self, negative: bool, half: Ordering, odd: bool) -> bool {
        match self {
            Rounding::Up => true,
            Rounding::Down | Rounding::Unnecessary => false,
            Rounding::Ceiling => !negative,
            Rounding::Floor => negative,
            Rounding::HalfUp => half != Ordering::Less,
            Rounding::HalfDown => half == Ordering::Greater,
            Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && odd),
        }
    }
}

impl Decimal {
    /// The number at exactly `scale` digits after the point. Errors: beyond the bounds, or digits
    /// would be lost under [`Rounding::Unnecessary`].
    pub fn with_scale(&self, scale: i64, mode: Rounding) -> Result<Decimal, DecimalOverflow> {
        let shift = scale - i64::from(self.scale());
        let wanted = checked_scale(scale)?;
        if let Representation::Small { mantissa, .. } = &self.0 {
            if shift >= 0 {
                let widened =
                    u32::try_from(shift).ok().and_then(power_of_ten).and_then(|f| mantissa.checked_mul(f));
                if let Some(mantissa) = widened {
                    return Ok(Decimal::small(mantissa, wanted));
                }
            } else if let Some(unit) = u32::try_from(-shift).ok().and_then(power_of_ten) {
                return round_small(*mantissa, unit, mode).map(|m| Decimal::small(m, wanted));
            }
        }
        let wide = self.to_wide();
        if shift >= 0 {
            let mantissa = wide.mantissa_at(scale)?;
            return Wide { mantissa, scale: wanted, ..wide }.into_decimal();
        }
        let mantissa = round_big(&wide.mantissa, -shift, mode)?;
        Wide { mantissa, scale: wanted, ..wide }.into_decimal()
    }
}

fn round_small(mantissa: i128, unit: i128, mode: Rounding) -> Result<i128, DecimalOverflow> {
    let (quotient, rest) = (mantissa / unit, mantissa % unit);
    if rest == 0 {
        return Ok(quotient);
    }
    if mode == Rounding::Unnecessary {
        return Err(DecimalOverflow);
    }
    let half = (rest.unsigned_abs()).cmp(&(unit.unsigned_abs() - rest.unsigned_abs()));
    let away = mode.moves_away(mantissa < 0, half, quotient % 2 != 0);
    Ok(if away { quotient + mantissa.signum() } else { quotient })
}

/// Divides by `10^digits`, rounding.
fn round_big(mantissa: &BigInt, digits: i64, mode: Rounding) -> Result<BigInt, DecimalOverflow> {
    assert!(digits > 0, "nothing to drop");
    // Dropping far more digits than there are leaves less than half of a unit.
    let present = super::wide::big_digits(mantissa.magnitude()) as i64;
    let unit = big_power_of_ten(digits.min(present + 2) as u64)?;
    let (quotient, rest) = (mantissa / &unit, mantissa % &unit);
    if rest.is_zero() {
        return Ok(quotient);
    }
    if mode == Rounding::Unnecessary {
        return Err(DecimalOverflow);
    }
    let twice = rest.magnitude() * 2_u32;
    let half = twice.cmp(unit.magnitude());
    let negative = mantissa.sign() == Sign::Minus;
    let odd = quotient.magnitude().bit(0);
    if !mode.moves_away(negative, half, odd) {
        return Ok(quotient);
    }
    Ok(if negative { quotient - 1 } else { quotient + 1 })
}

impl Wide {
    /// Rounded half-even to at most `precision` digits.
    pub fn rounded_to(self, precision: u64) -> Result<Wide, DecimalOverflow> {
        let mut wide = self;
        // Rounding 99.9 up adds a digit, so this may take a second turn.
        loop {
            let excess = wide.digits() as i64 - precision as i64;
            if excess <= 0 {
                return Ok(wide);
            }
            let scale = checked_scale(i64::from(wide.scale) - excess)?;
            wide = Wide { mantissa: round_big(&wide.mantissa, excess, Rounding::HalfEven)?, scale, ..wide };
        }
    }

    /// Trailing zeros dropped while the scale is above `preferred`.
    pub fn stripped_to(mut self, preferred: i64) -> Wide {
        while i64::from(self.scale) > preferred && !self.mantissa.is_zero() {
            if !(&self.mantissa % 10_u32).is_zero() {
                break;
            }
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }
}
