//! Order and equality by value: `1.0` equals `1`.

use super::add::aligned;
use super::{Decimal, Representation, digit_count};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

impl Decimal {
    /// The position of the leading digit: 0 for `1`..`9.99`, -1 for `0.1`.
    pub(crate) fn magnitude(&self) -> i64 {
        let digits = match &self.0 {
            Representation::Small { mantissa, .. } => i64::from(digit_count(*mantissa)),
            Representation::Big(wide) => wide.digits() as i64,
        };
        digits - 1 - i64::from(self.scale())
    }

    fn signum(&self) -> i32 {
        if self.is_zero() {
            0
        } else if self.is_negative() {
            -1
        } else {
            1
        }
    }

    fn compare_far(&self, other: &Decimal) -> Ordering {
        let by_sign = self.signum().cmp(&other.signum());
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let by_magnitude = self.magnitude().cmp(&other.magnitude());
        let by_value = by_magnitude.then_with(|| {
            // Equal magnitudes differ in scale by less than the digits of one of them.
            let (left, right) = (self.absolute().to_wide(), other.absolute().to_wide());
            let scale = i64::from(left.scale.max(right.scale));
            match (left.mantissa_at(scale), right.mantissa_at(scale)) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                _ => Ordering::Equal,
            }
        });
        if self.is_negative() && by_magnitude != Ordering::Equal {
            by_magnitude.reverse()
        } else if self.is_negative() {
            by_value.reverse()
        } else {
            by_value
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match aligned(self, other) {
            Some((left, right, _)) => left.cmp(&right),
            None => self.compare_far(other),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal values share sign and magnitude, whatever their scales.
        self.signum().hash(state);
        if !self.is_zero() {
            self.magnitude().hash(state);
            self.to_f64().to_bits().hash(state);
        }
    }
}
