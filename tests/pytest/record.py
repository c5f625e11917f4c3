"""Prints what the pytest of this interpreter collects from projects: `python record.py FOLDER...`.

For each folder: a line `== FOLDER`, the exit code, then one line a collected test, without its parameters, and one line
a collector that failed. The folder is on `sys.path`, as with `python -m pytest`. Each project has a process of its own.
"""

import contextlib
import io
import os
import sys

import pytest


class Recorder:
    """Keeps the ids of tests, and of collectors that fail."""

    def __init__(self):
        self.lines = set()

    def pytest_collectreport(self, report):
        if report.failed:
            self.lines.add(f"error {report.nodeid}")

    def pytest_collection_finish(self, session):
        for item in session.items:
            name = getattr(item, "originalname", None) or item.name
            parent = item.parent.nodeid
            self.lines.add(f"{parent}::{name}" if parent else item.nodeid)


def record(folder):
    """What is collected from one project, as lines."""
    os.chdir(folder)
    sys.path[0] = os.getcwd()
    sys.dont_write_bytecode = True
    recorder = Recorder()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = int(pytest.main(["--collect-only", "-q"], plugins=[recorder]))
        except BaseException:
            # What pytest does not handle ends the interpreter with this code.
            code = 1
    return "".join(f"{line}\n" for line in [f"exit {code}", *sorted(recorder.lines)])


def main():
    for folder in sys.argv[1:]:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            with os.fdopen(writer, "w", encoding="utf-8") as pipe:
                pipe.write(record(folder))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        sys.stdout.write(f"== {folder}\n{text}")


main()
