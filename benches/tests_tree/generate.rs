//! A pytest code base as a grown product has it: a framework whose modules import one another in cycles, packages that
//! re-export, products, conftest files, tests of five categories with fixtures, marks, mocks and tables, third-party
//! modules, guarded and deferred imports, backups, and some imports that do not exist. The same arguments give the same
//! tree.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// The categories of the tests.
pub const CATEGORIES: [&str; 5] = ["unit", "integration", "e2e", "smoke", "mission_critical"];
const THIRD_PARTY: [&str; 8] = ["pytest", "requests", "yaml", "redis", "sqlalchemy", "httpx", "numpy", "websockets"];
const NOUNS: [&str; 16] = [
    "order", "session", "thread", "agent", "token", "user", "message", "tenant", "invoice", "event", "socket", "cache",
    "report", "worker", "tool", "channel",
];
const VERBS: [&str; 12] = [
    "creates",
    "rejects",
    "retries",
    "expires",
    "streams",
    "persists",
    "broadcasts",
    "recovers",
    "isolates",
    "audits",
    "throttles",
    "closes",
];
/// Modules of a package of the framework.
const PACKAGE: usize = 30;
/// Bytes of a test file, about.
const TEST_BYTES: usize = 15_000;
/// Bytes of a module, about.
const MODULE_BYTES: usize = 9_000;

/// A small generator of numbers, so that the tree depends on nothing else.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

struct Writer<'a> {
    root: &'a Path,
    files: usize,
    bytes: usize,
}

impl Writer<'_> {
    fn write(&mut self, path: &str, text: &str) -> io::Result<()> {
        let full = self.root.join(path);
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder)?;
        }
        self.files += usize::from(path.ends_with(".py"));
        self.bytes += if path.ends_with(".py") { text.len() } else { 0 };
        fs::write(full, text)
    }
}

/// Writes a tree with this many test files; gives the number and the bytes of all Python files.
pub fn write(root: &Path, tests: usize) -> io::Result<(usize, usize)> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut writer = Writer { root, files: 0, bytes: 0 };
    let markers: String = CATEGORIES.iter().map(|name| format!("    {name}: tests of the kind\n")).collect();
    writer.write("pytest.ini", &format!("[pytest]\npythonpath = .\nmarkers =\n{markers}"))?;
    writer.write("requirements.txt", "pytest\nrequests\npyyaml\nredis\nsqlalchemy\nhttpx\n")?;
    writer.write(".python-version", "3.11\n")?;
    writer.write("gcp-drift.toml", &config())?;
    writer.write("tests/__init__.py", "")?;
    writer.write("tests/conftest.py", "import pytest\nfrom framework.p0.m1 import Tool1\n")?;
    let modules = (tests / 6).max(PACKAGE);
    framework(&mut writer, &mut dice, modules)?;
    for number in 0..tests {
        test(&mut writer, &mut dice, number, modules)?;
    }
    Ok((writer.files, writer.bytes))
}

fn config() -> String {
    let mut text = "[tests]\ncritical_imports = [\"framework.p0.m1\"]\n\n[tests.categories]\n".to_owned();
    for name in CATEGORIES {
        let _ = writeln!(text, "{name} = [\"tests/{name}/**/*.py\"]");
    }
    text.push_str("\n[[tests.required_classes]]\nname = \"TestArea3\"\ncategory = \"smoke\"\n");
    text.push_str("files = [\"tests/smoke/**/*.py\"]\nmarker = \"smoke\"\n");
    text
}

fn module_name(number: usize) -> String {
    format!("framework.p{}.m{number}", number / PACKAGE)
}

fn framework(writer: &mut Writer<'_>, dice: &mut Dice, modules: usize) -> io::Result<()> {
    writer.write("framework/__init__.py", "\"\"\"Tools for the tests.\"\"\"\nVERSION = \"1\"\n")?;
    for package in 0..modules.div_ceil(PACKAGE) {
        let mut init = String::new();
        for number in (package * PACKAGE..modules).take(if package % 2 == 0 { 3 } else { 0 }) {
            let _ = writeln!(init, "from {} import Tool{number}", module_name(number));
        }
        writer.write(&format!("framework/p{package}/__init__.py"), &init)?;
    }
    for number in 0..modules {
        let mut text = format!(
            "\"\"\"Tools of the kind {number}.\"\"\"\n\nfrom __future__ import annotations\n\nimport asyncio\nimport os\n\
             from typing import TYPE_CHECKING, Any\n\nimport {}\n",
            dice.pick(&THIRD_PARTY)
        );
        for other in [(number + 1) % modules, (number + 7) % modules, dice.roll(modules)] {
            if other != number {
                let _ = writeln!(text, "import {}", module_name(other));
            }
        }
        let _ = writeln!(text, "\nif TYPE_CHECKING:\n    from {} import Tool{}", module_name(0), 0);
        if number % 90 == 17 {
            let _ = writeln!(
                text,
                "try:\n    from framework.gone{number} import anything\nexcept ImportError:\n    anything = None"
            );
        }
        if number % 300 == 25 {
            let broken = format!("from framework.removed{number} import Thing\n");
            writer.write(&format!("framework/p{}/broken{number}.py", number / PACKAGE), &broken)?;
        }
        let _ = writeln!(text, "\n\nclass Tool{number}:\n    \"\"\"Does what tests of this kind need.\"\"\"\n");
        let mut method = 0;
        while text.len() < MODULE_BYTES {
            body(
                &mut text,
                dice,
                &format!("    async def {}_{method}(self, *, limit: int = 10) -> Any:", dice_name(number, method)),
            );
            method += 1;
        }
        let other = number * 7 % modules;
        let _ = writeln!(
            text,
            "    def make(self):\n        from {} import Tool{other}\n        return Tool{other}(), os.getcwd(), asyncio\n\n\n\
             def make{number}():\n    return Tool{number}()",
            module_name(other)
        );
        writer.write(&format!("framework/p{}/m{number}.py", number / PACKAGE), &text)?;
    }
    Ok(())
}

