"""Deploys until it works."""

import functools
import os
import subprocess
import time

try:
    from tenacity import retry, stop_after_attempt
except ImportError:
    def stop_after_attempt(count):
        return count

    def retry(stop=None, **_):
        return lambda function: function


def patiently(times=3, delay=0):
    def decorate(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except subprocess.CalledProcessError:
                    if attempt == times - 1:
                        raise
                    time.sleep(delay)
        return inner
    return decorate


@patiently(times=2)
def deploy(name, connector="main"):
    subprocess.run(["gcloud", "run", "deploy", name, "--vpc-connector", connector], check=True)


@retry(stop=stop_after_attempt(3))
def by_library(name):
    subprocess.run(["gcloud", "run", "deploy", name, "--vpc-connector", "retried"], check=True)


def until_ready(name, attempts=5):
    for attempt in range(attempts):
        result = subprocess.run(["gcloud", "run", "services", "describe", name], capture_output=True)
        if result.returncode == 0:
            break
        time.sleep(0)
    else:
        deploy(name, connector="recreated")


deploy("api")
deploy("web", connector=os.environ.get("WEB_CONNECTOR", "edge"))
by_library("stubborn")
until_ready("api")
for attempt in range(3):
    done = subprocess.run(["gcloud", "run", "deploy", "looped", "--vpc-connector", "loop"]).returncode == 0
    if done:
        break
