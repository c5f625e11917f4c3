import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

i = 0
while i < 10:
    i += 1
    if i % 2: continue
    if i > 6: break
    run(f"e{i}")
else:
    run("no-else")
for a, (b, c) in [("1", ("2", "3"))]:
    run(a + b + c)
for n, s in enumerate(["x", "y"], start=1):
    run(f"{s}{n}")
for x, y in zip("ab", [1, 2, 3]):
    run(f"{x}{y}")
for k in reversed(["p", "q"]):
    last = k
run(last)
for attempt in range(3):
    try:
        if attempt < 1:
            raise RuntimeError("x")
        run(f"att{attempt}")
        break
    except RuntimeError:
        continue
else:
    run("exhausted")
flags = []
for f in ["--region=r", "--vpc-connector=c"]:
    flags = [f] + flags
run("acc", *flags)
m = [[1, 2], [3]]
run("s" + str(sum(len(r) for r in m)))
run("-".join(str(v) for row in m for v in row if v != 2))
it = iter("abc")
for ch in it:
    run("it" + ch)
    next(it, None)
total = ""
for s in {"one"}:
    total += s
run(total)
