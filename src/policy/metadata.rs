//! The `# METADATA` comment blocks of a policy, as OPA defines them: YAML in the comment lines above a rule, or above
//! `package` for the whole file.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, MarkedYaml, YamlData};

use crate::finding::{Part, Severity};

use super::PolicyError;
use super::input::{KINDS, paths};

/// The largest block that is read, in bytes: bounds the depth of its YAML as well.
const MAX_BLOCK: usize = 8 * 1024;

/// What a block says. Every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Line of the block, from 1; 0 where there is no block.
    pub line: u32,
    /// One line.
    pub title: Option<String>,
    /// Why it matters.
    pub description: Option<String>,
    /// `custom.id`: the rule's id.
    pub id: Option<String>,
    /// `custom.severity`
    pub severity: Option<Severity>,
    /// `custom.part`
    pub part: Option<Part>,
    /// `custom.kinds`: the kinds of resources that the policy judges; `None` for all.
    pub kinds: Option<Vec<String>>,
    /// `custom.reads`: the paths of the resource that decide it; `None` where the policy does not say.
    pub reads: Option<Vec<String>>,
    /// `custom.params`: the parameters that it takes, with the type of each.
    pub params: BTreeMap<String, ParamType>,
}

impl Metadata {
    /// Adds fields that a library reads for the policy to those that decide it.
    pub fn also_reads(&mut self, fields: impl Iterator<Item = String>) {
        let known = readable(self.kinds.as_deref());
        let Some(reads) = &mut self.reads else { return };
        for field in fields {
            if known.contains(&field.as_str()) && !reads.contains(&field) {
                reads.push(field);
            }
        }
    }
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// A number.
    Number,
    /// A text.
    String,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// A table.
    Object,
}

impl ParamType {
    const ALL: [(&str, Self); 5] = [
        ("number", Self::Number),
        ("string", Self::String),
        ("boolean", Self::Boolean),
        ("array", Self::Array),
        ("object", Self::Object),
    ];

    /// The word in metadata and messages.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, own)| *own == self).map_or("value", |(word, _)| word)
    }

    /// True where a value is of this type.
    pub fn accepts(self, value: &serde_json::Value) -> bool {
        match self {
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

/// The blocks of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// The block above `package`.
    pub file: Metadata,
    /// The blocks above rules, by the rule's name.
    pub rules: BTreeMap<String, Metadata>,
}

impl Blocks {
    /// What holds for a rule: its own block, completed by the file's. An id belongs to one rule and is not inherited
    /// unless the rule is the file's only one.
    pub fn of(&self, rule: &str, only: bool) -> Metadata {
        let own = self.rules.get(rule).cloned().unwrap_or_default();
        let file = self.file.clone();
        Metadata {
            line: if own.line > 0 { own.line } else { file.line },
            title: own.title.or(file.title),
            description: own.description.or(file.description),
            id: own.id.or(if only { file.id } else { None }),
            severity: own.severity.or(file.severity),
            part: own.part.or(file.part),
            kinds: own.kinds.or(file.kinds),
            reads: own.reads.or(file.reads),
            params: if own.params.is_empty() { file.params } else { own.params },
        }
    }
}

/// Reads the blocks of a file.
///
/// # Errors
/// Every block that cannot be used, with its file and line.
pub fn read(path: &str, text: &str) -> Result<Blocks, Vec<PolicyError>> {
    let mut blocks = Blocks::default();
    let mut errors = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if comment(line).map(str::trim) != Some("METADATA") {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        let mut yaml = String::new();
        while let Some(body) = lines.get(at).and_then(|line| comment(line)) {
            yaml.push_str(body.strip_prefix(' ').unwrap_or(body));
            yaml.push('\n');
            at += 1;
        }
        let target = lines.get(at..).into_iter().flatten().find_map(|line| target_of(line));
        let error = |line: usize, text: String| PolicyError::new(path, line_number(line), text);
        let metadata = match block(path, start, &yaml) {
            Ok(metadata) => metadata,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        match target.as_deref() {
            None => errors.push(error(start, "the METADATA block stands above nothing".to_owned())),
            Some("package") => blocks.file = metadata,
            Some(rule) => {
                if let Some(first) = blocks.rules.get(rule) {
                    let text = format!("the rule `{rule}` has a METADATA block already, in line {}", first.line);
                    errors.push(error(start, text));
                } else {
                    blocks.rules.insert(rule.to_owned(), metadata);
                }
            }
        }
    }
    if errors.is_empty() { Ok(blocks) } else { Err(errors) }
}

/// The text of a comment line after its `#`.
fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix('#')
}

/// What a line of code defines: `package`, or the name of a rule. Blank lines and comments define nothing.
fn target_of(line: &str) -> Option<String> {
    let line = line.trim_start();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let line = line.strip_prefix("default ").map_or(line, str::trim_start);
    Some(line.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect())
}

/// A line index as a line number from 1.
fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// Reads one block whose first comment line is line `start` (an index).
fn block(path: &str, start: usize, yaml: &str) -> Result<Metadata, Vec<PolicyError>> {
    let one = |line: usize, text: String| vec![PolicyError::new(path, line_number(line), text)];
    if yaml.len() > MAX_BLOCK {
        return Err(one(start, format!("the METADATA block is larger than {MAX_BLOCK} bytes")));
    }
    let documents = MarkedYaml::load_from_str(yaml).map_err(|error| {
        one(
            start + error.marker().line().min(yaml.lines().count()),
            format!("the METADATA is no YAML: {}", error.info()),
        )
    })?;
    let mut metadata = Metadata { line: line_number(start), ..Metadata::default() };
    let Some(document) = documents.first() else { return Ok(metadata) };
    let mut reader = Reader { path, start, errors: Vec::new() };
    for (key, value) in reader.entries(document, "the METADATA") {
        match key {
            "title" => metadata.title = reader.text(value, key).map(|text| one_line(&text)),
            "description" => metadata.description = reader.text(value, key).map(|text| one_line(&text)),
            "custom" => reader.custom(value, &mut metadata),
            // OPA knows more keys (scope, authors, schemas, …), which mean nothing here.
            _ => {}
        }
    }
    reader.check_reads(document, &metadata);
    if reader.errors.is_empty() { Ok(metadata) } else { Err(reader.errors) }
}

struct Reader<'a> {
    path: &'a str,
    start: usize,
    errors: Vec<PolicyError>,
}

