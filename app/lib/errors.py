"""The four ways in which a verb may say no, mapped to pages and toasts in one place (`app.web.errors`)."""

from __future__ import annotations


class PressroomError(Exception):
    """Base: `message` is for people and says what to do next; `status` is the HTTP status of the answer."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(PressroomError):
    """There is no such thing, or none that this person may see."""

    status = 404

    def __init__(self, message: str = "There is nothing at this address.") -> None:
        super().__init__(message)


class Forbidden(PressroomError):
    """The person may not do this."""

    status = 403


class Conflict(PressroomError):
    """The thing is in a state in which this cannot be done; the message says in which, and what can be done."""

    status = 409


class Overtaken(Conflict):
    """Somebody else changed the thing while the person looked at it: the page shows what is not so any more."""


class TooMany(PressroomError):
    """A limit per time is used up. `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Invalid(PressroomError):
    """What was entered cannot be accepted. `errors` maps a field's name ("" for the whole form) to a message."""

    status = 422

    def __init__(self, errors: dict[str, str] | str) -> None:
        self.errors = {"": errors} if isinstance(errors, str) else errors
        super().__init__(" ".join(self.errors.values()))
