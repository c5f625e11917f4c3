//! `premigrate --save` and `--compare`.

use std::fmt::Write as _;
use std::path::Path;

use crate::cli::error::{CliError, escaped};
use crate::cli::output;
use crate::cli::setup::Setup;
use crate::exit_code;
use crate::model::Excerpts;
use crate::report::json::premigrate as json;
use crate::report::words::count;
use crate::testinfra::gate::compare::{self, Comparison, Moved};
use crate::testinfra::gate::identities::Identities;
use crate::testinfra::{Asked, index_with};

/// The largest file that is read.
const MAX_BYTES: u64 = 256 << 20;
/// The most lines that a list of the text has; the JSON has all.
const MAX_LINES: usize = 50;

/// Records what there is. It is written even where something could not be read, and then says so.
pub(super) fn save(setup: &Setup, path: &Path) -> Result<u8, CliError> {
    let now = now(setup);
    let text = serde_json::to_string_pretty(&now).map_err(|error| CliError::failed("record", error))?;
    output::file(path, &(text + "\n"))?;
    let (tests, classes) = (count(now.tests.len(), "test"), now.classes.len());
    let imports = now.critical_imports.len();
    output::stderr(&format!(
        "recorded {tests}, {classes} required classes and {imports} critical imports in {}",
        path.display()
    ));
    now.incomplete.iter().for_each(|why| output::stderr(&escaped(&format!("not checked: {why}"))));
    Ok(if now.incomplete.is_empty() { exit_code::CLEAN } else { exit_code::NOT_CHECKED })
}

/// Says what has been lost since then.
pub(super) fn compare(setup: &Setup, path: &Path, as_json: bool) -> Result<u8, CliError> {
    let failed = |why: &dyn std::fmt::Display| CliError::failed(format!("read {}", path.display()), why);
    let size = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !size.is_file() || size.len() > MAX_BYTES {
        return Err(failed(&"it is no file, or larger than 256 MiB"));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    let before = Identities::parse(&bytes).map_err(|error| failed(&error))?;
    let found = compare::compare(&before, &now(setup));
    let code = match (found.has_loss(), found.not_checked.is_empty()) {
        (true, _) => exit_code::FINDINGS,
        (false, false) => exit_code::NOT_CHECKED,
        (false, true) => exit_code::CLEAN,
    };
    let text = if as_json {
        let moved = |moved: &Moved| json::Moved { from: moved.from.clone(), to: moved.to.clone() };
        let comparison = json::Comparison {
            lost_tests: found.lost_tests,
            broken_tests: found.broken_tests,
            moved_tests: found.moved_tests.iter().map(moved).collect(),
            emptied_tests: found.emptied_tests,
            new_tests: found.new_tests,
            lost_classes: found.lost_classes,
            moved_classes: found.moved_classes.iter().map(moved).collect(),
            broken_imports: found.broken_imports,
            categories: found
                .categories
                .into_iter()
                .map(|category| json::Changed { name: category.name, before: category.before, now: category.now })
                .collect(),
            not_checked: found.not_checked,
        };
        json::render_compared(&before.date, code, comparison)
            .map_err(|error| CliError::failed("write the report", error))?
    } else {
        shown(&found, &before.date)
    };
    output::stdout(&text)?;
    let reason = match code {
        exit_code::FINDINGS => "something was lost",
        exit_code::NOT_CHECKED => "nothing is known to be lost, but something could not be checked",
        _ => "nothing was lost",
    };
    output::stderr(&format!("exit code {code}: {reason}"));
    Ok(code)
}

fn now(setup: &Setup) -> Identities {
    let asked = Asked { identities: true, ..Asked::default() };
    let indexed = index_with(&setup.root, &setup.config.tests, &Excerpts::default(), &asked);
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    Identities::of(&indexed.index, indexed.identities, &date)
}

fn shown(found: &Comparison, date: &str) -> String {
    let mut out = format!("compared with what was recorded on {}\n", escaped(date));
    let moved = |moved: &[Moved]| moved.iter().map(|one| format!("{} -> {}", one.from, one.to)).collect::<Vec<_>>();
    section(&mut out, "lost tests", &found.lost_tests);
    section(&mut out, "tests whose file cannot be imported any more", &found.broken_tests);
    section(&mut out, "tests that do nothing any more", &found.emptied_tests);
    section(&mut out, "lost required classes", &found.lost_classes);
    section(&mut out, "broken critical imports", &found.broken_imports);
    section(&mut out, "moved or renamed tests (not lost)", &moved(&found.moved_tests));
    section(&mut out, "moved required classes (not lost)", &moved(&found.moved_classes));
    let counts = found.categories.iter().map(|one| format!("{}: {} -> {} tests", one.name, one.before, one.now));
    section(&mut out, "categories that changed in size", &counts.collect::<Vec<_>>());
    section(&mut out, "not checked", &found.not_checked);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", count(found.new_tests, "new test"));
    out
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}: {}", lines.len());
    for line in lines.iter().take(MAX_LINES) {
        let _ = writeln!(out, "  {}", escaped(line));
    }
    if lines.len() > MAX_LINES {
        let _ = writeln!(out, "  … and {} more; --format json lists all", lines.len() - MAX_LINES);
    }
}
