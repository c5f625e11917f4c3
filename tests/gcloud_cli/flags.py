"""Writes which flags gcloud's deploy commands have: `flags.tsv`, from the command tree of the installed gcloud.

    PYTHONPATH=$SDK/lib:$SDK/lib/third_party $SDK/platform/bundledpythonunix/bin/python3 \
        tests/gcloud_cli/flags.py > src/deploy/gcloud/flags.tsv

with SDK=$(gcloud info --format='value(installation.sdk_root)').
"""

import collections

from googlecloudsdk import gcloud_main
from googlecloudsdk.core import config

COMMANDS = [
    "run deploy",
    "run services update",
    "run services update-traffic",
    "run services replace",
    "run jobs create",
    "run jobs update",
    "run jobs deploy",
    "run jobs replace",
    "run worker-pools deploy",
    "run worker-pools update",
    "run worker-pools replace",
    "functions deploy",
    "compute networks vpc-access connectors create",
    "compute networks vpc-access connectors update",
    "compute networks vpc-access connectors delete",
]
GROUPS = ["run", "run services", "run jobs", "run worker-pools", "functions", "compute", "compute networks",
          "compute networks vpc-access", "compute networks vpc-access connectors"]
TRACKS = [("g", []), ("b", ["beta"]), ("a", ["alpha"])]


def load(cli, track, words):
    """The command or group; None where the track does not have it."""
    path = track + words.split()
    element = cli._TopElement()  # pylint: disable=protected-access
    return element.LoadSubElementByPath(path) if path else element


def values(action):
    """How many values a flag takes: 0, 1, ?, * or +."""
    if action.nargs is None:
        return "1"
    return str(action.nargs)


def bounded(convert):
    """True for a function that takes whole numbers only, and not `unlimited`."""
    cells = [cell.cell_contents for cell in getattr(convert, "__closure__", None) or []]
    return any(cell is int for cell in cells) and not any(cell is True for cell in cells)


def kind(action):
    """What is checked of the value, as far as it is told by the flag itself."""
    if action.choices:
        return "choice:" + "|".join(sorted(str(choice) for choice in action.choices))
    name = type(action.type).__name__ if action.type else "text"
    merged = type(action).__name__ == "UpdateAction"
    if name == "ArgList":
        return "list+" if merged else "list"
    if name == "ArgDict":
        return "map+" if merged else "map"
    if action.type is int or bounded(action.type):
        return "int"
    if name == "type" and action.type.__name__ in ("ScaleValue", "SurgePercent"):
        return "count"
    return "text"


def flat(argument):
    """The first spelling of every flag of an argument or a group of arguments."""
    if hasattr(argument, "arguments"):
        return [flag for inner in argument.arguments for flag in flat(inner)]
    return argument.option_strings[:1]


def exclusive(argument, found):
    """Groups of flags of which only one may be used: its members are flags, or groups of flags."""
    if not hasattr(argument, "arguments"):
        return
    members = [flags for flags in map(flat, argument.arguments) if flags]
    if argument.is_mutex and len(members) > 1:
        found.append(members)
    for inner in argument.arguments:
        exclusive(inner, found)


def spelled(element):
    """The flags of a command or a group, with those that it has of its groups; not those for gcloud's own use."""
    actions = element.ai.flag_args + element.ai.ancestor_flag_args
    return [action for action in actions if not action.option_strings[0].startswith("---")]


def main():
    cli = gcloud_main.CreateCLI([])
    flags = collections.defaultdict(list)
    groups = collections.defaultdict(list)
    containers = collections.defaultdict(list)
    root = {s for action in spelled(load(cli, [], "")) for s in action.option_strings}
    print("# gcloud " + config.CLOUD_SDK_VERSION)
    for number, words in enumerate(COMMANDS):
        for letter, track in TRACKS:
            try:
                command = load(cli, track, words)
            except Exception:  # pylint: disable=broad-except
                continue
            if command is None:
                continue
            place = f"{number:x}{letter}"
            positionals = [f"{a.dest}:{values(a)}" for a in command.ai.positional_args]
            print("\t".join(["command", place, words, *positionals]))
            for action in spelled(command):
                for spelling in action.option_strings:
                    flags[(spelling, values(action), kind(action))].append(place)
            found = []
            for argument in command.ai.arguments:
                exclusive(argument, found)
            parse = command._parser.parse_known_args  # pylint: disable=protected-access
            if hasattr(parse.__self__, "_GetContainerFlags"):
                containers[",".join(sorted(parse.__self__._GetContainerFlags()))].append(place)
            for members in found:
                groups["\t".join(",".join(member) for member in members)].append(place)
    for words in GROUPS:
        for letter, track in TRACKS:
            try:
                group = load(cli, track, words)
            except Exception:  # pylint: disable=broad-except
                continue
            if group is None:
                continue
            own = {s for action in spelled(group) for s in action.option_strings}
            if own - root:
                print("\t".join(["group", letter, words, ",".join(sorted(own - root))]))
    for spelling in sorted(root):
        for action in spelled(load(cli, [], "")):
            if spelling in action.option_strings:
                print("\t".join(["global", spelling, values(action)]))
    for (spelling, count, what), places in sorted(flags.items()):
        print("\t".join(["flag", spelling, count, what, ",".join(places)]))
    for names, places in sorted(containers.items()):
        print("\t".join(["container", ",".join(places), names]))
    for members, places in sorted(groups.items()):
        print("\t".join(["exclusive", ",".join(places), members]))


main()
