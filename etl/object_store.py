"""Folders of an object store (s3, gs, abfss), as ``UPath`` over obstore.

obstore is the client inside the embedded engine and deltalake, too: the usual environment (AWS_*, GOOGLE_*, AZURE_*)
serves all three, requests that fail in passing are repeated by all three, and no credential passes through Assay.
"""

import mimetypes
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import obstore
from fsspec.utils import glob_translate
from obstore.exceptions import AlreadyExistsError
from obstore.fsspec import register
from obstore.store import ObjectStore, from_url
from upath import UPath

from etl.errors import UsageError

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig

SCHEMES = ("s3", "gs", "abfss")
SECOND_NS = 1_000_000_000
ALLOW_HTTP = "AWS_ALLOW_HTTP"


def store_path(url: str) -> UPath:
    """The folder or file at ``url``; raises ``UsageError`` where its scheme is of no store that is known."""
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        known = ", ".join(f"{known}://" for known in SCHEMES)
        raise UsageError(f"{url} is in no store that Assay knows: give a local folder, or a URL that starts {known}.")
    if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
        os.environ.setdefault(ALLOW_HTTP, "true")  # the URL says so already; the client wants it said twice
    register(scheme)
    return UPath(url)


def store_of(folder: UPath, timeout: timedelta | None = None) -> ObjectStore:
    """The object store with ``folder`` as its root.

    Requests that fail are repeated for minutes; with a ``timeout`` each is tried once, and no longer than that.
    """
    if timeout is None:
        return _patient_store(str(folder))
    # options that are given hide those of the environment
    options: ClientConfig = {"timeout": timeout, "allow_http": os.environ.get(ALLOW_HTTP) == "true"}
    return from_url(str(folder), retry_config={"max_retries": 0}, client_options=options)


@lru_cache
def _patient_store(url: str) -> ObjectStore:
    return from_url(url)  # kept, with its open connections


def list_files(folder: UPath, pattern: str) -> Iterator[tuple[str, int, int]]:
    """Path below ``folder``, bytes and time of change (ns since 1970, whole seconds) of what matches a glob pattern.

    A thousand files are listed in one request, from where the pattern leaves its first choice.
    """
    matching = re.compile(glob_translate(pattern))
    fixed = takewhile(lambda part: not set(part) & set("*?["), PurePosixPath(pattern).parts[:-1])
    for batch in obstore.list(store_of(folder), "/".join(fixed)):
        for found in batch:
            if matching.match(found["path"]):
                yield found["path"], found["size"], _changed_ns(found)


def get(path: UPath) -> tuple[bytes, int]:
    """A file's content and its time of change, in one request; raises ``FileNotFoundError`` where it is gone."""
    found = obstore.get(store_of(path.parent), path.name)
    return found.bytes().to_bytes(), _changed_ns(found.meta)


def _changed_ns(found: "ObjectMeta") -> int:
    return int(found["last_modified"].timestamp()) * SECOND_NS


def put(path: UPath, content: bytes) -> None:
    """Write a file, entirely or not at all, with the content type that its name tells."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    obstore.put(store_of(path.parent), path.name, content, attributes={"Content-Type": kind})


def put_new(path: UPath, content: bytes) -> None:
    """Write a file that was not there; of two writers one gets through, the other gets ``FileExistsError``."""
    try:
        obstore.put(store_of(path.parent), path.name, content, mode="create")
    except AlreadyExistsError as error:
        if get(path)[0] != content:  # else the request was repeated and found what it had written
            raise FileExistsError(f"{path} is there already.") from error
