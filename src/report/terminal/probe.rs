//! What `probe` found out, for a person: a table of the targets, then what is wrong with each.

use comfy_table::CellAlignment;

use super::Style;
use super::tables::{MIN_TABLE_WIDTH, printed, table};
use super::text::{escape, hanging};
use crate::model::{AddressOutcome, Percentiles, ProbeFailure, ProbeOutcome, ProbeRun, ProbedTarget};
use crate::report::words::count;

/// The text of a run.
pub fn render(run: &ProbeRun, style: &Style) -> String {
    let mut out = hanging("probed from: ", &escape(&run.from.to_string()), 2, style.width);
    out.push_str(&overview(run, style));
    for target in &run.targets {
        out.push_str(&details(target, style));
    }
    out
}

fn overview(run: &ProbeRun, style: &Style) -> String {
    if style.width < MIN_TABLE_WIDTH {
        let line = |target: &ProbedTarget| {
            let tries = format!("{} of {}", target.succeeded, count(target.tries, "try"));
            let words = format!("{} at {}, {tries}", outcome(target.outcome), target.authority());
            hanging(&format!("{}: ", escape(&target.name)), &escape(&words), 2, style.width)
        };
        return run.targets.iter().map(line).collect();
    }
    let rows = run.targets.iter().map(|target| {
        let latency = target.latency.as_ref();
        vec![
            escape(&target.name),
            target.kind.to_string(),
            escape(&target.authority()),
            outcome(target.outcome).to_owned(),
            format!("{}/{}", target.succeeded, target.tries),
            latency.map(|latency| short(&latency.connect)).unwrap_or_default(),
            latency.map(|latency| short(&latency.total)).unwrap_or_default(),
        ]
    });
    let headings = ["target", "kind", "address", "outcome", "tries", "connect p50/max ms", "total p50/max ms"];
    let mut table = table(&headings, rows, style);
    for index in 4..headings.len() {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    printed(&table)
}

/// The word of a person for what came of a target.
fn outcome(outcome: ProbeOutcome) -> &'static str {
    match outcome {
        ProbeOutcome::NotChecked => "not checked",
        other => other.word(),
    }
}

fn short(of: &Percentiles) -> String {
    format!("{}/{}", milliseconds(of.p50), milliseconds(of.max))
}

fn milliseconds(seconds: f64) -> String {
    let ms = seconds * 1000.0;
    if ms < 10.0 { format!("{ms:.1}") } else { format!("{ms:.0}") }
}

fn details(target: &ProbedTarget, style: &Style) -> String {
    let mut out = String::new();
    let mut line = |lead: &str, text: &str| out.push_str(&hanging(lead, &escape(text), 4, style.width));
    line(&format!("\n{}", escape(&target.name)), "");
    for failure in &target.failures {
        line("  ", &wrong(failure, target.tries));
        line("    seen: ", &failure.detail);
        line("    look: ", failure.fault.advice());
    }
    if let Some(answer) = &target.answer {
        line("  answer: ", answer);
    }
    if let Some(unchecked) = &target.unchecked {
        line("  not checked: ", unchecked);
    }
    if target.addresses.len() > 1 || !target.failures.is_empty() {
        let addresses: Vec<String> = target
            .addresses
            .iter()
            .map(|address| match address.connect {
                AddressOutcome::Connected => format!("{} connected", address.address),
                AddressOutcome::NotWaitedFor => format!("{} not waited for", address.address),
                AddressOutcome::Failed(fault) => format!("{} {fault}", address.address),
            })
            .collect();
        if !addresses.is_empty() {
            line("  addresses: ", &addresses.join(", "));
        }
    }
    if let Some(latency) = target.latency.as_ref().filter(|_| target.succeeded > 1) {
        line("  connect: ", &all(&latency.connect));
        line("  total:   ", &all(&latency.total));
    }
    out
}

fn wrong(failure: &ProbeFailure, tries: usize) -> String {
    let ProbeFailure { fault, stage, seconds, count: number, .. } = failure;
    format!(
        "{fault}: {} (stage {}, after {seconds:.3} s, {number} of {})",
        fault.text(),
        stage.word(),
        count(tries, "try")
    )
}

fn all(of: &Percentiles) -> String {
    let Percentiles { min, p50, p90, p99, max } = *of;
    let [min, p50, p90, p99, max] = [min, p50, p90, p99, max].map(milliseconds);
    format!("min {min}, p50 {p50}, p90 {p90}, p99 {p99}, max {max} ms")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::probe::sample;

    #[test]
    fn what_is_wrong_is_said_with_its_stage() {
        for width in [50, 100] {
            let text = render(&sample::run(), &Style { width, color: false, unicode: false });
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for part in [
                "the Cloud Run job vpc-probe (execution vpc-probe-x7k2m)",
                "connect-timed-out: no answer to SYN: firewall drop, no route, or full backlog (stage connect, after 5.000 s, 3 of 3 tries)",
                "addresses: 10.60.0.4 connect-timed-out",
                "total: min 4.0, p50 8.0, p90 12, p99 12, max 12 ms",
                "answer: it asks for a login (SCRAM-SHA-256)",
            ] {
                assert!(flat.contains(part), "{text}");
            }
        }
    }

    #[test]
    fn a_terminal_has_nothing_to_obey() {
        let mut run = sample::run();
        for target in &mut run.targets {
            target.name = "a\u{1b}[2Jb".to_owned();
            target.answer = Some("c\u{7}\nd".to_owned());
            target.unchecked = Some("e\u{9b}f".to_owned());
        }
        for width in [50, 100] {
            let text = render(&run, &Style { width, color: false, unicode: false });
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        }
    }
}
