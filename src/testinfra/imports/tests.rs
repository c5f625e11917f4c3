use crate::model::tests::{CriticalImport, ImportVerdict};
use crate::model::{Why, WhyKind};
use crate::testinfra::testing::{broken, index_of, indexed, shown};

const LOCK: &str = "=== poetry.lock\n[[package]]\nname = \"PyYAML\"\nversion = \"6\"\n";

fn critical(text: &str, module: &str) -> CriticalImport {
    index_of(text, &[module]).critical.remove(0)
}

fn chain(import: &CriticalImport) -> Vec<String> {
    let place = |link: &crate::model::tests::ChainLink| {
        let span = link.origin.source().unwrap();
        format!("{}:{} {}", span.file, span.start.line, link.text)
    };
    import.chain.iter().map(place).collect()
}

#[test]
fn each_form_has_its_certainty() {
    let text = "=== tests/__init__.py\n=== tests/test_a.py
from tests.gone import (
    A,
    B,
)
from tests.helper import present, absent
import tests.helper.inner

def test_lazy():
    import tests.lazily
    try:
        import tests.guarded_in_function
    except ImportError:
        pass
try:
    import tests.guarded
except ImportError:
    pass
import typing
if typing.TYPE_CHECKING:
    from tests.typing_only import T
import os
if os.environ.get('X'):
    import tests.perhaps
=== tests/helper.py\npresent = 1\n";
    assert_eq!(
        broken(text),
        [
            "tests/test_a.py:1 tests.gone definite",
            "tests/test_a.py:5 tests.helper:absent definite",
            "tests/test_a.py:6 tests.helper.inner definite",
            "tests/test_a.py:9 tests.lazily lazy",
            "tests/test_a.py:11 tests.guarded_in_function guarded",
            "tests/test_a.py:15 tests.guarded guarded",
            "tests/test_a.py:20 tests.typing_only typing",
            "tests/test_a.py:23 tests.perhaps unknown",
        ]
    );
}

#[test]
fn the_line_is_that_of_the_alias() {
    let text = "=== a/__init__.py\nX = 1\n=== a/test_b.py\nfrom a import (\n    X,\n    Y,\n    Z,\n)\n";
    assert_eq!(broken(text), ["a/test_b.py:3 a:Y definite", "a/test_b.py:4 a:Z definite"]);
}

#[test]
fn what_resolves_is_not_reported() {
    let text = "=== tests/__init__.py
=== tests/conftest.py\nimport sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent / 'support'))\n
=== tests/support/tools.py\nTOOL = 1\n
=== tests/unit/test_a.py\nfrom tools import TOOL\nimport sibling\nfrom tests.data import *\nimport native, tests.made_pb2\nfrom tests.lazy import anything\n
=== tests/unit/sibling.py\n
=== tests/data/x.txt\n
=== tests/made.proto\n
=== tests/lazy.py\ndef __getattr__(name): return 1\n
=== native.cpython-311-x86_64-linux-gnu.so\n
=== scripts/run.py\nimport yaml, requests\n";
    assert_eq!(broken(text), Vec::<String>::new());
}

#[test]
fn source_folders_count_where_they_are_declared() {
    let tree = |project: &str| {
        format!(
            "=== pyproject.toml\n{project}\n=== src/app/__init__.py\nX = 1\n=== tests/test_a.py\nfrom app import X, Y\n"
        )
    };
    for project in [
        "[tool.setuptools.packages.find]\nwhere = [\"src\"]",
        "[tool.setuptools.package-dir]\n\"\" = \"src\"",
        "[tool.poetry]\npackages = [{ include = \"app\", from = \"src\" }]",
        "[tool.hatch.build.targets.wheel]\npackages = [\"src/app\"]",
        "[tool.pytest.ini_options]\npythonpath = [\"src\"]",
    ] {
        assert_eq!(broken(&tree(project)), ["tests/test_a.py:1 app:Y definite"], "{project}");
    }
    assert_eq!(broken(&tree("")), ["tests/test_a.py:1 app order-dependent"]);
}

