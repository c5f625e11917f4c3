//! Commands that run what their arguments or their input spell: `sudo`, `env`, `timeout`, `bash -c`, `eval`, `source`,
//! `xargs`.

use super::Shell;
use super::command::Site;
use super::flow::Flow;
use super::options::Options;
use super::parameter::is_name;
use super::state::{Arguments, State, Status, Value};
use super::text::{Field, Text};
use crate::deploy::gcloud::{Defaults, is_gcloud};
use crate::model::{Why, WhyKind};

/// Programs that run the command behind their options: the options that take a value, and how many words come first.
const WRAPPERS: [(&str, &[&str], usize); 13] = [
    ("builtin", &[], 0),
    ("command", &[], 0),
    ("exec", &["-a"], 0),
    ("ionice", &["-c", "-n"], 0),
    ("nice", &["-n"], 0),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-T"], 0),
    ("time", &["-f", "-o"], 0),
    ("timeout", &["-k", "-s"], 1),
    ("unbuffer", &[], 0),
    ("chronic", &[], 0),
];

/// Programs whose arguments are texts.
const TEXTUAL: [&str; 12] =
    ["awk", "cat", "comm", "cut", "egrep", "grep", "head", "logger", "sed", "sort", "tail", "tee"];

impl<'a> Shell<'a> {
    /// Runs the command that a wrapper runs; `None` where the name is none.
    pub(super) fn wrapper(&mut self, name: &str, arguments: &[Field], site: &Site<'_, 'a>) -> Option<Flow> {
        let program = name.rsplit('/').next().unwrap_or(name);
        if TEXTUAL.contains(&program) {
            self.state.status =
                if matches!(program, "grep" | "egrep") { Status::Answer } else { Status::Assumed(true) };
            self.print_unknown(site);
            return Some(Flow::Next);
        }
        match program {
            "ash" | "bash" | "sh" | "dash" | "zsh" | "ksh" => return Some(self.inner_shell(program, arguments, site)),
            "env" => return Some(self.env(arguments, site)),
            "xargs" => return Some(self.xargs(arguments, site)),
            _ => {}
        }
        let (_, with_value, skipped) = WRAPPERS.iter().find(|(wrapper, ..)| *wrapper == program)?;
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            let Some(text) = first.known() else { break };
            if text == "--" {
                rest = tail;
                break;
            }
            if !text.starts_with('-') {
                break;
            }
            if program == "command" && matches!(text, "-v" | "-V") {
                self.state.status = Status::Assumed(true);
                self.print_unknown(site);
                return Some(Flow::Next);
            }
            rest = if with_value.contains(&text) { tail.get(1..).unwrap_or_default() } else { tail };
        }
        rest = rest.get(*skipped..).unwrap_or_default();
        if program == "sudo" {
            let assigned = rest.iter().take_while(|field| assignment(field).is_some()).count();
            rest = rest.get(assigned..).unwrap_or_default();
        }
        if rest.is_empty() {
            return Some(Flow::Next);
        }
        // Neither functions nor builtins are seen behind a program of its own.
        let flow = if matches!(program, "builtin" | "command" | "exec" | "time") {
            self.dispatch(rest.to_vec(), site)
        } else {
            self.outside(rest.to_vec(), site)
        };
        if program != "exec" || rest.first().is_none_or(|first| first.known().is_none()) {
            return Some(flow);
        }
        // Another program takes the place of the shell.
        self.state.at_exit.clear();
        Some(Flow::Exit)
    }

    /// Runs words as a program, without the functions of the script.
    pub(super) fn outside(&mut self, words: Vec<Field>, site: &Site<'_, 'a>) -> Flow {
        self.export_functions();
        let functions = std::mem::take(&mut self.state.functions);
        let flow = self.dispatch(words, site);
        self.state.functions = functions;
        match flow {
            Flow::Exit if self.stopped => Flow::Exit,
            _ => Flow::Next,
        }
    }

    pub(super) fn env(&mut self, arguments: &[Field], site: &Site<'_, 'a>) -> Flow {
        let mut site = site.clone();
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            if let Some((name, value)) = assignment(first) {
                site.environment.push((name, value));
                rest = tail;
                continue;
            }
            match first.known() {
                Some("-u" | "--unset") => {
                    let name = tail.first().and_then(Field::known).map(str::to_owned);
                    let taken_out = |name: String| {
                        let why = Why::new(WhyKind::Unsupported, "`env -u` of a variable is not evaluated");
                        let empty = Defaults::VARIABLES.contains(&name.as_str());
                        (name, if empty { Text::default() } else { Text::hole(why) })
                    };
                    site.environment.extend(name.map(taken_out));
                    rest = tail.get(1..).unwrap_or_default();
                }
                Some("-i" | "-" | "--ignore-environment") => {
                    site.environment.extend(Defaults::VARIABLES.map(|name| (name.to_owned(), Text::default())));
                    rest = tail;
                }
                Some("-C" | "--chdir") => rest = tail.get(1..).unwrap_or_default(),
                Some("-S" | "--split-string") => {
                    self.wrapped(tail, &site);
                    return Flow::Next;
                }
                Some(text) if text.starts_with('-') => rest = tail,
                _ => break,
            }
        }
        if rest.is_empty() {
            self.print_unknown(&site);
            return Flow::Next;
        }
        self.outside(rest.to_vec(), &site)
    }

    /// `bash -c 'text'`, `bash <<EOF`, and scripts, which are read on their own.
    pub(super) fn inner_shell(&mut self, program: &str, arguments: &[Field], site: &Site<'_, 'a>) -> Flow {
        self.state.status = Status::Assumed(true);
        let mut options = Options::of_program(program);
        let mut rest = arguments;
        // `-c`: the first word that is no flag is the text, and not the name of a file.
        let mut command = false;
        while let Some((first, tail)) = rest.split_first() {
            let takes = first
                .known()
                .filter(|text| text.starts_with(['-', '+']))
                .is_some_and(|flags| options.flag(flags, tail.first().and_then(Field::known)));
            match first.known() {
                Some("-O" | "+O" | "--rcfile" | "--init-file") => rest = tail.get(1..).unwrap_or_default(),
                Some(flag) if flag.starts_with('-') && !flag.starts_with("--") && flag.contains('c') => {
                    command = true;
                    rest = tail.get(usize::from(takes)..).unwrap_or_default();
                }
                Some("-s") => {
                    rest = tail;
                    if rest.first().and_then(Field::known) == Some("--") {
                        rest = rest.get(1..).unwrap_or_default();
                    }
                    break;
                }
                // `-euo pipefail`
                Some(_) if takes => rest = tail.get(1..).unwrap_or_default(),
                Some(flag) if flag.starts_with('-') && flag.len() > 1 => rest = tail,
                Some("-") => rest = tail,
                Some(_) | None if command => break,
                // A script: where it is in the repository, it is read on its own.
                Some(path) => {
                    let text = Text::lit(path).repository_path(self.state.folder.as_deref());
                    let here = text.zip(self.repository).is_some_and(|(path, repository)| repository.has_file(&path));
                    if path.contains("deploy") && !here && self.repository.is_some() {
                        let text = format!("the script {path} is not in the repository");
                        let why = Why::at(WhyKind::FileUnreadable, text, self.origin(site.source, site.span));
                        self.incomplete(why);
                    }
                    self.print_unknown(site);
                    return Flow::Next;
                }
                None => {
                    self.print_unknown(site);
                    self.wrapped(arguments, site);
                    return Flow::Next;
                }
            }
        }
        let text = rest.first().filter(|_| command);
        let (script, arguments) = match text {
            // The word behind the text is its `$0`.
            Some(Field::Word(text)) => (text.clone(), rest.get(2..).unwrap_or_default().to_vec()),
            Some(_) => {
                self.wrapped(arguments, site);
                return Flow::Next;
            }
            None if command => return Flow::Next,
            None => match self.state.input.take() {
                Some(text) => (text, rest.to_vec()),
                None => return Flow::Next,
            },
        };
        let origin = self.origin(site.source, site.span);
        let environment = site.environment.clone();
        let mut out = Text::default();
        // A program of its own does not know that it is tested here.
        let conditions = std::mem::take(&mut self.conditions);
        let assumed = self.assumed.len();
        let inner = self.subshell(|shell| {
            shell.export_functions();
            shell.state = shell.child_state(Arguments(arguments), options, &environment);
            shell.run_text(&script, origin);
        });
        self.assumed.truncate(assumed);
        self.conditions = conditions;
        out.append(inner);
        self.print(out);
        if self.state.status == Status::Known(true) {
            self.state.status = Status::Assumed(true);
        }
        Flow::Next
    }

    /// A function that is defined again is exported as it is now.
    fn export_functions(&mut self) {
        for (name, exported) in &mut self.state.exported_functions {
            if let Some(function) = self.state.functions.get(name) {
                exported.clone_from(function);
            }
        }
    }

    /// What a child process sees: exported variables and functions.
    pub(super) fn child_state(
        &self,
        arguments: Arguments,
        options: Options,
        environment: &[(String, Text)],
    ) -> State<'a> {
        let mut state = State::new(arguments, options);
        state.base.clone_from(&self.state.base);
        state.folder.clone_from(&self.state.folder);
        for (name, value) in &self.state.variables {
            let value = if self.state.exported.contains(name) {
                value.clone()
            } else {
                // A variable that the environment has is still exported after an assignment.
                let text = format!("whether {name} is exported decides it");
                Value::Unknown(vec![Why::new(WhyKind::Environment, text)])
            };
            state.variables.insert(name.clone(), value);
        }
        state.exported.clone_from(&self.state.exported);
        state.functions.clone_from(&self.state.exported_functions);
        state.exported_functions.clone_from(&self.state.exported_functions);
        for (name, value) in environment {
            state.variables.insert(name.clone(), Value::Text(value.clone()));
            state.exported.insert(name.clone());
        }
        state
    }

    /// A program that may run the command that its arguments spell.
    pub(super) fn wrapped(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let text: String = arguments
            .iter()
            .map(|field| match field {
                Field::Word(text) => text.line(),
                Field::Any(_) => "…".to_owned(),
                Field::Either(ways, _) => ways.iter().flatten().filter_map(Field::known).collect::<Vec<_>>().join(" "),
            })
            .collect::<Vec<_>>()
            .join(" ");
        let mut words = text.split(|next: char| next.is_whitespace() || "'\";&|()`".contains(next));
        let gcloud = words.any(is_gcloud);
        let acts = words.any(|word| matches!(word, "deploy" | "update" | "replace" | "create" | "…"));
        if gcloud && acts {
            let shown = site.source.line(site.span.0, site.span.1.min(site.span.0 + 60));
            let text = format!("the command behind `{shown}` is not evaluated");
            self.incomplete(Why::at(WhyKind::Unsupported, text, self.origin(site.source, site.span)));
        }
    }
}

/// `NAME=value`
fn assignment(field: &Field) -> Option<(String, Text)> {
    let Field::Word(text) = field else { return None };
    let Some(super::text::Part::Lit(start)) = text.0.first() else { return None };
    let (name, value) = start.split_once('=')?;
    is_name(name).then_some(())?;
    let mut rest = Text::lit(value);
    for part in text.0.iter().skip(1) {
        rest.push(part.clone());
    }
    Some((name.to_owned(), rest))
}
