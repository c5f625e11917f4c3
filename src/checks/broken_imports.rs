//! Imports of the tests' tree whose module or name does not exist: three rules over one list.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::tests::{BrokenImport, Certainty, ChainLink, Suggestion};

/// A first-party module that is not there.
pub static MODULE: Rule =
    Rule::new("import-module-missing", Part::Imports, Severity::High, "an imported module does not exist");
/// A name that its module does not have.
pub static SYMBOL: Rule =
    Rule::new("import-symbol-missing", Part::Imports, Severity::High, "an imported name does not exist in its module");
/// A third-party module that nothing declares.
pub static DEPENDENCY: Rule = Rule::new(
    "import-undeclared-dependency",
    Part::Imports,
    Severity::High,
    "an imported third-party module is provided by no declared dependency",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&MODULE, &SYMBOL, &DEPENDENCY], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    let found: Vec<Verdict> = tests.broken.iter().filter_map(one).collect();
    if found.is_empty() { vec![Verdict::Clean] } else { found }
}

fn one(broken: &BrokenImport) -> Option<Verdict> {
    let severity = match broken.certainty {
        Certainty::Definite | Certainty::Environment => Severity::High,
        Certainty::Lazy => Severity::Medium,
        Certainty::OrderDependent => Severity::Low,
        Certainty::Guarded | Certainty::Typing => Severity::Info,
        // Counted by `show tests`: nothing can be said of it.
        Certainty::Unknown => return None,
    };
    let rule = rule_of(broken);
    let mut builder = Finding::builder(rule, subject_of(broken), title(broken))
        .severity(severity)
        .place(broken.origin.clone())
        .why(consequence(broken));
    for link in &broken.example {
        builder = builder.place(link.origin.clone());
    }
    builder = match (&broken.suggestion, broken.certainty) {
        _ if broken.circular => builder.edit(
            "import the module instead of the name, or import it inside the function that needs it",
            broken.origin.clone(),
        ),
        (Some(suggestion), _) => {
            builder.edit(format!("import it from {} ({})", target(suggestion), suggestion.how), broken.origin.clone())
        }
        (None, Certainty::Environment) => builder.edit(
            format!(
                "declare the distribution that provides `{}` and lock it again, or drop the import",
                top(&broken.module)
            ),
            broken.origin.clone(),
        ),
        (None, _) => builder.edit("restore what is imported, or drop the import", broken.origin.clone()),
    };
    Some(builder.build().into())
}

/// The rule that a broken import falls under.
pub fn rule_of(broken: &BrokenImport) -> &'static Rule {
    match (broken.certainty, &broken.symbol) {
        (Certainty::Environment, _) => &DEPENDENCY,
        (_, Some(_)) => &SYMBOL,
        (_, None) => &MODULE,
    }
}

/// The subject of a finding about a broken import: the importing file and what it imports.
pub fn subject_of(broken: &BrokenImport) -> Subject {
    let file = broken.origin.source().map_or_else(|| "?".to_owned(), |span| span.file.to_string());
    let symbol = broken.symbol.as_ref().map(|symbol| format!(".{symbol}")).unwrap_or_default();
    Subject::local("import", format!("{file}:{}{symbol}", broken.module))
}

fn title(broken: &BrokenImport) -> String {
    let what = match (&broken.symbol, broken.certainty) {
        (Some(symbol), _) if broken.circular => {
            format!(
                "`{}` has not bound `{symbol}` yet where it is imported: the modules import each other",
                broken.module
            )
        }
        (_, Certainty::Environment) => format!("no declared dependency provides `{}`", broken.module),
        (Some(symbol), _) => format!("`{}` has no `{symbol}`", broken.module),
        (None, _) => format!("module `{}` does not exist", broken.module),
    };
    match &broken.suggestion {
        Some(suggestion) => format!("{what}; it is in {} now", target(suggestion)),
        None => what,
    }
}

fn target(suggestion: &Suggestion) -> String {
    match &suggestion.symbol {
        Some(symbol) => format!("`{}` as `{symbol}`", suggestion.module),
        None => format!("`{}`", suggestion.module),
    }
}

fn consequence(broken: &BrokenImport) -> String {
    let when = match broken.certainty {
        Certainty::Definite | Certainty::Environment => "it fails whenever the file is imported",
        Certainty::Lazy => "it fails when the function runs",
        Certainty::Guarded => "a handler catches it: what depends on it is silently skipped",
        Certainty::Typing => "only type checkers see it",
        Certainty::OrderDependent if broken.circular => "it works only where another module of the circle comes first",
        Certainty::OrderDependent => "it works only after another file has changed sys.path",
        Certainty::Unknown => "whether it fails cannot be told",
    };
    match broken.breaks_test_files {
        0 => when.to_owned(),
        1 => format!("{when}; 1 test file cannot be collected because of it"),
        count => format!("{when}; {count} test files cannot be collected because of it"),
    }
}

fn top(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// The text of a chain link, for other checks.
pub fn link_text(link: &ChainLink) -> String {
    format!("{}: {}", link.origin, link.text)
}
