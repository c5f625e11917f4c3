"""A stand-in of google-cloud-run: messages that hold what they are given, and clients that note what they write."""

import recorded_api
from recorded_api import LIVE


class Message:
    def __init__(self, mapping=None, **fields):
        given = dict(getattr(mapping, "fields", mapping) or {})
        given.update(fields)
        object.__setattr__(self, "fields", given)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self.fields and name in ("template", "vpc_access", "scaling"):
            self.fields[name] = Message()
        return self.fields.get(name, "")

    def __setattr__(self, name, value):
        self.fields[name] = value


class Service(Message):
    pass


class Job(Message):
    pass


class WorkerPool(Message):
    pass


class RevisionTemplate(Message):
    pass


class WorkerPoolRevisionTemplate(Message):
    pass


class ExecutionTemplate(Message):
    pass


class TaskTemplate(Message):
    pass


class Container(Message):
    pass


class CreateServiceRequest(Message):
    pass


class UpdateServiceRequest(Message):
    pass


class UpdateJobRequest(Message):
    pass


class VpcAccess(Message):
    class VpcEgress:
        VPC_EGRESS_UNSPECIFIED = ""
        ALL_TRAFFIC = "ALL_TRAFFIC"
        PRIVATE_RANGES_ONLY = "PRIVATE_RANGES_ONLY"

    class NetworkInterface(Message):
        pass


class Operation:
    def result(self, timeout=None):
        return Message()


class Client:
    word = ""
    collection = ""

    def __init__(self, *args, **options):
        pass

    def write(self, method, request, fields):
        values = dict(getattr(request, "fields", request) or {})
        values.update(fields)
        body = values[self.word]
        name = getattr(body, "fields", body).get("name")
        if method == "create":
            name = f"{values['parent']}/{self.collection}/{values[self.word + '_id']}"
        mask = recorded_api.mask_paths(values.get("update_mask"))
        recorded_api.record(self.collection, method, name, body, mask, f"{method}_{self.word}")
        return Operation()

    def live(self, name):
        access = Message(connector=LIVE, egress=LIVE, network_interfaces=LIVE)
        template = Message(vpc_access=access)
        if self.collection == "jobs":
            template = Message(template=template)
        return Message(name=name, template=template)


class ServicesClient(Client):
    word, collection = "service", "services"

    def get_service(self, request=None, *, name=None):
        return self.live(name or request["name"])

    def create_service(self, request=None, **fields):
        return self.write("create", request, fields)

    def update_service(self, request=None, **fields):
        return self.write("update", request, fields)

    def list_services(self, **fields):
        return []

    def delete_service(self, **fields):
        return Operation()

    @staticmethod
    def service_path(project, location, service):
        return f"projects/{project}/locations/{location}/services/{service}"

    @staticmethod
    def common_location_path(project, location):
        return f"projects/{project}/locations/{location}"


class JobsClient(Client):
    word, collection = "job", "jobs"

    def get_job(self, request=None, *, name=None):
        return self.live(name or request["name"])

    def create_job(self, request=None, **fields):
        return self.write("create", request, fields)

    def update_job(self, request=None, **fields):
        return self.write("update", request, fields)


class WorkerPoolsClient(Client):
    word, collection = "worker_pool", "workerPools"

    def update_worker_pool(self, request=None, **fields):
        return self.write("update", request, fields)
