//! The paths as a flowchart of Mermaid.

use std::fmt::Write as _;

use super::{hop_text, place, target_name};
use crate::model::diagnosis::{Diagnosis, HopState};

/// The drawing; ends with a line end. One row of boxes a path.
pub fn render(diagnosis: &Diagnosis) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (at, path) in diagnosis.paths.iter().enumerate() {
        let title = format!("{} to {}: {}", path.workload.name, target_name(path), path.outcome.word());
        let _ = writeln!(out, "  subgraph p{at} [\"{}\"]", escaped(&title));
        for (index, hop) in path.hops.iter().enumerate() {
            let text = format!("{}: {}", place(hop), hop_text(hop));
            let _ = writeln!(out, "    p{at}h{index}[\"{}\"]:::{}", escaped(&text), hop.state.word());
        }
        for (index, pair) in path.hops.windows(2).enumerate() {
            let open = pair.first().is_some_and(|hop| hop.state == HopState::Open);
            let arrow = if open { "-->" } else { "-.-x" };
            let _ = writeln!(out, "    p{at}h{index} {arrow} p{at}h{}", index + 1);
        }
        out.push_str("  end\n");
    }
    out.push_str("  classDef open stroke:#2e7d32\n");
    out.push_str("  classDef blocked stroke:#c62828,stroke-width:3px\n");
    out.push_str("  classDef unknown stroke:#f9a825,stroke-dasharray:4\n");
    out
}

/// Text in a quoted label: Mermaid reads entities there, written with `#`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '_' | '.' | ',' | ':' | '/' | '(' | ')' | '%' => {
                out.push(char)
            }
            other => {
                let _ = write!(out, "#{};", u32::from(other));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_label_cannot_end_itself() {
        assert_eq!(escaped("a\"]\nend"), "a#34;#93;#10;end");
        assert_eq!(escaped("10.1.0.3:5432 (x)"), "10.1.0.3:5432 (x)");
    }
}
