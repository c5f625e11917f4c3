//! Names: what they mean where they are used, and how that is lost.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::Frame;
use crate::deploy::python::library::is_builtin;
use crate::deploy::python::value::{At, Kind, Obj, Val, Whys};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    /// Gives a name its value in the scope that Python would write to.
    pub fn bind(&mut self, name: &str, value: Val<'a>, frame: &Frame<'a>) {
        let scope = if frame.globals.contains(name) { self.module } else { frame.scope };
        if let Some(Obj::Scope { names, .. }) = self.heap.get_name_mut(scope, name) {
            names.insert(Rc::from(name), value);
        }
    }

    /// Makes a name unknown in every scope that may hold it.
    pub fn lose_name(&mut self, name: &str, frame: &Frame<'a>, whys: Whys) {
        let mut scope = Some(frame.scope);
        while let Some(id) = scope {
            let Some(Obj::Scope { names, parent, .. }) = self.heap.get_name_mut(id, name) else { return };
            if let Some(value) = names.get_mut(name) {
                *value = Val::new(Kind::Unknown(whys.clone()), value.at);
            }
            scope = *parent;
        }
    }

    /// Makes every name that holds data unknown, in every scope.
    pub fn lose_data(&mut self, whys: &Whys) {
        for id in 0..self.heap.len() {
            if !matches!(self.heap.get(id), Some(Obj::Scope { names, .. }) if !names.is_empty()) {
                continue;
            }
            let Some(Obj::Scope { names, .. }) = self.heap.get_mut(id) else { continue };
            for value in names.values_mut() {
                let is_code = matches!(
                    value.kind,
                    Kind::Function(_)
                        | Kind::Bound(..)
                        | Kind::Method(..)
                        | Kind::Class(_)
                        | Kind::External(_)
                        | Kind::Module(_)
                        | Kind::Partial(_)
                );
                if !is_code {
                    *value = Val::new(Kind::Unknown(whys.clone()), value.at);
                }
            }
        }
    }

    /// The value of a name.
    pub fn lookup(&mut self, name: &str, at: At, frame: &Frame<'a>) -> Val<'a> {
        let mut scope = Some(frame.scope);
        let mut open = None;
        while let Some(id) = scope {
            let Some(Obj::Scope { names, parent, open: here }) = self.heap.get_name(id, name) else { break };
            if let Some(value) = names.get(name) {
                return value.clone();
            }
            open = open.or_else(|| here.clone());
            scope = *parent;
        }
        match name {
            "__name__" => {
                let name =
                    self.modules.get(self.current).map_or_else(|| "__main__".into(), |module| module.dotted.clone());
                return Val::text(name, at);
            }
            "__file__" => {
                let path = self.modules.get(self.current).map(|module| module.path.clone()).unwrap_or_default();
                return self.file_path(&path, at);
            }
            _ => {}
        }
        if let Some(whys) = open {
            self.hazards += 1;
            return Val::new(Kind::Unknown(whys), at);
        }
        if is_builtin(name) {
            return Val::new(Kind::External(Rc::from(name)), at);
        }
        self.hazards += 1;
        Val::unknown(WhyKind::EvaluationFailed, format!("the name `{name}` is not defined"), at)
    }
}
