import random
import subprocess

flags = ["--vpc-connector", "main"]
random.shuffle(flags)
subprocess.run(["gcloud", "run", "deploy", "api", "--region", "us-central1"] + (flags if len(flags) > 2 else []))

config = {"connector": "main"}
keep = dict(config)
(lambda value: value)(config)
subprocess.run(["gcloud", "run", "deploy", "web", "--region", "us-central1", "--vpc-connector", keep["connector"]])
items = ["b", "a"]
items.sort()
subprocess.run(["gcloud", "run", "deploy", "sorted", "--region", "us-central1", "--vpc-connector", items[0]])
