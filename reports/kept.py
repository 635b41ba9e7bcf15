"""Values made once for each key, by whoever asks first; the others wait for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The last ``size`` values of ``make`` that were asked for; an error is passed on and not kept."""

    def __init__(self, make: Callable[[Key], Value], size: int) -> None:
        self._make = make
        self._size = size
        self._found: OrderedDict[Key, Future[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> Value:
        """The value of ``key``."""
        future, is_mine = self._claimed(key)
        if is_mine:
            self._fill(key, future)
        return future.result()

    def ready(self, key: Key) -> Value | None:
        """The value of ``key`` where it is made; none where it is not, without waiting."""
        with self._lock:
            found = self._found.get(key)
            if found is None or not found.done() or found.exception() is not None:
                return None
            self._found.move_to_end(key)
            return found.result()

    def keys(self) -> list[Key]:
        """The keys held, the last asked for at the end."""
        with self._lock:
            return list(self._found)

    def _claimed(self, key: Key) -> tuple[Future[Value], bool]:
        with self._lock:
            found = self._found.get(key)
            future = self._found[key] = found or Future()
            self._found.move_to_end(key)
            while len(self._found) > self._size:
                self._found.popitem(last=False)
            return future, found is None

    def _fill(self, key: Key, future: Future[Value]) -> None:
        try:
            future.set_result(self._make(key))
        except BaseException as error:
            with self._lock:
                self._found.pop(key, None)
            future.set_exception(error)
