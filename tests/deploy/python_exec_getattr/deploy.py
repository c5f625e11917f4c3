import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

import json
config = json.loads('{"api": {"connector": "from-json"}}')
for name, values in config.items():
    run(name, "--vpc-connector", values["connector"])
class Config:
    connector = "class-level"
for key, value in {"connector": "patched"}.items():
    setattr(Config, key, value)
run("cfg", "--vpc-connector", Config.connector)
globals()["region"] = "glob"
CONNECTOR = "before"
globals()["CONNECTOR"] = "after"
run("g", "--vpc-connector", CONNECTOR)
exec("CONNECTOR = 'executed'")
run("e", "--vpc-connector", CONNECTOR)
vars(Config)
cfg = Config()
cfg.__dict__.update(connector="via-dict")
run("h", "--vpc-connector", cfg.connector)
