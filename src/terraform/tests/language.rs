//! The language as a whole: how much of it is as Terraform has it, and text that is odd, long or deep.

use std::time::{Duration, Instant};

use super::super::syntax::{parse_body, parse_expression};
use super::truth::{Outcome, files, folder, prelude, read, tally};
use super::{error, load_files, unknown, value};

/// The part of the language's rows that are equal without any admission, and why the others are not.
#[test]
fn the_language_is_terraforms() {
    let loaded = prelude();
    let (mut rows, mut same) = (0, 0);
    for (name, path) in files(&folder("language")) {
        let tally = tally(&loaded, &read(&path));
        rows += tally.rows;
        same += tally.same;
        for (row, outcome) in tally.admitted {
            let reason = row.admitted.unwrap().reason;
            let fair = match outcome {
                // Nothing is known that Terraform does not know, but for operators that stop early.
                Outcome::Refined => reason.starts_with("short-circuit"),
                Outcome::Coarser | Outcome::ErrorDiffers => !reason.is_empty(),
                Outcome::Same | Outcome::Wrong => false,
            };
            assert!(fair, "{name}: {}: {reason}", row.expression);
        }
    }
    assert!(rows >= 8_000, "only {rows} rows");
    assert!(same * 100 >= rows * 99, "only {same} of {rows} rows are equal");
}

#[test]
fn what_is_nested_deeper_than_the_parser_reads_is_told() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{ a = ", " }"), ("upper(", ")"), ("!", ""), ("true ? 1 : (", ")")] {
        for depth in [65, 20_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let start = Instant::now();
            let failed = parse_expression(&text, 0).unwrap_err();
            assert!(failed.text.contains("64 levels"), "{open} {depth}: {}", failed.text);
            assert!(start.elapsed() < Duration::from_secs(2), "{open} {depth}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn a_long_row_of_operators_is_read_or_told() {
    let loaded = load_files(&[]);
    let row = |count: usize, operator: &str, operand: &str| vec![operand; count].join(operator);
    assert_eq!(value(&loaded, &row(129, " + ", "1")), 129);
    assert_eq!(value(&loaded, &row(129, " || ", "false")), false);
    for operator in [" + ", " && ", " == "] {
        let failed = error(&loaded, &row(20_000, operator, "true"));
        assert!(failed.contains("128 operators"), "{failed}");
    }
    // Parentheses start a new row.
    assert_eq!(value(&loaded, &format!("({}) + ({})", row(100, "+", "1"), row(100, "+", "1"))), 200);
    // Steps are not nested.
    assert!(unknown_or_error(&format!("[]{}", "[0]".repeat(20_000))));
}

fn unknown_or_error(expression: &str) -> bool {
    let loaded = load_files(&[]);
    matches!(loaded.evaluate(None, expression), super::Evaluated::Error(_) | super::Evaluated::Unknown(_))
}

#[test]
fn a_value_that_is_deep_ends_in_a_limit() {
    let mut text = "locals {\n  l0 = []\n".to_owned();
    for at in 1..3_000 {
        text.push_str(&format!("  l{at} = [local.l{}]\n", at - 1));
    }
    text.push_str("}\n");
    let loaded = load_files(&[("main.tf", &text)]);
    assert!(unknown(&loaded, "local.l2999").contains("nested too deeply"));
    assert_eq!(value(&loaded, "length(local.l300)"), 1);
}

#[test]
fn comments_and_line_breaks_stand_around_a_typed_expression() {
    let loaded = load_files(&[]);
    for text in ["/* a */ 1 +\n 1", "1 +\n1 // b", "# c\n2", "\n\n2\n", "(2) # d", "1\n+\n1"] {
        assert_eq!(value(&loaded, text), 2, "{text}");
    }
    for text in ["1) + (1", "(1) (1)", "1 1", "/* 1", "1 /*"] {
        assert!(!error(&loaded, text).is_empty(), "{text}");
    }
    let expr = parse_expression("  1 # one", 7).unwrap();
    assert_eq!((expr.span.file, expr.span.start, expr.span.end), (7, 2, 3));
}

/// Line by line: what a body may look like that is unusual and valid.
#[test]
fn unusual_forms_of_files_are_read() {
    for text in [
        "\u{feff}a = 1\n",
        "a = 1\r\nb = <<EOT\r\nx\r\nEOT\r\n",
        "a = {\n  x = 1\n  x = 2\n}\n",
        "a = { for k, v in m : k =>\n  v\n  ? 1\n  : 2\n}\n",
        "a = { for k, v in m : k => v # comment\n  .x\n}\n",
        "a = { for k, v in m : k => v\n  + 1\n}\n",
        "a = (\n  1\n  +\n  2\n)\n",
        "a = [\n  1, # one\n  2, // two\n  /* three */ 3\n]\n",
        "a = f(\n  1,\n  2...\n)\n",
        "a = x ? (\n  1\n) : (\n  2\n)\n",
        "a = <<-EOT\n    x\n      ${y}\n    %{ if z ~}\n    w\n    %{ endif ~}\n    EOT\n",
        "a = <<EOT\nEOT\n",
        "b \"l\" m {}\n",
        "b {}\nb { a = 1 }\nb {\n}\n",
        "a=1",
        "# only a comment",
        "",
        "a = \"${\n  1\n}\"\n",
        "a = \"${f(\"${g(\"${h}\")}\")}\"\n",
        "a = provider::google::region_from_zone(\"z\")\n",
        "a = b.*.c[0].*.d\n",
        "a = b.0.c\n",
        "a = b[*].c[*][0]\n",
        "a = { \"x\" : 1, y = 2, (z) = 3 }\n",
        "a = {\n  x = 1,\n  y = 2\n  z = 3,\n}\n",
        "a = { if = 1, for_ = 2, null = 3 }\n",
        "for = 1\nif = 2\nnull = 3\n",
        "a = -b\nc = !d\ne = - 1\n",
        "é-1 = 1\n",
    ] {
        assert!(parse_body(text, 0).is_ok(), "{text:?}: {:?}", parse_body(text, 0).err());
    }
    for text in [
        "a = 1 b = 2\n",
        "a = \"x\ny\"\n",
        "a = 'x'\n",
        "a = 0x1\n",
        "a =\n1\n",
        "a = 1;\n",
        "a\n{\n}\n",
        "a = [1\n",
        "a = 1\na = 2\n",
        "a = b.0.1\n",
        "a = \"%{ if x }\\q%{ endif }\"\n",
        "a = <<EOT\nx\n",
    ] {
        assert!(parse_body(text, 0).is_err(), "{text:?}");
    }
}
