"""Writes `names.txt`: the modules and names of Python's standard library, by minor version.

    python3.13 record.py --python PATH... --typeshed MINOR:FOLDER... --pytest FOLDER... > names.txt

Run it with the newest of the interpreters, which reads the sources of all of them. PATH is an interpreter of each
version, a complete build for Linux. FOLDER of `--typeshed` is the `stdlib` folder of a
checkout of typeshed (or of a package that brings it, such as mypy) that describes the versions from MINOR on: it says
which names other platforms and other builds have. FOLDER of `--pytest` is one into which
`pip install --target FOLDER pytest` was run; it is tried with every interpreter, and what all that it runs with have
imported by the time it reads the command line counts. The format is described in `table.rs`.
"""

import argparse
import ast
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

# Modules in C that have no names but those that are seen, and those that typeshed knows of. Of any other one, a name that was not seen may exist.
SAME_EVERYWHERE = set("""
    _abc _ast _bisect _codecs _collections _contextvars _csv _datetime _decimal _functools _heapq _json _operator
    _pickle _queue _random _sre _statistics _string _struct _suggestions _symtable _tokenize _tracemalloc _typing
    _weakref _zoneinfo array atexit binascii cmath gc itertools marshal math unicodedata
""".split())

# Modules in Python that make names of what a module in C has, or that other code adds names to.
OPEN = set("builtins site ssl sys turtle".split())

# Modules that do something to whoever imports them.
ACTING = {"antigravity", "this"}

# Packages that distributions leave out, or that are there for their own tests: what is in them is not listed.
TESTS = {"idle_test", "test", "tests", "__phello__"}

MEASURE = r'''
import importlib, json, os, sys, warnings
warnings.simplefilter("ignore")
name, words = json.load(sys.stdin)
try:
    module = importlib.import_module(name)
except BaseException:
    print("null", file=sys.__stdout__)
    raise SystemExit
before = set(vars(module))
bound = set(before)
if "__getattr__" in before:
    for word in words:
        try:
            getattr(module, word)
            bound.add(word)
        except BaseException:
            pass
public = getattr(module, "__all__", None)
print(json.dumps({
    "bound": sorted(bound),
    "all": sorted(public) if public is not None else None,
    "source": isinstance(getattr(module, "__file__", None), str) and module.__file__.endswith(".py"),
    "inside": sorted(other for other in sys.modules if other.startswith(name + ".")),
}), file=sys.__stdout__)
'''

PROBE = r'''
import sys
found = sorted(name for name in sys.modules if "." not in name)
with open(sys.argv[-1], "w") as out:
    out.write("\n".join(found))
'''


def run(python, text, given=None):
    done = subprocess.run([python, "-I", "-S", "-B", "-c", text], input=json.dumps(given), capture_output=True,
                          text=True, timeout=120, cwd=tempfile.gettempdir(), env={"PATH": "/usr/bin:/bin"})
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None


class Source(ast.NodeVisitor):
    """What the source of a module binds in some case or other, and where its star imports lead."""

    def __init__(self, tree, package):
        self.package = package
        self.names, self.stars, self.words = set(), set(), set()
        self.depth = 0
        self.visit(tree)

    def bind(self, name):
        if self.depth == 0:
            self.names.add(name)

    def definition(self, node):
        self.bind(node.name)
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = definition

    def visit_Lambda(self, node):
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    def visit_Global(self, node):
        self.names.update(node.names)

    def visit_Name(self, node):
        self.words.add(node.id)
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.words.update(word for word in node.value.split() if word.isidentifier())

    def visit_Import(self, node):
        for alias in node.names:
            self.bind(alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node):
        base = self.package.split(".")[:len(self.package.split(".")) - node.level + 1] if node.level else []
        module = ".".join(base + ([node.module] if node.module else []))
        for alias in node.names:
            if alias.name == "*":
                if self.depth == 0:
                    self.stars.add(module)
            else:
                self.bind(alias.asname or alias.name)


class Stub(ast.NodeVisitor):
    """The names that a stub of typeshed has for a version, on any platform."""

    def __init__(self, tree, minor):
        self.minor = minor
        self.names = set()
        self.block(tree.body)

    def block(self, body):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.names.add(node.name)
            elif isinstance(node, ast.If):
                known = self.decide(node.test)
                if known is not False:
                    self.block(node.body)
                if known is not True:
                    self.block(node.orelse)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                # Only what a stub names twice is exported by it.
                self.names.update(alias.name for alias in node.names if alias.asname == alias.name)
            else:
                self.names.update(name.id for name in ast.walk(node)
                                  if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store))

    def decide(self, test):
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            parts = [self.decide(part) for part in test.values]
            return False if False in parts else (True if all(parts) else None)
        if not (isinstance(test, ast.Compare) and ast.unparse(test.left) == "sys.version_info"):
            return None
        wanted = ast.literal_eval(test.comparators[0])
        if isinstance(test.ops[0], ast.GtE):
            return (3, self.minor) >= wanted
        return (3, self.minor) < wanted if isinstance(test.ops[0], ast.Lt) else None


