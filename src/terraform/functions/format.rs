//! `format` and `formatlist`: Go's verbs, as far as Terraform has them.

use unicode_segmentation::UnicodeSegmentation;

use super::super::value::{Kind, Number, Type, Value, Whys, convert, to_json_text};
use super::args::{MAX_ELEMENTS, MAX_TEXT, items};
use super::decimal::Decimal;
use super::{Args, Context};

type Outcome = Result<Value, String>;

/// The largest width or precision.
const MAX_WIDTH: usize = 10_000;

/// What is known of a text that is not: what stands before the first verb.
fn unknown_text(pattern: &str, whys: Whys) -> Value {
    let known = pattern.split('%').next().filter(|known| known.len() < pattern.len()).unwrap_or_default();
    Value::unknown_string(known, whys)
}

pub(super) fn format(_: &Context<'_>, args: &Args) -> Outcome {
    let open = args.rest(1).iter().fold(Whys::default(), |all, arg| all.and(&arg.whys()));
    if !open.is_empty() {
        return Ok(unknown_text(args.str(0)?, open));
    }
    Ok(Value::string(&formatted(args.str(0)?, args.rest(1))?))
}

/// The number of elements that an argument of `formatlist` has; `None` where it is repeated as it is.
fn count_of(arg: &Value) -> Option<usize> {
    match &arg.kind {
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Tuple(types) => Some(types.len()),
            _ => None,
        },
        _ => items(arg).map(|items| items.len()),
    }
}

/// True for a list that is not known as such, or a set that may have fewer elements than it seems to have.
fn is_open(arg: &Value) -> bool {
    match &arg.kind {
        Kind::Unknown(unknown) => {
            matches!(unknown.ty, Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic)
        }
        Kind::Set(_, items) => items.len() > 1 && arg.contains_unknown(),
        _ => false,
    }
}

/// Lists among the arguments are walked together; everything else is repeated.
pub(super) fn formatlist(_: &Context<'_>, args: &Args) -> Outcome {
    let (pattern, rest) = (args.str(0)?, args.rest(1));
    let mut count: Option<usize> = None;
    for own in rest.iter().filter(|arg| !matches!(arg.kind, Kind::Set(..)) || !is_open(arg)).filter_map(count_of) {
        if count.is_some_and(|count| count != own) {
            return Err("the lists of formatlist have different lengths".to_owned());
        }
        count = Some(own);
    }
    let open = rest.iter().filter(|arg| is_open(arg)).fold(Whys::default(), |all, arg| all.and(&arg.whys()));
    if !open.is_empty() {
        return Ok(Value::unknown(Type::list(Type::String), open));
    }
    let count = count.unwrap_or(1);
    if count > MAX_ELEMENTS {
        return Err("the lists of formatlist are too long".to_owned());
    }
    let mut lines = Vec::with_capacity(count);
    let mut length = 0;
    for at in 0..count {
        let row: Vec<Value> =
            rest.iter().map(|arg| items(arg).and_then(|items| items.get(at)).unwrap_or(arg).clone()).collect();
        let open = row.iter().fold(Whys::default(), |all, arg| all.and(&arg.whys()));
        lines.push(if open.is_empty() {
            let line = formatted(pattern, &row)?;
            length += line.len();
            if length > 4 * MAX_TEXT {
                return Err("the formatted texts are too long".to_owned());
            }
            Value::string(&line)
        } else {
            unknown_text(pattern, open)
        });
    }
    Ok(Value::list(Type::String, lines))
}

/// One verb with its flags.
#[derive(Default)]
struct Verb {
    plus: bool,
    minus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn formatted(pattern: &str, args: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut next = 0;
    let mut highest = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let mut verb = Verb::default();
        rest = flags(rest, &mut verb);
        rest = size(rest, &mut verb)?;
        if let Some(inner) = rest.strip_prefix('[') {
            let (number, after) = inner.split_once(']').ok_or("an argument number lacks its `]`")?;
            let number: usize = number.parse().map_err(|_| "an argument number is no number")?;
            next = number.checked_sub(1).ok_or("argument numbers start at 1")?;
            rest = after;
        }
        let letter = rest.chars().next().ok_or("the format ends within a verb")?;
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let arg = args.get(next).ok_or_else(|| format!("the format needs argument {}", next + 1))?;
        next += 1;
        highest = highest.max(next);
        out.push_str(&one(&verb, letter, arg)?);
        if out.len() > MAX_TEXT {
            return Err("the formatted text is too long".to_owned());
        }
    }
    out.push_str(rest);
    if highest < args.len() && !pattern.contains("%[") {
        return Err(format!("the format uses {highest} of {} arguments", args.len()));
    }
    Ok(out)
}

fn flags<'a>(text: &'a str, verb: &mut Verb) -> &'a str {
    let mut rest = text;
    while let Some(flag) = rest.chars().next() {
        match flag {
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            ' ' => verb.space = true,
            '0' => verb.zero = true,
            '#' => verb.sharp = true,
            _ => break,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    rest
}

fn size<'a>(text: &'a str, verb: &mut Verb) -> Result<&'a str, String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let read =
        |digits: &str| digits.parse::<usize>().ok().filter(|&size| size <= MAX_WIDTH).ok_or("a width is too large");
    let end = digits(text);
    let (width, mut rest) = text.split_at(end);
    if !width.is_empty() {
        verb.width = Some(read(width)?);
    }
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = after.split_at(digits(after));
        verb.precision = Some(if precision.is_empty() { 0 } else { read(precision)? });
        rest = after;
    }
    Ok(rest)
}

