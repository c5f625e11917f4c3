//! `format` and `formatlist`: Go's verbs, as far as Terraform has them.

use unicode_segmentation::UnicodeSegmentation;

use super::super::value::{Kind, Number, Type, Value, Whys, convert, to_json_text};
use super::args::{MAX_ELEMENTS, MAX_TEXT, items};
use super::float::{exponent, general, shortest};
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
    for at in 0..count {
        let row: Vec<Value> =
            rest.iter().map(|arg| items(arg).and_then(|items| items.get(at)).unwrap_or(arg).clone()).collect();
        let open = row.iter().fold(Whys::default(), |all, arg| all.and(&arg.whys()));
        lines.push(if open.is_empty() {
            Value::string(&formatted(pattern, &row)?)
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
        out.push_str(&padded(&verb, letter, one(&verb, letter, arg)?));
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

/// The text of one argument, without padding.
fn one(verb: &Verb, letter: char, arg: &Value) -> Result<String, String> {
    match letter {
        'v' if verb.sharp => Ok(to_json_text(arg)),
        'v' => match &arg.kind {
            // A precision means nothing here.
            Kind::String(text) => Ok(text.to_string()),
            Kind::Number(number) => float(&Verb { precision: None, plus: false, space: false, ..*verb }, 'g', number),
            Kind::Bool(flag) => Ok(flag.to_string()),
            _ => Ok(to_json_text(arg)),
        },
        's' => Ok(cut(verb, text_of(arg)?.as_str())),
        'q' => Ok(to_json_text(&Value::string(&cut(verb, text_of(arg)?.as_str())))),
        't' => {
            let flag = not_null(arg, &Type::Bool)?;
            Ok(flag.as_bool().unwrap_or_default().to_string())
        }
        'd' | 'b' | 'o' | 'x' | 'X' => whole(verb, letter, &number_of(arg)?),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => float(verb, letter, &number_of(arg)?),
        other => Err(format!("there is no verb %{other}")),
    }
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

/// A precision cuts strings, in grapheme clusters.
fn cut(verb: &Verb, text: &str) -> String {
    match verb.precision {
        Some(precision) => text.graphemes(true).take(precision).collect(),
        None => text.to_owned(),
    }
}

fn signed(verb: &Verb, negative: bool, digits: &str) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    format!("{sign}{digits}")
}

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
    let prefix = match letter {
        'b' if verb.sharp => "0b",
        'o' if verb.sharp => "0",
        'x' if verb.sharp => "0x",
        'X' if verb.sharp => "0X",
        _ => "",
    };
    Ok(signed(verb, number.signum() < 0, &format!("{prefix}{digits}")))
}

fn float(verb: &Verb, letter: char, number: &Number) -> Result<String, String> {
    let value = number.to_f64();
    if !value.is_finite() {
        return Err("the number is too large".to_owned());
    }
    let text = match letter {
        'f' | 'F' => format!("{:.*}", verb.precision.unwrap_or(6), value.abs()),
        'e' | 'E' => exponent(value.abs(), verb.precision.unwrap_or(6), letter == 'E'),
        _ => match verb.precision {
            Some(precision) => general(value.abs(), precision.max(1), letter == 'G'),
            None => shortest(&number.to_string(), letter == 'G'),
        },
    };
    Ok(signed(verb, value < 0.0, &text))
}

fn padded(verb: &Verb, letter: char, text: String) -> String {
    // Terraform pads no booleans.
    let Some(width) = verb.width.filter(|_| letter != 't') else { return text };
    let length = text.graphemes(true).count();
    let fill = width.saturating_sub(length);
    if verb.minus {
        return format!("{text}{}", " ".repeat(fill));
    }
    if verb.zero && !matches!(letter, 's' | 'q' | 'v' | 't') {
        let (sign, digits) = match text.strip_prefix(['-', '+', ' ']) {
            Some(digits) => text.split_at(text.len() - digits.len()),
            None => ("", text.as_str()),
        };
        return format!("{sign}{}{digits}", "0".repeat(fill));
    }
    let pad = if verb.zero { "0" } else { " " };
    format!("{}{text}", pad.repeat(fill))
}