def stub(folders, module, minor):
    names = set()
    for first, folder in folders:
        if minor < first:
            continue
        for path in (module.replace(".", "/") + ".pyi", module.replace(".", "/") + "/__init__.pyi"):
            path = os.path.join(folder, path)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    names |= Stub(ast.parse(file.read()), minor).names
    return names


def files(lib):
    """Modules that have a file: name → path of its source, or None."""
    found = {}
    for folder, folders, names in os.walk(lib):
        inside = os.path.relpath(folder, lib)
        package = "" if inside == "." else inside.replace(os.sep, ".")
        folders[:] = [name for name in folders if name.isidentifier() and name not in ("__pycache__", "site-packages")
                      and (package or name != "lib-dynload")]
        for name in list(folders):
            if name in TESTS:
                folders.remove(name)
                found[f"{package}.{name}".lstrip(".")] = None
        if package and "__init__.py" not in names:
            folders[:] = []
            continue
        for name in names:
            stem, kind = os.path.splitext(name)
            if kind == ".py" and stem.isidentifier() and not stem.startswith("_sysconfigdata"):
                module = package if stem == "__init__" else f"{package}.{stem}".lstrip(".")
                if module:
                    found[module] = os.path.join(folder, name)
    dynload = os.path.join(lib, "lib-dynload")
    for name in os.listdir(dynload):
        found.setdefault(name.split(".")[0], None)
    return found


def version(python, folders):
    """All that is to be known of one version."""
    about = run(python, """
import sys, site, os
started = sorted(name for name in sys.modules if "." not in name)
import json
print(json.dumps([sys.version_info[1], os.path.dirname(os.__file__), list(sys.builtin_module_names),
    sorted(getattr(sys, "stdlib_module_names", [])), started]))
""")
    minor, lib, builtin, names, started = about
    sources = files(lib)
    for name in [*builtin, *names]:
        sources.setdefault(name, None)
    sources.pop("__main__", None)
    parsed = {}
    for name, path in sources.items():
        if path:
            with open(path, "rb") as file:
                package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
                try:
                    parsed[name] = Source(ast.parse(file.read()), package)
                except SyntaxError:
                    pass
    words = sorted(set().union(*(source.words | source.names for source in parsed.values())))

    def measure(name):
        last = name.split(".")[-1]
        if last in TESTS or last == "__main__" or name.startswith("idlelib.") or name in ACTING:
            return None
        asks = name in parsed and "__getattr__" in parsed[name].names
        return run(python, MEASURE, [name, words if asks else []])

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        modules = dict(zip(sorted(sources), pool.map(measure, sorted(sources))))
        # Modules that another one puts into `sys.modules`, such as `os.path`.
        inner = {name for found in modules.values() if found for name in found["inside"]} - set(modules)
        for name in sorted(inner):
            code = MEASURE.replace("module = importlib.import_module(name)",
                                   "importlib.import_module(name.rpartition('.')[0]); module = sys.modules[name]")
            modules[name] = run(python, code, [name, []])
            if modules[name]:
                modules[name]["open"] = not modules[name]["source"]
    print(f"3.{minor}: {len(modules)} modules", file=sys.stderr)
    for name, found in modules.items():
        if found is None:
            continue
        source = parsed.get(name)
        is_c = source is None
        if "open" in found:
            other = {bound for name in ("ntpath", "posixpath") for bound in modules[name]["bound"]}
            found["may"] = sorted(other - set(found["bound"])) if name == "os.path" else []
            continue
        found["open"] = name.split(".")[0] in OPEN or (is_c and name not in SAME_EVERYWHERE)
        may = set(source.names) if source else set()
        if not found["open"]:
            for star in source.stars if source else ():
                other = modules.get(star)
                if other is None:
                    may |= parsed[star].names if star in parsed else set()
                else:
                    may |= stub(folders, star, minor)
                    may |= set(other["all"] or (bound for bound in other["bound"] if not bound.startswith("_")))
        may |= stub(folders, name, minor)
        found["may"] = sorted(may - set(found["bound"]))
    # A module that takes all names of an open one is as open.
    changed = True
    while changed:
        changed = False
        for name, found in modules.items():
            if found and not found["open"] and name in parsed:
                if any(modules[star]["open"] if modules.get(star) else star not in parsed for star in parsed[name].stars):
                    found["open"] = changed = True
    return minor, modules, sorted({*builtin, *started} - {"__main__"})


