"""Imports every module of a tree, each in a process of its own, and says what happened.

Reads JSON `{"roots": [...], "entries": [{"id": ..., "steps": [[folder, name], ...]}, ...]}` from standard input.
Every entry is run twice: as it is ("plain"), and "mended", where an import that fails is noted, its names are bound to
a stand-in, and the module goes on, so that one run meets all failing imports of all modules.
"""

import ast
import importlib.machinery
import json
import os
import sys
import traceback

TREE = os.getcwd()
LIMIT = 20


class Meta(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stand


class Stand(metaclass=Meta):
    """Stands for what could not be imported."""


def relative(path):
    if path.startswith("<"):
        return None
    path = os.path.abspath(path)
    return os.path.relpath(path, TREE).replace(os.sep, "/") if path.startswith(TREE + os.sep) else None


def place(error):
    """File and line of the innermost frame inside the tree."""
    if isinstance(error, SyntaxError) and error.filename and relative(error.filename):
        return relative(error.filename), error.lineno or 1
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        inside = relative(frame.filename)
        if inside:
            found = inside, frame.lineno
    return found


class Notes:
    def __init__(self):
        self.reached = set()
        self.failed = {}

    def note(self, file, line, first, last, want, error):
        """True where this very statement is at fault."""
        where = place(error)
        own = where is not None and where[0] == file and first <= where[1] <= last
        if not own or not isinstance(error, (ImportError, AttributeError)):
            return False
        if isinstance(error, AttributeError):
            # A star import wants each name of `__all__`.
            want = error.name or want
        elif isinstance(error, ModuleNotFoundError) or "relative import" in str(error):
            want = ""
        error.__own__ = (file, line, want)
        return True

    def fail(self, file, line, want, error):
        self.failed[(file, line, want)] = type(error).__name__


NOTES = Notes()


def reach(file, line, want):
    NOTES.reached.add((file, line, want))


def check(file, line, first, last, want, error):
    """Called where an import inside a `try` raised."""
    NOTES.note(file, line, first, last, want, error)


def settle(file, line, first, last, want, error):
    """Called where a statement at module level raised; true where the module goes on as if it were mended."""
    if want is not None and NOTES.note(file, line, first, last, want, error):
        NOTES.fail(*error.__own__, error)
        return True
    chain, seen = error, set()
    while chain is not None and id(chain) not in seen:
        seen.add(id(chain))
        own = getattr(chain, "__own__", None)
        if own and own[0] == file:
            NOTES.fail(*own, chain)
            return True
        chain = chain.__cause__ or chain.__context__
    # A module that was imported fails of itself: the import is none of those that are looked for.
    return want is not None


class Mender(ast.NodeTransformer):
    def __init__(self, file):
        self.file = file
        self.trying = 0

    def aliases(self, node):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return node
        return [self.alias(node, alias) for alias in node.names]

    visit_Import = visit_ImportFrom = aliases

    def alias(self, node, alias):
        one = ast.copy_location(
            ast.Import(names=[alias]) if isinstance(node, ast.Import)
            else ast.ImportFrom(module=node.module, names=[alias], level=node.level), node)
        want = alias.name if isinstance(node, ast.ImportFrom) else ""
        bound = (alias.asname or (alias.name if want else alias.name.split(".")[0])).replace("*", "")
        bind = f"\n        try: {bound}\n        except NameError: {bound} = __drift__.Stand" if bound else ""
        rebind = f"{bound} = __drift__.Stand" if want and bound else "pass"
        args = f"{self.file!r}, {alias.lineno}, {node.lineno}, {node.end_lineno}, {want!r}"
        if self.trying:
            text = f"try: pass\nexcept BaseException as __e:\n    __drift__.check({args}, __e)\n    raise"
        else:
            text = (f"try: pass\nexcept BaseException as __e:\n"
                    f"    if not __drift__.settle({args}, __e): raise\n"
                    f"    {rebind}" + (bind.replace("\n    ", "\n") if not want else ""))
        wrapped = ast.parse(text).body[0]
        wrapped.body = [one]
        at = ast.parse(f"__drift__.reach({self.file!r}, {alias.lineno}, {want!r})").body[0]
        for made in [at, *wrapped.handlers]:
            for inner in ast.walk(made):
                if hasattr(inner, "lineno"):
                    ast.copy_location(inner, node)
        ast.copy_location(wrapped, node)
        return ast.If(test=ast.copy_location(ast.Constant(True), node), body=[at, wrapped], orelse=[], lineno=node.lineno,
                      col_offset=0, end_lineno=node.end_lineno, end_col_offset=0)

    def visit_FunctionDef(self, node):
        return node

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def whole(self, node):
        """Statements that decide for themselves what they catch, and those of other kinds that can import."""
        if self.trying:
            return self.generic_visit(node)
        self.trying += 1
        node = self.generic_visit(node)
        self.trying -= 1
        text = (f"try: pass\nexcept BaseException as __e:\n"
                f"    if not __drift__.settle({self.file!r}, 0, 0, 0, None, __e): raise")
        wrapped = ast.parse(text).body[0]
        wrapped.body = [node]
        for handler in wrapped.handlers:
            for inner in ast.walk(handler):
                if hasattr(inner, "lineno"):
                    ast.copy_location(inner, node)
        return ast.copy_location(wrapped, node)

    visit_Try = visit_With = whole

    def call(self, node):
        value = node.value
        name = value.func.attr if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else getattr(
            getattr(value, "func", None), "id", "")
        if name not in ("import_module", "__import__"):
            return node
        args = f"{self.file!r}, {node.lineno}, {node.lineno}, {node.end_lineno}, ''"
        at = ast.copy_location(ast.Pass(), node)
        if self.trying:
            text = f"try: pass\nexcept BaseException as __e:\n    __drift__.check({args}, __e)\n    raise"
        else:
            text = f"try: pass\nexcept BaseException as __e:\n    if not __drift__.settle({args}, __e): raise"
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                text += f"\n    {node.targets[0].id} = __drift__.Stand"
        wrapped = ast.parse(text).body[0]
        wrapped.body = [node]
        for handler in wrapped.handlers:
            for inner in ast.walk(handler):
                if hasattr(inner, "lineno"):
                    ast.copy_location(inner, node)
        reached = ast.parse(f"__drift__.reach({self.file!r}, {node.lineno}, '')").body[0]
        for inner in ast.walk(reached):
            if hasattr(inner, "lineno"):
                ast.copy_location(inner, node)
        ast.copy_location(wrapped, node)
        return [reached, wrapped]

    visit_Expr = visit_Assign = call


def mend():
    original = importlib.machinery.SourceFileLoader.source_to_code

    def source_to_code(self, data, path, *, _optimize=-1):
        inside = relative(path)
        if inside is None:
            return original(self, data, path)
        original(self, data, path)
        tree = Mender(inside).visit(ast.parse(data, path))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)

    importlib.machinery.SourceFileLoader.source_to_code = source_to_code


