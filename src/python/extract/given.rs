//! Names that a file gives to modules that it has imported: `json.name = …`.

use std::collections::{BTreeSet, HashMap};

use super::Extractor;
use crate::python::ast::Expr;
use crate::python::facts::{Facts, What, imports_of};
use crate::python::literal::{dotted, string};

impl Extractor {
    /// Notes an assignment to an attribute.
    pub(super) fn give(&mut self, target: &Expr) {
        let Expr::Attribute(attribute) = target else { return };
        let Some(owner) = dotted(&attribute.value) else { return };
        if !matches!(owner.split('.').next(), Some("self" | "cls")) {
            self.given.push(format!("{owner}.{}", attribute.attr));
        }
    }

    /// Notes `setattr(module, "name", …)`.
    pub(super) fn give_by_name(&mut self, arguments: &[Expr]) {
        if let [owner, name, _] = arguments
            && let (Some(owner), Some(name)) = (dotted(owner), string(name))
        {
            self.given.push(format!("{owner}.{name}"));
        }
    }
}

/// Those of the attributes that belong to a module, by the name of the module.
pub(super) fn to_modules(given: &[String], facts: &Facts) -> Vec<String> {
    if given.is_empty() {
        return Vec::new();
    }
    let mut modules: HashMap<&str, String> = HashMap::new();
    let mut imports = Vec::new();
    imports_of(&facts.steps, &mut |import| imports.push(import));
    imports.extend(facts.deferred.iter().map(|deferred| &deferred.import));
    for import in imports.into_iter().filter(|import| import.level == 0) {
        match &import.what {
            // `import a.b` binds `a`, and `import a.b as c` binds `c` to `a.b`.
            What::Module { bound } if import.module.split('.').next() == Some(bound) => {
                modules.insert(bound, bound.to_string());
            }
            What::Module { bound } => {
                modules.insert(bound, import.module.to_string());
            }
            What::Name { name, bound } => {
                modules.insert(bound, format!("{}.{name}", import.module));
            }
            What::Star | What::Plugin => {}
        }
    }
    let named = given.iter().filter_map(|given| {
        let (owner, rest) = given.split_once('.')?;
        Some(format!("{}.{rest}", modules.get(owner)?))
    });
    named.collect::<BTreeSet<_>>().into_iter().collect()
}
