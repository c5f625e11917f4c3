//! What a written value must be to be valid. Each function takes a text and answers with the valid form, or with what
//! is wrong and, where it can be told, what was meant.

use jiff::civil::Date;

use super::suggest::closest;
use crate::finding::Severity;

/// What is wrong with a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) suggestion: Option<String>,
    pub(super) note: Option<String>,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    pub(super) fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    pub(super) fn note(mut self, note: &str) -> Self {
        self.note = Some(note.to_owned());
        self
    }
}

/// A path inside the repository, without `.`, `..` and a trailing `/`; the repository itself is `.`.
pub(super) fn repo_path(text: &str) -> Result<String, Wrong> {
    let mut chars = text.chars();
    let drive = chars.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && chars.next() == Some(':');
    if text.starts_with(['/', '\\']) || drive {
        return Err(Wrong::new(format!("`{text}` is an absolute path"))
            .note("paths are relative to the folder of the config file, so that they hold on every machine"));
    }
    if text == "~" || text.starts_with("~/") {
        return Err(Wrong::new(format!("`{text}` starts with `~`, which is not expanded"))
            .note("paths are relative to the folder of the config file"));
    }
    if text.contains('\\') {
        return Err(Wrong::new(format!("`{text}` contains a backslash")).suggest(Some(text.replace('\\', "/"))));
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                if segments.pop().is_none() {
                    return Err(Wrong::new(format!("`{text}` leaves the repository"))
                        .note("the repository is the folder of the config file; move the file up to cover more"));
                }
            }
            segment => segments.push(segment),
        }
    }
    Ok(if segments.is_empty() { ".".to_owned() } else { segments.join("/") })
}

/// A path of a file inside the repository.
pub(super) fn file_path(text: &str) -> Result<String, Wrong> {
    match repo_path(text)?.as_str() {
        "." => Err(Wrong::new(format!("`{text}` is a folder, not a file"))),
        path => Ok(path.to_owned()),
    }
}

/// The longest text that has rules at all, in bytes; a longer one is refused before it is looked at.
pub(super) const MAX_TEXT: usize = 1000;

/// A path pattern relative to the repository.
pub(super) fn pattern(text: &str) -> Result<String, Wrong> {
    if text.starts_with('/') {
        return Err(Wrong::new(format!("the pattern `{text}` is absolute"))
            .suggest(Some(text.trim_start_matches('/')).filter(|rest| !rest.is_empty()))
            .note("patterns are relative to the folder of the config file"));
    }
    if text.split('/').any(|segment| segment == "..") {
        return Err(Wrong::new(format!("the pattern `{text}` contains `..`, which matches nothing")));
    }
    name_pattern(text)
}

/// A glob on a name.
pub(super) fn name_pattern(text: &str) -> Result<String, Wrong> {
    match globset::Glob::new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Wrong::new(format!("`{text}` is no valid pattern: {}", error.kind()))),
    }
}

/// The name of an environment variable, or a glob on such names.
pub(super) fn variable_pattern(text: &str) -> Result<String, Wrong> {
    let wanted = |char: char| char.is_ascii_alphanumeric() || "_*?[]{}!-,".contains(char);
    // What stands here by mistake may be a value, which is not repeated.
    if !text.chars().all(wanted) {
        return Err(Wrong::new("it is no name of an environment variable, and no pattern of one")
            .note("variables are named, such as `DATABASE_URL` or `REDIS_*`; their values stand nowhere"));
    }
    name_pattern(text)
}

/// A project id: 6 to 30 lower-case letters, digits and hyphens, perhaps with a domain before it (`example.com:id`).
/// Source: Resource Manager, "Creating and managing projects".
pub(super) fn project_id(text: &str) -> Result<String, Wrong> {
    if text.chars().all(|c| c.is_ascii_digit()) {
        return Err(Wrong::new(format!("`{text}` is a project number, not a project id"))
            .note("give the id here, and the number under `[project_numbers]`"));
    }
    let id = text.rsplit(':').next().unwrap_or(text);
    let valid = (6..=30).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && text.matches(':').count() <= 1;
    if valid {
        return Ok(text.to_owned());
    }
    let wrong = Wrong::new(format!("`{text}` is no project id"))
        .note("a project id has 6 to 30 lower-case letters, digits and hyphens, and starts with a letter");
    match text.strip_prefix("projects/") {
        Some(id) => Err(wrong.suggest(Some(id))),
        None => Err(wrong),
    }
}