def preloaded(python, minor, targets):
    """Top-level modules that every pytest has imported before it reads the options of a project."""
    all_found = None
    blocked = "pastebin junitxml doctest cacheprovider nose setuponly setupplan stepwise faulthandler debugging " \
              "recwarn logging legacypath unittest"
    for target in targets:
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.json")
            with open(os.path.join(folder, "probe_plugin.py"), "w") as file:
                file.write(PROBE)
            text = f"import sys; sys.path[:0] = [{os.path.abspath(target)!r}, {folder!r}]; import pytest; " \
                   f"sys.argv = ['pytest', {out!r}]; " \
                   f"pytest.main({[word for name in blocked.split() for word in ('-p', 'no:' + name)]!r} + " \
                   f"['-p', 'probe_plugin', {folder!r}])"
            subprocess.run([python, "-I", "-S", "-B", "-c", text], capture_output=True, cwd=folder,
                           env={"PATH": "/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
            if os.path.exists(out):
                with open(out) as file:
                    found = set(file.read().split())
                all_found = found if all_found is None else all_found & found
                print(f"3.{minor}: {target} imports {len(found)} modules", file=sys.stderr)
    return all_found or set()


def runs(minors):
    """`8-10,12` for the set of these minor versions."""
    parts, minors = [], sorted(minors)
    while minors:
        last = 0
        while last + 1 < len(minors) and minors[last + 1] == minors[last] + 1:
            last += 1
        parts.append(str(minors[0]) if last == 0 else f"{minors[0]}-{minors[last]}")
        minors = minors[last + 1:]
    return ",".join(parts)


def sections(sigil, by_minor):
    """One section for each set of versions that share names."""
    names = {}
    for minor, found in by_minor.items():
        for name in found:
            names.setdefault(name, set()).add(minor)
    grouped = {}
    for name, minors in names.items():
        grouped.setdefault(runs(minors), []).append(name)
    return [" ".join([sigil + versions, *sorted(group)]) for versions, group in sorted(grouped.items())]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", nargs="+", required=True)
    parser.add_argument("--typeshed", nargs="+", default=[])
    parser.add_argument("--pytest", nargs="+", default=[])
    given = parser.parse_args()
    folders = [(int(minor), folder) for minor, _, folder in (one.partition(":") for one in given.typeshed)]
    table, fixed, early = {}, {}, {}
    for python in given.python:
        minor, modules, always = version(python, folders)
        for name, found in modules.items():
            table.setdefault(name, {})[minor] = found
        for name in always:
            fixed.setdefault(name, set()).add(minor)
        for name in preloaded(python, minor, given.pytest) & set(table):
            early.setdefault(name, set()).add(minor)
    measured = {minor for found in table.values() for minor in found}
    for _, folder in folders:
        with open(os.path.join(folder, "VERSIONS")) as file:
            for line in file:
                name, _, versions = line.partition("#")[0].strip().partition(": ")
                first, _, last = versions.partition("-")
                if not first.startswith("3.") or name.split(".")[0] in ("_typeshed", "typing_extensions"):
                    continue
                first, last = int(first[2:]), int((last or "3.99")[2:])
                for minor in [*measured, max(measured) + 1]:
                    if first <= minor <= last and (first > max(measured) or minor in measured):
                        table.setdefault(name, {}).setdefault(minor, None)
    # 3.8 and 3.9 do not list their modules: those that only other platforms have are taken from 3.10.
    for name, found in table.items():
        if "." not in name and 10 in found and found[10] is None:
            for minor in measured & {8, 9}:
                found.setdefault(minor, None)
    for name, found in sorted(table.items()):
        own = {minor: one for minor, one in found.items() if one}
        text = [name]
        for sigil, minors in [
            ("@", {minor for minor, one in own.items() if not one["open"]}),
            ("%", {minor for minor, one in own.items() if one["open"]}),
            ("?", set(found) - set(own)),
            ("!", fixed.get(name, set())),
            ("&", (early.get(name, set()) - fixed.get(name, set())) & set(found)),
        ]:
            if minors:
                text.append(sigil + runs(minors))
        implied = {"__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__",
                   "__spec__"}
        submodules = {other[len(name) + 1:] for other in table if other.startswith(name + ".")}
        keep = lambda names: {bound for bound in names if bound.isidentifier()} - implied - submodules
        text += sections("=", {minor: keep(one["bound"]) for minor, one in own.items()})
        text += sections("~", {minor: {may for may in keep(one["may"]) if not may.startswith("_")} for minor, one in own.items()})
        text += sections("-", {minor: {bound for bound in keep(one["bound"]) if not bound.startswith("_")}
                               - set(one["all"]) for minor, one in own.items() if one["all"] is not None})
        text += sections("+", {minor: {bound for bound in keep(one["bound"]) if bound.startswith("_")}
                               & set(one["all"] or ()) for minor, one in own.items()})
        print(" ".join(text))


main()
