//! Binary floats with a mantissa of 512 bits, rounded to the nearest and to even: Go's `big.Float` as Terraform uses
//! it.

use std::cmp::Ordering;
use std::fmt;

use bigdecimal::num_bigint::{BigInt, BigUint, Sign};

/// Bits of the mantissa.
const BITS: u64 = 512;
/// The largest binary exponent either way: what is larger is refused, and what is smaller is zero.
const MAX_EXPONENT: i64 = 100_000;

/// A float.
#[derive(Clone, Debug)]
pub struct Float {
    negative: bool,
    size: Size,
    /// The 64 bit float that it came from, which decides how many digits are written.
    double: Option<f64>,
}

#[derive(Clone, Debug)]
enum Size {
    Zero,
    /// `mantissa * 2^exponent`; the mantissa is odd.
    Finite(BigUint, i64),
    Infinite,
}

impl Float {
    /// Zero, which has a sign.
    pub(super) fn zero(negative: bool) -> Self {
        Self { negative, size: Size::Zero, double: None }
    }

    /// Infinity.
    pub(super) fn infinite(negative: bool) -> Self {
        Self { negative, size: Size::Infinite, double: None }
    }

    /// The nearest float of `mantissa * 2^exponent`. `more` is true where the mantissa was cut off.
    fn nearest(negative: bool, mantissa: BigUint, exponent: i64, more: bool) -> Self {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        let bits = mantissa.bits();
        if bits > BITS {
            let cut = bits - BITS;
            let half = BigUint::from(1u8) << (cut - 1);
            let rest = &mantissa & ((BigUint::from(1u8) << cut) - 1u8);
            mantissa >>= cut;
            let up = match rest.cmp(&half) {
                Ordering::Less => false,
                Ordering::Equal => more || mantissa.bit(0),
                Ordering::Greater => true,
            };
            if up {
                mantissa += 1u8;
            }
            exponent = exponent.saturating_add(i64::try_from(cut).unwrap_or(i64::MAX));
        }
        let Some(zeros) = mantissa.trailing_zeros() else { return Self::zero(negative) };
        mantissa >>= zeros;
        exponent = exponent.saturating_add(i64::try_from(zeros).unwrap_or(i64::MAX));
        if exponent < -MAX_EXPONENT {
            return Self::zero(negative);
        }
        Self { negative, size: Size::Finite(mantissa, exponent), double: None }
    }

    /// The nearest float of a whole number.
    pub(super) fn from_big_int(int: BigInt) -> Self {
        let (sign, mantissa) = int.into_parts();
        Self::nearest(sign == Sign::Minus, mantissa, 0, false)
    }

    /// The nearest float of `integer * 10^exponent`.
    pub(super) fn from_decimal(negative: bool, integer: BigInt, exponent: i64) -> Self {
        let (_, integer) = integer.into_parts();
        let power = ten_to(exponent.unsigned_abs());
        if exponent >= 0 {
            Self::nearest(negative, integer * power, 0, false)
        } else {
            Self::ratio(negative, integer, power)
        }
    }

    /// The nearest float of a quotient of whole numbers.
    fn ratio(negative: bool, dividend: BigUint, divisor: BigUint) -> Self {
        let shift = (BITS + 2 + divisor.bits()).saturating_sub(dividend.bits());
        let dividend = dividend << shift;
        let quotient = &dividend / &divisor;
        let more = &quotient * &divisor != dividend;
        // One more bit keeps what was cut off from looking like exactly a half.
        let quotient = (quotient << 1u8) + u8::from(more);
        let exponent = i64::try_from(shift).unwrap_or(i64::MAX).saturating_neg() - 1;
        Self::nearest(negative, quotient, exponent, more)
    }

    /// The same number, written as the 64 bit float that it is.
    pub(super) fn written_as(self, double: f64) -> Self {
        Self { double: Some(double), ..self }
    }

    /// The exact size as a whole number and a power of ten to multiply it with; `None` for infinity.
    pub(super) fn decimal(&self) -> Option<(BigUint, i64)> {
        match &self.size {
            Size::Zero => Some((BigUint::from(0u8), 0)),
            Size::Finite(mantissa, exponent) if *exponent >= 0 => Some((mantissa << exponent.unsigned_abs(), 0)),
            Size::Finite(mantissa, exponent) => {
                let power = u32::try_from(exponent.unsigned_abs()).ok()?;
                Some((mantissa * BigUint::from(5u8).pow(power), *exponent))
            }
            Size::Infinite => None,
        }
    }

    pub(super) fn is_infinite(&self) -> bool {
        matches!(self.size, Size::Infinite)
    }