/// The text of one argument, padded.
fn one(verb: &Verb, letter: char, arg: &Value) -> Result<String, String> {
    let plain = Verb { precision: None, plus: false, space: false, width: None, zero: false, ..*verb };
    Ok(match letter {
        'v' if verb.sharp => padded(verb, to_json_text(arg)),
        'v' => padded(
            verb,
            match &arg.kind {
                // A precision means nothing here.
                Kind::String(text) => text.to_string(),
                Kind::Number(number) => float(&plain, 'g', number)?,
                Kind::Bool(flag) => flag.to_string(),
                _ => to_json_text(arg),
            },
        ),
        's' => padded(verb, cut(verb, text_of(arg)?.as_str())),
        'q' => padded(verb, to_json_text(&Value::string(&cut(verb, text_of(arg)?.as_str())))),
        // Terraform pads no booleans.
        't' => not_null(arg, &Type::Bool)?.as_bool().unwrap_or_default().to_string(),
        'd' | 'b' | 'o' | 'x' | 'X' => whole(verb, letter, &number_of(arg)?)?,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => float(verb, letter, &number_of(arg)?)?,
        other => return Err(format!("there is no verb %{other}")),
    })
}

fn not_null(arg: &Value, ty: &Type) -> Result<Value, String> {
    if arg.is_null() {
        return Err("a formatted value is null".to_owned());
    }
    convert(arg, ty)
}

fn text_of(arg: &Value) -> Result<String, String> {
    Ok(not_null(arg, &Type::String)?.as_str().unwrap_or_default().to_owned())
}

fn number_of(arg: &Value) -> Result<Number, String> {
    not_null(arg, &Type::Number)?.as_number().cloned().ok_or_else(|| "a number is required".to_owned())
}

/// A precision cuts strings, in grapheme clusters; none cuts them to nothing.
fn cut(verb: &Verb, text: &str) -> String {
    match verb.precision.filter(|precision| *precision > 0) {
        Some(precision) => text.graphemes(true).take(precision).collect(),
        None => text.to_owned(),
    }
}

/// The sign that a number is written with.
fn sign(verb: &Verb, negative: bool) -> &'static str {
    match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

fn fill(verb: &Verb, length: usize) -> usize {
    verb.width.unwrap_or(0).saturating_sub(length)
}

/// A whole number, padded: a precision is the least number of digits, and goes before zeros.
fn whole(verb: &Verb, letter: char, number: &Number) -> Result<String, String> {
    let int = number.to_big_int().ok_or("a whole number is required")?;
    let radix = match letter {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let digits = int.magnitude().to_str_radix(radix);
    let digits = if letter == 'X' { digits.to_uppercase() } else { digits };
    if verb.precision == Some(0) && digits == "0" {
        return Ok(String::new());
    }
    let prefix = match letter {
        'b' if verb.sharp => "0b",
        'o' if verb.sharp => "0",
        'x' if verb.sharp => "0x",
        'X' if verb.sharp => "0X",
        _ => "",
    };
    let sign = sign(verb, number.signum() < 0);
    let zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let fill = fill(verb, sign.len() + prefix.len() + zeros + digits.len());
    let (left, zeros, right) = match (verb.minus, verb.zero && verb.precision.is_none()) {
        (true, _) => (0, zeros, fill),
        (false, true) => (0, fill, 0),
        (false, false) => (fill, zeros, 0),
    };
    Ok(format!("{}{sign}{prefix}{}{digits}{}", " ".repeat(left), "0".repeat(zeros), " ".repeat(right)))
}

/// A number with a fraction, padded: zeros go before spaces on the right.
fn float(verb: &Verb, letter: char, number: &Number) -> Result<String, String> {
    let precision = verb.precision;
    let exact = || Decimal::exact(number).ok_or_else(|| "an infinite number is not formatted".to_owned());
    let digits = match (letter, precision) {
        ('f' | 'F', _) => exact()?.fixed(precision.unwrap_or(6)),
        ('e' | 'E', _) => exact()?.exponent(precision.unwrap_or(6), letter == 'E'),
        (_, Some(_)) => exact()?.general(precision, letter == 'G'),
        (_, None) if number.is_infinite() => return Err("an infinite number is not formatted".to_owned()),
        (_, None) => Decimal::shortest(number).general(None, letter == 'G'),
    };
    let sign = sign(verb, number.signum() < 0);
    let fill = fill(verb, sign.len() + digits.len());
    Ok(match (verb.zero, verb.minus) {
        (true, _) => format!("{sign}{}{digits}", "0".repeat(fill)),
        (false, true) => format!("{sign}{digits}{}", " ".repeat(fill)),
        (false, false) => format!("{}{sign}{digits}", " ".repeat(fill)),
    })
}

/// Any other text, padded; the zeros may also stand behind it.
fn padded(verb: &Verb, text: String) -> String {
    let pad = if verb.zero { "0" } else { " " };
    let fill = pad.repeat(fill(verb, text.graphemes(true).count()));
    if verb.minus { text + &fill } else { fill + &text }
}
