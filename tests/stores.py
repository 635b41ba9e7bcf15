"""An S3 server on loopback, and a way to it that can fail."""

import logging
import os
import selectors
import socket
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

import boto3
from moto.server import ThreadedMotoServer

KEY, SECRET = "AKIATESTKEY", "s3cr3t-0f-the-tests"


def environment(endpoint: str) -> dict[str, str]:
    """The variables that lead to a store, as a user would set them."""
    return {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }


@contextmanager
def s3_server() -> Iterator[str]:
    """The URL of a real S3 server of our own, empty at first."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else a line for every request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def new_bucket(endpoint: str) -> str:
    """The URL of an empty bucket."""
    name = f"lake-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    client.create_bucket(Bucket=name)
    return f"s3://{name}"


class Proxy:
    """Passes bytes on to a server on loopback; while it is ``cut``, connections break and new ones are refused."""

    def __init__(self, target: str) -> None:
        host, port = target.removeprefix("http://").split(":")
        self._target = host, int(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped, self._cut = Event(), Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.broken = 0
        Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def cut(self) -> Iterator[None]:
        self._cut.set()
        try:
            yield
        finally:
            self._cut.clear()

    def stop(self) -> None:
        self._stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            with suppress(OSError):
                client, _ = self._listener.accept()
                Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError):
            if self._cut.is_set():
                self.broken += 1
                return
            with closing(socket.create_connection(self._target)) as server, selectors.DefaultSelector() as ready:
                other = {client: server, server: client}
                for end in other:
                    ready.register(end, selectors.EVENT_READ)
                while not self._stopped.is_set():
                    for key, _ in ready.select(timeout=0.05):
                        content = key.fileobj.recv(1 << 16)
                        if self._cut.is_set() or not content:
                            self.broken += self._cut.is_set()
                            return
                        other[key.fileobj].sendall(content)
                    if self._cut.is_set():
                        self.broken += 1
                        return


def child_environment(endpoint: str) -> dict[str, str]:
    """What a process started by a test needs to find the store."""
    return os.environ | environment(endpoint)
