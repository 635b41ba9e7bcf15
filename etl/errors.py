"""The errors Assay raises on purpose, each with the exit code that the command line leaves with."""

from collections.abc import Iterable


class AssayError(Exception):
    """Something Assay can explain in a sentence that says what to do next."""

    exit_code = 1


class UsageError(AssayError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class DiskError(AssayError):
    """The disk under the warehouse takes no more."""


class StoreError(AssayError):
    """An object store is out of reach, or refuses."""


class InputError(AssayError):
    """Input data or configuration cannot be used."""

    exit_code = 3


class ChangedError(InputError):
    """A landing file changed while it was read."""


class QualityError(AssayError):
    """The data broke a rule that stops the run."""

    exit_code = 4


class LockedError(AssayError):
    """Another run holds the warehouse."""

    exit_code = 5


def raise_problems(problems: Iterable[str], error: type[AssayError] = InputError) -> None:
    """Raise one ``error`` that names every problem, sorted; do nothing when there is none."""
    found = sorted(set(problems))
    if len(found) == 1:
        raise error(found[0])
    if found:
        raise error("\n".join([f"{len(found)} problems:", *(f"  - {problem}" for problem in found)]))


def first_line(error: BaseException) -> str:
    """What an error says first, or what it is called; the rest is often a stack of an engine's own."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
