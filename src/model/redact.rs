//! Takes secrets out of text before it is kept or printed.

use std::sync::LazyLock;

use regex::Regex;

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// True where a name (of a variable, key, attribute or flag) says that its value is a secret.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    const WORDS: [&str; 10] = [
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "api-key",
        "apikey",
        "private_key",
        "connection_string",
        "credential",
    ];
    WORDS.iter().any(|word| lower.contains(word))
}

static SECRET_ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?P<name>[\w.-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|connection_string|credential)[\w.-]*["']?\]?\s*(?:=>|[=:,])\s*)(?P<value>\[[^\]]*\]?|[rbfuRBFU]{0,2}"(?:[^"\\]|\\.)*"?|[rbfuRBFU]{0,2}'(?:[^'\\]|\\.)*'?|[^\s"',;)}\]]+)"#,
    )
    .ok()
});
static KNOWN_SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"ya29\.[\w.-]+",                         // Google access token
        r"|AIza[\w-]{35}",                        // Google API key
        r"|gh[pousr]_\w{20,}",                    // GitHub token
        r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*", // private key
        r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*",    // JWT
        r"|://[^/\s:@]+:(?P<password>[^/\s@]+)@"  // password in a URL
    ))
    .ok()
});

/// A line of source with the values of secrets replaced. Literals that are plainly references
/// (`var.x`, `secrets.X`) are replaced as well: a caret is worth less than a leak.
pub fn line(text: &str) -> String {
    let (Some(assignment), Some(shapes)) = (SECRET_ASSIGNMENT.as_ref(), KNOWN_SHAPES.as_ref()) else {
        return REDACTED.to_owned();
    };
    let text = shapes.replace_all(text, |found: &regex::Captures<'_>| match found.name("password") {
        Some(password) => found[0].replace(password.as_str(), REDACTED),
        None => REDACTED.to_owned(),
    });
    assignment.replace_all(&text, |found: &regex::Captures<'_>| format!("{}{REDACTED}", &found["name"])).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_replaced_and_other_text_stays() {
        for (input, output) in [
            (r#"  password = "hunter2""#, r#"  password = [redacted]"#),
            (r#"'DB_PASSWORD': 'x y',"#, r#"'DB_PASSWORD': [redacted],"#),
            (r#"url = "postgres://app:hunter2@10.0.0.3/db""#, r#"url = "postgres://app:[redacted]@10.0.0.3/db""#),
            (r#"auth = "ya29.a0AfH6SMB""#, r#"auth = "[redacted]""#),
            (r#"egress = "ALL_TRAFFIC""#, r#"egress = "ALL_TRAFFIC""#),
            (r#"passwords = ["a", "b"]"#, "passwords = [redacted]"),
            (r#"api-key: abc"#, "api-key: [redacted]"),
            ("--set-secrets=KEY=my-key:latest", "--set-secrets=[redacted]"),
        ] {
            assert_eq!(line(input), output);
        }
    }
}
