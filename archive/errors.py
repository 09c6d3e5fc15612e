"""What a person can cause, as one line that says what, where and how to mend it, with the exit code it ends in."""

from __future__ import annotations


class BaogaoError(Exception):
    """An error with a message fit for a person; `exit_code` is the one the command ends with (DESIGN §4)."""

    exit_code = 1


class BadArgumentsError(BaogaoError):
    """Bad arguments, or a bad source file."""

    exit_code = 2


class DamagedInputError(BaogaoError):
    """Some input or stored item is damaged or refused; the rest is done."""

    exit_code = 3


class MachineError(BaogaoError):
    """The machine refuses: home not writable, port taken, disk full."""

    exit_code = 4


def refusal(place: object, error: Exception) -> MachineError:
    """SQLite's refusal of a file as an error that says how to mend it."""
    locked = "locked" in str(error) or "busy" in str(error)
    mend = "another program has it open for writing: end that" if locked else "free the disk or mend its permissions"
    return MachineError(f"{place}: {error}; {mend}")


class GateRefusedError(BaogaoError):
    """A gate refused to publish; the last snapshot stays up."""

    exit_code = 12


class LockedError(BaogaoError):
    """Another run holds the lock of this home."""

    exit_code = 14


class UnreadableError(DamagedInputError):
    """A reader cannot read these bytes. `code` is the problem code stored with the capture."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Survive the way back from a worker process."""
        return type(self), (self.code, self.message)