#[test]
fn edits_of_the_path_by_others_make_an_import_depend_on_the_order() {
    let text = "=== a/test_one.py\nimport sys, os\nsys.path.append(os.path.join(os.path.dirname(__file__), '..', 'lib'))\nimport inside\n
=== b/test_two.py\nimport inside\n
=== lib/inside.py\n
=== c/test_three.py\nimport sys\nsys.path.insert(0, compute())\nfrom c.gone import x\n";
    assert_eq!(broken(text), ["b/test_two.py:1 inside order-dependent", "c/test_three.py:3 c.gone unknown"]);
}

#[test]
fn pytest_decides_what_a_test_file_sees() {
    let text = "=== tests/unit/test_a.py\nfrom .helper import x\nimport helper\n=== tests/unit/helper.py\nx = 1\n";
    assert_eq!(broken(text), ["tests/unit/test_a.py:1 tests.unit.helper definite"]);
    let importlib = format!("{text}=== pytest.ini\n[pytest]\naddopts = --import-mode=importlib\n");
    assert_eq!(broken(&importlib), ["tests/unit/test_a.py:2 helper order-dependent"]);
}

#[test]
fn third_party_modules_are_judged_only_with_a_lock_file() {
    let tests = "=== tests/test_a.py\nimport yaml, requests\ntry:\n    import ujson\nexcept ImportError:\n    pass\n";
    assert_eq!(broken(tests), Vec::<String>::new());
    assert_eq!(broken(&format!("{tests}{LOCK}")), ["tests/test_a.py:1 requests environment"]);
    let declared = format!("{tests}=== requirements.txt\nrequests\n");
    assert_eq!(broken(&declared), Vec::<String>::new());
    let here = "=== tests/test_a.py\nfrom base import B\n=== tests/deep/base.py\nclass B: pass\n";
    let index = index_of(here, &[]);
    assert_eq!(shown(&index.broken[0]), "tests/test_a.py:1 base unknown");
    assert_eq!(index.broken[0].suggestion.as_ref().unwrap().module, "tests.deep.base");
}

#[test]
fn only_the_root_is_reported_with_what_it_breaks() {
    let text = "=== fw/__init__.py\nfrom fw.base import Base\n
=== fw/base.py\nfrom fw.gone import x\nclass Base: pass\n
=== fw/other.py\n
=== tests/test_a.py\nfrom fw.base import Base\n
=== tests/test_b.py\nimport fw.other\n
=== tests/test_c.py\ntry:\n    import fw\nexcept ImportError:\n    pass\n";
    let index = index_of(text, &[]);
    assert_eq!(index.broken.iter().map(shown).collect::<Vec<_>>(), ["fw/base.py:1 fw.gone definite"]);
    assert_eq!(index.broken[0].breaks_test_files, 2);
    let example: Vec<_> = index.broken[0].example.iter().map(|link| link.text.as_str()).collect();
    assert_eq!(example, ["from fw.base import Base", "from fw.base import Base", "from fw.gone import x"]);
}

#[test]
fn a_name_is_judged_also_where_a_package_above_it_fails() {
    let text = "=== fw/__init__.py\nimport fw.gone\n=== fw/base.py\nclass Base: pass\n=== tests/test_a.py\nfrom fw.base import Base, Gone\n";
    assert_eq!(broken(text), ["fw/__init__.py:1 fw.gone definite", "tests/test_a.py:1 fw.base:Gone definite"]);
}

#[test]
fn a_conftest_breaks_the_tests_below_it() {
    let text = "=== tests/conftest.py\npytest_plugins = ['tests.plugin_gone']\n=== tests/deep/test_a.py\n=== tests/test_b.py\n=== other/test_c.py\n";
    let index = index_of(text, &[]);
    assert_eq!(index.broken.iter().map(shown).collect::<Vec<_>>(), ["tests/conftest.py:1 tests.plugin_gone definite"]);
    assert_eq!(index.broken[0].breaks_test_files, 2);
}

