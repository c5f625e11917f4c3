import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

for attempt in range(3):
    result = subprocess.run(["gcloud", "run", "deploy", "api", f"--vpc-connector=c{attempt}"])
    if result.returncode == 0:
        break
    print("again")
else:
    run("failed")
n = 0
while n < 3:
    n += 1
    if n == 2:
        continue
    run(f"n{n}")
while True:
    n -= 1
    if n <= 0:
        break
    run(f"m{n}")
