//! What the deploy that is about to run would do, workload by workload.

use std::fmt::Write as _;

use super::Style;
use super::text::{escape, hanging};
use crate::finding::Subject;
use crate::model::declared::{TrafficChange, TrafficChangeKind};
use crate::model::effect::{Apply, Before, CommandEffect, Effect, FieldEffect};
use crate::model::{Fact, Guard, Presence};
use crate::report::DeployOutlook;

/// The title of the section.
pub(super) fn title(outlook: &DeployOutlook) -> String {
    match &outlook.path {
        Some(path) => format!("this deploy ({}) would", escape(path.as_str())),
        None => "this deploy would".to_owned(),
    }
}

/// One paragraph a command.
pub(super) fn render(outlook: &DeployOutlook, style: &Style) -> String {
    if outlook.workloads.is_empty() {
        return hanging("  ", "deploy nothing: no command was found", 2, style.width);
    }
    let mut out = String::new();
    for (subject, commands) in &outlook.workloads {
        for effect in commands {
            out.push_str(&command(subject, effect, style));
        }
    }
    out
}

fn command(subject: &Subject, effect: &CommandEffect, style: &Style) -> String {
    let command = &effect.command;
    let changes = effect.fields.iter().any(|field| !matches!(field.effect, Effect::Left | Effect::Kept));
    let does = match &effect.before {
        Before::Nothing => "create",
        _ if changes => "change",
        _ => "leave the VPC access of",
    };
    let tool = if command.tool == "gcloud" { "gcloud " } else { "" };
    let mut head = format!("{does} {subject}: {tool}{} at {}", command.action, command.origin);
    if let Presence::Conditional(guards) = command.presence() {
        let _ = write!(head, ", only if {}", conditions(&guards));
    }
    if !command.assumes.is_empty() {
        let _ = write!(head, ", as far as {}", conditions(&command.assumes));
    }
    let mut out = hanging("  ", &escape(&head), 4, style.width);
    if let Before::Unknown(why) = &effect.before {
        out.push_str(&hanging("      ", &escape(&format!("what is there now cannot be told: {why}")), 8, style.width));
    }
    for one in &effect.fields {
        out.push_str(&field(one, style));
    }
    for change in &command.traffic {
        out.push_str(&hanging("      ", &escape(&format!("traffic  {}", traffic(change))), 15, style.width));
    }
    if let Some(refused) = &effect.refused {
        out.push_str(&hanging("      ", &format!("refused: {}", refused.words()), 8, style.width));
    }
    out
}

fn field(field: &FieldEffect, style: &Style) -> String {
    let (before, after) = (value(&field.before), value(&field.after));
    let name = field.field.rsplit('.').next().unwrap_or(field.field);
    let words = match &field.effect {
        Effect::Set if field.before.is_absent() => format!("set      {name}: {after}"),
        Effect::Set => format!("set      {name}: {before} -> {after}"),
        Effect::Cleared => format!("clear    {name}: {before} -> none"),
        Effect::Kept => format!("keep     {name}: {after}"),
        Effect::Left => format!("leave    {name}: {before}"),
        Effect::Unknown(_) => format!("unknown  {name}: {before} -> {after}"),
    };
    let mut out = hanging("      ", &escape(&words), 15, style.width);
    for apply in &field.apply {
        let words = match apply {
            Apply::TurnsBack { to, source, origin } => {
                let to = to.as_deref().unwrap_or("none");
                format!("the next terraform apply turns it back to {to}: {source} at {origin}")
            }
            Apply::Unknown(why) => format!("whether terraform apply turns it back cannot be told: {why}"),
        };
        out.push_str(&hanging("               ", &escape(&words), 17, style.width));
    }
    out
}

fn traffic(change: &TrafficChange) -> String {
    let entries = match &change.entries {
        Fact::Known(entries, _) => entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Fact::Absent(_) => String::new(),
        Fact::Unknown(whys) => format!("? ({})", whys.first().map(ToString::to_string).unwrap_or_default()),
    };
    let word = match change.kind {
        TrafficChangeKind::NoTraffic => "the new revision gets none",
        other => other.word(),
    };
    format!("{word} {entries}").trim_end().to_owned()
}

fn value(fact: &Fact<String>) -> String {
    match fact {
        Fact::Known(value, _) => value.clone(),
        Fact::Absent(_) => "none".to_owned(),
        Fact::Unknown(whys) => {
            let why = whys.first().map(ToString::to_string).unwrap_or_default();
            format!("? ({why})")
        }
    }
}

fn conditions(guards: &[Guard]) -> String {
    let words = |guard: &Guard| if guard.negated { format!("not ({})", guard.text) } else { guard.text.clone() };
    guards.iter().map(words).collect::<Vec<_>>().join(" and ")
}