#[test]
fn excluded_files_are_reported_only_where_they_break_others() {
    let text =
        "=== tests/backups/test_old.py\nfrom tests.gone import x\n=== tests/test_a.backup.py\nimport tests.gone\n";
    assert_eq!(broken(text), Vec::<String>::new());
    let used = format!("{text}=== tests/test_b.py\nimport tests.backups.test_old\n");
    assert_eq!(broken(&used), ["tests/backups/test_old.py:1 tests.gone definite"]);
}

#[test]
fn a_critical_import_shows_the_whole_chain() {
    let text = format!(
        "=== fw/__init__.py\n=== fw/ssot/__init__.py\nfrom .mocks import Mock\n
=== fw/ssot/mocks.py\nimport yaml\nfrom fw import ws\nclass Mock: pass\n
=== fw/ws.py\nimport websockets_fork\n
=== fw/ssot/base.py\nclass Base: pass\n
=== fw/fine.py\nimport yaml, json\n{LOCK}"
    );
    let import = critical(&text, "fw.ssot.base");
    assert_eq!(import.verdict, ImportVerdict::Broken);
    assert_eq!(
        chain(&import),
        [
            "fw/ssot/base.py:1 importing fw.ssot.base imports fw/ssot/__init__.py first",
            "fw/ssot/__init__.py:1 from .mocks import Mock",
            "fw/ssot/mocks.py:2 from fw import ws",
            "fw/ws.py:1 import websockets_fork",
        ]
    );
    assert_eq!(import.whys[0].kind, WhyKind::ThirdParty);
    assert_eq!(critical(&text, "fw.fine").verdict, ImportVerdict::Ok);
    assert_eq!(critical(&text, "fw.gone").verdict, ImportVerdict::Broken);

    let unlocked = text.replace("=== poetry.lock", "=== unrelated.txt");
    let import = critical(&unlocked, "fw.ssot.base");
    assert_eq!(import.verdict, ImportVerdict::NotChecked);
    assert!(matches!(import.whys.first(), Some(Why { kind: WhyKind::ThirdParty, place: Some(_), .. })), "{import:?}");
    assert!(chain(&import).last().unwrap().starts_with("fw/ssot/mocks.py:1"), "{:?}", chain(&import));
}

#[test]
fn a_critical_import_may_fail_by_syntax() {
    let text = "=== a/__init__.py\n=== a/b.py\nimport a.c\n=== a/c.py\nx = 1\ndef f(:\n";
    let import = critical(text, "a.b");
    assert_eq!(import.verdict, ImportVerdict::Broken);
    assert_eq!(chain(&import), ["a/b.py:1 import a.c", "a/c.py:2 def f(:"]);
    let index = index_of(text, &[]);
    assert_eq!((index.parse_errors.len(), index.broken.len()), (1, 0));
}

#[test]
fn a_suggestion_needs_exactly_one_candidate() {
    let text = "=== tests/__init__.py\n=== tests/new/__init__.py\n=== tests/new/base.py\nclass RealBase: pass\nclass Other: pass\n
=== tests/test_a.py\nfrom tests.base import RealBase\nfrom tests.old_name import RealBase, Other\nfrom tests.new.base import Othr\nfrom tests.new import RealBase as R\nimport tests.new.bas\n";
    let suggestions = |text: &str| -> Vec<Option<(String, Option<String>)>> {
        let index = index_of(text, &[]);
        index.broken.into_iter().map(|import| import.suggestion.map(|to| (to.module, to.symbol))).collect()
    };
    let base = || "tests.new.base".to_owned();
    assert_eq!(
        suggestions(text),
        [
            Some((base(), None)),
            Some((base(), None)),
            None,
            Some((base(), Some("RealBase".to_owned()))),
            Some((base(), None)),
        ]
    );
    let twice = format!("{text}=== tests/else/base.py\nclass RealBase: pass\nclass Other: pass\n");
    assert_eq!(suggestions(&twice)[..2], [None, None]);
}

