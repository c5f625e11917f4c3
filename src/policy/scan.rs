//! What can be told of a policy's text without running it: which names it uses and which fields it reads.

use std::collections::{BTreeMap, BTreeSet};

/// A policy's text with comments and the insides of strings blanked out, byte for byte as long as the original.
pub struct Code(String);

/// One definition of a rule, with what it names.
pub struct Definition<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// The line on which it begins.
    pub line: u32,
    /// Every dotted name after the head's own.
    pub names: Vec<&'a str>,
}

/// Built-in functions that are not offered, with the reason. The first group would make the same evidence give
/// different reports; the results of the second group can be larger than any memory, and have no limit.
const BANNED: [(&str, &str); 8] = [
    ("time.now_ns", "a report must not depend on the clock"),
    ("rand.intn", "a report must not depend on chance"),
    ("uuid.rfc4122", "a report must not depend on chance"),
    ("opa.runtime", "a report must not depend on the machine"),
    ("http.send", "a policy must not use the network"),
    ("net.lookup_ip_addr", "a policy must not use the network"),
    ("numbers.range", "the size of its result has no limit"),
    ("net.cidr_expand", "the size of its result has no limit"),
];

/// How deep brackets may be nested.
const MAX_NESTING: usize = 24;
/// How many links a chain of operators, calls or references may have.
const MAX_CHAIN: usize = 256;

impl Code {
    /// Blanks comments and strings.
    pub fn new(text: &str) -> Self {
        let mut code = String::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        // One blank a byte and every line end kept, so that offsets and lines stay those of the text.
        let blank = |code: &mut String, char: char| match char {
            '\n' => code.push(char),
            _ => code.extend(std::iter::repeat_n(' ', char.len_utf8())),
        };
        while let Some(char) = chars.next() {
            match char {
                '#' => {
                    blank(&mut code, char);
                    while let Some(inside) = chars.next_if(|&next| next != '\n') {
                        blank(&mut code, inside);
                    }
                }
                '"' | '`' => {
                    code.push(char);
                    while let Some(inside) = chars.next() {
                        if inside == char {
                            code.push(inside);
                            break;
                        }
                        blank(&mut code, inside);
                        let escapes = inside == '\\' && char == '"';
                        if let Some(escaped) = chars.next_if(|_| escapes) {
                            blank(&mut code, escaped);
                        }
                    }
                }
                _ => code.push(char),
            }
        }
        Self(code)
    }

    /// The dotted names in the code, with the offset of each: `input.resource.egress`, `count`, `deny`.
    fn names(&self) -> impl Iterator<Item = (usize, &str)> {
        names_of(&self.0)
    }

    /// Names that can be rules of a report: `deny`, `violation`, `warn`, also with a suffix; each with its first line.
    pub fn verdict_names(&self) -> BTreeMap<String, u32> {
        self.first_lines(|name| ["deny", "violation", "warn"].into_iter().any(|word| is_word_or_suffixed(name, word)))
    }

    #[cfg(test)]
    /// Names that can be tests: `test_…`, each with its first line.
    pub fn test_names(&self) -> BTreeMap<String, u32> {
        self.first_lines(|name| name.starts_with("test_") && !name.contains('.'))
    }

