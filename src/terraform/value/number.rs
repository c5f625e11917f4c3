//! Numbers of any size: small integers fast, everything else as a decimal.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive, Zero};

/// Decimal digits that a product keeps: what a 512 bit binary float can hold.
const DIGITS: u64 = 154;
/// Digits beyond those that a quotient keeps, so that `1 / 3 * 3` is 1 as it is in binary.
const GUARD_DIGITS: u64 = 6;
/// The largest exponent that is read; more would need memory for its zeros.
const MAX_EXPONENT: i64 = 5_000;
/// The most digits that are read.
const MAX_DIGITS: usize = 5_000;

/// A number. A whole number that fits is always an `Int`, so that equal numbers are equal values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// A whole number of 64 bits.
    Int(i64),
    /// Any other number.
    Big(Box<BigDecimal>),
}

impl Number {
    /// Reads decimal text, with an optional sign, fraction and exponent.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(int) = text.parse::<i64>() {
            return (!text.starts_with('+')).then_some(Self::Int(int));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
        if !digits.bytes().next()?.is_ascii_digit() || !digits.bytes().all(plain) || digits.len() > MAX_DIGITS {
            return None;
        }
        if let Some((_, exponent)) = digits.split_once(['e', 'E'])
            && exponent.parse::<i64>().ok()?.abs() > MAX_EXPONENT
        {
            return None;
        }
        BigDecimal::from_str(text).ok().map(Self::from_decimal)
    }

    /// The number of a decimal.
    pub fn from_decimal(decimal: BigDecimal) -> Self {
        if decimal.is_integer()
            && let Some(int) = decimal.to_i64()
        {
            return Self::Int(int);
        }
        Self::Big(Box::new(decimal.normalized()))
    }

    /// The number of a whole number of any size.
    pub fn from_big_int(int: BigInt) -> Self {
        Self::from_decimal(BigDecimal::from(int))
    }

    /// The nearest number of a float; `None` where it is not finite.
    pub fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        // Rust prints the shortest text that reads back as the same float, without an exponent.
        Self::parse(&float.to_string())
    }

    /// As a decimal.
    pub fn to_decimal(&self) -> BigDecimal {
        match self {
            Self::Int(int) => BigDecimal::from(*int),
            Self::Big(decimal) => (**decimal).clone(),
        }
    }

    /// As a float, which may lose digits.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Int(int) => *int as f64,
            Self::Big(decimal) => decimal.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// As a whole number of 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Big(_) => None,
        }
    }

    /// As a whole number of any size.
    pub fn to_big_int(&self) -> Option<BigInt> {
        match self {
            Self::Int(int) => Some(BigInt::from(*int)),
            Self::Big(decimal) => decimal.is_integer().then(|| decimal.with_scale(0).into_bigint_and_exponent().0),
        }
    }

    /// True for a whole number.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::Big(decimal) => decimal.is_integer(),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match self {
            Self::Int(int) => int.signum(),
            Self::Big(decimal) => match decimal.sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            },
        }
    }

    /// The sum.
    pub fn add(&self, other: &Self) -> Self {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Self::Int(sum);
        }
        Self::from_decimal(self.to_decimal() + other.to_decimal())
    }

    /// The negative.
    pub fn neg(&self) -> Self {
        match self {
            Self::Int(int) if *int != i64::MIN => Self::Int(-int),
            other => Self::from_decimal(-other.to_decimal()),
        }
    }

    /// The difference.
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    /// The product; `None` where it is too large to hold.
    pub fn mul(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Some(Self::Int(product));
        }
        let (a, b) = (self.to_decimal(), other.to_decimal());
        let digits = a.digits()
            + b.digits()
            + a.fractional_digit_count().unsigned_abs()
            + b.fractional_digit_count().unsigned_abs();
        if digits >= 4 * MAX_DIGITS as u64 {
            return None;
        }
        let product = a * b;
        Some(Self::from_decimal(if product.digits() > DIGITS { product.with_prec(DIGITS) } else { product }))
    }

    /// The quotient; `None` where the divisor is zero.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            if *b == 0 {
                return None;
            }
            if a.checked_rem(*b) == Some(0)
                && let Some(quotient) = a.checked_div(*b)
            {
                return Some(Self::Int(quotient));
            }
        }
        let divisor = other.to_decimal();
        if divisor.is_zero() {
            return None;
        }
        // The crate's own division keeps too few digits.
        let dividend = self.to_decimal();
        let wanted = DIGITS + GUARD_DIGITS + divisor.digits();
        let shift = i64::try_from(wanted.saturating_sub(dividend.digits())).ok()?;
        let (a, a_scale) = dividend.into_bigint_and_exponent();
        let (b, b_scale) = divisor.into_bigint_and_exponent();
        let quotient = a * BigInt::from(10).pow(u32::try_from(shift).ok()?) / b;
        Some(Self::from_decimal(BigDecimal::new(quotient, shift + a_scale - b_scale)))
    }

    /// The rest of a division that rounds towards zero; `None` where the divisor is zero.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return if *b == 0 { None } else { Some(Self::Int(a.checked_rem(*b).unwrap_or(0))) };
        }
        let divisor = other.to_decimal();
        (!divisor.is_zero()).then(|| Self::from_decimal(self.to_decimal() % divisor))
    }

    /// The largest whole number that is not larger.
    pub fn floor(&self) -> Self {
        self.rounded(RoundingMode::Floor)
    }

    /// The smallest whole number that is not smaller.
    pub fn ceil(&self) -> Self {
        self.rounded(RoundingMode::Ceiling)
    }

    fn rounded(&self, mode: RoundingMode) -> Self {
        match self {
            Self::Int(int) => Self::Int(*int),
            Self::Big(decimal) => Self::from_decimal(decimal.with_scale_round(0, mode)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            _ => self.to_decimal().cmp(&other.to_decimal()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Big(decimal) => f.write_str(&decimal.to_plain_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_exact_and_print_without_exponent() {
        assert_eq!(number("0.1").add(&number("0.2")).to_string(), "0.3");
        assert_eq!(
            number("12345678901234567890123456789").add(&Number::Int(1)).to_string(),
            "12345678901234567890123456790"
        );
        assert_eq!(number("1e3"), Number::Int(1000));
        assert_eq!(number("9223372036854775807").add(&Number::Int(1)).to_string(), "9223372036854775808");
        assert_eq!(number("-7").rem(&Number::Int(3)), Some(Number::Int(-1)));
        assert_eq!(number("1").div(&Number::Int(0)), None);
        assert_eq!(number("1").div(&Number::Int(3)).and_then(|third| third.mul(&Number::Int(3))), Some(Number::Int(1)));
        assert_eq!(number("2.5").floor(), Number::Int(2));
        assert_eq!(number("-2.5").ceil(), Number::Int(-2));
        assert_eq!(number("1e20").to_string(), "100000000000000000000");
        assert_eq!(number("1.50").to_string(), "1.5");
    }

    #[test]
    fn hostile_numbers_are_refused_not_expanded() {
        for text in ["1e999999999", "", "-", "1x", "0x10", "+1", "1e", "NaN", "inf", " 1"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
