//! Whether a value is one that the provider or the API accepts.

use ipnet::IpNet;

use super::schema::{Form, Limit};
use crate::terraform::value::Value;

/// What is wrong with a known value, as a fragment that reads after "because"; `None` where nothing is, or nothing is
/// known of the field.
pub fn problem(limit: Limit, value: &Value) -> Option<String> {
    match limit {
        Limit::None => None,
        Limit::Between { least, most, step } => {
            let every = if step > 1 { format!("a multiple of {step} ") } else { "a whole number ".to_owned() };
            let fits = value.as_int().is_some_and(|number| (least..=most).contains(&number) && number % step == 0);
            (!fits).then(|| format!("{every}from {least} to {most} is required"))
        }
        Limit::OneOf(words) => {
            let text = value.as_str()?;
            // The provider reads an empty text as not set.
            (!text.is_empty() && !words.contains(&text)).then(|| format!("one of {} is required", words.join(", ")))
        }
        Limit::Form(form) => form_problem(form, value.as_str()?).map(str::to_owned),
    }
}

fn form_problem(form: Form, text: &str) -> Option<&'static str> {
    match form {
        Form::ComputeName => (!is_name(text, 63))
            .then_some("a name of at most 63 lower-case letters, digits and hyphens that begins with a letter and does not end with a hyphen is required"),
        // A full name is cut to its last segment by the provider.
        Form::ConnectorName => (!is_name(text.rsplit('/').next().unwrap_or_default(), 25))
            .then_some("a name of at most 25 lower-case letters, digits and hyphens that begins with a letter and does not end with a hyphen is required"),
        Form::RunName => (!is_name(text.rsplit('/').next().unwrap_or_default(), 49))
            .then_some("a name of fewer than 50 lower-case letters, digits and hyphens that begins with a letter and does not end with a hyphen is required"),
        Form::Range => (!text.is_empty() && text.trim().parse::<IpNet>().is_err())
            .then_some("an address range such as 10.8.0.0/28 is required"),
        Form::ConnectorRange => (!text.is_empty() && !is_connector_range(text))
            .then_some("an IPv4 range with a mask of 28 bits, such as 10.8.0.0/28, is required"),
        Form::FullNetwork => (!text.is_empty() && !is_full_network(text))
            .then_some("the network's full name is required: projects/PROJECT/global/networks/NAME"),
    }
}

/// RFC 1035, as Compute Engine has it.
fn is_name(text: &str, most: usize) -> bool {
    let inside = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    text.len() <= most
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(inside)
}

fn is_connector_range(text: &str) -> bool {
    matches!(text.trim().parse::<IpNet>(), Ok(IpNet::V4(range)) if range.prefix_len() == 28)
}

fn is_full_network(text: &str) -> bool {
    let path = text.find("projects/").and_then(|at| text.get(at..)).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), ["projects", project, "global", "networks", name] if !project.is_empty() && !name.is_empty())
}
