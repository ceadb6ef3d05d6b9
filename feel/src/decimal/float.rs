//! Conversions from and to binary floating point.

use super::{Decimal, Representation};

impl Decimal {
    /// The nearest double; infinite when out of its range.
    pub fn to_f64(&self) -> f64 {
        if let Representation::Small { mantissa, scale } = &self.0 {
            // Both operands are exact doubles here, so one division rounds correctly.
            if mantissa.unsigned_abs() < 1 << 53 && (0..=22).contains(scale) {
                return *mantissa as f64 / 10_f64.powi(*scale);
            }
            return format!("{mantissa}e{}", -i64::from(*scale)).parse().unwrap_or(f64::NAN);
        }
        let wide = self.to_wide();
        format!("{}e{}", wide.mantissa, -i64::from(wide.scale)).parse().unwrap_or(f64::NAN)
    }

    /// The shortest decimal that reads back as `value`, with the scale that Java's
    /// `Double.toString` gives: at least one digit after the point of the number or of its
    /// scientific form. `None` for infinities and NaN.
    pub fn from_f64(value: f64) -> Option<Decimal> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let fraction_digits = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
        let mantissa: i128 = digits.replace('.', "").parse().ok()?;
        if mantissa == 0 {
            return Some(Decimal::small(0, 1));
        }
        let plain = (-3..7).contains(&exponent);
        let wanted =
            if plain { (fraction_digits - exponent).max(1) } else { fraction_digits.max(1) - exponent };
        let padding = wanted - (fraction_digits - exponent);
        assert!((0..=8).contains(&padding), "a double has few digits to pad");
        Some(Decimal::small(mantissa * 10_i128.pow(padding as u32), wanted))
    }
}
