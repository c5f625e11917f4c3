//! Imports: what an imported name stands for. Modules of the repository are run once, like Python does.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::deploy::python::exec::{Frame, Stop};
use crate::deploy::python::modules::{MAX_MODULES, Module, Place, Source, find, folder_of};
use crate::deploy::python::value::{At, Kind, Obj, Val, why};
use crate::deploy::python::{Evaluator, MAX_CALLS};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, Why, WhyKind};
use crate::python::{self, Version, ast};

impl<'a> Evaluator<'a> {
    /// `import a.b as c`
    pub fn import(&mut self, node: &'a ast::StmtImport, frame: &Frame<'a>) -> Result<(), Stop> {
        for alias in &node.names {
            let full = alias.name.as_str();
            let at = self.at(alias);
            let first = full.split('.').next().unwrap_or(full);
            let chain = self.import_dotted(full, 0, at)?;
            let value = match (&alias.asname, &chain) {
                (Some(_), Some(chain)) => chain.last().map(|module| Kind::Module(*module)),
                (None, Some(chain)) => chain.first().map(|module| Kind::Module(*module)),
                _ => None,
            };
            let (name, path) = match &alias.asname {
                Some(name) => (name.as_str(), full),
                None => (first, first),
            };
            self.hazards += usize::from(chain.is_none() && self.handled > 0);
            let value = value.unwrap_or_else(|| Kind::External(Rc::from(path)));
            self.bind(name, Val::new(value, at), frame);
        }
        Ok(())
    }

    /// `from a import b as c`
    pub fn import_from(&mut self, node: &'a ast::StmtImportFrom, frame: &Frame<'a>) -> Result<(), Stop> {
        let module = node.module.as_ref().map_or("", |module| module.as_str());
        let at = self.at(node);
        let chain = self.import_dotted(module, node.level as usize, at)?;
        self.hazards += usize::from(chain.is_none() && self.handled > 0);
        for alias in &node.names {
            let at = self.at(alias);
            let wanted = alias.name.as_str();
            let own = chain.as_ref().and_then(|chain| chain.last().copied());
            if wanted == "*" {
                self.import_all(own, module, at, frame);
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let value = match own {
                Some(own) => self.imported_name(own, wanted, at)?,
                None => {
                    let dots = ".".repeat(node.level as usize);
                    Val::new(Kind::External(Rc::from(format!("{dots}{module}.{wanted}"))), at)
                }
            };
            self.bind(name, value, frame);
        }
        Ok(())
    }

    fn imported_name(&mut self, module: usize, name: &str, at: At) -> Result<Val<'a>, Stop> {
        let scope = self.modules.get(module).map_or(self.module, |module| module.scope);
        let has = matches!(self.heap.get_name(scope, name), Some(Obj::Scope { names, .. }) if names.contains_key(name));
        if !has {
            let folder = self.modules.get(module).and_then(|module| match &module.source {
                Some(source) if !source.file.path().as_str().ends_with("/__init__.py") => None,
                _ => Some(folder_of(&module.path).to_owned()),
            });
            if let Some(place) = folder.and_then(|folder| find(self.repository, &folder, name)) {
                let submodule = self.import_place(place, name, Some(module), at)?;
                return Ok(Val::new(Kind::Module(submodule), at));
            }
        }
        Ok(self.module_attribute(module, name, at))
    }

    /// `from module import *`
    fn import_all(&mut self, module: Option<usize>, name: &str, at: At, frame: &Frame<'a>) {
        let scope =
            module.and_then(|module| self.modules.get(module)).map(|module| (module.scope, module.broken.clone()));
        let (names, open) = match scope.and_then(|(scope, broken)| Some((self.heap.get(scope)?, broken))) {
            Some((Obj::Scope { names, open, .. }, broken)) => (names.clone(), broken.or_else(|| open.clone())),
            _ => {
                let text = format!("it may come from `from {name} import *`");
                (BTreeMap::new(), Some(why(WhyKind::Unsupported, text, at)))
            }
        };
        let listed = match names.get("__all__") {
            Some(list) => match self.known_elements(list) {
                Some(list) => Some(list.iter().filter_map(Val::as_text).collect::<Vec<_>>()),
                None => Some(Vec::new()),
            },
            None => None,
        };
        for (name, value) in names {
            let given = listed.as_ref().map_or(!name.starts_with('_'), |listed| listed.contains(&name));
            if given {
                self.bind(&name, value, frame);
            }
        }
        if let (Some(whys), Some(Obj::Scope { open, .. })) = (open, self.heap.get_mut(frame.scope)) {
            *open = Some(whys);
        }
    }

