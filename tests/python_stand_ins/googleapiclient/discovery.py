"""A stand-in of the discovery client: a request is written when it is executed."""

import recorded_api


class Node:
    def __init__(self, collection):
        self.collection = collection

    def __getattr__(self, name):
        if name in ("create", "patch", "get", "list", "delete"):
            return lambda **fields: Request(self.collection, name, fields)
        return lambda: Node(name)


class Request:
    def __init__(self, collection, method, fields):
        self.collection, self.method, self.fields = collection, method, fields

    def execute(self):
        if self.method not in ("create", "patch"):
            return {}
        fields = self.fields
        name = fields.get("name")
        if self.method == "create":
            word = {"services": "serviceId", "jobs": "jobId", "workerPools": "workerPoolId"}[self.collection]
            name = f"{fields['parent']}/{self.collection}/{fields[word]}"
        mask = recorded_api.mask_paths(fields.get("updateMask"))
        action = f"{self.collection}.{self.method}"
        recorded_api.record(self.collection, self.method, name, fields["body"], mask, action)
        return {}


def build(api, version, **options):
    assert (api, version) == ("run", "v2")
    return Node("")
