//! Expressions and what they give.

use super::*;
use crate::deploy::words::{Hole, Piece};
use crate::model::{Why, WhyKind};

struct Names(Dialect);

impl Contexts for Names {
    fn value(&self, path: &[String]) -> Option<(Value, usize)> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let hole = |options: &[&str]| Hole {
            whys: vec![Why::new(WhyKind::Environment, "nobody knows")],
            options: options.iter().map(|text| (*text).to_owned()).collect(),
            ..Hole::default()
        };
        match path.as_slice() {
            ["env", "A", ..] => Some((Value::known("a"), 2)),
            ["env", "PART", ..] => Some((Value::Text(vec![Piece::Lit("api-".into()), Piece::Hole(hole(&[]))]), 2)),
            ["inputs", "stage", ..] => Some((Value::Unknown(hole(&["dev", "prod"])), 2)),
            ["matrix", ..] => {
                let service =
                    Value::Map(vec![("name".into(), Value::known("web")), ("cpu".into(), Value::Number(2.0))]);
                Some((Value::Map(vec![("service".into(), service)]), 1))
            }
            _ => None,
        }
    }

    fn why(&self, kind: WhyKind, text: String) -> Why {
        Why::new(kind, text)
    }

    fn unknown_path(&self, path: &str) -> Why {
        Why::new(WhyKind::Environment, format!("{path} is not known"))
    }

    fn dialect(&self) -> Dialect {
        self.0
    }
}

/// Texts with `?` for what is not known, `?(a|b)` where it is one of some, and `!` for a value that is no text.
fn shown(value: &Value) -> String {
    match value {
        Value::Bool(truth) => truth.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Map(_) => "!".to_owned(),
        other => other
            .pieces()
            .iter()
            .map(|piece| match piece {
                Piece::Lit(text) => text.clone(),
                Piece::Hole(hole) if hole.options.is_empty() => "?".to_owned(),
                Piece::Hole(hole) => format!("?({})", hole.options.join("|")),
            })
            .collect(),
    }
}

#[test]
fn what_is_known_is_evaluated() {
    for (text, expected) in [
        ("'it''s'", "it's"),
        ("env.A", "a"),
        ("ENV.A", "?"),
        ("env['A']", "a"),
        ("matrix.service.name", "web"),
        ("matrix['service']['cpu']", "2"),
        ("matrix.service.gone", ""),
        ("matrix.*.name", "[web]"),
        ("github.ref", "?"),
        ("github.ref == 'x'", "?(false|true)"),
        ("env.A == 'A'", "true"),
        ("env.A != 'b'", "true"),
        ("inputs.stage == 'test'", "false"),
        ("inputs.stage == 'prod'", "?(false|true)"),
        ("env.PART == 'web-1'", "false"),
        ("env.PART == 'api-1'", "?(false|true)"),
        ("startsWith(env.PART, 'api')", "true"),
        ("startsWith(env.PART, 'web')", "false"),
        ("contains('a b', 'B')", "true"),
        ("contains(fromJSON('[\"a\", \"b\"]'), 'b')", "true"),
        ("format('{0}-{1}{{}}', env.A, github.sha)", "a-?{}"),
        ("format('{2}', 1)", "?"),
        ("github.ref == 'x' && 'yes' || 'no'", "?(yes|no)"),
        ("env.A == 'a' && 'yes' || 'no'", "yes"),
        ("env.A == 'b' && 'yes' || 'no'", "no"),
        ("github.ref && env.PART || 'no'", "?"),
        ("false && github.ref", "false"),
        ("github.ref && false", "false"),
        ("true || github.ref", "true"),
        ("!!env.A", "true"),
        ("!github.ref", "?(false|true)"),
        ("1 < 2 && '1' == 1", "true"),
        ("null == ''", "true"),
        ("fromJSON('{\"a\": [1, true]}').a[1]", "true"),
        ("toJSON(matrix.service)", "{\"cpu\":2.0,\"name\":\"web\"}"),
        ("join(fromJSON('[1, 2]'), '+')", "1+2"),
        ("hashFiles('x')", "?"),
        ("success() && !cancelled()", "true"),
        ("failure()", "?"),
        ("'open", "?"),
        ("a b", "?"),
        ("", "?"),
        ("0x10", "16"),
        ("-1.5", "-1.5"),
    ] {
        assert_eq!(shown(&evaluate(text, &Names(Dialect::Github))), expected, "{text}");
    }
}

#[test]
fn azure_writes_operators_as_functions() {
    for (text, expected) in [
        ("eq(env.A, 'A')", "true"),
        ("and(succeeded(), eq(env.A, 'b'))", "false"),
        ("and(eq(gone.x, 'b'), eq(env.A, 'b'))", "false"),
        ("or(eq(gone.x, 'b'), eq(env.A, 'a'))", "true"),
        ("not(eq(env.A, 'a'))", "false"),
        ("in(env.A, 'x', 'a')", "true"),
        ("coalesce('', env.A)", "a"),
        ("iif(eq(env.A, 'a'), 'yes', 'no')", "yes"),
        ("iif(gone.x, 'yes', 'no')", "?(yes|no)"),
        ("upper(env.A)", "A"),
    ] {
        assert_eq!(shown(&evaluate(text, &Names(Dialect::Azure))), expected, "{text}");
    }
}

#[test]
fn hostile_expressions_end() {
    for text in ["(".repeat(5_000), "!".repeat(9_000) + "a", "a.".repeat(4_000), "a[".repeat(4_000), "x(".repeat(4_000)]
    {
        evaluate(&text, &Names(Dialect::Github));
    }
}
