//! Addresses of states and plans in the one spelling in which an address is compared as a text.

use serde_json::Value as Json;

use crate::terraform::module::{Address, Key, Mode};
use crate::terraform::value::normalise;

/// The deepest chain of modules in an address.
const MAX_MODULES: usize = 64;

/// The address of a module, such as `module.a["k"].module.b[0]`, which Terraform escapes as in a template.
/// `None` where it is none.
pub(super) fn module(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    for _ in 0..MAX_MODULES {
        let after = rest.strip_prefix("module.")?;
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        let (key, after) = match after.strip_prefix('[') {
            Some(inner) => key(inner)?,
            None => (Key::None, after),
        };
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(&format!("module.{name}{key}"));
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Some(out),
            None => return None,
        }
    }
    None
}

/// A key after its `[`, and what follows the `]`.
fn key(inner: &str) -> Option<(Key, &str)> {
    let Some(quoted) = inner.strip_prefix('"') else {
        let (digits, after) = inner.split_once(']')?;
        return Some((Key::Index(digits.parse().ok()?), after));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => {
                let after = quoted.get(at + 1..)?.strip_prefix(']')?;
                return Some((Key::Name(normalise(&name)), after));
            }
            '\\' => name.push(escaped(chars.next()?.1, &mut chars)?),
            '$' | '%' if quoted.get(at + 1..).is_some_and(|rest| rest.starts_with(&format!("{char}{{"))) => {
                // `$${` stands for `${`.
                chars.next();
                name.push(char);
            }
            other => name.push(other),
        }
    }
    None
}

fn escaped(char: char, chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits = match char {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        '"' | '\\' => return Some(char),
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let hex: String = chars.by_ref().take(digits).map(|(_, char)| char).collect();
    char::from_u32(u32::from_str_radix(&hex, 16).ok()?)
}

/// The full address of a resource instance. `None` where a part is missing or is none.
pub(super) fn resource(module_address: Option<&str>, fields: &Json, index: Option<&Json>) -> Option<String> {
    let text = |name: &str| fields.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let mode = match text("mode")? {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        _ => return None,
    };
    let key = match index {
        None | Some(Json::Null) => Key::None,
        Some(Json::String(name)) => Key::Name(normalise(name)),
        Some(other) => Key::Index(other.as_i64()?),
    };
    let address = Address { mode, kind: text("type")?.into(), name: text("name")?.into() };
    match module_address.filter(|text| !text.is_empty()) {
        Some(own) => Some(format!("{}.{address}{key}", module(own)?)),
        None => Some(format!("{address}{key}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_of_modules_are_read_as_terraform_writes_them() {
        for (text, own) in [
            ("module.a", Some("module.a")),
            ("module.a[0].module.b", Some("module.a[0].module.b")),
            (r#"module.a["x.y]"].module.b[12]"#, Some(r#"module.a["x.y]"].module.b[12]"#)),
            (r#"module.a["q\"x$${y}%%{z}$"]"#, Some(r#"module.a["q\"x$${y}%%{z}$"]"#)),
            (r#"module.a["\u00e9"]"#, Some(r#"module.a["é"]"#)),
            ("", None),
            ("module.", None),
            ("module.a.", None),
            ("module.a[", None),
            (r#"module.a["x"#, None),
            (r#"module.a["x"]z"#, None),
            (r#"module.a["\ud800"]"#, None),
            ("data.x.y", None),
        ] {
            assert_eq!(module(text).as_deref(), own, "{text}");
        }
        assert_eq!(module(&"module.a.".repeat(10_000)), None);
    }

    #[test]
    fn addresses_of_resources_carry_module_mode_and_key() {
        let data = json!({"mode": "data", "type": "t", "name": "n"});
        assert_eq!(resource(Some("module.a"), &data, None).as_deref(), Some("module.a.data.t.n"));
        let managed = json!({"mode": "managed", "type": "t", "name": "n"});
        assert_eq!(resource(None, &managed, Some(&json!(3))).as_deref(), Some("t.n[3]"));
        assert_eq!(resource(None, &managed, Some(&json!("k"))).as_deref(), Some("t.n[\"k\"]"));
        assert_eq!(resource(None, &managed, Some(&json!(1.5))), None);
        for broken in [json!({}), json!({"mode": "other", "type": "t", "name": "n"}), json!([])] {
            assert_eq!(resource(None, &broken, None), None);
        }
    }
}
