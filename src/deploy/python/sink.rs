//! What leaves the script: commands that it runs, and configs with VPC access that it builds.

use std::rc::Rc;

use super::Evaluator;
use super::value::{At, Elem, Key, Kind, Obj, ObjId, Part, Val, Whys, why};
use crate::deploy::commands;
use crate::deploy::gcloud::{self, Reading};
use crate::deploy::shell;
use crate::deploy::words::{Hole, Item, Piece, Word};
use crate::model::{Change, DeployCommand, Fact, Guard, Origin, WhyKind, WorkloadKind};

/// How deep lists of alternatives are followed.
const MAX_ALTERNATIVES: usize = 20;

/// Programs whose exit status is an answer.
const PROBES: [&str; 15] = [
    "test", "[", "[[", "false", "grep", "egrep", "which", "command", "type", "diff", "cmp", "curl", "wget", "ping",
    "nc",
];
/// Subcommands whose exit status is an answer.
const QUESTIONS: [&str; 12] = [
    "describe",
    "list",
    "inspect",
    "show",
    "exists",
    "diff",
    "rev-parse",
    "show-ref",
    "ls-remote",
    "ls-files",
    "get",
    "get-iam-policy",
];

impl<'a> Evaluator<'a> {
    /// `subprocess.run(command, shell=…)` and its like.
    pub fn run_command(&mut self, command: &Val<'a>, shell: Option<bool>, at: At) {
        if self.silent > 0 {
            return;
        }
        match &command.kind {
            Kind::Text(parts) => {
                let parts = parts.clone();
                if shell == Some(false) {
                    return self.record(&[Item::Word(self.word(command))], command.at, at);
                }
                self.run_shell(&parts, command.at);
            }
            Kind::Unknown(_) => {
                self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at);
            }
            _ => match self.elements(command) {
                Ok(elements) => {
                    if let [
                        Elem::One(shell),
                        Elem::One(flag),
                        Elem::One(Val { kind: Kind::Text(parts), at: text_at }),
                        ..,
                    ] = elements.as_slice()
                        && shell.as_text().is_some_and(|program| is_shell(&program))
                        && flag.as_text().is_some_and(|flag| flag.starts_with('-') && flag.ends_with('c'))
                    {
                        let parts = parts.clone();
                        return self.run_shell(&parts, *text_at);
                    }
                    let items = self.items(&elements, 0);
                    self.record(&items, command.at, at);
                }
                Err(_) => self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at),
            },
        }
    }

    /// A command given as separate arguments.
    pub fn run_words(&mut self, words: &[Val<'a>], at: At) {
        if self.silent == 0 {
            let items: Vec<Item> = words.iter().map(|word| Item::Word(self.word(word))).collect();
            self.record(&items, at, at);
        }
    }

    /// `os.system(text)` and `shell=True`.
    pub fn run_shell(&mut self, parts: &[Part], text_at: At) {
        if self.silent > 0 {
            return;
        }
        let units = shell::units_of(&self.pieces(parts), text_at.0);
        let origin = self.origin_with_callers(text_at);
        let outcome = shell::read(&units, &shell::Variables::new(), &|_| origin.clone());
        self.outcome.incomplete.extend(outcome.incomplete);
        let outer = self.current_guards();
        for command in outcome.commands {
            let guards = outer.iter().cloned().chain(command.guards).collect();
            let reading = gcloud::read(&command.items, &command.origin, self.repository);
            commands::take(reading, guards, self.repository, &mut self.outcome);
        }
    }

    fn record(&mut self, items: &[Item], command_at: At, call_at: At) {
        let origin = self.origin_with_callers(command_at);
        if let Some(Item::Any(_)) = items.first() {
            self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", call_at);
            return;
        }
        if let Some(Item::Word(word)) = items.first()
            && word.text().is_none()
            && word.options().is_none()
        {
            // A program that is not known: only where its arguments look like a deploy.
            let mut rest = items.to_vec();
            if let Some(first) = rest.first_mut() {
                *first = Item::Word(Word::known("gcloud", word.origin.clone()));
            }
            if gcloud::read(&rest, &origin, self.repository) != Reading::Other {
                self.incomplete(WhyKind::Dynamic, "the script runs a program that is not known", call_at);
            }
            return;
        }
        match gcloud::read(items, &origin, self.repository) {
            Reading::Other => self.record_wrapped(items, &origin, call_at),
            reading if self.silent == 0 => {
                let guards = self.current_guards();
                commands::take(reading, guards, self.repository, &mut self.outcome);
            }
            _ => {}
        }
    }

    /// A program that may run the command that its arguments spell, such as `timeout` or `sudo`.
    fn record_wrapped(&mut self, items: &[Item], origin: &Origin, call_at: At) {
        let text = |item: &Item| if let Item::Word(word) = item { word.text() } else { None };
        if items.first().and_then(text).is_none_or(|program| matches!(&*program, "echo" | "printf" | "which")) {
            return;
        }
        for start in 1..items.len().min(20) {
            let rest = items.get(start..).unwrap_or_default();
            if rest.first().and_then(text).is_some_and(|word| gcloud::is_gcloud(&word))
                && gcloud::read(rest, origin, self.repository) != Reading::Other
            {
                let text = "the script runs gcloud through another program, which is not evaluated";
                return self.incomplete(WhyKind::Unsupported, text, call_at);
            }
        }
    }

    /// True for a command that asks a question, so that both of its answers are expected: it is not taken to succeed.
    pub fn is_probe(&mut self, command: &Val<'a>) -> bool {
        let text = |value: &Val| match &value.kind {
            Kind::Text(parts) => match parts.first() {
                Some(Part::Lit(text)) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        };
        let words: Vec<String> = match &command.kind {
            Kind::Text(_) => text(command).iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect(),
            _ => self
                .elements(command)
                .unwrap_or_default()
                .iter()
                .filter_map(|element| if let Elem::One(value) = element { text(value) } else { None })
                .map(|text| text.to_string())
                .collect(),
        };
        let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        PROBES.contains(&program) || words.iter().skip(1).take(10).any(|word| QUESTIONS.contains(&word.as_str()))
    }

    fn push(&mut self, command: DeployCommand) {
        if self.silent == 0 && !self.outcome.commands.contains(&command) {
            self.outcome.commands.push(command);
        }
    }

    fn items(&self, elements: &[Elem<'a>], depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        for element in elements {
            items.push(match element {
                Elem::One(value) => Item::Word(self.word(value)),
                Elem::Any(whys) => Item::Any(self.whys(whys)),
                Elem::Either(_, whys) if depth > MAX_ALTERNATIVES => Item::Any(self.whys(whys)),
                Elem::Either(alternatives, whys) => {
                    let alternatives = alternatives.iter().map(|elements| self.items(elements, depth + 1)).collect();
                    Item::Either(alternatives, self.whys(whys))
                }
            });
        }
        items
    }

    fn word(&self, value: &Val<'a>) -> Word {
        let origin = self.origin(value.at);
        let pieces = match &value.kind {
            Kind::Text(parts) => self.pieces(parts),
            other => {
                let whys = match other {
                    Kind::Unknown(whys) => whys.clone(),
                    _ => why(WhyKind::Unsupported, "this argument is no text", value.at),
                };
                vec![Piece::Hole(Hole { whys: self.whys(&whys), options: Vec::new() })]
            }
        };
        Word { pieces, origin }
    }

    fn pieces(&self, parts: &[Part]) -> Vec<Piece> {
        let piece = |part: &Part| match part {
            Part::Lit(text) => Piece::Lit(text.to_string()),
            Part::Hole { whys, options } => Piece::Hole(Hole {
                whys: self.whys(whys),
                options: options.iter().map(|option| option.to_string()).collect(),
            }),
        };
        parts.iter().map(piece).collect()
    }

    /// Remembers that an instance has VPC access, from here on.
    pub fn note_config(&mut self, instance: ObjId, at: At, guards: Rc<[Guard]>) {
        if self.silent == 0 && !self.configs.iter().any(|config| config.instance == instance) {
            self.configs.push(Config { instance, at, guards });
        }
    }

    /// At the end: every service config with VPC access that the script has built.
    pub fn record_configs(&mut self) {
        for id in 0..self.heap.len() {
            if self.silent_dicts.contains(&id) {
                continue;
            }
            if matches!(self.heap.get(id), Some(Obj::Dict(_))) {
                self.record_dict(id);
            }
        }
        for config in std::mem::take(&mut self.configs) {
            self.record_instance(&config);
        }
    }

    /// The configs in a value that is about to leave the script.
    pub fn record_configs_in(&mut self, value: &Val<'a>) {
        let mut open = vec![value.clone()];
        let mut count = 0;
        while let Some(value) = open.pop() {
            count += 1;
            if count > 1_000 || self.silent > 0 {
                return;
            }
            match &value.kind {
                Kind::Dict(id) => {
                    self.record_dict(*id);
                    if let Some(Obj::Dict(dict)) = self.heap.get(*id) {
                        open.extend(dict.entries.iter().map(|entry| entry.value.clone()));
                    }
                }
                Kind::Instance(id) => {
                    let config = self.configs.iter().find(|config| config.instance == *id).cloned();
                    if let Some(config) = config {
                        self.record_instance(&config);
                    }
                }
                Kind::List(_) | Kind::Tuple(_) => {
                    for element in self.elements(&value).unwrap_or_default() {
                        if let Elem::One(value) = element {
                            open.push(value);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn record_dict(&mut self, id: ObjId) {
        let Some(Obj::Dict(dict)) = self.heap.get(id).cloned() else { return };
        let find = |name: &str| {
            let key = Key::Text(name.into());
            dict.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
        };
        // The body of an API request has it in its template.
        let in_template = || match find("template")?.kind {
            Kind::Dict(id) => match self.heap.get(id) {
                Some(Obj::Dict(template)) => {
                    let key = Key::Text("vpc_access".into());
                    template.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
                }
                _ => None,
            },
            _ => None,
        };
        let Some(access) = find("vpc_access").or_else(in_template) else { return };
        let Some(name) = find("name").or_else(|| find("service_name")) else { return };
        let project = find("project").or_else(|| find("project_id"));
        let region = find("region").or_else(|| find("location"));
        self.record_config(&name, project, region, &access, dict.at, dict.guards.to_vec());
    }

    fn record_instance(&mut self, config: &Config) {
        let find = |evaluator: &Self, name: &str| match evaluator.heap.get(config.instance) {
            Some(Obj::Instance { attributes, class, open }) => attributes
                .get(name)
                .cloned()
                .or_else(|| evaluator.class_attribute(*class, name).filter(|_| open.is_none())),
            _ => None,
        };
        let Some(access) = find(self, "vpc_access") else { return };
        let Some(name) = find(self, "name").or_else(|| find(self, "service_name")) else { return };
        let project = find(self, "project").or_else(|| find(self, "project_id"));
        let region = find(self, "region").or_else(|| find(self, "location"));
        self.record_config(&name, project, region, &access, config.at, config.guards.to_vec());
    }

    fn record_config(
        &mut self,
        name: &Val<'a>,
        project: Option<Val<'a>>,
        region: Option<Val<'a>>,
        access: &Val<'a>,
        at: At,
        guards: Vec<Guard>,
    ) {
        if matches!(access.kind, Kind::None) {
            return;
        }
        let origin = self.origin(at);
        let fact = |evaluator: &Self, value: &Option<Val<'a>>| match value {
            Some(value) => evaluator.word(value).fact(),
            None => Fact::Absent(origin.clone()),
        };
        let (project, region) = (fact(self, &project), fact(self, &region));
        let names = gcloud::name_context(&project, &region, self.repository.context);
        let field = |evaluator: &Self, key: &str| -> Option<Fact<String>> {
            match &access.kind {
                Kind::Dict(id) => match evaluator.heap.get(*id) {
                    Some(Obj::Dict(dict)) => {
                        let key = Key::Text(key.into());
                        match dict.entries.iter().find(|entry| entry.key == key) {
                            Some(entry) if matches!(entry.value.kind, Kind::None) => None,
                            Some(entry) => Some(evaluator.word(&entry.value).fact()),
                            None => dict.open.as_ref().map(|whys| Fact::Unknown(evaluator.whys(whys))),
                        }
                    }
                    Some(Obj::Lost(whys)) => Some(Fact::Unknown(evaluator.whys(whys))),
                    _ => None,
                },
                _ => {
                    let whys: Whys = access
                        .whys()
                        .unwrap_or_else(|| why(WhyKind::Unsupported, "this form of VPC access is not evaluated", at));
                    Some(Fact::Unknown(evaluator.whys(&whys)))
                }
            }
        };
        let connector = field(self, "connector");
        let egress = field(self, "egress");
        let command = DeployCommand {
            origin: origin.clone(),
            tool: "python".to_owned(),
            action: "vpc_access".to_owned(),
            kind: WorkloadKind::Service,
            name: self.word(name).fact(),
            project,
            region,
            connector: connector
                .map_or(Change::Leave, |fact| Change::Set(fact.map(|text| gcloud::spell_connector(text, &names)))),
            egress: egress.map_or(Change::Leave, |fact| Change::Set(fact.map(gcloud::spell_egress))),
            interfaces: Change::Leave,
            traffic: Vec::new(),
            guards,
        };
        self.push(command);
    }
}

/// True for a program that runs the text after `-c`.
fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("bash" | "sh" | "dash" | "zsh"))
}

/// An instance with VPC access.
#[derive(Clone, Debug)]
pub struct Config {
    /// The instance.
    pub instance: ObjId,
    at: At,
    guards: Rc<[Guard]>,
}