fn dice_name(number: usize, method: usize) -> String {
    format!("{}_{}", NOUNS[(number + method) % NOUNS.len()], VERBS[method % VERBS.len()])
}

fn test(writer: &mut Writer<'_>, dice: &mut Dice, number: usize, modules: usize) -> io::Result<()> {
    let category = CATEGORIES[number % CATEGORIES.len()];
    let area = number % 397;
    let folder = format!("tests/{category}/area{area}");
    // Some folders are packages and some are not.
    if area.is_multiple_of(3) {
        writer.write(&format!("{folder}/__init__.py"), "")?;
    }
    if number.is_multiple_of(40) {
        let tool = dice.roll(modules);
        let text = format!(
            "import pytest\nfrom {} import make{tool}\n\n\n@pytest.fixture\ndef tool():\n    return make{tool}()\n",
            module_name(tool)
        );
        writer.write(&format!("{folder}/conftest.py"), &text)?;
    }
    let mut text = format!(
        "\"\"\"Tests of area {number}.\n\nBusiness value: nobody notices that they are there.\n\"\"\"\n\nimport asyncio\n\
         import json\nfrom unittest.mock import AsyncMock, patch\n\nimport pytest\nimport {}\n",
        dice.pick(&THIRD_PARTY)
    );
    for _ in 0..3 {
        let tool = dice.roll(modules);
        let _ = writeln!(text, "from {} import (\n    Tool{tool},\n    make{tool},\n)", module_name(tool));
    }
    if number % 10 == 3 {
        let _ = writeln!(text, "from framework.old.helper_{} import Helper", number % 500);
    }
    if number % 100 == 7 {
        text.push_str("from framework.p0.broken25 import Thing\n");
    }
    if number % 25 == 4 {
        let _ = writeln!(text, "from framework.p0.m0 import Missing{number}");
    }
    let mut test = 0;
    while text.len() < TEST_BYTES {
        if test % 8 == 0 {
            let _ = writeln!(text, "\n\n@pytest.mark.{category}\nclass TestArea{number}{}:", suffix(test / 8));
            let _ = writeln!(text, "    \"\"\"{} {}.\"\"\"\n", dice.pick(&NOUNS), dice.pick(&VERBS));
        }
        if test % 5 == 2 {
            let _ = writeln!(text, "    @pytest.mark.parametrize(\"limit\", [{}, {}, {}])", test, test + 1, number);
        } else if test % 3 == 0 {
            text.push_str("    @pytest.mark.asyncio\n");
        }
        body(&mut text, dice, &format!("    async def test_{}_{test}(self, tool, limit=3):", dice_name(number, test)));
        test += 1;
    }
    writer.write(&format!("{folder}/test_case_{number}.py"), &text)?;
    if number.is_multiple_of(200) {
        writer.write(&format!("{folder}/test_case_{number}.backup.py"), &text)?;
    }
    Ok(())
}

fn suffix(number: usize) -> String {
    if number == 0 { String::new() } else { format!("Part{number}") }
}

/// A method as people write them: a docstring, a table, calls, a loop, a context, assertions.
fn body(text: &mut String, dice: &mut Dice, head: &str) {
    let (noun, other, verb) = (dice.pick(&NOUNS), dice.pick(&NOUNS), dice.pick(&VERBS));
    let _ = write!(
        text,
        r#"{head}
        """The {noun} {verb} while the {other} is under load."""
        expected = {{
            "id": "{noun}-{}",
            "kind": "{other}",
            "limits": [{}, {}, {}],
            "options": {{"retries": {}, "timeout": {}.5, "verbose": False}},
        }}
        # What was sent before must not matter.
        {noun} = AsyncMock(name="{noun}", return_value={{"status": "ok", "{other}": expected["id"]}})
        with patch("framework.p0.m0.Tool0", {noun}) as patched:
            received = [await patched(index, key=f"{noun}:{{index:04d}}") for index in range(limit)]
        for position, item in enumerate(received):
            if item["status"] != "ok" and position > {}:
                raise AssertionError(f"{{position}}: {{item!r}} is not what was expected of {other}")
        assert len(received) == limit, "every {noun} is answered"
        assert json.dumps(expected, sort_keys=True).count("{noun}") >= 1

"#,
        dice.roll(10_000),
        dice.roll(100),
        dice.roll(100),
        dice.roll(100),
        dice.roll(9),
        dice.roll(60),
        dice.roll(8),
    );
}
