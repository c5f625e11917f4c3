//! Which environment variables of workloads may be read. What is read of one is an [`Endpoint`](super::Endpoint), and
//! nothing else.

use globset::{Glob, GlobSet, GlobSetBuilder};

/// The variables that `[connectivity] environment` names. By default there are none.
#[derive(Clone, Debug, Default)]
pub struct AllowedVariables {
    patterns: Vec<String>,
    names: GlobSet,
}

impl AllowedVariables {
    /// The variables of these names and globs. What is no glob names no variable.
    pub fn new(patterns: &[String]) -> Self {
        let mut names = GlobSetBuilder::new();
        for glob in patterns.iter().filter_map(|pattern| Glob::new(pattern).ok()) {
            names.add(glob);
        }
        Self { patterns: patterns.to_owned(), names: names.build().unwrap_or_default() }
    }

    /// True where no variable may be read.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// True for a variable that may be read.
    pub fn allow(&self, name: &str) -> bool {
        self.names.is_match(name)
    }

    /// True for a variable that is named by itself, so that it is meant, and not only matched by a glob.
    pub fn name(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_allowed() {
        assert!(!AllowedVariables::default().allow("DATABASE_URL"));
        let allowed = AllowedVariables::new(&["DATABASE_URL".to_owned(), "REDIS_*".to_owned(), "[".to_owned()]);
        for (name, is) in [
            ("DATABASE_URL", true),
            ("REDIS_HOST", true),
            ("database_url", false),
            ("OLD_DATABASE_URL", false),
            ("DATABASE_URLS", false),
            ("REDIS", false),
        ] {
            assert_eq!(allowed.allow(name), is, "{name}");
        }
        assert!(allowed.name("DATABASE_URL") && !allowed.name("REDIS_HOST"));
    }
}
