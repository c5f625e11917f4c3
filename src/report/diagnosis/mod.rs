//! What `diagnose` prints: the text that a person reads, and drawings of the paths.

pub mod dot;
pub mod mermaid;
pub mod text;

use crate::model::diagnosis::{Diagnosis, Hop, HopState, Mode, Outcome, Path, Proof};
use crate::model::target::authority;

/// What a diagnosis is printed with.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// Where the live state comes from, in words.
    pub live_source: &'a str,
    /// The exit code.
    pub exit_code: u8,
    /// Why it is that code.
    pub exit_reason: &'a str,
}

/// A mode as reports name it: `#4 connector-in-error`.
pub fn mode_name(mode: &Mode) -> String {
    match mode.number {
        Some(number) => format!("#{number} {}", mode.slug),
        None => mode.slug.to_owned(),
    }
}

/// A field that was read, in one line.
pub fn proof_line(proof: &Proof) -> String {
    let value = proof.value.as_deref().unwrap_or("not there");
    match &*proof.field {
        "" => format!("{}: {value}", proof.resource),
        field => format!("{} {field}: {value}", proof.resource),
    }
}

/// The same for a person: resources by their collection and short name.
pub fn short_proof(proof: &Proof) -> String {
    let parts: Vec<&str> = proof.resource.rsplitn(3, '/').collect();
    let resource = match parts.as_slice() {
        [name, collection, _] if proof.resource.starts_with("projects/") => format!("{collection}/{name}"),
        _ => proof.resource.clone(),
    };
    proof_line(&Proof { resource, ..proof.clone() })
}

/// Where a path leads, in words.
fn target_name(path: &Path) -> String {
    let target = &path.target;
    match (&target.host, target.port) {
        (Some(host), Some(port)) if *host != target.name => format!("{} ({})", target.name, authority(host, port)),
        (Some(host), Some(port)) => authority(host, port),
        (Some(host), None) if *host != target.name => format!("{} ({host})", target.name),
        _ => target.name.clone(),
    }
}

/// How a path ends, in words.
fn ending(path: &Path) -> String {
    match &path.outcome {
        Outcome::Reaches => "reaches".to_owned(),
        Outcome::Blocked(at) => {
            let hop = path.hops.get(*at);
            hop.map_or("blocked".to_owned(), |hop| format!("blocked at {}: {}", place(hop), hop.text))
        }
        Outcome::Undecidable(whys) => {
            let why = whys.first().map_or("it cannot be told", |why| &*why.text);
            format!("not decidable: {why}")
        }
    }
}

/// A hop's place in words: its kind and its name.
fn place(hop: &Hop) -> String {
    match hop.kind.word() {
        kind if kind == hop.name => kind.to_owned(),
        kind => format!("{kind} {}", hop.name),
    }
}

/// What a hop is about.
fn hop_text(hop: &Hop) -> &str {
    match &hop.state {
        HopState::Unknown(why) => &why.text,
        _ => &hop.text,
    }
}
