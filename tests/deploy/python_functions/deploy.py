import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def kw(name, *, connector="kc", **extra):
    flags = [f"--{k}={v}" for k, v in sorted(extra.items())]
    run(name, f"--vpc-connector={connector}", *flags)
kw("a"); kw("b", region="r"); kw(**{"name": "c", "connector": "cc"}); kw(*["d"], connector="dd")
def pos(a, b="B", /, c="C", *rest):
    run("-".join([a, b, c, *rest]))
pos("1"); pos("1", "2", "3", "4"); pos("1", c="z")
def outer():
    value = "v1"
    def inner():
        return value
    value = "v2"
    return inner()
run(outer())
def fact(n):
    return 1 if n <= 1 else n * fact(n - 1)
run(f"f{fact(5)}")
compose = lambda f, g: lambda x: f(g(x))
run(compose(str.upper, str.strip)(" q "))
run(*(lambda *a: a)("u", "--region", "w"))
def mutate(x=[]):
    x.append("m"); return x
run(mutate()[0]); run("".join(mutate()))
def early(flag):
    for i in range(5):
        if i == 2:
            return f"r{i}"
        if flag:
            continue
        run(f"loop{i}")
run(early(False)); run(early(True))
def cond():
    if os.environ.get("PUBLIC"):
        return "pub"
    return "priv"
run("cond", "--vpc-connector", cond())
del mutate