    /// An attribute of a module of the repository.
    pub fn module_attribute(&mut self, index: usize, name: &str, at: At) -> Val<'a> {
        let Some(module) = self.modules.get(index).cloned() else {
            return Val::unknown(WhyKind::Dynamic, "the module is not known", at);
        };
        if let Some(Obj::Scope { names, open, .. }) = self.heap.get_name(module.scope, name) {
            if let Some(value) = names.get(name) {
                return value.clone();
            }
            let submodule = self.modules.iter().position(|other| other.parent == Some(index) && *other.name == *name);
            if let Some(submodule) = submodule {
                return Val::new(Kind::Module(submodule), at);
            }
            if let Some(whys) = module.broken.clone().or_else(|| open.clone()) {
                self.hazards += 1;
                return Val::new(Kind::Unknown(whys), at);
            }
        }
        match name {
            "__name__" => Val::text(module.dotted.clone(), at),
            "__file__" => self.file_path(&module.path, at),
            _ => {
                self.hazards += 1;
                Val::unknown(WhyKind::EvaluationFailed, format!("{} has no name `{name}`", module.path), at)
            }
        }
    }

    /// Imports a dotted name: the modules on the way to it. `None` where it is not in the repository.
    fn import_dotted(&mut self, dotted: &str, level: usize, at: At) -> Result<Option<Vec<usize>>, Stop> {
        let parts: Vec<&str> = dotted.split('.').filter(|part| !part.is_empty()).collect();
        let Some(root) = self.import_root(&parts, level) else { return Ok(None) };
        let mut folder = root;
        let mut parent = None;
        let mut chain = Vec::new();
        if parts.is_empty() {
            // `from . import name`: the package itself.
            let init = format!("{folder}/__init__.py");
            let init = init.trim_start_matches('/').to_owned();
            let place = if self.repository.has_file(&init) { Place::File(init) } else { Place::Folder(folder.clone()) };
            chain.push(self.import_place(place, folder.rsplit('/').next().unwrap_or_default(), None, at)?);
        }
        for (index, part) in parts.iter().enumerate() {
            let Some(place) = find(self.repository, &folder, part) else { return Ok(None) };
            let last = index + 1 == parts.len();
            if let (Place::File(path), false) = (&place, last)
                && !path.ends_with("/__init__.py")
            {
                // A module is no package: Python fails here.
                return Ok(None);
            }
            let (Place::File(path) | Place::Folder(path)) = &place;
            folder = folder_of(path).to_owned();
            let module = self.import_place(place, part, parent, at)?;
            chain.push(module);
            parent = Some(module);
        }
        Ok(Some(chain))
    }

    /// The folder below which a dotted name is looked for.
    fn import_root(&self, parts: &[&str], level: usize) -> Option<String> {
        let here = self.modules.get(self.current).map_or("", |module| folder_of(&module.path));
        if level > 0 {
            let mut folder = here.to_owned();
            for _ in 1..level {
                folder = folder.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
            }
            return Some(folder);
        }
        let holds = |folder: &str| -> bool {
            let Some((first, rest)) = parts.split_first() else { return false };
            match find(self.repository, folder, first) {
                Some(Place::File(_)) => true,
                // A folder without code counts where it holds what is wanted of it.
                Some(Place::Folder(path)) => {
                    let wanted = if rest.is_empty() { String::new() } else { rest.join("/") };
                    !wanted.is_empty() && find(self.repository, &path, &wanted).is_some()
                }
                None => false,
            }
        };
        if self.search_open.is_some() {
            return None;
        }
        if let Some(folder) = self.search.iter().find(|folder| holds(folder)) {
            return Some(folder.clone());
        }
        // `python -m scripts.deploy`, an installed package, or PYTHONPATH: only where one folder alone has it.
        let own = self.modules.first().map_or("", |module| module.path.as_str());
        let in_own_package = |folder: &str| {
            let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            own.strip_prefix(&*start).is_some_and(|rest| rest.split('/').next() == parts.first().copied())
        };
        let mut found = None;
        let mut folder = self.search.first().map_or("", String::as_str);
        while let Some((parent, _)) =
            folder.rsplit_once('/').or(if folder.is_empty() { None } else { Some(("", folder)) })
        {
            if (parts.len() > 1 && holds(parent)) || in_own_package(parent) {
                if found.is_some() {
                    return None;
                }
                found = Some(parent.to_owned());
            }
            folder = parent;
        }
        found
    }

    /// Runs a module, where it has not run yet.
    fn import_place(&mut self, place: Place, name: &str, parent: Option<usize>, at: At) -> Result<usize, Stop> {
        let (Place::File(path) | Place::Folder(path)) = &place;
        if let Some(known) = self.modules.iter().position(|module| module.path == *path) {
            return Ok(known);
        }
        if self.modules.len() > MAX_MODULES {
            return self.limit(at, "the script imports too many modules");
        }
        let dotted = match parent.and_then(|parent| self.modules.get(parent)) {
            Some(parent) => format!("{}.{name}", parent.dotted),
            None => name.to_owned(),
        };
        let scope = self.heap.add(Obj::Scope { names: BTreeMap::new(), parent: None, open: None });
        let index = self.modules.len();
        let path = path.clone();
        self.modules.push(Module {
            path: path.clone(),
            name: Rc::from(name),
            dotted: Rc::from(dotted),
            parent,
            source: None,
            scope,
            broken: None,
        });
        let Place::File(_) = place else { return Ok(index) };
        let broken = match self.repository.file(&path) {
            Err(refusal) => refusal.at(self.origin(at)),
            Ok(file) => {
                let module = python::parse(&file, Version { major: 3, minor: 14 });
                let error = module.errors.iter().find(|error| !error.version_only);
                if let Some(error) = error {
                    let origin = file.origin(error.range.clone());
                    let text = format!("it is no valid Python: {}", error.text);
                    let diagnostic =
                        Diagnostic { level: DiagnosticLevel::Error, text: text.clone(), origin: Some(origin.clone()) };
                    self.outcome.diagnostics.push(diagnostic);
                    Why::at(WhyKind::ParseFailed, text, origin)
                } else if module.too_deep {
                    Why::at(WhyKind::Limit, "it is nested too deep to be read", file.line_origin(1))
                } else {
                    let source = self.sources.add(file, module.body);
                    self.files.push(source);
                    if let Some(module) = self.modules.get_mut(index) {
                        module.source = Some(source);
                    }
                    self.run_module(index, source)?;
                    return Ok(index);
                }
            }
        };
        if let Some(module) = self.modules.get_mut(index) {
            module.broken = Some(why(broken.kind, format!("{path} is not evaluated"), at));
        }
        if self.silent == 0 && !self.outcome.incomplete.contains(&broken) {
            self.outcome.incomplete.push(broken);
        }
        Ok(index)
    }

    fn run_module(&mut self, index: usize, source: &'a Source) -> Result<(), Stop> {
        if self.importing >= MAX_CALLS {
            return self.limit((source.base, source.base), "the imports are nested too deeply");
        }
        let Some(scope) = self.modules.get(index).map(|module| module.scope) else { return Ok(()) };
        let outer = (self.current, self.module);
        self.current = index;
        self.module = scope;
        self.importing += 1;
        let mut frame = self.frame(scope);
        let result = self.body(&source.body, &mut frame, (source.base, source.base));
        self.importing -= 1;
        if self.silent > 0
            && let Some(module) = self.modules.get_mut(index)
        {
            // What it runs was not recorded: the next import runs it again.
            module.path = format!("\0{}", module.path);
        }
        (self.current, self.module) = outer;
        result.map(|_| ())
    }
}
