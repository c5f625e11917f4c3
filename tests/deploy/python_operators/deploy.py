import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

a = ["--region", "r"]; b = a; a = a + ["--vpc-egress", "all"]
run("one", *b); run("two", *a)
b += ["--vpc-connector", "z"]
run("three", *b)
c = b[:]; c[-1] = "changed"
run("four", *b)
t = ("x",) * 2
run("-".join(t))
n = 5 // 2; m = -5 // 2; p = -5 % 3; q = 2 ** 3
run(f"{n}{m}{p}{q}")
run(str(10 / 2)); run(str(1e3)); run(f"{0x1F} {1_000}".replace(" ", "-"))
s = {"a", "b"} & {"b"}
run("".join(s))
run("".join(sorted({"z", "y"} | {"x"})))
run("yes" if {"a"} <= {"a", "b"} else "no")
run(str(not []) + str(1 == 1.0) + str(None is None))
run("x" if "a" < "b" else "y"); run("ab"[::-1]); run("%d%%" % 5)
run(str([1, "a"]) ); run(f"{'a' 'b'}"); run("a" if 0.1 + 0.2 == 0.3 else "b")
x = y = "same"; x += "1"; run(x + y)
run("{:>3}".format("a")); run("{0}{1}{0}".format("a", "b")); run("{{}}".format())
run(str(b"x", "ascii")); run(chr(97)); run(hex(255)); run(str(abs(-3))); run(str(round(2.5))); run(str(int("0x1f", 16)))
run(str(int("1_000"))); run(str(int(" 7 "))); run(str(int(3.9))); run(str(int(True))); run(str(True + 1))
run("A" "b".upper()); run("İ".lower()); run(str(len("é")));run("a\u0062")
