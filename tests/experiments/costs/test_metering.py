import subprocess
import sys
import time

from experiments.costs import metering
from experiments.costs.metering import metered


def burn(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def test_cpu_time_is_counted_and_waiting_is_not():
    with metered() as usage:
        burn(0.2)
    assert 0.15 <= usage.cpu_seconds < 2  # the clock ticks in hundredths
    with metered() as idle:
        time.sleep(0.3)
    assert idle.cpu_seconds < 0.2


def test_processes_that_work_for_it_are_counted():
    code = "import time\nwhile time.process_time() < 0.3: pass"
    with metered() as usage:
        subprocess.run([sys.executable, "-c", code], check=True)
    assert usage.cpu_seconds >= 0.25


def test_the_peak_is_that_of_the_block(monkeypatch):
    monkeypatch.setattr(metering, "EVERY", 0.01)
    with metered() as usage:
        held = bytearray(b"x" * 80_000_000)
        time.sleep(0.2)
        del held
    with metered() as after:
        time.sleep(0.05)
    assert usage.peak_memory_bytes - after.peak_memory_bytes > 60_000_000