/// A project number.
pub(super) fn project_number(text: &str) -> Result<String, Wrong> {
    if !text.is_empty() && text.len() <= 20 && text.chars().all(|c| c.is_ascii_digit()) && !text.starts_with('0') {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("`{text}` is no project number")).note("a project number has digits only"))
}

/// A region, such as `us-central1`: two words, the second with a number.
pub(super) fn region(text: &str) -> Result<String, Wrong> {
    if is_region(text) {
        return Ok(text.to_owned());
    }
    let wrong = Wrong::new(format!("`{text}` is no region"));
    match text.rsplit_once('-') {
        Some((region, zone)) if zone.len() == 1 && is_region(region) => {
            Err(wrong.suggest(Some(region)).note("it is a zone; regions have no letter at the end"))
        }
        _ if is_region(&text.to_lowercase()) => Err(wrong.suggest(Some(text.to_lowercase()))),
        _ => Err(wrong.note("regions are spelled like `us-central1`")),
    }
}

fn is_region(text: &str) -> bool {
    let Some((area, place)) = text.split_once('-') else { return false };
    let word = place.trim_end_matches(|c: char| c.is_ascii_digit());
    let lower = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    lower(area) && lower(word) && word.len() < place.len()
}

/// A severity.
pub(super) fn severity(text: &str) -> Result<Severity, Wrong> {
    Severity::parse(text).ok_or_else(|| {
        let suggestion = closest(text, Severity::ALL.map(Severity::word));
        Wrong::new(format!("`{text}` is no severity")).suggest(suggestion).note(SEVERITIES)
    })
}

/// A severity, or `none`.
pub(super) fn fail_on(text: &str) -> Result<Option<Severity>, Wrong> {
    if text == "none" {
        return Ok(None);
    }
    severity(text).map(Some).map_err(|wrong| {
        let words = Severity::ALL.map(Severity::word).into_iter().chain(["none"]);
        Wrong::new(wrong.message).suggest(closest(text, words)).note(SEVERITIES_OR_NONE)
    })
}

const SEVERITIES: &str = "severities are critical, high, medium, low and info";
const SEVERITIES_OR_NONE: &str = "it must be critical, high, medium, low, info or none";

/// A day that exists, as `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Result<String, Wrong> {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).is_some_and(|part| part.chars().all(|c| c.is_ascii_digit()));
    let shaped = text.len() == 10
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && text.get(4..5) == Some("-")
        && text.get(7..8) == Some("-");
    if !shaped {
        return Err(Wrong::new(format!("`{text}` is no date")).note("dates are written as `YYYY-MM-DD`"));
    }
    match text.parse::<Date>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Wrong::new(format!("there is no day `{text}`"))),
    }
}

/// A Python version, `3.N`.
pub(super) fn python_version(text: &str) -> Result<String, Wrong> {
    let mut parts = text.split('.');
    let (major, minor, rest) = (parts.next(), parts.next(), parts.next());
    let is_minor = |minor: &str| (1..=2).contains(&minor.len()) && minor.chars().all(|c| c.is_ascii_digit());
    match (major, minor, rest) {
        (Some("3"), Some(minor), None) if is_minor(minor) => Ok(text.to_owned()),
        (Some("3"), Some(minor), Some(_)) if is_minor(minor) => Err(Wrong::new(format!("`{text}` is too exact"))
            .suggest(Some(format!("3.{minor}")))
            .note("the syntax depends on the first two numbers only")),
        (Some("2"), ..) => Err(Wrong::new("Python 2 is not supported")),
        _ => Err(Wrong::new(format!("`{text}` is no Python version")).note("it is written as `3.N`, such as `3.11`")),
    }
}

/// A generation of pytest, which is its first number.
pub(super) fn pytest_version(text: &str) -> Result<u8, Wrong> {
    match text {
        "8" => Ok(8),
        "9" => Ok(9),
        _ => Err(Wrong::new(format!("`{text}` is no generation of pytest that is known"))
            .note("it is written as `\"8\"` or `\"9\"`")),
    }
}

/// A program that runs Python: a path in the repository, or a name on `PATH`.
pub(super) fn interpreter(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() || text.starts_with('-') || text.contains('\0') {
        return Err(Wrong::new(format!("`{}` is no program", text.escape_debug())));
    }
    Ok(text.to_owned())
}

/// A Python name.
pub(super) fn python_name(text: &str) -> Result<String, Wrong> {
    if is_python_name(text) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("`{text}` is no Python name")))
}