#[test]
fn hostile_trees_end() {
    let mut text = String::new();
    for at in 0..1_000 {
        text += &format!("=== chain/m{at}.py\nfrom chain.m{} import x\nx = 1\n", at + 1);
    }
    for at in 0..60 {
        let imports: String = (0..60).map(|other| format!("import knot.k{other}\n")).collect();
        text += &format!("=== knot/k{at}.py\n{imports}");
    }
    text += "=== self.py\nfrom self import *\nfrom self import x\nimport self.self\n";
    let index = index_of(&text, &["knot.k0", "chain.m0"]);
    assert_eq!(index.critical[0].verdict, ImportVerdict::Ok, "{:?}", index.critical[0]);
    assert_eq!(index.critical[1].verdict, ImportVerdict::NotChecked);
}

#[cfg(unix)]
#[test]
fn what_lies_behind_a_link_is_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).unwrap();
    crate::testinfra::testing::write_tree(
        folder.path(),
        "=== test_a.py\nfrom linked.anything import x\nimport linked.b.c\n",
    );
    let index = crate::testinfra::index(folder.path(), &Default::default(), &Default::default()).index;
    assert_eq!(index.broken, []);
}

#[test]
fn the_tests_root_may_be_a_folder() {
    let text = "=== backend/tests/__init__.py\n=== backend/tests/test_a.py\nfrom app import thing\nfrom app.gone import x\n=== backend/app.py\nthing = 1\n";
    let found = indexed(text, |config| config.root = "backend".to_owned());
    assert_eq!(
        found.index.broken.iter().map(shown).collect::<Vec<_>>(),
        ["backend/tests/test_a.py:2 app.gone definite"]
    );
}

#[test]
fn a_large_cycle_is_followed_once_and_fails_from_wherever_it_is_entered() {
    const RING: usize = 700;
    let mut text = String::from("=== ring/__init__.py\n");
    let settings: String = (0..40).map(|number| format!("SETTING_{number} = 1\n")).collect();
    for number in 0..RING {
        let broken = if number == RING / 2 { "import ring.gone\n" } else { "" };
        let next = (number + 1) % RING;
        text.push_str(&format!("=== ring/m{number}.py\n{settings}import ring.m{next}\n{broken}"));
        text.push_str(&format!("=== tests/test_{number}.py\nimport ring.m{number}\n"));
    }
    let found = index_of(&text, &[]);
    let counts: Vec<_> = found.broken.iter().map(|import| (shown(import), import.breaks_test_files)).collect();
    assert_eq!(counts, [("ring/m350.py:42 ring.gone definite".to_owned(), RING)]);
}

#[test]
fn a_module_that_a_cycle_imported_too_early_to_fail_fails_where_it_comes_first() {
    // `a` is unfinished while `b` is imported: `b` succeeds there, and fails where it is imported first.
    let text = "=== lib/__init__.py\n=== lib/a.py\nimport lib.b\nimport lib.gone\n=== lib/b.py\nimport lib.a\n
=== lib/calm.py\ntry:\n    import lib.a\nexcept ImportError:\n    pass\n
=== test_1.py\nimport lib.a\n=== test_2.py\nimport lib.b\n=== test_3.py\nimport lib.calm\n";
    let found = index_of(text, &["lib.a", "lib.b", "lib.calm"]);
    let [import] = &found.broken[..] else { panic!("{:?}", found.broken) };
    assert_eq!((shown(import).as_str(), import.breaks_test_files), ("lib/a.py:2 lib.gone definite", 2));
    let verdicts: Vec<_> = found.critical.iter().map(|critical| critical.verdict).collect();
    assert_eq!(verdicts, [ImportVerdict::Broken, ImportVerdict::Broken, ImportVerdict::Ok]);
}

#[test]
fn a_test_that_meets_one_cause_twice_is_counted_once() {
    let text = "=== conftest.py\nimport lib.a\n=== lib/__init__.py\n=== lib/a.py\nimport lib.gone\n=== test_1.py\nimport lib.a\n";
    let found = index_of(text, &[]);
    assert_eq!(found.broken.iter().map(|import| import.breaks_test_files).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_lock_file_that_is_not_valid_says_nothing_of_what_is_missing() {
    let text = "=== Pipfile.lock\n{ \"default\": {\n=== test_1.py\nimport requests\n";
    assert_eq!(broken(text), Vec::<String>::new());
}
