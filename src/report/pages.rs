//! The page of each rule, compiled in.

/// The page of a rule as Markdown, where there is such a rule.
pub fn page(rule: &str) -> Option<&'static str> {
    PAGES.iter().find(|(id, _)| *id == rule).map(|&(_, text)| text)
}

/// The ids of the rules that have a page, sorted.
pub fn ids() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|&(id, _)| id)
}

/// Id and text of each file of docs/rules.
macro_rules! pages {
    ($($id:literal,)+) => { &[$(($id, include_str!(concat!("../../docs/rules/", $id, ".md")))),+] };
}

static PAGES: &[(&str, &str)] = pages![
    "acceptance-expired",
    "acceptance-unused",
    "address-changed",
    "address-missing",
    "annotation-misplaced",
    "argument-invalid",
    "argument-missing",
    "argument-unsupported",
    "arguments-conflict",
    "attribute-dropped",
    "cache-changed",
    "cache-missing",
    "category-empty",
    "collection-differs",
    "collection-error",
    "collection-timeout",
    "connector-changed",
    "connector-missing",
    "connector-not-ready",
    "connector-unmanaged",
    "connector-unreferenced",
    "critical-import-broken",
    "database-changed",
    "database-missing",
    "database-not-ready",
    "declaration-unreadable",
    "declared-conflict",
    "deploy-config-broken",
    "deploy-refused",
    "discovery-cap-exceeded",
    "discovery-too-many-files",
    "discovery-too-slow",
    "exclusion-unused",
    "firewall-changed",
    "firewall-missing",
    "firewall-unmanaged",
    "health-baseline-stale",
    "health-category-shrank",
    "health-collection-broke",
    "health-critical-import-broke",
    "health-discovery-slower",
    "health-files-grew",
    "health-rate-rose",
    "health-required-class-lost",
    "import-module-missing",
    "import-symbol-missing",
    "import-undeclared-dependency",
    "marker-unregistered",
    "nat-changed",
    "nat-missing",
    "network-changed",
    "network-missing",
    "network-undeclared",
    "peering-changed",
    "peering-missing",
    "peering-not-active",
    "policy-connector-range",
    "policy-connector-throughput",
    "policy-egress-private-ranges-only",
    "policy-service-attached",
    "pytest-config-invalid",
    "pytest-does-not-start",
    "python-syntax-error",
    "reference-undeclared",
    "resource-type-unknown",
    "rollout-failed",
    "router-changed",
    "router-missing",
    "smoke-class-methods-missing",
    "smoke-class-missing",
    "smoke-class-not-collectable",
    "smoke-class-only-in-backup",
    "smoke-class-stub",
    "smoke-class-unmarked",
    "smoke-class-without-tests",
    "subnetwork-changed",
    "subnetwork-missing",
    "target-unreachable",
    "test-class-left-out",
    "test-file-unmatched",
    "test-file-unreadable",
    "test-file-without-tests",
    "test-module-duplicate",
    "traffic-changed",
    "traffic-on-stale-revision",
    "traffic-pinned",
    "var-file-unused",
    "variable-undeclared",
    "variable-validation-failed",
    "workload-connector-changed",
    "workload-connector-foreign",
    "workload-connector-missing",
    "workload-egress-changed",
    "workload-interfaces-changed",
    "workload-missing",
    "workload-unmanaged",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_page_and_the_list_is_sorted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.strip_suffix(".md").unwrap_or_else(|| panic!("{name} is no page")).to_owned())
            .collect();
        files.sort();
        assert_eq!(ids().collect::<Vec<_>>(), files);
    }

    #[test]
    fn every_page_has_every_section() {
        for id in ids() {
            let text = page(id).unwrap();
            let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
            let expected = [
                &format!("# {id}"),
                "## What it means",
                "## Why it matters",
                "## Example",
                "## How to fix it",
                "## When it is not checked",
            ];
            assert_eq!(headings, expected, "{id}");
            assert!(text.contains(&format!("[{id}]: ")) || text.contains(&format!("{id}: ")), "{id} shows no example");
            assert!((25..=70).contains(&text.lines().count()), "{id} has {} lines", text.lines().count());
            assert!(text.ends_with('\n') && !text.contains('\t') && !text.contains('\r'), "{id}");
        }
    }

    #[test]
    fn an_unknown_rule_has_no_page() {
        assert_eq!(page("connector-mising"), None);
        assert!(page("connector-missing").is_some_and(|text| text.starts_with("# connector-missing\n")));
    }
}
