//! The diagnosis that a person reads: paths, causes with their chains, what is ruled out, what was not seen.

use std::fmt::Write as _;

use super::{Told, ending, hop_text, mode_name, place, proof_line, short_proof, target_name};
use crate::model::diagnosis::{Behind, Cause, HopState, Path, Remedy};
use crate::report::terminal::Style;
use crate::report::terminal::text::{BOLD, escape, hanging, paint};
use crate::report::words::{count, list};

/// Narrower than this, nothing can be laid out.
const MIN_WIDTH: usize = 40;

/// The whole diagnosis; ends with a line end.
pub fn render(told: &Told<'_>, style: &Style) -> String {
    let style = &Style { width: style.width.max(MIN_WIDTH), ..*style };
    let diagnosis = told.diagnosis;
    let names: Vec<String> = diagnosis.workloads.iter().map(|name| escape(&name.name)).collect();
    let names = if names.is_empty() { String::new() } else { format!(" {}", list(&names)) };
    let mut out = String::new();
    heading(&mut out, &format!("gcp-drift diagnose{names}, live state: {}", escape(told.live_source)), style);
    if !diagnosis.paths.is_empty() {
        section(&mut out, &format!("paths: {}", count(diagnosis.paths.len(), "path")), style);
        diagnosis.paths.iter().for_each(|path| self::path(&mut out, path, style));
    }
    let title = match diagnosis.causes.len() {
        0 => "causes: none was found".to_owned(),
        number => format!("causes, the likeliest first: {}", count(number, "cause")),
    };
    section(&mut out, &title, style);
    for (at, cause) in diagnosis.causes.iter().enumerate() {
        self::cause(&mut out, at + 1, cause, style);
    }
    let advice = diagnosis.advice.iter().map(|advice| format!("{}: {}", mode_name(advice.mode), advice.text));
    items(&mut out, "advice, which no field proves", advice, style);
    let ruled_out = diagnosis.ruled_out.iter().map(|own| {
        let evidence: Vec<String> = own.evidence.iter().map(short_proof).collect();
        let evidence = if evidence.is_empty() { String::new() } else { format!(" [{}]", evidence.join("; ")) };
        format!("{}: {}{evidence}", mode_name(own.mode), own.text)
    });
    items(&mut out, "ruled out", ruled_out, style);
    let undecided = diagnosis.undecided.iter().map(|doubt| match doubt.mode {
        Some(mode) => format!("{}: {}", mode_name(mode), doubt.why.text),
        None => format!("{}: {}", doubt.subject, doubt.why.text),
    });
    items(&mut out, "could not be looked at", undecided, style);
    items(&mut out, "targets that are not known", diagnosis.unknown_targets.iter().cloned(), style);
    items(&mut out, "never looked at", diagnosis.limits.iter().cloned(), style);
    out
}

fn heading(out: &mut String, text: &str, style: &Style) {
    for line in hanging("", text, 2, style.width).lines() {
        let _ = writeln!(out, "{}", paint(line, BOLD, style.color));
    }
}

fn section(out: &mut String, title: &str, style: &Style) {
    out.push('\n');
    heading(out, title, style);
}

fn items(out: &mut String, title: &str, items: impl Iterator<Item = String>, style: &Style) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    section(out, title, style);
    for item in items {
        out.push_str(&hanging("  - ", &escape(&item), 4, style.width));
    }
}

fn path(out: &mut String, path: &Path, style: &Style) {
    let title = format!("{} -> {}, {}: {}", path.workload.name, target_name(path), path.share, ending(path));
    out.push_str(&hanging("  ", &escape(&title), 4, style.width));
    for hop in &path.hops {
        let lead = format!("    {:<8} ", hop.state.word());
        let text = format!("{}: {}", place(hop), hop_text(hop));
        out.push_str(&hanging(&lead, &escape(&text), 15, style.width));
        for proof in hop.evidence.iter().filter(|proof| proof.value.is_some() || hop.state == HopState::Blocked) {
            out.push_str(&hanging("               = ", &escape(&short_proof(proof)), 19, style.width));
        }
    }
    out.push_str(&hanging("    known    ", &escape(&path.target.known_from), 15, style.width));
    if let Some(probe) = &path.probe {
        out.push_str(&hanging("    probe    ", &escape(probe), 15, style.width));
    }
}

fn cause(out: &mut String, number: usize, cause: &Cause, style: &Style) {
    let title = format!("{}: {}", mode_name(cause.mode), cause.title);
    out.push('\n');
    for line in hanging(&format!("  {number}. "), &escape(&title), 5, style.width).lines() {
        let _ = writeln!(out, "{}", paint(line, BOLD, style.color));
    }
    let blocks = match cause.blocks.len() {
        0 => "blocks no path that is known".to_owned(),
        number => format!("blocks {}", count(number, "path")),
    };
    let mut line = |word: &str, text: &str| {
        out.push_str(&hanging(&format!("     {word:<9} "), &escape(text), 15, style.width));
    };
    line("likely", &format!("{}; {blocks}", cause.likelihood.word()));
    for (at, link) in cause.chain.iter().enumerate() {
        let mode = link.mode.map(|mode| format!("{}: ", mode_name(mode))).unwrap_or_default();
        let symptom = link.mode.is_none();
        line(
            if symptom && at == 0 {
                "symptom"
            } else if symptom {
                ""
            } else {
                "why"
            },
            &format!("{mode}{}", link.text),
        );
    }
    match &cause.change {
        Behind::Change(change) => {
            let who = change.who.as_deref().unwrap_or("somebody who is not told");
            let when = change.when.as_deref().map(|when| format!(" at {when}")).unwrap_or_default();
            let how = change.how.as_deref().map(|how| format!(", {how}")).unwrap_or_default();
            line("changed", &format!("by {who}{when}{how} ({})", change.source));
        }
        Behind::Unknown(why) => line("changed", &format!("not known: {why}")),
    }
    for proof in &cause.evidence {
        line("evidence", &proof_line(proof));
    }
    for remedy in &cause.fix {
        self::remedy(&mut line, remedy);
    }
    if cause.fix.is_empty() {
        line("fix", cause.mode.fix);
    }
    for finding in &cause.findings {
        let rule = finding.split(':').next().unwrap_or(finding);
        line("finding", &format!("{finding} (gcp-drift explain {rule})"));
    }
}

fn remedy(line: &mut impl FnMut(&str, &str), remedy: &Remedy) {
    line("fix", &remedy.text);
    if !remedy.verify.is_empty() {
        line("verify", &remedy.verify);
    }
    if !remedy.undo.is_empty() {
        line("undo", &remedy.undo);
    }
}
