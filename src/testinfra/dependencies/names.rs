//! Names of distributions, and the modules that they stand for.

use crate::testinfra::distributions::MODULES;

/// The normal form of a distribution's name: lower case, runs of `-_.` as one `-`.
pub(super) fn normalise(name: &str) -> String {
    let mut result = String::new();
    for character in name.trim().chars() {
        if "-_.".contains(character) {
            if !result.ends_with('-') {
                result.push('-');
            }
        } else {
            result.extend(character.to_lowercase());
        }
    }
    result
}

pub(super) fn squash(name: &str) -> String {
    name.chars().filter(|character| !"-_.".contains(*character)).flat_map(char::to_lowercase).collect()
}

/// True where a distribution (normalised) provides a top-level module, by the table or by its name.
pub(super) fn provides(distribution: &str, module: &str) -> bool {
    if let Ok(at) = MODULES.binary_search_by_key(&distribution, |(name, _)| name)
        && let Some((_, modules)) = MODULES.get(at)
    {
        return modules.contains(&module);
    }
    let squashed = squash(module);
    let name = squash(distribution);
    name == squashed
        || name.strip_prefix("python").is_some_and(|rest| rest == squashed)
        || name.strip_prefix("py").is_some_and(|rest| rest == squashed)
        || name.strip_suffix("python").is_some_and(|rest| rest == squashed)
        || name.strip_suffix("binary").is_some_and(|rest| rest == squashed)
        || (module == "google" && distribution.starts_with("google-"))
        || (module == "azure" && distribution.starts_with("azure-"))
        || (module == "opentelemetry" && distribution.starts_with("opentelemetry-"))
}
