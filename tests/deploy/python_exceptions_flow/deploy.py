import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

class Missing(Exception):
    pass
def connector_of(name):
    table = {"api": "c1"}
    if name not in table:
        raise Missing(name)
    return table[name]
for name in ("api", "web"):
    try:
        run(name, "--vpc-connector", connector_of(name))
    except Missing as error:
        run(name, "--clear-vpc-connector")
try:
    value = int("x")
    run("no")
except ValueError:
    value = 3
run(f"v{value}")
try:
    ["a"][5]
    run("not-this")
except IndexError:
    pass
def f():
    try:
        return "ret"
    finally:
        run("fin")
run(f())
def g():
    for i in range(3):
        try:
            if i == 1:
                break
        finally:
            run(f"fin{i}")
g()
None.attribute
run("never")
