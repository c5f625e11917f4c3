//! The JSON of `gcp-drift show deploy`.

use std::fmt::Display;

use serde_json::{Map, Value, json};

use crate::model::declared::DiagnosticLevel;
use crate::model::{
    Change, ConnectorCommand, DeployCommand, DeployDeclarations, Fact, Guard, NetworkInterface, Origin, RefusedCommand,
    Spelled, TrafficChange, Why,
};

/// What `gcp-drift show deploy` prints (`schema_version` 1).
pub fn show(declarations: &DeployDeclarations) -> Value {
    let diagnostics = declarations.diagnostics.iter().map(|diagnostic| {
        let level = match diagnostic.level {
            DiagnosticLevel::Error => "error",
            DiagnosticLevel::Warning => "warning",
        };
        json!({
            "level": level,
            "text": diagnostic.text,
            "origin": diagnostic.origin.as_ref().map(origin),
        })
    });
    let mut shown = json!({
        "schema_version": 1,
        "files": declarations.found.iter().map(|file| json!({ "path": file.path.as_str(), "kind": file.kind })).collect::<Vec<_>>(),
        "commands": declarations.commands.iter().map(command).collect::<Vec<_>>(),
        "incomplete": reasons(&declarations.incomplete),
        "diagnostics": diagnostics.collect::<Vec<_>>(),
    });
    // Left out where there are none.
    if !declarations.connectors.is_empty() {
        shown["connectors"] = declarations.connectors.iter().map(connector).collect();
    }
    if !declarations.refused.is_empty() {
        shown["refused"] = declarations.refused.iter().map(refused).collect();
    }
    shown
}

fn guards(guards: &[Guard]) -> Vec<Value> {
    let one = |guard: &Guard| {
        let place = guard.origin.source();
        json!({
            "text": guard.text,
            "file": place.map(|span| span.file.as_str()),
            "line": place.map(|span| span.start.line),
            "negated": guard.negated,
            "decided": guard.decided,
        })
    };
    guards.iter().map(one).collect()
}

fn refused(refused: &RefusedCommand) -> Value {
    json!({
        "origin": origin(&refused.origin),
        "tool": refused.tool,
        "action": refused.action,
        "text": refused.text,
        "place": origin(&refused.place),
        "guards": guards(&refused.guards),
    })
}

fn connector(command: &ConnectorCommand) -> Value {
    let connector = &command.connector;
    let number = |fact: &Fact<i64>| value(fact, |number| json!({ "value": number }));
    json!({
        "origin": origin(&command.origin),
        "action": command.action.word(),
        "name": plain(&connector.short_name),
        "canonical": connector.name.known().map(ToString::to_string),
        "project": plain(&command.project),
        "region": plain(&command.region),
        "network": plain(&connector.network),
        "range": plain(&connector.ip_cidr_range),
        "subnet": plain(&connector.subnet),
        "machine_type": plain(&connector.machine_type),
        "min_instances": number(&connector.min_instances),
        "max_instances": number(&connector.max_instances),
        "min_throughput": number(&connector.min_throughput),
        "max_throughput": number(&connector.max_throughput),
        "guards": guards(&command.guards),
    })
}

fn traffic(change: &TrafficChange) -> Value {
    let entries = value(
        &change.entries,
        |entries| json!({ "value": entries.iter().map(|entry| json!({ "target": entry.target, "value": entry.value })).collect::<Vec<_>>() }),
    );
    json!({ "change": change.kind.word(), "entries": entries })
}

fn command(command: &DeployCommand) -> Value {
    let mut clears = Vec::new();
    if matches!(command.connector, Change::Clear(_)) {
        clears.push("connector");
    }
    if matches!(command.interfaces, Change::Clear(_)) {
        clears.push("network");
    }
    if let Some(Fact::Known(interfaces, _)) = command.interfaces.set()
        && interfaces.iter().any(|interface| interface.tags.is_absent())
    {
        clears.push("network_tags");
    }
    let mut shown = json!({
        "origin": origin(&command.origin),
        "tool": command.tool,
        "action": command.action,
        "workload": { "kind": command.kind.word(), "name": plain(&command.name) },
        "project": plain(&command.project),
        "region": plain(&command.region),
        "connector": change(&command.connector, spelled),
        "egress": change(&command.egress, spelled),
        "network_interfaces": change(&command.interfaces, |interfaces| {
            json!({ "value": interfaces.iter().map(interface).collect::<Vec<_>>() })
        }),
        "clears": clears,
        "guards": guards(&command.guards),
    });
    if !command.assumes.is_empty() {
        shown["assumes"] = guards(&command.assumes).into();
    }
    if !command.traffic.is_empty() {
        shown["traffic"] = command.traffic.iter().map(traffic).collect();
    }
    shown
}

fn origin(origin: &Origin) -> Value {
    let Some(span) = origin.source() else { return Value::Null };
    let callers = span.callers.as_slice().iter().map(|caller| {
        json!({
            "name": caller.name,
            "file": caller.file.as_str(),
            "line": caller.position.line,
            "column": caller.position.column,
        })
    });
    json!({
        "file": span.file.as_str(),
        "line": span.start.line,
        "column": span.start.column,
        "callers": callers.collect::<Vec<_>>(),
    })
}

fn reasons(whys: &[Why]) -> Vec<String> {
    whys.iter().map(ToString::to_string).collect()
}

fn plain<T: Display>(fact: &Fact<T>) -> Value {
    value(fact, |text| json!({ "value": text.to_string(), "canonical": text.to_string() }))
}

fn spelled<T: Display>(spelled: &Spelled<T>) -> Value {
    match &spelled.canonical {
        Ok(canonical) => json!({ "value": spelled.text, "canonical": canonical.to_string() }),
        Err(why) => json!({ "value": spelled.text, "not_canonical": why }),
    }
}

fn change<T>(change: &Change<T>, shown: impl Fn(&T) -> Value) -> Value {
    match change {
        Change::Set(fact) => value(fact, shown),
        Change::Clear(_) | Change::Leave => json!({ "absent": true }),
    }
}

/// One of `{"value": …}` with its place, `{"absent": true}` and `{"unknown": […]}`.
fn value<T>(fact: &Fact<T>, shown: impl Fn(&T) -> Value) -> Value {
    match fact {
        Fact::Known(known, place) => {
            let mut shown = shown(known);
            if let (Value::Object(fields), Some(span)) = (&mut shown, place.source()) {
                let mut at = Map::new();
                at.insert("file".to_owned(), json!(span.file.as_str()));
                at.insert("line".to_owned(), json!(span.start.line));
                at.insert("column".to_owned(), json!(span.start.column));
                fields.insert("origin".to_owned(), Value::Object(at));
            }
            shown
        }
        Fact::Absent(_) => json!({ "absent": true }),
        Fact::Unknown(whys) => json!({ "unknown": reasons(whys) }),
    }
}

fn interface(interface: &NetworkInterface) -> Value {
    json!({
        "network": plain(&interface.network),
        "subnetwork": plain(&interface.subnetwork),
        "tags": value(&interface.tags, |tags| json!({ "value": tags })),
    })
}
