#!/usr/bin/env python3
"""Writes a tree of several thousand test files whose imports are like those of a grown code base: a framework whose
modules import one another in large cycles, packages that re-export, conftest files, third-party modules, backups, and
some imports that do not exist. The same arguments give the same tree.

    python3 benches/large_tree.py FOLDER [FILES]
"""

import random
import sys
from pathlib import Path

CYCLE = 900
"""Modules of the framework; nearly all of them are in one cycle."""
THIRD_PARTY = ["pytest", "requests", "yaml", "redis", "sqlalchemy", "httpx", "numpy", "websockets"]
CATEGORIES = ["unit", "integration", "e2e", "smoke", "mission_critical"]


def write(root, path, text):
    full = root / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(text, encoding="utf-8")


def framework(root, rng):
    """Modules in packages of thirty: each imports the next ones, and at times one of the first, which closes a cycle."""
    packages = sorted({number // 30 for number in range(CYCLE)})
    for package in packages:
        exported = range(package * 30, min(package * 30 + 3, CYCLE))
        lines = [f"from framework.p{package}.m{number} import Tool{number}" for number in exported]
        write(root, f"framework/p{package}/__init__.py", "" if package % 2 else "\n".join(lines) + "\n")
    write(root, "framework/__init__.py", '"""Tools for the tests."""\nVERSION = "1"\n')
    for number in range(CYCLE):
        lines = ["import os", "from typing import TYPE_CHECKING", f"import {rng.choice(THIRD_PARTY)}"]
        for other in {(number + 1) % CYCLE, (number + 7) % CYCLE, rng.randrange(CYCLE)} - {number}:
            lines.append(f"import framework.p{other // 30}.m{other}")
        if number % 90 == 17:
            lines += ["try:", f"    from framework.gone{number} import anything", "except ImportError:", "    anything = None"]
        if number % 300 == 250:
            lines.append(f"from framework.removed{number} import Thing")
        lines += [
            f"class Tool{number}:",
            "    def run(self):",
            f"        from framework.p{(number * 7) % CYCLE // 30}.m{(number * 7) % CYCLE} import Tool{(number * 7) % CYCLE}",
            "        return os.getcwd()",
            f"def make{number}():",
            f"    return Tool{number}()",
        ]
        lines += [f"SETTING_{index} = {index}" for index in range(20)]
        write(root, f"framework/p{number // 30}/m{number}.py", "\n".join(lines) + "\n")


def tests(root, rng, files):
    for number in range(files):
        category = CATEGORIES[number % len(CATEGORIES)]
        folder = f"tests/{category}/area{number % 397}"
        # Some folders are packages and some are not.
        if number % 397 % 3 == 0:
            write(root, f"{folder}/__init__.py", "")
        if number % 40 == 0:
            tool = rng.randrange(CYCLE)
            write(
                root,
                f"{folder}/conftest.py",
                f"import pytest\nfrom framework.p{tool // 30}.m{tool} import make{tool}\n\n"
                f"@pytest.fixture\ndef tool():\n    return make{tool}()\n",
            )
        lines = ["import asyncio", "import pytest", f"import {rng.choice(THIRD_PARTY)}"]
        for tool in rng.sample(range(CYCLE), 3):
            lines.append(f"from framework.p{tool // 30}.m{tool} import Tool{tool}, make{tool}")
        if number % 10 == 3:
            lines.append(f"from framework.old.helper_{number % 500} import Helper{number % 500}")
        if number % 25 == 4:
            lines.append(f"from framework.p0.m0 import Missing{number}")
        lines.append(f"class TestArea{number}:")
        for test in range(12):
            lines += [
                f"    @pytest.mark.{category}",
                f"    def test_case_{test}(self):",
                f"        value = {test} + {number}",
                "        assert asyncio is not None and value >= 0",
            ]
        write(root, f"{folder}/test_case_{number}.py", "\n".join(lines) + "\n")
        if number % 200 == 0:
            write(root, f"{folder}/test_case_{number}.backup.py", "\n".join(lines) + "\n")


def main():
    root = Path(sys.argv[1])
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 6000
    rng = random.Random(7)
    write(root, "pytest.ini", "[pytest]\npythonpath = .\nmarkers =\n" + "".join(f"    {name}: x\n" for name in CATEGORIES))
    write(root, "requirements.txt", "pytest\nrequests\n")
    write(root, "tests/__init__.py", "")
    write(root, "tests/conftest.py", "import pytest\nfrom framework.p1.m30 import Tool30\n")
    framework(root, rng)
    tests(root, rng, files)


main()
