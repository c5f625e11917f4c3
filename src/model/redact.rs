//! Takes secrets out of text before it is kept or printed.

use std::sync::LazyLock;

use regex::Regex;

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Words of names whose values are secrets.
const SECRET_WORDS: [&str; 17] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "signing_key",
    "encryption_key",
    "private_key",
    "privatekey",
    "connection_string",
    "connectionstring",
    "credential",
    "auth_string",
    "authstring",
];

/// Ends of such names; as words they mean other things elsewhere (`bypass`, `PWD`).
const SECRET_ENDS: [&str; 2] = ["_pass", "_pwd"];

/// True where a name (of a variable, key, attribute or flag) says that its value is a secret.
pub fn is_secret_name(name: &str) -> bool {
    SECRET_NAME.as_ref().is_none_or(|pattern| pattern.is_match(name))
}

/// The words and ends as one pattern. Flags, annotations and headers are spelled with `-` where variables have `_`.
static SECRET_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ends = SECRET_ENDS.iter().map(|end| format!("{end}$"));
    let words = SECRET_WORDS.iter().map(|&word| word.to_owned()).chain(ends);
    let pattern = words.collect::<Vec<_>>().join("|").replace('_', "[_-]");
    Regex::new(&format!("(?i-u:{pattern})")).ok()
});

/// True where a name ends in a word for a secret, so that its value is one and does not merely describe one
/// (`db_password`, not `secret_project`).
pub fn ends_in_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let name = name.trim_end_matches(|char: char| char.is_ascii_digit() || matches!(char, '_' | 's'));
    SECRET_WORDS.iter().any(|word| name.ends_with(word.trim_end_matches('s')))
        || SECRET_ENDS.iter().any(|end| name.ends_with(end.trim_end_matches('s')))
}

/// True for a command-line flag whose value, in the next argument, is a secret.
pub fn is_secret_flag(argument: &str) -> bool {
    argument.starts_with('-') && !argument.contains(['=', ' ']) && is_secret_name(argument)
}

/// The names of [`is_secret_name`], as a pattern.
const NAME: &str = concat!(
    r"(?:password|passwd|passphrase|secret|token|credential|(?:api|access|signing|encryption|private)[_-]?key",
    r"|connection_?string|auth[_-]?string|[_-](?:pass|pwd)\b)"
);

/// A value in source text: a list, a literal, a call with what it is given, or a word.
const VALUE: &str = concat!(
    r#"(?:\[[^\]]*\]?|[rbfu]{0,2}"""(?s:.*?)(?:"""|\z)|[rbfu]{0,2}'''(?s:.*?)(?:'''|\z)"#,
    r#"|[rbfu]{0,2}"(?:[^"\\]|\\.)*"?|[rbfu]{0,2}'(?:[^'\\]|\\.)*'?"#,
    r#"|[^\s"',(]*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)?|[^\s"',]+)"#
);

/// Where secrets stand in a line. Rules go from the one that takes most to the one that takes least.
struct Patterns {
    /// Texts that are secrets by their shape, whatever stands around them.
    shapes: Regex,
    /// The password of a URL; its user may be empty.
    url: Regex,
    /// A line that does nothing but assign: its whole rest is the value, however it is put together.
    own_line: Regex,
    /// `"NAME=value"`: up to the closing quote, as a value may hold spaces and commas.
    quoted: Regex,
    /// `NAME=value`, `"NAME": value`, `get("NAME", value)`.
    assignment: Regex,
    /// `--name value`.
    flag: Regex,
    /// A name of a secret as a literal.
    literal_name: Regex,
    /// `value = …` beside such a literal.
    value_key: Regex,
}