def run(roots, entry, mended):
    import builtins
    import signal
    if hasattr(signal, "alarm"):
        signal.alarm(LIMIT)
    if mended:
        sys.modules["__drift__"] = builtins.__drift__ = sys.modules[__name__]
        mend()
    # An empty entry would be the working directory; absolute ones are what pytest puts there.
    sys.path[:0] = [os.path.join(TREE, root) if root else TREE for root in roots]
    outcome = ["ok", None, None, False]
    try:
        for folder, name in entry["steps"]:
            if folder is not None:
                full = os.path.join(TREE, folder) if folder else TREE
                if full not in sys.path:
                    sys.path.insert(0, full)
                if name == "conftest":
                    sys.modules.pop(name, None)
            __import__(name)
    except BaseException as error:
        circular = "partially initialized module" in str(error) and isinstance(error, ImportError)
        name = type(error).__name__
        while error.__cause__ is not None:
            error = error.__cause__
        outcome = [name, *(place(error) or (None, None)), circular]
    failed = [[*key, kind] for key, kind in sorted(NOTES.failed.items())]
    return {"id": entry["id"], "outcome": outcome, "failed": failed, "reached": sorted(NOTES.reached)}


def main():
    task = json.loads(sys.stdin.read())
    sys.dont_write_bytecode = True
    for entry in task["entries"]:
        for mended in (False, True):
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    os.close(reader)
                    with os.fdopen(writer, "w") as pipe:
                        pipe.write(json.dumps(run(task["roots"], entry, mended)))
                    code = 0
                finally:
                    os._exit(code)
            os.close(writer)
            with os.fdopen(reader) as pipe:
                text = pipe.read()
            os.waitpid(child, 0)
            print(text or json.dumps({"id": entry["id"], "outcome": ["killed", None, None, False], "failed": [], "reached": []}),
                  flush=True)


main()
