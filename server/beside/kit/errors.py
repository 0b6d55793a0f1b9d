"""One tree of errors; the edge (`kit.web`, `gateway.dispatch`) turns each into a status or a refusal, and nothing in between catches to hide.

BesideError
|-- BadInput            400  what was sent cannot be used
|-- NotSignedIn         401  no session, or one that has ended
|-- NotAllowed          403  signed in, but this is not theirs to do
|-- NotFound            404  is not there, or not for them: the two look the same
|-- WrongMethod         405  there is a door, but not for this
|-- Conflict            409  true when they asked, no longer true
|-- TooLarge            413  more than we carry in one go
|-- NotJson             415  a body of another kind than the one we read
|-- SlowDown            429  again in a moment; nothing was lost
`-- Unavailable         503  we cannot store or reach something now
    |-- Crossed         503  two commands stood in each other's way; this one stored nothing, and may simply be tried again (`kit.again`)
    `-- NoAnswer        503  the database said nothing in time; what was asked may have been stored, and waiting in line behind it is in vain
"""


class BesideError(Exception):
    """`code` is one of `protocol.codes.REFUSALS`; `detail` is for logs and must never hold a word that a person wrote."""

    status = 500
    default = "unavailable"

    def __init__(self, code: str | None = None, *, field: str | None = None, detail: str = "", retry_after_ms: int | None = None) -> None:
        super().__init__(detail or code or self.default)
        self.code = code or self.default
        self.field = field
        self.retry_after_ms = retry_after_ms


class BadInput(BesideError):
    status, default = 400, "bad_frame"


class NotSignedIn(BesideError):
    status, default = 401, "not_signed_in"


class NotAllowed(BesideError):
    status, default = 403, "not_allowed"


class NotFound(BesideError):
    status, default = 404, "not_found"


class WrongMethod(BesideError):
    status, default = 405, "wrong_method"


class Conflict(BesideError):
    status, default = 409, "already_done"


class TooLarge(BesideError):
    status, default = 413, "too_long"


class NotJson(BesideError):
    status, default = 415, "not_json"


class SlowDown(BesideError):
    status, default = 429, "slow_down"


class Unavailable(BesideError):
    status, default = 503, "unavailable"


class Crossed(Unavailable):
    """Never seen by whoever asked, unless it happens again and again."""


class NoAnswer(Unavailable):
    """Whoever tries again with the same number learns whether it was stored."""
