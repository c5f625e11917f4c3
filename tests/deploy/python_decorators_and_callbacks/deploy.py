import functools
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print("calling", function.__name__)
        return function(*args, **kwargs)
    return wrapper


@logged
def deploy(name, region="us-central1"):
    subprocess.run(["gcloud", "run", "deploy", name, "--region", region, "--vpc-connector", "main"])


deploy("decorated")
deploy("decorated-two", region="us-east1")
thread = threading.Thread(target=deploy, args=("threaded",))
thread.start()
thread.join()
list(map(deploy, ["mapped"]))
with ThreadPoolExecutor() as pool:
    pool.submit(deploy, "submitted")