    fn first_lines(&self, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, u32> {
        let mut found = BTreeMap::new();
        for (at, name) in self.names().filter(|(_, name)| wanted(name)) {
            found.entry(name.to_owned()).or_insert_with(|| self.line(at));
        }
        found
    }

    /// The first built-in function that is not offered, with its line and the reason.
    pub fn banned(&self) -> Option<(u32, &'static str, &'static str)> {
        self.names().find_map(|(at, name)| {
            let (banned, reason) =
                BANNED.into_iter().find(|(banned, _)| name == *banned || name.strip_prefix(banned) == Some("_step"))?;
            Some((self.line(at), banned, reason))
        })
    }

    /// The line of the first expression that is nested deeper than [`MAX_NESTING`], or is a chain of more than
    /// [`MAX_CHAIN`] operators, calls or references: the engine descends once a link, however flat a chain looks, and
    /// its stack is not without limit.
    pub fn too_deep(&self) -> Option<u32> {
        let mut links = vec![0_usize];
        let mut last = ' ';
        let mut new_line = false;
        for (at, char) in self.0.char_indices() {
            if char.is_whitespace() {
                new_line |= char == '\n';
                continue;
            }
            let top = links.last_mut()?;
            match char {
                ',' | ';' => *top = 0,
                '(' | '[' | '{' => {
                    *top += 1;
                    links.push(0);
                }
                ')' | ']' | '}' => {
                    links.pop();
                    if links.is_empty() {
                        links.push(0);
                    }
                }
                _ if is_operator(char) => *top += 1,
                // A statement ends with its line, unless one of the two lines has an operator there.
                _ if new_line && !is_operator(last) => *top = 0,
                _ => {}
            }
            if links.len() > MAX_NESTING || links.iter().sum::<usize>() > MAX_CHAIN {
                return Some(self.line(at));
            }
            last = char;
            new_line = false;
        }
        None
    }

    /// The definitions of rules. A definition begins where a line outside of all brackets begins with a name, and the
    /// line above does not go on.
    pub fn definitions(&self) -> Vec<Definition<'_>> {
        let mut definitions: Vec<Definition<'_>> = Vec::new();
        let mut depth = 0_usize;
        let mut goes_on = false;
        let mut offset = 0;
        for line in self.0.split_inclusive('\n') {
            let body = line.trim();
            let body = body.strip_prefix("default ").unwrap_or(body);
            let mut names = names_of(body).map(|(_, name)| name).peekable();
            let named = body.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
            let begins = depth == 0 && named && !goes_on;
            if let Some(head) = names.next_if(|name| begins && !matches!(*name, "import" | "package" | "else")) {
                let rule = head.split('.').next().unwrap_or(head);
                definitions.push(Definition { rule, line: self.line(offset), names: Vec::new() });
            }
            if let Some(open) = definitions.last_mut() {
                open.names.extend(names);
            }
            for char in line.chars() {
                match char {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if !body.is_empty() {
                let last = body.split_whitespace().next_back().unwrap_or_default();
                goes_on = body.ends_with(is_operator) || matches!(last, "if" | "not" | "contains" | "in" | "else");
            }
            offset += line.len();
        }
        definitions
    }

    /// What imports are called, with the full name of each.
    pub fn imports(&self) -> BTreeMap<String, String> {
        let mut imports = BTreeMap::new();
        for line in self.0.lines() {
            let mut words = line.split_whitespace();
            let (Some("import"), Some(target)) = (words.next(), words.next()) else { continue };
            let alias = match (words.next(), words.next()) {
                (Some("as"), Some(alias)) => alias,
                _ => target.rsplit('.').next().unwrap_or(target),
            };
            imports.insert(alias.to_owned(), target.to_owned());
        }
        imports
    }

    /// True where the code names a package, such as `data.lib.names`, or something in it.
    pub fn mentions(&self, package: &str) -> bool {
        self.names()
            .any(|(_, name)| name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// The fields of `input.resource` that the code names with dots, each with its first line. Where the field is
    /// `network_interfaces`, nothing below it is told.
    pub fn fields(&self) -> BTreeMap<String, u32> {
        let mut fields = BTreeMap::new();
        for (at, name) in self.names() {
            let Some(rest) = name.strip_prefix("input.resource.") else { continue };
            let field = rest.split('.').next().unwrap_or_default();
            if !field.is_empty() {
                fields.entry(field.to_owned()).or_insert_with(|| self.line(at));
            }
        }
        fields
    }

    /// The names below `data.params`; an empty one where `data.params` stands on its own.
    pub fn params(&self) -> BTreeSet<String> {
        let rests = self.names().filter_map(|(_, name)| name.strip_prefix("data.params"));
        let rests = rests.filter(|rest| rest.is_empty() || rest.starts_with('.'));
        rests.map(|rest| rest.trim_start_matches('.').split('.').next().unwrap_or_default().to_owned()).collect()
    }

    /// The names below `input` that are not `resource`, each with its first line: a policy written for other input.
    pub fn foreign_inputs(&self) -> BTreeMap<String, u32> {
        let mut found = BTreeMap::new();
        for (at, name) in self.names() {
            let Some(field) = name.strip_prefix("input.").and_then(|rest| rest.split('.').next()) else { continue };
            if field != "resource" && !field.is_empty() {
                found.entry(field.to_owned()).or_insert_with(|| self.line(at));
            }
        }
        found
    }

    fn line(&self, offset: usize) -> u32 {
        let before = self.0.get(..offset).unwrap_or(&self.0);
        u32::try_from(before.bytes().filter(|&byte| byte == b'\n').count() + 1).unwrap_or(u32::MAX)
    }
}

fn names_of(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
    let mut rest = code;
    let mut offset = 0;
    std::iter::from_fn(move || {
        let start = rest.find(part)?;
        let tail = rest.get(start..)?;
        let length = tail.find(|char| !part(char)).unwrap_or(tail.len());
        let name = tail.get(..length)?;
        let at = offset + start;
        rest = tail.get(length..)?;
        offset = at + length;
        Some((at, name))
    })
}

fn is_operator(char: char) -> bool {
    matches!(char, '+' | '-' | '*' | '/' | '%' | '&' | '|' | '=' | '<' | '>' | '!' | '.')
}

fn is_word_or_suffixed(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')) && !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_no_code() {
        let text = "# deny input.resource.x\ndeny contains \"input.resource.y \\\" # é\" if `\ninput.resource.z`\n\nwarn_é if input.resource.egress.known # no";
        let code = Code::new(text);
        assert_eq!(code.0.len(), text.len());
        assert_eq!(code.verdict_names().into_iter().collect::<Vec<_>>(), [("deny".into(), 2), ("warn_".into(), 5)]);
        assert_eq!(code.fields().into_iter().collect::<Vec<_>>(), [("egress".to_owned(), 5)]);
    }

    #[test]
    fn what_is_not_offered_is_found_by_its_whole_name() {
        for (text, expected) in [
            ("x := numbers.range(1, 2)", Some("numbers.range")),
            ("\nx := numbers.range_step(1, 2, 1)", Some("numbers.range")),
            ("x := time.now_ns()", Some("time.now_ns")),
            ("x := time.now_ns_of", None),
            ("x := my.numbers.range", None),
            ("x := \"http.send\"", None),
        ] {
            assert_eq!(Code::new(text).banned().map(|(_, name, _)| name), expected, "{text}");
        }
    }

    #[test]
    fn names_below_input_that_no_resource_has_are_found() {
        let code = Code::new("a if input.resorce.egress\nb if input.resource\nc if data.lib.x == input.resource.a.b");
        assert_eq!(code.foreign_inputs().into_iter().collect::<Vec<_>>(), [("resorce".to_owned(), 1)]);
        assert_eq!(code.fields().into_iter().collect::<Vec<_>>(), [("a".to_owned(), 3)]);
        assert!(code.mentions("data.lib") && code.mentions("data.lib.x") && !code.mentions("data.li"));
    }

    #[test]
    fn an_expression_is_deep_whatever_its_lines_and_brackets() {
        for (text, line) in [
            (format!("\nx := 1{}", "+1".repeat(300)), Some(2)),
            (format!("x := 1{}", "\n + (1)".repeat(300)), Some(129)),
            (format!("x := 1{}", " +\n1".repeat(300)), Some(256)),
            (format!("x := a{}", "[0]".repeat(300)), Some(1)),
            (format!("x := {}1", "a.".repeat(300)), Some(1)),
            (format!("x := f{}", "(1)".repeat(300)), Some(1)),
            ("[".repeat(40), Some(1)),
            (format!("x := [{}]", "f(a.b[0]) + 1, ".repeat(300)), None),
            ("x if a.b == f(1) + 2\n".repeat(300), None),
            ("}])(((".to_owned(), None),
        ] {
            assert_eq!(Code::new(&text).too_deep(), line, "{}", text.chars().take(30).collect::<String>());
        }
    }

    #[test]
    fn any_text_can_be_scanned() {
        for text in ["", "\"", "`é", "\"\\", "#", "....", "input.resource.", "deny"] {
            let code = Code::new(text);
            assert_eq!(code.0.len(), text.len(), "{text}");
            assert!(code.fields().is_empty(), "{text}");
        }
    }
}
