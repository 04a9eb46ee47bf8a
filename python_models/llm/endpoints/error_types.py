"""The closed set of what can go wrong with a request, and what is done about each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Action(StrEnum):
    """What is done about a request that brought no answer."""

    RETRY = "retry"  # the same again, a little later
    THROTTLE = "throttle"  # the same again, and everything slower
    ROW = "row"  # this row fails, its neighbours go on
    STOP = "stop"  # the step fails: nothing else would fare better
    LATER = "later"  # the step stops cleanly, what is left stays pending
    FORMAT = "format"  # the same question without the format the endpoint does not know


class ErrorType(Enum):
    """Every kind of error there is: its name in the ledger, and what is done about it."""

    # nothing came back, or not the whole of it: it may be billed
    TIMEOUT = ("timeout", Action.RETRY)
    CONNECTION = ("connection", Action.RETRY)
    NOT_AN_ANSWER = ("not_an_answer", Action.RETRY)
    # never left: nobody answers at the address
    UNREACHABLE = ("unreachable", Action.RETRY)
    SERVER_ERROR = ("server_error", Action.RETRY)
    RATE_LIMIT = ("rate_limit", Action.THROTTLE)
    OVERLOADED = ("overloaded", Action.THROTTLE)
    CONTEXT_TOO_LONG = ("context_too_long", Action.ROW)
    CONTENT_FILTER = ("content_filter", Action.ROW)
    FORBIDDEN_INPUT = ("forbidden_input", Action.ROW)
    BAD_REQUEST = ("bad_request", Action.ROW)
    AUTHENTICATION = ("authentication", Action.STOP)
    NOT_FOUND = ("not_found", Action.STOP)
    MOVED = ("moved", Action.STOP)
    QUOTA = ("quota", Action.LATER)
    RESPONSE_FORMAT = ("response_format", Action.FORMAT)
    # of our own doing
    STOPPED = ("stopped", Action.THROTTLE)
    CANCELLED = ("cancelled", Action.ROW)
    BATCH = ("batch", Action.RETRY)
    UNREADABLE_ERROR = ("unreadable_error", Action.RETRY)

    @property
    def said(self) -> str:
        """Return the name the ledger has for it."""
        return self.value[0]

    @property
    def action(self) -> Action:
        """Return what is done about it."""
        return self.value[1]


# the request was taken and its end is not known: what it took is booked at its worst case
MAYBE_BILLED = frozenset(
    {ErrorType.TIMEOUT, ErrorType.CONNECTION, ErrorType.NOT_AN_ANSWER, ErrorType.CANCELLED}
)
# what says something of the endpoint, not of a row: many in a row, and asking on is pointless
OF_THE_ENDPOINT = frozenset(
    {
        ErrorType.TIMEOUT,
        ErrorType.CONNECTION,
        ErrorType.UNREACHABLE,
        ErrorType.NOT_AN_ANSWER,
        ErrorType.SERVER_ERROR,
        ErrorType.BAD_REQUEST,
        ErrorType.FORBIDDEN_INPUT,
        ErrorType.UNREADABLE_ERROR,
    }
)


@dataclass(frozen=True)
class Problem:
    """One request that brought no answer."""

    kind: ErrorType
    message: str
    status: int | None = None  # of the response, or the one an error inside a body names
    wait: float | None = None  # seconds the endpoint asks to wait

    @property
    def action(self) -> Action:
        """Return what is done about it."""
        return self.kind.action

    @property
    def error_type(self) -> str:
        """Return the name the ledger has for it."""
        return self.kind.said
