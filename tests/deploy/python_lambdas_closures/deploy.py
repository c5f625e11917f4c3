import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

deployers = {name: (lambda n=name: run(n, "--vpc-connector", "c-" + n)) for name in ["a", "b"]}
for d in deployers.values():
    d()
late = [lambda: run("late-" + x) for x in ["p", "q"]]
for f in late:
    f()
def counter():
    count = 0
    def step():
        nonlocal count
        count += 1
        return f"n{count}"
    return step
step = counter()
run(step()); run(step())
total = 0
def add():
    global total
    total += 5
add(); add()
run(f"t{total}")
x = "outer"
[x for x in ["inner"]]
run(x)
