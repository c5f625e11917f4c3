import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

class A:
    kind = "a"
    def __init__(self, name, **kwargs):
        self.name = name
        for k, v in kwargs.items():
            setattr(self, k, v)
    def args(self):
        return ["--region", getattr(self, "region", "default-region")]
    def deploy(self):
        run(f"{self.kind}-{self.name}", *self.args())
class B(A):
    kind = "b"
    def __init__(self, name, connector="c", **kwargs):
        super().__init__(name, **kwargs)
        self._connector = connector
    def args(self):
        return [*super().args(), "--vpc-connector", self._connector]
class C(B):
    @property
    def kind(self):
        return type(self).__name__.lower()
    def args(self):
        base = super().args()
        base[base.index("--vpc-connector") + 1] = "replaced"
        return base
A("x").deploy(); B("y", region="r").deploy(); C("z", "own").deploy()
