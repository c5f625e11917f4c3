//! Numbers of any size: small integers fast, everything else as a float of 512 bits, as Terraform has them.

use std::cmp::Ordering;
use std::fmt;

use bigdecimal::num_bigint::{BigInt, BigUint};

use super::float::Float;

/// The largest exponent that is read; more would need memory for its zeros.
const MAX_EXPONENT: i64 = 5_000;
/// The most digits that are read.
const MAX_DIGITS: usize = 5_000;

/// A number. A whole number that fits is always an `Int`, except for the negative zero.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number of 64 bits.
    Int(i64),
    /// Any other number.
    Big(Box<Float>),
}

impl Number {
    /// Reads decimal text, with an optional sign, fraction and exponent.
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse::<i64>() {
            Ok(_) if text.starts_with('+') => return None,
            Ok(0) if text.starts_with('-') => return Some(Self::Big(Box::new(Float::zero(true)))),
            Ok(int) => return Some(Self::Int(int)),
            Err(_) => {}
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let negative = digits.len() < text.len();
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.len() > MAX_DIGITS {
            return None;
        }
        if exponent.is_empty() || !all_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)) {
            return None;
        }
        let exponent = exponent.parse::<i64>().ok().filter(|exponent| exponent.abs() <= MAX_EXPONENT)?;
        let integer: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let scale = i64::try_from(fraction.len()).ok()?;
        Some(Self::from_float(Float::from_decimal(negative, integer, exponent - scale)))
    }

    /// Reads the text of a string where a number is wanted, in which Terraform also allows `.5`, `+5` and `Inf`.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('+') {
            Some(rest) => ("", rest),
            None => text.strip_prefix('-').map_or(("", text), |rest| ("-", rest)),
        };
        if matches!(rest, "Inf" | "inf") {
            return Some(Self::infinite(sign == "-"));
        }
        if !rest.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            || !rest.bytes().any(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let zero = if rest.starts_with('.') { "0" } else { "" };
        Self::parse(&format!("{sign}{zero}{rest}"))
    }

    fn from_float(float: Float) -> Self {
        match float.to_i64() {
            Some(int) if !float.is_negative_zero() => Self::Int(int),
            _ => Self::Big(Box::new(float)),
        }
    }

    /// What a division by zero gives.
    pub fn infinite(negative: bool) -> Self {
        Self::Big(Box::new(Float::infinite(negative)))
    }

    /// The number of a whole number of any size.
    pub fn from_big_int(int: BigInt) -> Self {
        Self::from_float(Float::from_big_int(int))
    }

    /// The nearest number of a float; `None` where it is not finite.
    pub fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        if float.fract() != 0.0 {
            // Rust prints the shortest text that reads back as the same float, without an exponent.
            return Self::parse(&float.to_string());
        }
        // Terraform calculates with all digits of a whole number, and writes fewer.
        Some(match Self::parse(&format!("{float:.0}"))? {
            Self::Big(exact) => Self::Big(Box::new(exact.written_as(float))),
            int => int,
        })
    }

    fn to_float(&self) -> Float {
        match self {
            Self::Int(int) => Float::from_big_int(BigInt::from(*int)),
            Self::Big(float) => (**float).clone(),
        }
    }

    /// As a float, which may lose digits.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Int(int) => *int as f64,
            Self::Big(float) => float.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    /// As a whole number of 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Big(float) => float.to_i64(),
        }
    }

    /// As a whole number of any size.
    pub fn to_big_int(&self) -> Option<BigInt> {
        match self {
            Self::Int(int) => Some(BigInt::from(*int)),
            Self::Big(float) => float.to_big_int(),
        }
    }

    /// The exact size, without the sign, as a whole number and a power of ten to multiply it with; `None` for infinity.
    pub fn decimal(&self) -> Option<(BigUint, i64)> {
        match self {
            Self::Int(int) => Some((BigUint::from(int.unsigned_abs()), 0)),
            Self::Big(float) => float.decimal(),
        }
    }

    /// True for a whole number.
    pub fn is_whole(&self) -> bool {
        self.to_big_int().is_some()
    }

    /// True for what a division by zero gives.
    pub fn is_infinite(&self) -> bool {
        matches!(self, Self::Big(float) if float.is_infinite())
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match self {
            Self::Int(int) => int.signum(),
            Self::Big(float) => float.signum(),
        }
    }

    /// The sum; `None` for opposing infinities.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Some(Self::Int(sum));
        }
        self.to_float().add(&other.to_float()).map(Self::from_float)
    }

    /// The sum; of opposing infinities the first.
    pub fn add(&self, other: &Self) -> Self {
        self.checked_add(other).unwrap_or_else(|| self.clone())
    }

    /// The negative.
    pub fn neg(&self) -> Self {
        match self {
            Self::Int(int) if *int != i64::MIN && *int != 0 => Self::Int(-int),
            other => Self::from_float(other.to_float().neg()),
        }
    }

    /// The difference.
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    /// The product; `None` for zero times infinity, and where it is too large to hold.
    pub fn mul(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
            // A zero that comes of a negative number is a negative zero.
            && (product != 0 || (*a >= 0 && *b >= 0))
        {
            return Some(Self::Int(product));
        }
        self.to_float().mul(&other.to_float()).map(Self::from_float)
    }

    /// The quotient, infinite where only the divisor is zero; `None` for zero by zero and infinity by infinity.
    pub fn quotient(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && a.checked_rem(*b) == Some(0)
            && let Some(quotient) = a.checked_div(*b)
            && (quotient != 0 || *b > 0)
        {
            return Some(Self::Int(quotient));
        }
        self.to_float().div(&other.to_float()).map(Self::from_float)
    }

    /// The quotient; `None` where the divisor is zero.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 { None } else { self.quotient(other) }
    }

    /// The rest of a division that rounds towards zero; `None` where the divisor is zero.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return if *b == 0 { None } else { Some(Self::Int(a.checked_rem(*b).unwrap_or(0))) };
        }
        // As Terraform does it, the quotient is rounded first.
        let times = self.div(other)?.to_float().truncated();
        Some(self.sub(&Self::from_float(other.to_float().mul(&times)?)))
    }

    /// The largest whole number that is not larger.
    pub fn floor(&self) -> Self {
        self.rounded(-1)
    }

    /// The smallest whole number that is not smaller.
    pub fn ceil(&self) -> Self {
        self.rounded(1)
    }

    /// Rounded towards negative or positive infinity.
    fn rounded(&self, direction: i64) -> Self {
        if self.is_whole() || self.is_infinite() {
            return self.clone();
        }
        let truncated = Self::from_float(self.to_float().truncated());
        if self.signum() == direction { truncated.add(&Self::Int(direction)) } else { truncated.add(&Self::Int(0)) }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            _ => self.to_float().cmp(&other.to_float()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Big(float) => float.fmt(f),
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
    fn numbers_have_512_bits_and_print_without_exponent() {
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
        assert_eq!(number("-2.5").floor(), Number::Int(-3));
        assert_eq!(number("-2.5").ceil(), Number::Int(-2));
        assert_eq!(number("-0.5").ceil(), Number::Int(0));
        assert_eq!(number("1e20").to_string(), "100000000000000000000");
        assert_eq!(number("1.50").to_string(), "1.5");
        assert_eq!(number("-0").to_string(), "-0");
        assert_eq!(number("-0"), Number::Int(0));
        assert_eq!(number("1e-3").to_string(), "0.001");
    }

    #[test]
    fn infinity_is_what_a_division_by_zero_gives() {
        let infinite = Number::Int(1).quotient(&Number::Int(0)).unwrap();
        assert_eq!(infinite.to_string(), "+Inf");
        assert!(infinite > number("1e300"));
        assert_eq!(Number::Int(0).quotient(&Number::Int(0)), None);
        assert_eq!(infinite.quotient(&infinite), None);
        assert_eq!(infinite.mul(&Number::Int(0)), None);
        assert_eq!(infinite.checked_add(&infinite.neg()), None);
        assert_eq!(Number::Int(5).quotient(&infinite), Some(Number::Int(0)));
    }

    #[test]
    fn hostile_numbers_are_refused_not_expanded() {
        for text in ["1e999999999", "", "-", "1x", "0x10", "+1", "1e", "NaN", "inf", " 1", ".5"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        let mut grown = number("1e4000");
        while let Some(next) = grown.mul(&grown) {
            grown = next;
        }
        assert!(grown.to_string().len() < 100_000);
    }
}
