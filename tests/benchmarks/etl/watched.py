"""The delay from landing to Gold under ``assay etl --watch`` while files land at a steady pace."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

EVERY = 3.0  # seconds between two files: twenty a minute
STARTING = "Watching"


def delays(command: Sequence[str], landing: Path, held_back: list[Path], log: Path) -> dict[str, float]:
    """Copy ``held_back`` files into ``landing``, one after another, under a watch; what the watch tells of its delays.

    ``command`` is an ``assay etl`` on a warehouse that is up to date but for these files. The keys are
    ``batches, files, delay_median, delay_p95``, in seconds.
    """
    with log.open("wb") as errors:
        watch = subprocess.Popen([*command, "--watch", "--json"], stdout=subprocess.PIPE, stderr=errors)
    _until_watching(watch, log)
    for file in held_back:
        arriving = landing / f"{file.name}.part"
        shutil.copyfile(file, arriving)
        arriving.rename(landing / file.name)
        time.sleep(EVERY)
    watch.send_signal(signal.SIGTERM)
    answer, _ = watch.communicate()
    found: dict[str, float] = json.loads(answer)
    return found


def _until_watching(watch: "subprocess.Popen[bytes]", log: Path) -> None:
    while STARTING not in log.read_text(errors="replace"):
        if watch.poll() is not None:
            raise RuntimeError(f"The watch left with {watch.returncode}: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
