//! Functions of floating point numbers as Go calculates them, to the last digit.

/// A float as a fraction from a half to one, and a power of two.
fn fraction_of(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0);
    }
    // What is too small to have all digits is made larger first.
    let (value, below) = if value.is_subnormal() { (value * 2f64.powi(60), 60) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or_default() - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent - below)
}

/// The natural logarithm by the polynomial that Go and FreeBSD use; other libraries differ in the last digit.
pub(super) fn ln(value: f64) -> f64 {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const ODD: [f64; 4] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    const EVEN: [f64; 3] = [
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
    ];
    if value.is_nan() || value.is_infinite() || value <= 0.0 {
        return value.ln();
    }
    let (mut fraction, mut exponent) = fraction_of(value);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let (s2, s4) = (s * s, s * s * (s * s));
    let odd = s2 * (ODD[0] + s4 * (ODD[1] + s4 * (ODD[2] + s4 * ODD[3])));
    let even = s4 * (EVEN[0] + s4 * (EVEN[1] + s4 * EVEN[2]));
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + (odd + even)) + k * LN2_LOW)) - f)
}

/// A power with a whole exponent, or a square root, rounded in each step as Go rounds. `None` for other exponents,
/// whose last digits differ between libraries.
pub(super) fn power(base: f64, exponent: f64) -> Option<f64> {
    if exponent == 0.0 || base == 1.0 {
        return Some(1.0);
    }
    if exponent == 0.5 || exponent == -0.5 {
        let root = base.sqrt();
        return Some(if exponent > 0.0 { root } else { 1.0 / root });
    }
    if exponent.fract() != 0.0 {
        // Of a negative number there is no such power.
        return (base < 0.0).then_some(f64::NAN);
    }
    if base == 0.0 || base == -1.0 || exponent.abs() >= 9e15 {
        return Some(base.powf(exponent));
    }
    let (mut square, shift) = fraction_of(base);
    let mut shift = i64::from(shift);
    let (mut result, mut result_exponent) = (1.0, 0i64);
    let mut left = exponent.abs() as i64;
    while left != 0 {
        if shift.abs() > 1 << 12 {
            result_exponent += shift;
            break;
        }
        if left & 1 == 1 {
            result *= square;
            result_exponent += shift;
        }
        square *= square;
        shift *= 2;
        if square < 0.5 {
            square += square;
            shift -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    Some(scaled(result, result_exponent))
}

/// A float times a power of two, rounded once.
fn scaled(value: f64, exponent: i64) -> f64 {
    let (fraction, own) = fraction_of(value);
    let power = exponent.saturating_add(i64::from(own)).clamp(-5_000, 5_000);
    // A fraction times a power that is not too small is exact; the rest is one more product.
    let power = i32::try_from(power).unwrap_or_default();
    if power > 1024 {
        return fraction * f64::INFINITY;
    }
    if power >= -1021 {
        return fraction * 2.0 * 2f64.powi(power - 1);
    }
    fraction * 2f64.powi(-1000) * 2f64.powi(power + 1000)
}
