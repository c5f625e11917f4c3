//! Floating point numbers as Go writes them.

/// Go writes exponents with a sign and at least two digits.
pub(super) fn exponent(value: f64, precision: usize, upper: bool) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}{}{sign}{digits:0>2}", if upper { 'E' } else { 'e' })
}

/// `%g` without a precision: all digits, with an exponent from a million on and below a ten-thousandth.
pub(super) fn shortest(plain: &str, upper: bool) -> String {
    let plain = plain.trim_start_matches('-');
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let whole = whole.trim_start_matches('0');
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    let leading = fraction.len() - fraction.trim_start_matches('0').len();
    let power = if whole.is_empty() { -(leading as i64) - 1 } else { whole.len() as i64 - 1 };
    if digits.is_empty() || (-4..6).contains(&power) {
        return plain.to_owned();
    }
    let (first, more) = digits.split_at(1);
    let point = if more.is_empty() { "" } else { "." };
    let sign = if power < 0 { '-' } else { '+' };
    format!("{first}{point}{more}{}{sign}{:02}", if upper { 'E' } else { 'e' }, power.abs())
}

/// `%g` with a number of digits: plain for middling exponents, else with an exponent.
pub(super) fn general(value: f64, digits: usize, upper: bool) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let power: i64 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let limit = i64::try_from(digits).unwrap_or(i64::MAX);
    if power < -4 || power >= limit {
        return without_zeros(&exponent(value, digits - 1, upper));
    }
    let text = format!("{value:.*}", usize::try_from(limit - 1 - power).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The mantissa without trailing zeros.
fn without_zeros(text: &str) -> String {
    match text.find(['e', 'E']) {
        Some(at) if text.contains('.') => {
            let (mantissa, exponent) = text.split_at(at);
            format!("{}{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text.to_owned(),
    }
}
