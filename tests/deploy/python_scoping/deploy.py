import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

x = "module"
def f():
    x = "local"
    def g():
        global x
        x = "changed"
    g()
    return x
run(f(), "--region", x)
class K:
    x = "class"
    y = [x for _ in range(1)]
    def m(self):
        return x
run(K().m(), "--region", K.x)
for i in range(3):
    pass
run(f"i{i}")
try:
    1/0
except ZeroDivisionError as e:
    z = "caught"
run(z)
def shadow(run):
    return run + "!"
run(shadow("s"))
print = run
print("printed")
if True:
    y = "if"
run(y)
lst = [lambda: n for n in "ab"]
run(lst[0]())
len = lambda s: 42
run(f"len{len('abc')}")
