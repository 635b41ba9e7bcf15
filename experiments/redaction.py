"""Keep secrets out of what is said and recorded."""

import os
import re
from collections.abc import Mapping

MASK = "***"
IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+(?=@)")
SECRET = re.compile(r"TOKEN|PASSWORD|SECRET|CREDENTIAL|_KEY(_ID)?$")
LEAST = 6  # characters: a shorter value is found by chance in what is not secret


def redacted(text: str, environment: Mapping[str, str] | None = None) -> str:
    """``text`` without user and password of addresses, and without values of variables that are named like secrets."""
    found = os.environ if environment is None else environment
    for value in sorted({found[name] for name in found if SECRET.search(name.upper())}, key=len, reverse=True):
        if len(value) >= LEAST:
            text = text.replace(value, MASK)
    return IN_ADDRESS.sub(MASK, text)
