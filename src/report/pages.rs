//! The page of each rule, compiled in.

/// The page of a rule as Markdown, where there is such a rule.
pub fn page(rule: &str) -> Option<&'static str> {
    PAGES.iter().find(|(id, _)| *id == rule).map(|&(_, text)| text)
}

/// The ids of the rules that have a page, sorted.
pub fn ids() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|&(id, _)| id)
}

static PAGES: &[(&str, &str)] = &[];
