# Imports its importer: by the time region_flags runs, both are complete.
import common


def region_flags(region):
    return ["--region", region]


def default_flags():
    return region_flags(common.REGION)
