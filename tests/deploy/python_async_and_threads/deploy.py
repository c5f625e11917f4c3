import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

import asyncio, threading
from concurrent.futures import ThreadPoolExecutor
async def deploy(name, connector="c"):
    run(name, "--vpc-connector", connector)
    return name
async def main():
    await asyncio.gather(*(deploy(n) for n in ["a", "b"]))
    results = await asyncio.gather(deploy("c", "k"), deploy("d"))
asyncio.run(main())
with ThreadPoolExecutor(max_workers=2) as pool:
    list(pool.map(run, ["t1", "t2"]))
    pool.submit(run, "t3", "--region", "r")
threads = [threading.Thread(target=run, args=(n,)) for n in ["th1"]]
for t in threads: t.start()
for t in threads: t.join()
