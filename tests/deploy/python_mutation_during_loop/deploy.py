import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

queue = ["a", "b"]
for q in queue:
    if q == "a":
        queue.append("c")
    run(q)
stack = ["x", "y"]
while stack:
    run("s-" + stack.pop())
def default(acc=[]):
    acc.append("n")
    return "".join(acc)
run(default()); run(default())
m = {"k": "v"}
for key in list(m):
    m[key + "2"] = m.pop(key)
run("m", "--vpc-connector", m["k2"])
a = b = []
a.append("alias")
run(b[0])
t = 1, 2
run(f"{t[0] / 1}" if False else "z", "--vpc-connector", str(7 // -2), "--region", str(-7 % 3))
