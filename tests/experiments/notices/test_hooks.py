"""Hooks are real commands and a real server; whatever they do, the refresh goes on."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from experiments.notices import hooks
from experiments.notices.event import DIP, FAILURE, Event

EVENT = Event(DIP, "orders fell", {"series": "country=India"})
CONTEXT = {"warehouse": "w", "run_id": "one"}
BODY = {**CONTEXT, "event": "dip", "message": "orders fell", "details": {"series": "country=India"}}


@pytest.fixture
def server():
    """A server that keeps what it is posted; its answer is its ``status``."""

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.posted.append((self.headers["Content-Type"], json.loads(body)))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Keeper) as listening:
        listening.posted, listening.status = [], 200
        Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()


def told(hook: str, event: Event = EVENT) -> list[str]:
    said: list[str] = []
    hooks.tell({DIP: hook}, [event], CONTEXT, said.append)
    return said


def test_an_address_is_posted_the_event(server):
    assert told(f"http://127.0.0.1:{server.server_port}/hook") == []
    assert server.posted == [("application/json", BODY)]


def test_a_command_reads_the_event(tmp_path):
    script = f"import sys, pathlib; pathlib.Path({str(tmp_path / 'told')!r}).write_text(sys.stdin.read())"
    assert told(f'{sys.executable} -c "{script}"') == []
    assert json.loads((tmp_path / "told").read_text()) == BODY


def test_an_event_without_a_hook_is_told_to_nobody(server):
    assert told(f"http://127.0.0.1:{server.server_port}/", Event(FAILURE, "torn")) == []
    assert server.posted == []


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (f"{sys.executable} -c 'raise SystemExit(3)'", "the command left with 3"),
        ("/nowhere/at/all --token secret", "/nowhere/at/all cannot be reached (FileNotFoundError)"),
        ("http://user:secret@127.0.0.1:9/secret", "http://127.0.0.1 cannot be reached (URLError)"),
    ],
)
def test_what_goes_wrong_is_said_without_secrets_and_raises_nothing(hook, said):
    assert told(hook) == [f"the hook on-dip did not succeed: {said}"]


def test_an_error_of_the_server_is_said(server):
    server.status = 500
    (said,) = told(f"http://127.0.0.1:{server.server_port}/")
    assert said.endswith("cannot be reached (HTTPError)")


def test_a_hook_that_hangs_is_left(monkeypatch):
    monkeypatch.setattr(hooks, "TIMEOUT", 0.2)
    began = time.monotonic()
    assert told(f"{sys.executable} -c 'import time; time.sleep(60)'") == [
        "the hook on-dip did not succeed: it took longer than 0.2 s"
    ]
    assert time.monotonic() - began < 20
