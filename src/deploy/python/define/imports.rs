//! Imports: what an imported name stands for.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::Frame;
use crate::deploy::python::value::{Kind, Obj, Val, why};
use crate::model::WhyKind;
use crate::python::ast;

impl<'a> Evaluator<'a> {
    /// `import a.b as c`
    pub fn import(&mut self, node: &'a ast::StmtImport, frame: &Frame<'a>) {
        for alias in &node.names {
            let full = alias.name.as_str();
            let at = self.at(alias);
            let (name, path) = match &alias.asname {
                Some(name) => (name.as_str(), full),
                None => {
                    let first = full.split('.').next().unwrap_or(full);
                    (first, first)
                }
            };
            self.bind(name, Val::new(Kind::External(Rc::from(path)), at), frame);
        }
    }

    /// `from a import b as c`
    pub fn import_from(&mut self, node: &'a ast::StmtImportFrom, frame: &Frame<'a>) {
        let module = node.module.as_ref().map_or("", |module| module.as_str());
        for alias in &node.names {
            let at = self.at(alias);
            if alias.name.as_str() == "*" {
                let whys = why(WhyKind::Unsupported, format!("it may come from `from {module} import *`"), at);
                if let Some(Obj::Scope { open, .. }) = self.heap.get_mut(frame.scope) {
                    *open = Some(whys);
                }
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let dots = ".".repeat(node.level as usize);
            let path = format!("{dots}{module}.{}", alias.name.as_str());
            self.bind(name, Val::new(Kind::External(Rc::from(path)), at), frame);
        }
    }
}