/// A dotted name of a Python module.
pub(super) fn module_name(text: &str) -> Result<String, Wrong> {
    if text.split('.').all(is_python_name) {
        return Ok(text.to_owned());
    }
    let dotted = text.trim_end_matches(".py").replace(['/', '\\'], ".");
    let suggestion = Some(dotted).filter(|dotted| dotted != text && dotted.split('.').all(is_python_name));
    Err(Wrong::new(format!("`{text}` is no dotted name of a module")).suggest(suggestion))
}

fn is_python_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// The name of a category of tests.
pub(super) fn category(text: &str) -> Result<String, Wrong> {
    if text.chars().all(|c| c == '_' || c == '-' || c.is_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new(format!("`{text}` is no category name")).note("it may have letters, digits, `_` and `-`"))
}

/// The name of a Terraform variable.
pub(super) fn variable(text: &str) -> Result<String, Wrong> {
    let mut chars = text.chars();
    let valid = chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c == '-' || c.is_alphanumeric());
    if valid { Ok(text.to_owned()) } else { Err(Wrong::new(format!("`{text}` is no name of a Terraform variable"))) }
}

/// A rule id of the known ones.
pub(super) fn rule(text: &str, known: &[&str]) -> Result<String, Wrong> {
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    let wrong = Wrong::new(format!("there is no rule `{text}`"));
    match closest(text, known.iter().copied()) {
        Some(suggestion) => Err(wrong.suggest(Some(suggestion))),
        None => Err(wrong.note("`gcp-drift explain` lists the rules")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_stay_inside() {
        for (text, path) in [
            ("terraform", "terraform"),
            ("./terraform/", "terraform"),
            ("a//b/./c", "a/b/c"),
            ("a/../b", "b"),
            (".", "."),
            ("a/..", "."),
            ("dir with space/ü", "dir with space/ü"),
            ("..a/b..", "..a/b.."),
        ] {
            assert_eq!(repo_path(text).as_deref(), Ok(path), "{text}");
        }
        for text in ["/etc", "\\\\server\\x", "C:/x", "c:x", "..", "a/../../b", "~/x", "a\\b"] {
            assert!(repo_path(text).is_err(), "{text}");
        }
        assert_eq!(repo_path("a\\b").unwrap_err().suggestion.as_deref(), Some("a/b"));
    }

    #[test]
    fn regions_are_told_from_zones_and_other_words() {
        for text in ["us-central1", "europe-west10", "northamerica-northeast1", "me-central2"] {
            assert_eq!(region(text).as_deref(), Ok(text));
        }
        for text in ["us", "us-central", "1-a1", "us-central1-a", "us central1", "-1", "us-1"] {
            assert!(region(text).is_err(), "{text}");
        }
        assert_eq!(region("us-central1-a").unwrap_err().suggestion.as_deref(), Some("us-central1"));
        assert_eq!(region("US-Central1").unwrap_err().suggestion.as_deref(), Some("us-central1"));
    }

    #[test]
    fn project_ids_follow_googles_rule() {
        for text in ["netra-staging", "abcdef", "example.com:my-project"] {
            assert_eq!(project_id(text).as_deref(), Ok(text));
        }
        for text in ["short", "Netra-Staging", "netra-", "9etra-staging", "projects/netra-staging", "a:b:cdefgh"] {
            assert!(project_id(text).is_err(), "{text}");
        }
        assert!(project_id("701982941522").unwrap_err().message.contains("project number"));
    }

    #[test]
    fn dates_exist() {
        assert_eq!(date("2028-02-29").as_deref(), Ok("2028-02-29"));
        for text in ["2027-02-29", "2026-13-01", "2026-1-1", "tomorrow", "2026-01-01T00:00", "２026-01-0"] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn python_versions_have_two_numbers() {
        assert_eq!(python_version("3.10").as_deref(), Ok("3.10"));
        for text in ["3", "2.7", "3.x", "3.123", "", "3.", ">=3.9"] {
            assert!(python_version(text).is_err(), "{text}");
        }
        assert_eq!(python_version("3.11.4").unwrap_err().suggestion.as_deref(), Some("3.11"));
    }

    #[test]
    fn modules_are_dotted_names() {
        assert_eq!(module_name("tests.helpers._x").as_deref(), Ok("tests.helpers._x"));
        assert_eq!(module_name("tests/helpers.py").unwrap_err().suggestion.as_deref(), Some("tests.helpers"));
        for text in ["", ".", "a..b", "1a", "from a import b"] {
            assert!(module_name(text).is_err(), "{text}");
        }
    }
}
