//! What is the same though it is spelled differently: names, words, defaults, order, quantities that are seen from two
//! sides. Each rule stands here once, with its source and the function that compares by it; docs/equivalence.md is
//! printed from it.
//!
//! | file | whose fields |
//! | --- | --- |
//! | [`connectors`] | VPC Access connectors |
//! | [`workloads`] | services, jobs and worker pools |
//! | [`settings`] | networks, firewall rules, NAT, private connections, databases, caches |
//! | [`left_out`] | what is never compared, and why |

pub mod connectors;
pub mod left_out;
pub mod settings;
pub mod workloads;

use std::fmt::Write as _;

pub use connectors::{
    CONNECTOR_NAME, DEFAULT_MACHINE_TYPE, End, MACHINE_TYPE, NETWORK_NAME, RANGE, SCALING, SUBNETWORK_NAME,
    THROUGHPUT_PER_INSTANCE, declared_scaling,
};
pub use workloads::{
    DEFAULT_EGRESS, EGRESS, INTERFACES, TRAFFIC, compare_interfaces, compare_vpc_access, follows_latest,
};

/// A rule in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Kebab-case slug.
    pub id: &'static str,
    /// The fields that are compared by it: type and path in Terraform, or another source's word.
    pub applies: &'static [&'static str],
    /// What is equal.
    pub equal: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// A rule with the function that compares by it.
#[derive(Clone, Copy, Debug)]
pub struct Equivalence<F> {
    /// The rule in words.
    pub row: Row,
    /// Compares what is declared with what is live.
    pub compare: F,
}

/// Every rule.
pub static TABLE: &[&Row] = &[
    &CONNECTOR_NAME.row,
    &NETWORK_NAME.row,
    &SUBNETWORK_NAME.row,
    &RANGE.row,
    &MACHINE_TYPE.row,
    &SCALING.row,
    &EGRESS.row,
    &INTERFACES.row,
    &TRAFFIC.row,
    &settings::WORD.row,
    &settings::NAME.row,
    &settings::SET.row,
    &settings::PURPOSE.row,
];

/// The text of docs/equivalence.md.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    // Writing to a string cannot fail.
    for row in TABLE {
        let fields: Vec<String> = row.applies.iter().map(|field| format!("`{field}`")).collect();
        let fields = if fields.is_empty() { "see the fields below".to_owned() } else { fields.join(", ") };
        let _ =
            write!(text, "\n### {}\n\n- fields: {fields}\n- equal: {}\n- source: {}\n", row.id, row.equal, row.source);
    }
    text.push_str(SETTINGS);
    for attribute in settings::ATTRIBUTES {
        let _ = writeln!(
            text,
            "| {} | `{}` | `{}` | {} | {} | {} |",
            attribute.kind.word(),
            attribute.path,
            attribute.api,
            attribute.by.row.id,
            attribute.absent.words(),
            attribute.applied.words(),
        );
    }
    text.push_str(LEFT_OUT);
    for entry in left_out::TABLE {
        let fields: Vec<String> = entry.fields.iter().map(|field| format!("`{field}`")).collect();
        let _ = writeln!(text, "| {} | {} | {} |", fields.join(", "), entry.why, entry.source);
    }
    text
}

const INTRODUCTION: &str = "\
<!-- Printed from src/reconcile/equivalence by `make docs`; edit it there. -->

# What is the same though it is spelled differently

Declared and live values are compared in three values: *same*, *different*, *cannot be told*. These are the rules by
which they are the same. A value that cannot be told is not checked, never the same.

## Rules
";

const SETTINGS: &str = "
## Fields of networks and databases

Where a field is left out of the configuration and the provider accepts whatever is live, `terraform plan` shows
nothing: such a field is compared with the API's documented default, where there is one, and a finding then has the
baseline `api-default`.

| resource | field | of the API | rule | left out means | `terraform apply` |
| --- | --- | --- | --- | --- | --- |
";

const LEFT_OUT: &str = "
## What is never compared

| fields | why | source |
| --- | --- | --- |
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_of_equivalence_are_those_of_the_table() {
        crate::testing::document("docs/equivalence.md", &reference());
    }

    #[test]
    fn every_rule_says_what_is_equal_and_who_says_so() {
        let mut ids: Vec<&str> = TABLE.iter().map(|row| row.id).collect();
        assert!(TABLE.iter().all(|row| !row.equal.is_empty() && !row.source.is_empty()));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), TABLE.len(), "two rules have one id");
        for attribute in settings::ATTRIBUTES {
            assert!(ids.contains(&attribute.by.row.id), "{} is compared by a rule that is not listed", attribute.path);
        }
    }

    #[test]
    fn what_is_compared_is_not_among_what_is_never_compared() {
        let never: Vec<&str> = left_out::TABLE.iter().flat_map(|entry| entry.fields.iter().copied()).collect();
        for attribute in settings::ATTRIBUTES {
            assert!(!never.contains(&attribute.path), "{}", attribute.path);
        }
        assert!(!never.contains(&"traffic") && !never.contains(&"vpc_access"));
    }
}
