"""Tell others by a command or an HTTP POST, with a time-out, once a run is over; what fails here fails nothing else."""

import json
import shlex
import subprocess
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from experiments.notices.event import Event

TIMEOUT = 10.0
"""Seconds that a hook may take."""
WEB = ("http://", "https://")


def tell(
    hooks: Mapping[str, str], events: Iterable[Event], context: Mapping[str, object], progress: Callable[[str], None]
) -> None:
    """Give each event to the hook of its kind: a JSON body of ``context``, ``event``, ``message``, ``details``.

    A hook is an address to post to, or a command that reads the body from its standard input.
    """
    for event in events:
        if event.kind in hooks:
            body = {**context, "event": event.kind, "message": event.message, "details": dict(event.details)}
            trouble = _deliver(hooks[event.kind], json.dumps(body, default=str).encode())
            if trouble:
                progress(f"the hook on-{event.kind} did not succeed: {trouble}")


def _deliver(hook: str, body: bytes) -> str:
    """What went wrong, empty where nothing did."""
    try:
        if hook.startswith(WEB):
            _post(hook, body)
        else:
            subprocess.run(shlex.split(hook), input=body, capture_output=True, timeout=TIMEOUT, check=True)  # noqa: S603 - the user's own command
    except subprocess.CalledProcessError as error:
        return f"the command left with {error.returncode}"
    except (subprocess.TimeoutExpired, TimeoutError):
        return f"it took longer than {TIMEOUT:g} s"
    except (OSError, ValueError) as error:
        return f"{_place(hook)} cannot be reached ({type(error).__name__})"
    return ""


def _post(address: str, body: bytes) -> None:
    asked = Request(address, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310 - http or https
    with urlopen(asked, timeout=TIMEOUT) as answer:  # noqa: S310
        answer.read(1)


def _place(hook: str) -> str:
    """The hook without what may be secret in it."""
    parts = urlsplit(hook)
    return f"{parts.scheme}://{parts.hostname}" if hook.startswith(WEB) else shlex.split(hook)[0]
