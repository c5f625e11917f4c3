//! The environment of the script and of the commands that it runs, as far as gcloud goes by it.

use crate::deploy::commands;
use crate::deploy::gcloud::Defaults;
use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::value::{At, Key, Kind, Obj, Val, Whys, why};
use crate::deploy::words::Word;
use crate::model::WhyKind;

/// The environment as it is where the script starts.
pub const ENVIRONMENT: &str = "os.environ";

impl<'a> Evaluator<'a> {
    /// Why the variables of the environment are not known.
    pub fn environment_whys(&self, at: At) -> Whys {
        why(WhyKind::Environment, "the environment decides it", at)
    }

    /// A copy of the environment.
    pub(super) fn environment_copy(&mut self, at: At) -> Val<'a> {
        let open = Some(self.environment_whys(at));
        Val::new(Kind::Dict(self.new_dict(Vec::new(), open, at)), at)
    }

    /// `os.environ[name] = value`; without a value it is taken out, or it is not known what happens to it.
    pub fn set_environment(&mut self, name: &Val<'a>, value: Option<&Val<'a>>, at: At) {
        if self.silent > 0 {
            return;
        }
        let mut defaults = std::mem::take(&mut self.defaults);
        self.put_variable(&mut defaults, name, value, at);
        self.defaults = defaults;
    }

    fn put_variable(&self, defaults: &mut Defaults, name: &Val<'a>, value: Option<&Val<'a>>, at: At) {
        let origin = self.origin(at);
        let Some(name) = name.as_text() else { return defaults.unsettle(&origin) };
        if !Defaults::VARIABLES.contains(&&*name) {
            // Others of gcloud's variables choose its configuration.
            if name.starts_with("CLOUDSDK_") {
                defaults.unsettle(&origin);
            }
            return;
        }
        match value {
            Some(value) => {
                let whys = commands::conditional(&self.current_guards());
                let word = if whys.is_empty() { self.word(value) } else { Word::unknown(whys, origin) };
                defaults.variable(&name, word);
            }
            None => defaults.unsettle(&origin),
        }
    }

    /// `os.environ.update(…)` and `os.environ |= …`
    pub fn update_environment(&mut self, value: Option<&Val<'a>>, keywords: &Keywords<'a>, at: At) {
        match value.map(|value| &value.kind) {
            None => {}
            Some(Kind::Dict(id)) => match self.heap.get(*id).cloned() {
                Some(Obj::Dict(dict)) => {
                    for entry in &dict.entries {
                        let value = Some(&entry.value).filter(|_| !entry.maybe);
                        self.set_environment(&entry.key.value(at), value, at);
                    }
                    if dict.open.is_some_and(|whys| !is_environment(&whys)) {
                        self.lose_environment(at);
                    }
                }
                _ => self.lose_environment(at),
            },
            Some(_) => self.lose_environment(at),
        }
        for (name, value) in keywords {
            self.set_environment(&Val::text(name.clone(), at), Some(value), at);
        }
    }

    /// What the environment holds is not known any more.
    pub fn lose_environment(&mut self, at: At) {
        let origin = self.origin(at);
        if self.silent == 0 {
            self.defaults.unsettle(&origin);
        }
    }

    /// What gcloud takes where a command is run with the environment `env`.
    pub(super) fn defaults_with(&mut self, env: &Val<'a>, at: At) -> Defaults {
        let mut defaults = self.defaults.clone();
        let origin = self.origin(at);
        match &env.kind {
            Kind::None => {}
            Kind::External(path) if &**path == ENVIRONMENT => {}
            Kind::Dict(id) => match self.heap.get(*id).cloned() {
                Some(Obj::Dict(dict)) => {
                    match &dict.open {
                        Some(whys) if is_environment(whys) => {}
                        Some(_) => defaults.unsettle(&origin),
                        None => Defaults::VARIABLES.into_iter().for_each(|name| defaults.without(name, &origin)),
                    }
                    for entry in &dict.entries {
                        let Key::Text(name) = &entry.key else { continue };
                        let value = Some(&entry.value).filter(|_| !entry.maybe);
                        self.put_variable(&mut defaults, &Val::text(name.clone(), at), value, at);
                    }
                }
                _ => defaults.unsettle(&origin),
            },
            _ => defaults.unsettle(&origin),
        }
        defaults
    }
}

fn is_environment(whys: &Whys) -> bool {
    whys.iter().all(|reason| reason.kind == WhyKind::Environment)
}
