"""A stand-in of requests: a write of a workload is noted, everything else is answered with nothing."""

from urllib.parse import parse_qs, urlsplit

import recorded_api


class Response:
    status_code = 200
    ok = True
    text = ""

    def json(self):
        return {}

    def raise_for_status(self):
        pass


def request(method, url, params=None, json=None, **options):
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    query.update(params or {})
    path = parts.path.removeprefix("/v2/")
    segments = path.split("/")
    if parts.netloc != "run.googleapis.com" or method.lower() not in ("patch", "post") or ":" in segments[-1]:
        return Response()
    collection, name = segments[4], path
    action = "patch"
    if method.lower() == "post":
        name = f"{path}/{query[collection.removesuffix('s') + 'Id']}"
        action = "create"
    mask = recorded_api.mask_paths(query.get("updateMask"))
    recorded_api.record(collection, action, name, json, mask, f"{collection}.{action}")
    return Response()


def patch(url, **options):
    return request("patch", url, **options)


def post(url, **options):
    return request("post", url, **options)


def get(url, **options):
    return request("get", url, **options)


class Session:
    def __init__(self):
        self.headers = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def request(self, method, url, **options):
        return request(method, url, **options)

    def patch(self, url, **options):
        return request("patch", url, **options)

    def post(self, url, **options):
        return request("post", url, **options)

    def get(self, url, **options):
        return request("get", url, **options)
