"""What a run was made with: the interpreter, the system, and the packages beside it."""

import platform
from functools import cache
from importlib.metadata import distributions

FILE = "environment.json"


@cache
def environment() -> dict[str, str]:
    """``python``, ``system``, and the version of every installed package by name."""
    packages = {each.name.lower(): each.version for each in distributions()}
    made_with = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    return made_with | dict(sorted(packages.items()))