impl Patterns {
    fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            shapes: ascii(concat!(
                r"(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z))",
                r"|ya29\.[\w.-]+",                            // Google access token
                r"|\b1//0[\w-]{20,}",                         // Google refresh token
                r"|GOCSPX-[\w-]{20,}",                        // Google OAuth client secret
                r"|AIza[\w-]{35}",                            // Google API key
                r"|gh[pousr]_[\w]{20,}|github_pat_[\w]{20,}", // GitHub token
                r"|glpat-[\w-]{20,}",                         // GitLab token
                r"|xox[abprs]-[\w-]{10,}",                    // Slack token
                r"|\b[sr]k_live_[\w]{10,}",                   // Stripe key
                r"|\bAKIA[0-9A-Z]{16}\b",                     // AWS access key
                r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*",        // JWT
                r"|\b(?i:bearer) +[\w.~+/=-]{20,}",
                r#"|(?i:\bauthorization["']?\s*[:=,]\s*["']?(?:bearer|basic)\s+)[^\s"']+"#,
            ))?,
            url: ascii(r#"(?P<head>://[^/\s:@"']*:)[^\s"'`<>]+@"#)?,
            own_line: ascii(&format!(
                r#"(?i)^(?P<head>\s*(?:- )?["']?[\w.-]*{NAME}[\w.-]*["']?(?:\s+=\s+|\s*=>\s+|\s*:\s+))\S.*?(?P<tail>[,;]?\s*)$"#
            ))?,
            quoted: ascii(&format!(r#"(?i)(?P<head>(?:"[^"\s]*?{NAME}[\w.-]*=)|(?:'[^'\s]*?{NAME}[\w.-]*=))[^"']*"#))?,
            assignment: ascii(&format!(
                r#"(?i)(?P<head>[\w.-]*{NAME}[\w.-]*["']?\]?\s*(?:=>|[=:,])\s*){VALUE}(?:\s*(?:\+|\|\||\bor\b)\s*{VALUE})*"#
            ))?,
            flag: ascii(&format!(
                r#"(?i)(?P<head>(?:^|[\s"'])--?[\w-]*{NAME}[\w-]*["']?\s+)(?:"[^"]*"?|'[^']*'?|[^\s"'-][^\s"']*)"#
            ))?,
            literal_name: ascii(&format!(r#"(?i)["'][\w.-]*{NAME}[\w.-]*["']"#))?,
            value_key: ascii(&format!(r#"(?i)(?P<head>\bvalue["']?\s*(?:=>|[=:])\s*){VALUE}"#))?,
        })
    }
}

/// Compiles a pattern whose `\w` (always inside of a class) and `\b` are ASCII: names of secrets are, and the tables of
/// Unicode would make compiling the patterns the slowest part of a run.
fn ascii(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&pattern.replace(r"\w", "0-9A-Za-z_").replace(r"\b", r"(?-u:\b)"))
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| Patterns::new().ok());

/// A line of source with the values of secrets replaced. Literals that are plainly references
/// (`var.x`, `secrets.X`) are replaced as well: a caret is worth less than a leak.
pub fn line(text: &str) -> String {
    if !may_hold_secret(text) {
        return text.to_owned();
    }
    let Some(patterns) = PATTERNS.as_ref() else { return REDACTED.to_owned() };
    let text = by_shape(patterns, text);
    let keep_head = |found: &regex::Captures<'_>| format!("{}{REDACTED}", &found["head"]);
    let own_line = |found: &regex::Captures<'_>| format!("{}{REDACTED}{}", &found["head"], &found["tail"]);
    let text = patterns.own_line.replace(&text, own_line);
    let text =
        if patterns.literal_name.is_match(&text) { patterns.value_key.replace_all(&text, keep_head) } else { text };
    let text = patterns.quoted.replace_all(&text, keep_head);
    let text = patterns.flag.replace_all(&text, keep_head);
    patterns.assignment.replace_all(&text, keep_head).into_owned()
}

/// A text that identifies something, where only what is a secret by its shape is replaced: a name such as
/// `token-service:v2` reads like an assignment and is none.
pub fn identifier(text: &str) -> String {
    if !may_hold_secret(text) {
        return text.to_owned();
    }
    PATTERNS.as_ref().map_or_else(|| REDACTED.to_owned(), |patterns| by_shape(patterns, text))
}

/// False for a text in which no pattern can match. Most texts are such, and a state holds hundreds of thousands.
fn may_hold_secret(text: &str) -> bool {
    const MARKS: [&str; 15] = [
        "://",
        "begin ",
        "ya29.",
        "1//0",
        "gocspx_",
        "aiza",
        "gh",
        "glpat_",
        "xox",
        "k_live_",
        "akia",
        "eyj",
        "bearer",
        "authorization",
        "basic",
    ];
    let lower = text.to_ascii_lowercase().replace('-', "_");
    // Marks are in the same spelling.
    let named = SECRET_WORDS.iter().chain(&SECRET_ENDS).any(|word| lower.contains(word));
    named || MARKS.iter().any(|mark| lower.contains(mark))
}

fn by_shape(patterns: &Patterns, text: &str) -> String {
    let text = patterns.shapes.replace_all(text, REDACTED);
    let password = |found: &regex::Captures<'_>| format!("{}{REDACTED}@", &found["head"]);
    patterns.url.replace_all(&text, password).into_owned()
}

/// A line of source, where the lines around it may say that it holds a secret: `value = …` below
/// `name = "DB_PASSWORD"`, `default = …` in `variable "db_password" {`. `before` goes upwards, `after` downwards.
pub fn line_among<'a>(
    text: &str,
    before: impl Iterator<Item = &'a str>,
    after: impl Iterator<Item = &'a str>,
) -> String {
    /// Lines looked at on each side.
    const NEAR: usize = 10;
    const KEYS: [&str; 7] = ["value", "default", "default_value", "initial_value", "plaintext", "data", "stringvalue"];
    let start = text.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'']);
    let key: String = start.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    if !KEYS.contains(&&*key.to_ascii_lowercase()) {
        return line(text);
    }
    let inside = |line: &&str| !matches!(line.trim(), "" | "}" | "})" | "},");
    let named = before.take(NEAR).take_while(inside).chain(after.take(NEAR).take_while(inside)).any(is_secret_name);
    match text.find(['=', ':']).and_then(|at| text.get(..=at)) {
        Some(head) if named => format!("{head} {REDACTED}"),
        _ => line(text),
    }
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
            (
                "gcloud run deploy api --set-env-vars=DB_PASSWORD=x;y)z,A=1 --vpc-egress=all-traffic",
                "gcloud run deploy api --set-env-vars=DB_PASSWORD=[redacted],A=1 --vpc-egress=all-traffic",
            ),
            ("resource \"google_secret_manager_secret\" \"x\" {", "resource \"google_secret_manager_secret\" \"x\" {"),
        ] {
            assert_eq!(line(input), output);
            assert_eq!(line(output), output, "redacting twice changes nothing");
        }
    }

    #[test]
    fn no_spelling_of_a_secret_comes_through() {
        for text in [
            "redis://:hunter2@10.0.0.3:6379/0",
            "postgres://app:p@hunter2@10.0.0.3/db",
            "postgres://app:a/hunter2@10.0.0.3/db",
            "-----BEGIN PRIVATE KEY-----\nhunter2\nhunter2==\n-----END PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nhunter2",
            r#"env = { name = "DB_PASSWORD", value = "hunter2" }"#,
            r#"{"name": "DB_PASSWORD", "value": "hunter2"},"#,
            r#"{"value": "hunter2", "name": "API_TOKEN"}"#,
            "run --db-password hunter2 --port 80",
            "run --db-password 'a hunter2' --port 80",
            r#"args = ["--db-password", "hunter2"]"#,
            r#"args = ["--db-password hunter2"]"#,
            "--set-env-vars DB_PASS=hunter2",
            r#"--set-env-vars "DB_PASSWORD=a hunter2,b""#,
            r#"password = os.environ.get("X", "hunter2")"#,
            r#"connect(password=os.environ.get("X", str("hunter2")), egress="all")"#,
            r#"x(password="a" + "hunter2")"#,
            r#"password = var.x != "" ? var.x : "hunter2""#,
            r#"f(token="""hunter2 "quoted" """)"#,
            r#"os.environ["DB_PASSWORD"] = "hunter2""#,
            r#"os.getenv("DB_PASSWORD", "hunter2")"#,
            "password: a b hunter2",
            "Authorization: Basic hunter2==",
        ] {
            let clean = line(text);
            assert!(!clean.contains("hunter2"), "{text} became {clean}");
        }
    }

    #[test]
    fn identifiers_lose_only_what_is_a_secret_by_its_shape() {
        assert_eq!(identifier("eu-docker.pkg.dev/p/token:v2"), "eu-docker.pkg.dev/p/token:v2");
        assert_eq!(identifier("https://u:hunter2@x.run.app"), "https://u:[redacted]@x.run.app");
    }

    #[test]
    fn the_lines_around_say_what_a_value_is() {
        let among = |lines: &[&str], at: usize| {
            line_among(lines[at], lines[..at].iter().rev().copied(), lines[at + 1..].iter().copied())
        };
        let env = ["env {", "  name  = \"DB_PASSWORD\"", "  value = \"hunter2\"", "}"];
        assert_eq!(among(&env, 2), "  value = [redacted]");
        let variable = ["variable \"db_password\" {", "  type = string", "  default = \"hunter2\"", "}"];
        assert_eq!(among(&variable, 2), "  default = [redacted]");
        assert_eq!(among(&["- value: hunter2", "  name: API_TOKEN"], 0), "- value: [redacted]");
        let other = ["variable \"api_token\" {", "}", "variable \"egress\" {", "  default = \"ALL_TRAFFIC\"", "}"];
        assert_eq!(among(&other, 3), "  default = \"ALL_TRAFFIC\"");
    }

    #[test]
    fn every_secret_name_is_also_a_pattern() {
        for name in [
            "DB_PASSWORD",
            "db_passwd",
            "passphrase",
            "api-key",
            "apikey",
            "ACCESS_KEY",
            "signing_key",
            "ENCRYPTION_KEY",
            "private_key",
            "private-key",
            "privateKey",
            "connection_string",
            "ConnectionString",
            "credentials",
            "authString",
            "auth-string",
            "DB_PASS",
            "db-pwd",
        ] {
            assert!(is_secret_name(name), "{name}");
            assert!(!line(&format!("x {name}=hunter2")).contains("hunter2"), "{name}");
        }
        for (name, itself) in [
            ("db_password", true),
            ("API-TOKENS", true),
            ("db_pass_2", true),
            ("secret_project", false),
            ("bypass", false),
        ] {
            assert_eq!(ends_in_secret(name), itself, "{name}");
        }
        for name in ["bypass", "PWD", "compass", "network", "egress"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
