use super::*;
use crate::python::Version;

fn versions(oldest: u8, newest: impl Into<Option<u8>>) -> Versions {
    let version = |minor| Version { major: 3, minor };
    Versions::of(Interpreter { version: version(oldest), newest: newest.into().map(version) })
}

fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::NotSeen(_) => "not seen",
        Answer::Depends(_) => "depends",
    }
}

#[test]
fn modules_are_there_in_some_versions() {
    for (module, versions, expected) in [
        ("json", versions(9, None), "yes"),
        ("yaml", versions(11, 11), "no"),
        ("tomllib", versions(11, 11), "yes"),
        ("tomllib", versions(10, 10), "no"),
        ("tomllib", versions(9, None), "depends"),
        ("tomllib", versions(12, None), "yes"),
        ("distutils", versions(11, 11), "yes"),
        ("distutils", versions(12, 12), "no"),
        ("distutils", versions(10, None), "depends"),
        ("distutils", versions(12, None), "no"),
        // Not in the version that was measured last, and in the one after it.
        ("compression", versions(13, 13), "no"),
        ("compression", versions(13, None), "depends"),
        // Versions that were not measured are taken for the nearest that was.
        ("json", versions(14, 14), "yes"),
        ("json", versions(6, 6), "yes"),
        ("winreg", versions(11, 11), "depends"),
        ("typing_extensions", versions(11, 11), "no"),
    ] {
        assert_eq!(word(&top(module, versions)), expected, "{module} {versions:?}");
    }
}

#[test]
fn modules_inside_packages_are_there_or_not() {
    for (module, versions, expected) in [
        ("xml.etree.ElementTree", versions(8, 13), "yes"),
        ("os.path", versions(8, 13), "yes"),
        ("json.nope", versions(8, 13), "no"),
        ("os.path.nope", versions(11, 11), "no"),
        ("json.nope.deeper", versions(8, 13), "no"),
        ("json._nope", versions(8, 13), "not seen"),
        ("json.nope", versions(8, None), "not seen"),
        ("json.nope", versions(7, 13), "not seen"),
        ("importlib.resources.abc", versions(10, 13), "depends"),
        ("string.templatelib", versions(13, None), "depends"),
        // What is left out of some distributions, and what is in it.
        ("unittest.test", versions(11, 11), "depends"),
        ("test.support.os_helper", versions(11, 11), "depends"),
        ("asyncio.windows_events", versions(11, 11), "depends"),
    ] {
        let parts: Vec<&str> = module.split('.').collect();
        assert_eq!(word(&submodule(&parts, versions)), expected, "{module} {versions:?}");
    }
}

#[test]
fn names_are_missing_only_where_every_version_was_measured() {
    for (module, wanted, versions, expected) in [
        ("json", "loads", versions(8, 13), "yes"),
        ("json", "decoder", versions(8, 13), "yes"),
        ("json", "nope", versions(8, 13), "no"),
        ("json", "nope", versions(11, 11), "no"),
        ("json", "nope", versions(11, None), "not seen"),
        ("json", "nope", versions(7, 11), "not seen"),
        ("json", "nope", versions(14, 14), "not seen"),
        ("json", "_nope", versions(11, 11), "not seen"),
        ("json", "__path__", versions(11, 11), "yes"),
        ("typing", "Self", versions(11, 13), "yes"),
        ("typing", "Self", versions(8, 10), "no"),
        ("typing", "Self", versions(10, 11), "depends"),
        // A module `__getattr__` that answers for a few names.
        ("typing", "ContextManager", versions(13, 13), "yes"),
        ("typing", "nope", versions(13, 13), "no"),
        ("collections", "Mapping", versions(8, 9), "yes"),
        ("collections", "Mapping", versions(10, 13), "no"),
        ("collections", "Mapping", versions(9, 10), "depends"),
        // The platform and the build decide.
        ("os", "nope", versions(11, 11), "not seen"),
        ("subprocess", "STARTUPINFO", versions(11, 11), "depends"),
        ("asyncio", "ProactorEventLoop", versions(11, 11), "depends"),
        ("subprocess", "nope", versions(11, 11), "no"),
        ("__future__", "nope", versions(11, 11), "yes"),
    ] {
        assert_eq!(word(&name(module, wanted, versions)), expected, "{module} {wanted} {versions:?}");
    }
}

#[test]
fn conditions_narrow_the_versions() {
    let asks = |from: u8, below: u8| Asks { from: Some(from), below: Some(below), platform: false };
    let all = versions(9, None);
    assert_eq!(all.narrowed(Asks::default()), all);
    assert_eq!(word(&name("typing", "Self", all.narrowed(asks(11, 99)))), "yes");
    assert_eq!(word(&name("typing", "Self", all.narrowed(asks(0, 11)))), "no");
    assert!(all.narrowed(asks(0, 9)).is_empty());
}

#[test]
fn a_star_binds_what_is_exported() {
    let (sure, may, open) = exported("json", versions(8, 13));
    assert!(sure.contains(&"loads") && !sure.contains(&"detect_encoding") && may.is_empty() && !open);
    let (sure, may, open) = exported("typing", versions(10, 11));
    assert!(sure.contains(&"List") && may.contains(&"Self") && !sure.contains(&"Self") && !open);
    assert!(exported("os", versions(11, 11)).2 && exported("json", versions(11, None)).2);
}

#[test]
fn modules_that_are_imported_early_cannot_be_hidden_later() {
    for (module, expected) in
        [("sys", Rank::Fixed), ("abc", Rank::Fixed), ("time", Rank::Fixed), ("json", Rank::Early), ("wave", Rank::Path)]
    {
        assert_eq!(rank(module, versions(8, 13)), expected, "{module}");
    }
}

/// What a live interpreter binds in a module, as far as it is public.
#[cfg(unix)]
#[test]
fn the_table_is_that_of_the_interpreter_that_is_here() {
    const PROGRAM: &str = "
import importlib, sys
print(sys.version_info[1])
for module in 'argparse ast collections dataclasses email enum functools json logging pathlib typing unittest.mock'.split():
    print(module, *(name for name in vars(importlib.import_module(module)) if name.isidentifier()))
";
    let output = std::process::Command::new("python3").args(["-I", "-c", PROGRAM]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        crate::testing::skip("python3 is not on PATH");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let minor: u8 = lines.next().unwrap().parse().unwrap();
    let mut compared = 0;
    for line in lines {
        let (module, names) = line.split_once(' ').unwrap();
        for bound in names.split(' ') {
            let answer = name(module, bound, versions(minor, minor));
            // A later bug fix may have brought private names.
            assert!(
                answer == Answer::Yes || matches!(answer, Answer::NotSeen(_) | Answer::Depends(_)),
                "{module} {bound}"
            );
            compared += usize::from(answer == Answer::Yes);
        }
    }
    assert!(compared > 300, "{compared}");
}
