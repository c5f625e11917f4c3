"""What the stand-ins of Google's clients share: each write of a workload becomes a line of the file API_LOG."""

import json
import os

LIVE = "LIVE"


def record(kind, method, name, body, mask, action):
    line = json.dumps(
        {"kind": kind, "method": method, "name": name, "body": plain(body), "mask": mask, "action": action}
    )
    log = os.open(os.environ["API_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, (line + "\n").encode())
    os.close(log)


def plain(value):
    if hasattr(value, "fields"):
        value = value.fields
    if isinstance(value, dict):
        return {camel(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def mask_paths(mask):
    if mask is None:
        return None
    if isinstance(mask, str):
        return [path for path in mask.split(",") if path] or None
    paths = mask.get("paths") if isinstance(mask, dict) else mask.fields.get("paths")
    return list(paths or []) or None
