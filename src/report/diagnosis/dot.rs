//! The paths as a graph in the DOT language of Graphviz.

use std::fmt::Write as _;

use super::{hop_text, place, target_name};
use crate::model::diagnosis::{Diagnosis, HopState};

/// The drawing; ends with a line end. One cluster a path.
pub fn render(diagnosis: &Diagnosis) -> String {
    let mut out = "digraph paths {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (at, path) in diagnosis.paths.iter().enumerate() {
        let title = format!("{} to {}: {}", path.workload.name, target_name(path), path.outcome.word());
        let _ = writeln!(out, "  subgraph cluster_{at} {{\n    label=\"{}\";", escaped(&title));
        for (index, hop) in path.hops.iter().enumerate() {
            let look = match hop.state {
                HopState::Open => "color=darkgreen",
                HopState::Blocked => "color=red, penwidth=3",
                HopState::Unknown(_) => "color=orange, style=dashed",
            };
            let text = format!("{} ({}): {}", place(hop), hop.state.word(), hop_text(hop));
            let _ = writeln!(out, "    p{at}h{index} [label=\"{}\", {look}];", escaped(&text));
        }
        for (index, pair) in path.hops.windows(2).enumerate() {
            let open = pair.first().is_some_and(|hop| hop.state == HopState::Open);
            let look = if open { "" } else { " [style=dashed]" };
            let _ = writeln!(out, "    p{at}h{index} -> p{at}h{}{look};", index + 1);
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

/// Text in a quoted string.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            other if crate::report::excerpt::is_unprintable(other) => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_string_cannot_end_itself() {
        assert_eq!(escaped("a\"; b\\\n"), "a\\\"; b\\\\\u{fffd}");
    }
}
