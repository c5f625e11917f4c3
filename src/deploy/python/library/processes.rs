//! Calls that start a program.

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::exec::Stop;
use crate::deploy::python::value::{At, Kind, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    /// `subprocess`, `os.system` and their like. `None` for other calls.
    pub(super) fn process(
        &mut self,
        path: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Val<'a>>, Stop> {
        let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
        let first = args.first().cloned();
        let unknown = |text: &str| Val::unknown(WhyKind::Dynamic, text.to_owned(), at);
        if let Some(form) = path.strip_prefix("os.").filter(|form| is_process_form(form)) {
            return self.process_form(form, args, at).map(Some);
        }
        Ok(Some(match path {
            "subprocess.run"
            | "subprocess.call"
            | "subprocess.check_call"
            | "subprocess.check_output"
            | "subprocess.Popen"
            | "subprocess.getoutput"
            | "subprocess.getstatusoutput" => {
                let command = first.or_else(|| keyword("args"));
                if let Some(command) = &command {
                    let shell = match keyword("shell") {
                        Some(value) => self.truth(&value),
                        None => Some(path.starts_with("subprocess.get")),
                    };
                    self.run_with(keyword("env").as_ref(), at, &mut |evaluator| {
                        evaluator.run_command(command, shell, at)
                    });
                }
                let checked = keyword("check").is_some_and(|value| self.truth(&value) == Some(true));
                let is_probe = command.as_ref().is_some_and(|command| self.is_probe(command));
                if is_probe && !checked && !path.starts_with("subprocess.check") {
                    return Ok(Some(unknown("how the command ends is known when the script runs")));
                }
                match path {
                    "subprocess.run" | "subprocess.Popen" => Val::new(Kind::Completed, at),
                    "subprocess.call" | "subprocess.check_call" => Val::new(Kind::Int(0), at),
                    _ => Val::new(Kind::Unknown(why(WhyKind::Dynamic, "the output of a command is not known", at)), at),
                }
            }
            "os.system" | "os.popen" | "asyncio.create_subprocess_shell" => {
                match first.as_ref().map(|value| &value.kind) {
                    Some(Kind::Text(parts)) => {
                        let text_at = first.as_ref().map_or(at, |value| value.at);
                        self.run_system(&parts.clone(), text_at);
                    }
                    _ if self.silent == 0 => {
                        self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at);
                    }
                    _ => {}
                }
                if first.as_ref().is_some_and(|command| self.is_probe(command)) {
                    return Ok(Some(unknown("how the command ends is known when the script runs")));
                }
                if path == "os.system" { Val::new(Kind::Int(0), at) } else { Val::new(Kind::Completed, at) }
            }
            "asyncio.create_subprocess_exec" => {
                self.run_words(args, at);
                Val::new(Kind::Completed, at)
            }
            _ => return Ok(None),
        }))
    }

    /// Runs a command with an environment of its own, where it has one.
    fn run_with(&mut self, env: Option<&Val<'a>>, at: At, run: &mut dyn FnMut(&mut Self)) {
        let Some(env) = env else { return run(self) };
        let own = self.defaults_with(env, at);
        let outer = std::mem::replace(&mut self.defaults, own.clone());
        run(self);
        // What the command configures stays.
        if self.defaults == own {
            self.defaults = outer;
        }
    }

    /// `os.execvp(…)`, `os.spawnlp(…)` and their like: their names tell where the arguments of the program begin.
    fn process_form(&mut self, form: &str, args: &[Val<'a>], at: At) -> Result<Val<'a>, Stop> {
        let is_spawn = form.starts_with("spawn");
        let rest = args.get(if is_spawn { 2 } else { 1 }..).unwrap_or_default();
        if form.trim_start_matches("exec").trim_start_matches("spawn").starts_with('l') {
            let takes_environment = form.ends_with('e');
            let words = rest.get(..rest.len() - usize::from(takes_environment && !rest.is_empty()));
            self.run_words(words.unwrap_or_default(), at);
        } else if let Some(command) = rest.first() {
            self.run_command(&command.clone(), Some(false), at);
        }
        if form.starts_with("exec") {
            // The process is replaced: nothing follows.
            return Err(Stop::Raise);
        }
        Ok(Val::unknown(WhyKind::Dynamic, "how the command ends is known when the script runs", at))
    }
}

pub(super) fn is_command_runner(path: &str) -> bool {
    path.starts_with("subprocess.")
        || matches!(
            path,
            "os.system" | "os.popen" | "asyncio.create_subprocess_exec" | "asyncio.create_subprocess_shell"
        )
        || path.strip_prefix("os.").is_some_and(is_process_form)
}

/// True for the functions of `os` that start a program.
fn is_process_form(name: &str) -> bool {
    matches!(
        name,
        "execv"
            | "execve"
            | "execvp"
            | "execvpe"
            | "execl"
            | "execle"
            | "execlp"
            | "execlpe"
            | "spawnv"
            | "spawnve"
            | "spawnvp"
            | "spawnvpe"
            | "spawnl"
            | "spawnle"
            | "spawnlp"
            | "spawnlpe"
            | "posix_spawn"
            | "posix_spawnp"
    )
}
