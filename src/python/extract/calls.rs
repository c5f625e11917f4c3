//! Calls whose effect decides imports.

use super::Extractor;
use super::readers::{exported, named_import};
use crate::python::ast::{self, Expr};
use crate::python::facts::{Catches, Exports, Handler, Import, PathEdit, Step, Stop, StopKind, Try, What};
use crate::python::literal::{dotted, elements, string};
use crate::python::range_of;

impl Extractor {
    /// A call whose effect decides imports: it edits `sys.path` or `__all__`, or ends the module.
    pub(super) fn call(&mut self, call: &ast::ExprCall, steps: &mut Vec<Step>) {
        let Some(name) = dotted(&call.func) else { return };
        let arguments = &call.arguments.args;
        let stop = |kind| Step::Stop(Stop { range: range_of(call), kind });
        match name.as_str() {
            "sys.path.insert" => {
                let front = matches!(arguments.first(), Some(Expr::NumberLiteral(_)));
                self.path_edits(arguments.get(1..).unwrap_or_default(), front, steps);
            }
            "sys.path.append" | "site.addsitedir" => self.path_edits(arguments, false, steps),
            "sys.path.extend" => {
                let entries = arguments.first().and_then(elements).unwrap_or_default();
                self.path_edits(entries, false, steps);
            }
            "__all__.append" => {
                self.export_more(arguments.iter().map(|name| string(name).map(str::to_owned)).collect())
            }
            "__all__.extend" => self.export_more(arguments.first().and_then(|more| exported(more, 0))),
            "__all__.remove" => match (&mut self.facts.exports, arguments.first().and_then(string)) {
                (Exports::Names(names), Some(gone)) => names.retain(|name| name != gone),
                (exports, _) => *exports = Exports::Dynamic,
            },
            name if name.starts_with("__all__.") => self.facts.exports = Exports::Dynamic,
            "importlib.import_module" | "import_module" | "__import__" => {
                steps.extend(named_import(call).map(Step::Import));
            }
            "exec" => self.facts.dynamic_names = true,
            "setattr" => self.give_by_name(arguments),
            "sys.exit" | "exit" | "quit" | "os._exit" => steps.push(stop(StopKind::Exit)),
            "pytest.exit" => steps.push(stop(StopKind::Exception)),
            "pytest.skip" | "skip" if call.arguments.find_keyword("allow_module_level").is_some() => {
                steps.push(stop(StopKind::Skip));
            }
            "pytest.importorskip" | "importorskip" => {
                if let Some(module) = arguments.first().and_then(string) {
                    let import = Import {
                        range: range_of(call),
                        statement: range_of(call),
                        module: module.into(),
                        level: 0,
                        what: What::Plugin,
                    };
                    steps.push(Step::Try(Box::new(Try {
                        body: vec![Step::Import(import)],
                        handlers: vec![Handler {
                            catches: Catches { missing_module: true, import_error: true, ..Catches::default() },
                            steps: vec![stop(StopKind::Skip)],
                        }],
                        orelse: Vec::new(),
                        finalbody: Vec::new(),
                    })));
                }
            }
            _ => {}
        }
    }

    pub(super) fn path_edits(&mut self, entries: &[Expr], front: bool, steps: &mut Vec<Step>) {
        if entries.is_empty() {
            self.facts.dynamic_sys_path = true;
        }
        for entry in entries {
            match self.folder.fold(entry) {
                Some(folder) => steps.push(Step::PathEdit(PathEdit { folder, front })),
                None => self.facts.dynamic_sys_path = true,
            }
        }
    }

    pub(super) fn export_more(&mut self, more: Option<Vec<String>>) {
        match (&mut self.facts.exports, more) {
            (Exports::Names(names), Some(more)) => names.extend(more),
            (exports, _) => *exports = Exports::Dynamic,
        }
    }
}
