import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

parts = "projects/acme/locations/us-central1/connectors/netra".split("/")
run("a", "--vpc-connector", parts[-1], "--region", parts[3])
run("b", "--vpc-connector", "/".join(parts[:4] + ["connectors", "other"]))
names = ["one", "two", "three", "four"]
for n in names[1:-1]:
    run(n)
for n in names[::-1][:1]:
    run(n, "--region=r")
head, *rest = names
run(head + "-" + rest[0])
flags = ["--vpc-connector", "x", "--vpc-egress", "all"]
flags[1:2] = ["y"]
run("c", *flags)
del flags[-2:]
run("d", *flags)
flags.insert(-1, "--region=q")
a, b = b2 = ("p", "q")
run(a + b)
names.pop(0); names.remove("four"); names.reverse()
run("-".join(names))