impl Reader<'_> {
    fn error(&mut self, node: &MarkedYaml<'_>, text: impl Into<String>) {
        let line = line_number(self.start + node.span.start.line());
        self.errors.push(PolicyError::new(self.path, line, text));
    }

    fn entries<'y, 'd>(&mut self, node: &'y MarkedYaml<'d>, what: &str) -> Vec<(&'y str, &'y MarkedYaml<'d>)> {
        let YamlData::Mapping(mapping) = &node.data else {
            self.error(node, format!("{what} must be a mapping"));
            return Vec::new();
        };
        mapping.iter().filter_map(|(key, value)| Some((key.data.as_str()?, value))).collect()
    }

    fn text(&mut self, node: &MarkedYaml<'_>, key: &str) -> Option<String> {
        let text = node.data.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        if text.is_none() {
            self.error(node, format!("`{key}` must be a text"));
        }
        text
    }

    fn words(&mut self, node: &MarkedYaml<'_>, key: &str) -> Option<Vec<String>> {
        let words = node.data.as_sequence().and_then(|list| {
            list.iter().map(|entry| entry.data.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        });
        if words.as_ref().is_none_or(Vec::is_empty) {
            self.error(node, format!("`custom.{key}` must be a list of words"));
            return None;
        }
        words
    }

    fn custom(&mut self, node: &MarkedYaml<'_>, metadata: &mut Metadata) {
        for (key, value) in self.entries(node, "`custom`") {
            match key {
                "id" => {
                    metadata.id = self.text(value, "custom.id");
                    if metadata.id.as_deref().is_some_and(|id| !is_rule_id(id)) {
                        self.error(value, "`custom.id` must begin with `policy-` and be a kebab-case slug");
                    }
                }
                "severity" => {
                    metadata.severity = value.data.as_str().and_then(Severity::parse);
                    if metadata.severity.is_none() {
                        self.error(value, "`custom.severity` must be critical, high, medium, low or info");
                    }
                }
                "part" => {
                    metadata.part = Part::ALL.into_iter().find(|part| value.data.as_str() == Some(part.word()));
                    if metadata.part.is_none() {
                        self.error(value, "`custom.part` must be the name of a part of the report, such as policies");
                    }
                }
                "kinds" => {
                    metadata.kinds = self.words(value, key);
                    for kind in metadata.kinds.iter().flatten().filter(|kind| !KINDS.contains(&kind.as_str())) {
                        self.error(value, format!("`{kind}` is no kind of resource: there are {}", KINDS.join(", ")));
                    }
                }
                "reads" => metadata.reads = self.words(value, key),
                "params" => metadata.params = self.params(value),
                other => {
                    let known = ["id", "severity", "part", "kinds", "reads", "params"];
                    if let Some(meant) = did_you_mean(other, known) {
                        self.error(value, format!("`custom.{other}` is not known: did you mean `{meant}`?"));
                    }
                }
            }
        }
    }

    fn params(&mut self, node: &MarkedYaml<'_>) -> BTreeMap<String, ParamType> {
        let mut params = BTreeMap::new();
        for (name, value) in self.entries(node, "`custom.params`") {
            match ParamType::ALL.into_iter().find(|(word, _)| value.data.as_str() == Some(*word)) {
                Some((_, kind)) => {
                    params.insert(name.to_owned(), kind);
                }
                None => self.error(value, format!("`custom.params.{name}` must be a type, such as number")),
            }
        }
        params
    }

    /// Each path of `reads` must be a field of one of the kinds: a typo would make an unknown look decided.
    fn check_reads(&mut self, document: &MarkedYaml<'_>, metadata: &Metadata) {
        let known = readable(metadata.kinds.as_deref());
        for path in metadata.reads.iter().flatten().filter(|path| !known.contains(&path.as_str())) {
            let hint = did_you_mean(path, known.iter().copied()).map(|meant| format!(": did you mean `{meant}`?"));
            let text =
                format!("`custom.reads` names `{path}`, which the input does not have{}", hint.unwrap_or_default());
            let at = document.data.as_mapping_get("custom").and_then(|custom| custom.data.as_mapping_get("reads"));
            self.error(at.unwrap_or(document), text);
        }
    }
}

/// The paths that resources of these kinds have (all kinds where there are none).
pub fn readable(kinds: Option<&[String]>) -> Vec<&'static str> {
    let kinds: Vec<&str> = kinds.map_or_else(|| KINDS.to_vec(), |kinds| kinds.iter().map(String::as_str).collect());
    let mut known: Vec<&str> = kinds.into_iter().flat_map(paths).collect();
    known.sort_unstable();
    known.dedup();
    known
}

/// The known word that is closest to a wrong one, where one is close.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|word| (strsim::jaro_winkler(wrong, word), word));
    let best = scored.filter(|(score, _)| *score >= 0.85).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, word)| word)
}

fn is_rule_id(id: &str) -> bool {
    let slug = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    id.strip_prefix("policy-").is_some_and(|rest| !rest.is_empty()) && id.chars().all(slug) && !id.contains("--")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
