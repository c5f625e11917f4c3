//! Names that no statement of their own binds.

use std::collections::BTreeSet;

use crate::python::ast::name::Name;
use crate::python::ast::visitor::{self, Visitor};
use crate::python::ast::{Expr, Pattern};
use crate::python::bound_by_pattern;
use crate::python::facts::Step;
use crate::python::literal::{dotted, string};

/// Names that `:=` or a pattern binds.
#[derive(Default)]
pub(super) struct HiddenNames {
    pub(super) found: Vec<Step>,
    /// How many expressions around it decide whether it is evaluated.
    pub(super) conditional: usize,
}

impl HiddenNames {
    fn add(&mut self, name: &str) {
        let name = Name::from(name);
        self.found.push(if self.conditional == 0 { Step::Bind(name) } else { Step::MayBind(name) });
    }
}

impl<'a> Visitor<'a> for HiddenNames {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Named(named) = expr
            && let Expr::Name(name) = &*named.target
        {
            self.add(name.id.as_str());
        }
        let decides = matches!(
            expr,
            Expr::If(_)
                | Expr::BoolOp(_)
                | Expr::Compare(_)
                | Expr::Lambda(_)
                | Expr::ListComp(_)
                | Expr::SetComp(_)
                | Expr::DictComp(_)
                | Expr::Generator(_)
        );
        self.conditional += usize::from(decides);
        visitor::walk_expr(self, expr);
        self.conditional -= usize::from(decides);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Some(name) = bound_by_pattern(pattern) {
            self.add(name);
        }
        visitor::walk_pattern(self, pattern);
    }
}

/// Names that code puts into `sys.modules`, directly or with `patch.dict`.
pub(super) struct Injections(pub(super) BTreeSet<String>);

impl<'a> Visitor<'a> for Injections {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Subscript(subscript)
                if subscript.ctx.is_store() && dotted(&subscript.value).as_deref() == Some("sys.modules") =>
            {
                self.0.extend(string(&subscript.slice).map(str::to_owned));
            }
            Expr::Call(call) => {
                let name = dotted(&call.func).unwrap_or_default();
                if name.ends_with("patch.dict") || name.starts_with("sys.modules.") || name.ends_with("setitem") {
                    for argument in &call.arguments.args {
                        match argument {
                            Expr::Dict(dict) => {
                                let keys = dict.items.iter().filter_map(|item| string(item.key.as_ref()?));
                                self.0.extend(keys.map(str::to_owned));
                            }
                            other => self.0.extend(string(other).map(str::to_owned)),
                        }
                    }
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
