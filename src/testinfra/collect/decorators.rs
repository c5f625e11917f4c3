//! What a decorator makes of a test.

use super::things::{Doubt, Names, Thing};
use crate::python::namespace::{Decorator, Returns};
use crate::testinfra::sources::FileId;

/// Decorators that give back the very function or class.
const KEEPING: [&str; 10] = [
    "abstractmethod",
    "classmethod",
    "deprecated",
    "final",
    "no_type_check",
    "overload",
    "override",
    "runtime_checkable",
    "staticmethod",
    "total_ordering",
];
/// Decorators of the standard library and of libraries in wide use that give back a function which stands for the test;
/// a class they give back as it is.
const WRAPPING: [&str; 23] = [
    "activate",
    "asynccontextmanager",
    "cache",
    "contextmanager",
    "coroutine",
    "example",
    "expectedFailure",
    "flaky",
    "freeze_time",
    "given",
    "lru_cache",
    "mock_aws",
    "modify_settings",
    "override_settings",
    "patch",
    "reproduce_failure",
    "seed",
    "settings",
    "skip",
    "skipIf",
    "skipUnless",
    "tag",
    "wraps",
];
/// Decorators after which there is no test.
const HIDING: [&str; 5] = ["fixture", "yield_fixture", "property", "cached_property", "abstractproperty"];
/// Decorators that give a class a constructor.
const CONSTRUCTING: [&str; 6] = ["dataclass", "s", "attrs", "define", "frozen", "mutable"];

/// What a decorator does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gives back what it was given, or a function that stands for it.
    Keeps,
    /// It gives back another function, whose body is not that of the test, or the class as it is.
    Wraps,
    /// A function of the repository gives back another function.
    Replaces,
    /// What it gives back is no test.
    Hides,
    /// It gives the class a constructor.
    Constructs,
    /// It is not known.
    Unknown(Doubt),
}

/// What a decorator of a file does.
pub fn effect(names: Names<'_>, file: FileId, decorator: &Decorator) -> Effect {
    let unknown = |text: String| Effect::Unknown(Doubt { text, file, at: decorator.range.clone() });
    let Some(name) = &decorator.name else { return unknown("what its decorator makes of it is not known".to_owned()) };
    let target = match &names.dotted(file, name)[..] {
        [Thing::Function(_, function)] if function.decorators.is_empty() => {
            let returns = match (decorator.called, &function.returns) {
                (false, returns) => returns,
                (true, Returns::Function(inner)) => inner,
                (true, Returns::Nothing) => return Effect::Hides,
                (true, _) => &Returns::Unknown,
            };
            return match returns {
                Returns::Parameter => Effect::Keeps,
                Returns::Function(_) => Effect::Replaces,
                Returns::Nothing => Effect::Hides,
                Returns::Unknown => unknown(format!("what `@{name}` makes of it is not known")),
            };
        }
        [Thing::Outside(outside)] => outside.clone(),
        [Thing::Nothing] => name.clone(),
        _ => return unknown(format!("what `@{name}` makes of it is not known")),
    };
    known(&target, decorator).unwrap_or_else(|| unknown(format!("what `@{name}` makes of it is not known")))
}

fn known(target: &str, decorator: &Decorator) -> Option<Effect> {
    let parts: Vec<&str> = target.split('.').collect();
    let last = parts.last().copied().unwrap_or_default();
    if parts.contains(&"mark") {
        return Some(Effect::Keeps);
    }
    if WRAPPING.contains(&last) || (parts.contains(&"patch") && ["object", "dict", "multiple"].contains(&last)) {
        return Some(Effect::Wraps);
    }
    if HIDING.contains(&last) {
        return Some(Effect::Hides);
    }
    let is_attrs = last != "s" && last != "attrs" || target.starts_with("attr");
    if CONSTRUCTING.contains(&last) && is_attrs {
        return Some(if decorator.without_init { Effect::Keeps } else { Effect::Constructs });
    }
    KEEPING.contains(&last).then_some(Effect::Keeps)
}
