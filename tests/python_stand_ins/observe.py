"""Runs a script as Python would, and notes how the conditions at the given places come out.

    python3 observe.py deploy.py ARGUMENT…      python3 observe.py -m scripts.deploy ARGUMENT…

OBSERVE names a file with a list of {file, line, column, text}; each time such a condition is evaluated, its index and
its truth are added to the file that OBSERVED names.
"""

import ast
import builtins
import importlib.machinery
import json
import os
import runpy
import sys
import types

GUARDS = json.load(open(os.environ["OBSERVE"]))
ROOT = os.getcwd()
LOG = os.open(os.environ["OBSERVED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def observe(index, value):
    os.write(LOG, f"{index} {int(bool(value))}\n".encode())
    return value


builtins.__observe__ = observe


class Conditions(ast.NodeTransformer):
    """Wraps what decides which way a script goes, where one of the guards stands there."""

    def __init__(self, path, source):
        self.guards = [(index, guard) for index, guard in enumerate(GUARDS) if guard["file"] == path]
        self.source = source

    def wrapped(self, node):
        text = ast.get_source_segment(self.source, node) or ""
        text = " ".join(text.split())[:120]
        place = (node.lineno, node.col_offset + 1)
        wrapped = self.visit(node)
        for index, guard in self.guards:
            wanted = guard["text"].removeprefix("while ")
            if place == (guard["line"], guard["column"]) and wanted == text:
                call = ast.Call(ast.Name("__observe__", ast.Load()), [ast.Constant(index), wrapped], [])
                wrapped = ast.copy_location(call, node)
        return wrapped

    def visit_If(self, node):
        node.test = self.wrapped(node.test)
        node.body = [self.visit(inner) for inner in node.body]
        node.orelse = [self.visit(inner) for inner in node.orelse]
        return node

    def visit_While(self, node):
        return self.visit_If(node)

    def visit_IfExp(self, node):
        node.test = self.wrapped(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_BoolOp(self, node):
        *first, last = node.values
        node.values = [self.wrapped(value) for value in first] + [self.visit(last)]
        return node

    def visit_comprehension(self, node):
        node.iter = self.visit(node.iter)
        node.ifs = [self.wrapped(test) for test in node.ifs]
        return node


def compiled(source, path):
    text = source if isinstance(source, str) else bytes(source).decode()
    tree = ast.parse(text)
    relative = os.path.relpath(path, ROOT)
    tree = ast.fix_missing_locations(Conditions(relative, text).visit(tree))
    return compile(tree, path, "exec", dont_inherit=True)


def source_to_code(self, data, path, *, _optimize=-1):
    if os.path.abspath(path).startswith(ROOT + os.sep):
        return compiled(data, path)
    return compile(data, path, "exec", dont_inherit=True, optimize=_optimize)


importlib.machinery.SourceFileLoader.source_to_code = source_to_code

if sys.argv[1] == "-m":
    sys.argv = sys.argv[2:]
    sys.path[0] = ROOT
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    sys.argv = sys.argv[1:]
    script = os.path.abspath(sys.argv[0])
    sys.path[0] = os.path.dirname(script)
    main = types.ModuleType("__main__")
    main.__file__ = script
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    with open(script, encoding="utf-8") as file:
        exec(compiled(file.read(), script), main.__dict__)
