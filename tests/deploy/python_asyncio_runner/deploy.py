"""Deploys at the same time, in three ways."""

import asyncio
import concurrent.futures
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

SERVICES = [("api", "main"), ("web", "edge")]


async def run(*words):
    process = await asyncio.create_subprocess_exec("gcloud", *words)
    await process.wait()
    if process.returncode != 0:
        raise RuntimeError("gcloud run deploy failed")


async def deploy(name, connector):
    await run("run", "deploy", name, "--vpc-connector", connector)


async def by_shell(name):
    process = await asyncio.create_subprocess_shell(f"gcloud run deploy {name} --vpc-egress all-traffic")
    await process.communicate()


async def main():
    await asyncio.gather(*(deploy(name, connector) for name, connector in SERVICES))
    task = asyncio.create_task(deploy("task", "task-connector"))
    await task
    await asyncio.wait_for(by_shell("shell"), timeout=30)
    if os.environ.get("SLOW"):
        for name in ("slow-1", "slow-2"):
            await deploy(name, "slow")


def blocking(name):
    return subprocess.call(["gcloud", "run", "deploy", name, "--vpc-connector", "threads"])


def numbered(item):
    index, name = item
    blocking(f"{name}-{index}")


asyncio.run(main())
with ThreadPoolExecutor(max_workers=2) as pool:
    list(pool.map(blocking, ["mapped-1", "mapped-2"]))
    futures = {pool.submit(blocking, name): name for name in ["submitted"]}
    for future in as_completed(futures):
        future.result()
with concurrent.futures.ThreadPoolExecutor() as executor:
    executor.map(numbered, enumerate(["numbered"]))
thread = threading.Thread(target=blocking, args=("threaded",))
thread.start()
thread.join()
