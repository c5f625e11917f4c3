import helpers

__all__ = ["REGION", "flags_for"]
REGION = "europe-west1"
hidden = "x"


def flags_for(name):
    return helpers.region_flags(REGION) + ["--vpc-connector", f"{name}-conn"]
