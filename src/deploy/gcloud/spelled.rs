//! Names and settings as a command spells them, beside what they mean.

use crate::model::{ConnectorName, Egress, Fact, NameContext, Spelled, redact};

/// What short names in a command are relative to: its own project and region, and only where it names none, those of
/// the run.
pub fn name_context(project: &Fact<String>, region: &Fact<String>, context: &NameContext) -> NameContext {
    let own = |fact: &Fact<String>, fallback: &Option<String>| match fact {
        Fact::Known(text, _) => Some(text.clone()),
        Fact::Absent(_) => fallback.clone(),
        Fact::Unknown(_) => None,
    };
    NameContext {
        project: own(project, &context.project),
        region: own(region, &context.region),
        project_numbers: context.project_numbers.clone(),
    }
}

/// A connector as written, with its canonical name where that is known.
pub fn spell_connector(text: String, names: &NameContext) -> Spelled<ConnectorName> {
    let canonical = ConnectorName::parse(&text, names).map_err(|error| error.to_string());
    Spelled { text: redact::identifier(&text), canonical }
}

/// An egress setting as written, with its meaning.
pub fn spell_egress(text: String) -> Spelled<Egress> {
    let canonical = Egress::parse(&text).and_then(|egress| egress.ok_or_else(|| "it is not specified".to_owned()));
    Spelled { text: redact::identifier(&text), canonical }
}
