//! Format specifications: `f"{value:>8}"`, `"{:03d}".format(…)`, `"%-4s" % …`.

use crate::deploy::python::value::{Kind, Val};

/// The widest field that is made.
const MAX_WIDTH: usize = 1_000;

/// A format specification, as far as it is evaluated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: bool,
    width: usize,
    precision: Option<usize>,
    grouped: bool,
    kind: Option<char>,
}

impl Spec {
    /// Reads `[[fill]align][sign][0][width][,][.precision][type]`; `None` for what else there is.
    pub fn parse(text: &str) -> Option<Self> {
        let mut spec = Self::default();
        let mut rest: Vec<char> = text.chars().collect();
        let is_align = |next: Option<&char>| next.is_some_and(|next| matches!(next, '<' | '>' | '^'));
        if is_align(rest.get(1)) {
            spec.fill = rest.first().copied();
            spec.align = rest.get(1).copied();
            rest.drain(..2);
        } else if is_align(rest.first()) {
            spec.align = rest.first().copied();
            rest.drain(..1);
        }
        let mut rest = rest.into_iter().peekable();
        spec.sign = rest.next_if_eq(&'+').is_some();
        if rest.next_if_eq(&'0').is_some() {
            spec.fill = spec.fill.or(Some('0'));
            spec.align = spec.align.or(Some('='));
        }
        while let Some(digit) = rest.next_if(char::is_ascii_digit) {
            spec.width = spec.width.checked_mul(10)?.checked_add(digit.to_digit(10)? as usize)?;
        }
        spec.grouped = rest.next_if_eq(&',').is_some();
        if rest.next_if_eq(&'.').is_some() {
            let mut precision = 0_usize;
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                precision = precision.checked_mul(10)?.checked_add(digit.to_digit(10)? as usize)?;
            }
            spec.precision = Some(precision);
        }
        spec.kind = rest.next();
        (rest.next().is_none() && spec.width <= MAX_WIDTH).then_some(spec)
    }

    /// What `zfill`, `ljust` and `rjust` do.
    pub fn padded(method: &str, width: usize) -> Self {
        let (fill, align) = match method {
            "zfill" => (Some('0'), '='),
            "ljust" => (None, '<'),
            _ => (None, '>'),
        };
        Self { fill, align: Some(align), width: width.min(MAX_WIDTH + 1), ..Self::default() }
    }

    /// A value in this form; `None` where that is not evaluated.
    pub fn apply(&self, value: &Val<'_>) -> Option<String> {
        match &value.kind {
            Kind::Text(_) => {
                let text = value.as_text()?;
                (self.kind.is_none_or(|kind| kind == 's') && !self.sign && !self.grouped).then_some(())?;
                // A zero before the width is an error for a text, but only in some versions.
                (self.align != Some('=')).then(|| self.text(&text))?
            }
            Kind::Int(number) => self.number(*number),
            _ => None,
        }
    }

    /// A text in this form.
    pub fn text(&self, text: &str) -> Option<String> {
        let cut: String = text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        self.fit(cut, '<')
    }

    fn number(&self, number: i64) -> Option<String> {
        if self.precision.is_some() {
            return None;
        }
        let size = number.unsigned_abs();
        let digits = match self.kind {
            None | Some('d') if self.grouped => {
                let plain = size.to_string();
                let first = plain.len() % 3;
                let groups = plain.char_indices().map(|(index, digit)| {
                    if index > 0 && index % 3 == first { format!(",{digit}") } else { digit.to_string() }
                });
                // Zeros before grouped digits are grouped as well.
                (self.align != Some('=')).then(|| groups.collect::<String>())?
            }
            None | Some('d') => size.to_string(),
            Some('x') => format!("{size:x}"),
            Some('X') => format!("{size:X}"),
            Some('o') => format!("{size:o}"),
            Some('b') => format!("{size:b}"),
            _ => return None,
        };
        let sign = match (number < 0, self.sign) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        self.fit(format!("{sign}{digits}"), '>')
    }

    fn fit(&self, text: String, usual: char) -> Option<String> {
        if self.width > MAX_WIDTH {
            return None;
        }
        let missing = self.width.saturating_sub(text.chars().count());
        let fill = |count: usize| self.fill.unwrap_or(' ').to_string().repeat(count);
        Some(match self.align.unwrap_or(usual) {
            '<' => text + &fill(missing),
            '>' => fill(missing) + &text,
            '^' => fill(missing / 2) + &text + &fill(missing - missing / 2),
            _ => {
                let sign = text.len() - text.trim_start_matches(['-', '+']).len().max(text.len().saturating_sub(1));
                let (sign, digits) = text.split_at(sign);
                format!("{sign}{}{digits}", fill(missing))
            }
        })
    }
}

/// What `repr(value)` gives, where that is simple.
pub fn repr(value: &Val<'_>) -> Option<String> {
    match &value.kind {
        Kind::Text(_) => {
            let text = value.as_text()?;
            let simple =
                text.chars().all(|next| (next.is_ascii_graphic() || next == ' ') && !matches!(next, '\'' | '\\'));
            simple.then(|| format!("'{text}'"))
        }
        Kind::Int(number) => Some(number.to_string()),
        Kind::Bool(true) => Some("True".to_owned()),
        Kind::Bool(false) => Some("False".to_owned()),
        Kind::None => Some("None".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_form_that_python_gives_them() {
        // As CPython 3.11 prints them.
        for (spec, value, wanted) in [
            ("", Val::text("ab", (0, 0)), Some("ab")),
            ("x<4", Val::text("ab", (0, 0)), Some("abxx")),
            (">4", Val::text("ab", (0, 0)), Some("  ab")),
            ("^5", Val::text("ab", (0, 0)), Some(" ab  ")),
            (".1", Val::text("ab", (0, 0)), Some("a")),
            ("d", Val::text("ab", (0, 0)), None),
            ("03d", Val::new(Kind::Int(7), (0, 0)), Some("007")),
            ("04", Val::new(Kind::Int(-7), (0, 0)), Some("-007")),
            ("+", Val::new(Kind::Int(7), (0, 0)), Some("+7")),
            (",", Val::new(Kind::Int(1_234_567), (0, 0)), Some("1,234,567")),
            ("x", Val::new(Kind::Int(255), (0, 0)), Some("ff")),
            ("<3", Val::new(Kind::Int(7), (0, 0)), Some("7  ")),
            (".2f", Val::new(Kind::Int(7), (0, 0)), None),
            ("2000", Val::new(Kind::Int(7), (0, 0)), None),
        ] {
            let made = Spec::parse(spec).and_then(|spec| spec.apply(&value));
            assert_eq!(made.as_deref(), wanted, "{spec}");
        }
        assert_eq!(repr(&Val::text("a b", (0, 0))).as_deref(), Some("'a b'"));
        assert_eq!(repr(&Val::text("a'b", (0, 0))), None);
    }
}