    pub(super) fn is_negative_zero(&self) -> bool {
        self.negative && matches!(self.size, Size::Zero)
    }

    pub(super) fn signum(&self) -> i64 {
        match (&self.size, self.negative) {
            (Size::Zero, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }

    pub(super) fn to_i64(&self) -> Option<i64> {
        match &self.size {
            Size::Zero => Some(0),
            Size::Finite(mantissa, exponent) if *exponent >= 0 && mantissa.bits() + exponent.unsigned_abs() <= 64 => {
                i64::try_from(self.to_big_int()?).ok()
            }
            _ => None,
        }
    }

    /// The whole number, where it is one.
    pub(super) fn to_big_int(&self) -> Option<BigInt> {
        let int = match &self.size {
            Size::Zero => BigUint::default(),
            Size::Finite(mantissa, exponent) if *exponent >= 0 => mantissa << exponent.unsigned_abs(),
            _ => return None,
        };
        Some(BigInt::from_biguint(if self.negative { Sign::Minus } else { Sign::Plus }, int))
    }

    /// Rounded towards zero.
    pub(super) fn truncated(&self) -> Self {
        match &self.size {
            Size::Finite(mantissa, exponent) if *exponent < 0 => {
                Self::nearest(self.negative, mantissa >> exponent.unsigned_abs(), 0, false)
            }
            _ => self.clone(),
        }
    }

    pub(super) fn neg(&self) -> Self {
        Self { negative: !self.negative, size: self.size.clone(), double: self.double.map(|double| -double) }
    }

    /// The sum; `None` for opposing infinities.
    pub(super) fn add(&self, other: &Self) -> Option<Self> {
        let (a, a_exponent, b, b_exponent) = match (&self.size, &other.size) {
            (Size::Infinite, Size::Infinite) => return (self.negative == other.negative).then(|| self.clone()),
            (Size::Zero, Size::Zero) => return Some(Self::zero(self.negative && other.negative)),
            (Size::Infinite, _) | (_, Size::Zero) => return Some(self.clone()),
            (_, Size::Infinite) | (Size::Zero, _) => return Some(other.clone()),
            (Size::Finite(a, a_exponent), Size::Finite(b, b_exponent)) => (a, *a_exponent, b, *b_exponent),
        };
        let exponent = a_exponent.min(b_exponent);
        let signed = |negative: bool, mantissa: &BigUint, own: i64| {
            let sign = if negative { Sign::Minus } else { Sign::Plus };
            BigInt::from_biguint(sign, mantissa << (own - exponent).unsigned_abs())
        };
        let sum = signed(self.negative, a, a_exponent) + signed(other.negative, b, b_exponent);
        let (sign, mantissa) = sum.into_parts();
        Some(Self::nearest(sign == Sign::Minus, mantissa, exponent, false))
    }

    /// The product; `None` for zero times infinity, and where it is too large to hold.
    pub(super) fn mul(&self, other: &Self) -> Option<Self> {
        let negative = self.negative != other.negative;
        match (&self.size, &other.size) {
            (Size::Zero, Size::Infinite) | (Size::Infinite, Size::Zero) => None,
            (Size::Zero, _) | (_, Size::Zero) => Some(Self::zero(negative)),
            (Size::Infinite, _) | (_, Size::Infinite) => Some(Self::infinite(negative)),
            (Size::Finite(a, a_exponent), Size::Finite(b, b_exponent)) => {
                let exponent = a_exponent + b_exponent;
                (exponent <= MAX_EXPONENT).then(|| Self::nearest(negative, a * b, exponent, false))
            }
        }
    }

    /// The quotient; `None` for zero by zero and infinity by infinity.
    pub(super) fn div(&self, other: &Self) -> Option<Self> {
        let negative = self.negative != other.negative;
        match (&self.size, &other.size) {
            (Size::Zero, Size::Zero) | (Size::Infinite, Size::Infinite) => None,
            (Size::Zero, _) | (_, Size::Infinite) => Some(Self::zero(negative)),
            // The sign of a divisor that is zero counts for nothing.
            (Size::Infinite, _) | (_, Size::Zero) => Some(Self::infinite(self.negative)),
            (Size::Finite(a, a_exponent), Size::Finite(b, b_exponent)) => {
                let ratio = Self::ratio(negative, a.clone(), b.clone());
                let Size::Finite(mantissa, exponent) = ratio.size else { return None };
                let exponent = exponent + a_exponent - b_exponent;
                (exponent <= MAX_EXPONENT).then(|| Self::nearest(negative, mantissa, exponent, false))
            }
        }
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.signum().cmp(&other.signum());
        if signs != Ordering::Equal {
            return signs;
        }
        let sizes = match (&self.size, &other.size) {
            (Size::Finite(a, a_exponent), Size::Finite(b, b_exponent)) => {
                let top =
                    |mantissa: &BigUint, exponent: i64| exponent + i64::try_from(mantissa.bits()).unwrap_or(i64::MAX);
                top(a, *a_exponent).cmp(&top(b, *b_exponent)).then_with(|| {
                    let least = (*a_exponent).min(*b_exponent);
                    (a << (a_exponent - least).unsigned_abs()).cmp(&(b << (b_exponent - least).unsigned_abs()))
                })
            }
            (Size::Infinite, Size::Infinite) | (Size::Zero, Size::Zero) => Ordering::Equal,
            (Size::Infinite, _) => Ordering::Greater,
            (_, Size::Infinite) => Ordering::Less,
            _ => Ordering::Equal,
        };
        if self.signum() < 0 { sizes.reverse() } else { sizes }
    }
}

fn ten_to(exponent: u64) -> BigUint {
    BigUint::from(10u8).pow(u32::try_from(exponent).unwrap_or(u32::MAX))
}

/// The shortest decimal digits that no other float is nearer to, and the power of ten of the last one.
///
/// All decimals between the middles of the float and its neighbours read back as the float. Digits are left out as
/// long as one of the decimals that then remain lies between them.
fn shortest(mantissa: &BigUint, exponent: i64) -> (BigUint, i64) {
    // The float and half the distance to its neighbours, as whole numbers of one scale: twice the last of 512 bits.
    let shift = BITS - mantissa.bits();
    let unit = exponent - i64::try_from(shift).unwrap_or(i64::MAX) - 2;
    let value = mantissa << (shift + 2);
    let is_power = mantissa.bits() == 1;
    let upper = &value + 2u8;
    let lower = &value - if is_power { 1u8 } else { 2u8 };
    // Bounds are included where reading rounds them to the even mantissa, which is this one.
    let even = shift > 0;
    // As decimals without fraction: `value * 2^unit == decimal * 10^power`.
    let (scale, power) = if unit >= 0 {
        (BigUint::from(1u8) << unit.unsigned_abs(), 0)
    } else {
        (BigUint::from(5u8).pow(u32::try_from(unit.unsigned_abs()).unwrap_or(u32::MAX)), unit)
    };
    let (value, lower, upper) = (value * &scale, lower * &scale, upper * &scale);
    let fits = |decimal: &BigUint| {
        if even { *decimal >= lower && *decimal <= upper } else { *decimal > lower && *decimal < upper }
    };
    let digits = value.to_string().len();
    let rounded = |kept: usize| {
        let ten = ten_to((digits - kept) as u64);
        let down = &value / &ten;
        let rest = &value - &down * &ten;
        let nearer_up = &rest + &rest > ten || (&rest + &rest == ten && down.bit(0));
        let up = (&down + 1u8, &down * &ten + &ten);
        let down = (down.clone(), &down * &ten);
        let (first, second) = if nearer_up { (up, down) } else { (down, up) };
        [first, second].into_iter().find(|(_, decimal)| fits(decimal)).map(|(short, _)| short)
    };
    // A decimal with more digits always fits where one with fewer does.
    let (mut least, mut most) = (1, digits);
    while least < most {
        let middle = usize::midpoint(least, most);
        if rounded(middle).is_some() {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    let short = rounded(most).unwrap_or_else(|| value.clone());
    (short, power + i64::try_from(digits - most).unwrap_or_default())
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(double) = self.double {
            // Rust writes the fewest digits as well, and no exponent.
            return write!(f, "{double}");
        }
        let sign = if self.negative { "-" } else { "" };
        let (digits, power) = match &self.size {
            Size::Infinite => return f.write_str(if self.negative { "-Inf" } else { "+Inf" }),
            Size::Zero => return write!(f, "{sign}0"),
            Size::Finite(mantissa, exponent) => shortest(mantissa, *exponent),
        };
        let mut digits = digits.to_string();
        let mut power = power;
        while digits.len() > 1 && digits.ends_with('0') {
            digits.pop();
            power += 1;
        }
        if power >= 0 {
            let zeros = "0".repeat(usize::try_from(power).unwrap_or_default());
            return write!(f, "{sign}{digits}{zeros}");
        }
        let fraction = usize::try_from(power.unsigned_abs()).unwrap_or_default();
        if digits.len() <= fraction {
            let zeros = "0".repeat(fraction - digits.len());
            return write!(f, "{sign}0.{zeros}{digits}");
        }
        let (whole, rest) = digits.split_at(digits.len() - fraction);
        write!(f, "{sign}{whole}.{rest}")
    }
}
