//! Decimal texts of numbers as Go writes them: `%e`, `%f` and `%g`, with all digits that a number has.

use super::super::value::Number;

/// Digits without zeros at either end, and where the point stands: `0.digits * 10^point`.
pub(super) struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// The exact size of a number; `None` for infinity.
    pub(super) fn exact(number: &Number) -> Option<Self> {
        let (whole, power) = number.decimal()?;
        Some(Self::new(&whole.to_string(), power))
    }

    /// The fewest digits that stand for a number.
    pub(super) fn shortest(number: &Number) -> Self {
        let text = number.to_string();
        let text = text.trim_start_matches('-');
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        Self::new(&format!("{whole}{fraction}"), -i64::try_from(fraction.len()).unwrap_or_default())
    }

    fn new(digits: &str, power: i64) -> Self {
        let trimmed = digits.trim_start_matches('0');
        let point = i64::try_from(trimmed.len()).unwrap_or_default() + power;
        let digits = trimmed.trim_end_matches('0').bytes().map(|byte| byte - b'0').collect::<Vec<u8>>();
        let point = if digits.is_empty() { 0 } else { point };
        Self { digits, point }
    }

    /// Rounds to a number of digits: to the nearest, and halves to even.
    fn rounded(mut self, count: i64) -> Self {
        let Ok(count) = usize::try_from(count) else { return Self { digits: Vec::new(), point: 0 } };
        let Some(next) = self.digits.get(count).copied() else { return self };
        let is_odd = count > 0 && self.digits.get(count - 1).is_some_and(|digit| digit % 2 == 1);
        let is_up = next > 5 || next == 5 && (self.digits.len() > count + 1 || is_odd);
        self.digits.truncate(count);
        if is_up {
            while self.digits.last() == Some(&9) {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    self.digits.push(1);
                    self.point += 1;
                }
            }
        }
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    fn digit(&self, at: i64) -> char {
        let digit = usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        char::from(b'0' + digit)
    }

    /// `%f`
    pub(super) fn fixed(self, precision: usize) -> String {
        let precision = i64::try_from(precision).unwrap_or_default();
        let count = self.point + precision;
        self.rounded(count).plain(precision)
    }

    fn plain(&self, precision: i64) -> String {
        let mut out: String = (0..self.point).map(|at| self.digit(at)).collect();
        if out.is_empty() {
            out.push('0');
        }
        if precision > 0 {
            out.push('.');
            out.extend((0..precision).map(|at| self.digit(self.point + at)));
        }
        out
    }

    /// `%e`
    pub(super) fn exponent(self, precision: usize, upper: bool) -> String {
        let precision = i64::try_from(precision).unwrap_or_default();
        self.rounded(precision + 1).scientific(precision, upper)
    }

    fn scientific(&self, precision: i64, upper: bool) -> String {
        let mut out = String::from(self.digit(0));
        if precision > 0 {
            out.push('.');
            out.extend((1..=precision).map(|at| self.digit(at)));
        }
        let power = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if power < 0 { '-' } else { '+' };
        format!("{out}{}{sign}{:02}", if upper { 'E' } else { 'e' }, power.abs())
    }

    /// `%g`: without a precision with all digits.
    pub(super) fn general(self, precision: Option<usize>, upper: bool) -> String {
        let length = |digits: &[u8]| i64::try_from(digits.len()).unwrap_or_default();
        let wanted = precision.map(|precision| i64::try_from(precision.max(1)).unwrap_or(i64::MAX));
        let own = match wanted {
            Some(wanted) => self.rounded(wanted),
            None => self,
        };
        let count = length(&own.digits);
        // From which power on an exponent is written.
        let limit = match wanted {
            None => 6,
            Some(wanted) if wanted > count && count >= own.point => count,
            Some(wanted) => wanted,
        };
        let power = own.point - 1;
        if power < -4 || power >= limit {
            return own.scientific(wanted.unwrap_or(count).min(count) - 1, upper);
        }
        let digits = match wanted {
            Some(wanted) if wanted <= own.point => wanted,
            _ => count,
        };
        own.plain((digits - own.point).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_even_from_all_their_digits() {
        let decimal = |text: &str| Decimal::exact(&Number::parse(text).unwrap()).unwrap();
        for (text, precision, expected) in [
            ("2.5", 0, "2"),
            ("3.5", 0, "4"),
            ("0.125", 2, "0.12"),
            ("0.0625", 3, "0.062"),
            ("9.99", 1, "10.0"),
            ("0", 2, "0.00"),
            ("0.001", 2, "0.00"),
            ("123456789012345678901", 1, "123456789012345678901.0"),
        ] {
            assert_eq!(decimal(text).fixed(precision), expected, "{text}");
        }
        assert_eq!(decimal("0").exponent(2, false), "0.00e+00");
        assert_eq!(decimal("1234.5").exponent(2, true), "1.23E+03");
        assert_eq!(decimal("100").general(Some(2), false), "1e+02");
        assert_eq!(decimal("0").general(None, false), "0");
    }
}
