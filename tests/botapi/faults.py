"""What goes wrong on the way to Telegram and back, when a test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.botapi.calls import Call

PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body><center><h1>{0}</h1></center></body>\r\n</html>\r\n"
)
NAMES = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}


@dataclass(frozen=True, slots=True)
class TooMany:
    """The call is refused, with the seconds after which it may come again."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class ServerError:
    """A page in HTML comes instead of an answer; `done` says whether the call was carried out all the same."""

    code: int = 502
    done: bool = False

    @property
    def body(self) -> str:
        """What the page says."""
        return PAGE.format(f"{self.code} {NAMES.get(self.code, 'Error')}")


@dataclass(frozen=True, slots=True)
class NotJson:
    """All is well, says the status, but what comes is no answer."""

    body: str = PAGE.format("200 OK")
    done: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks, before or after the call was carried out."""

    done: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer takes its time, before or after the call was carried out."""

    seconds: float
    done: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer ever comes, before or after the call was carried out."""

    done: bool = False


Fault = TooMany | ServerError | NotJson | Drop | Delay | Hang


@dataclass(slots=True, eq=False)
class Rule:
    """Which calls a fault strikes, and how often it still does."""

    fault: Fault
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    when: Callable[[Call], bool] | None = None
    hits: int = 0

    def strikes(self, call: Call) -> bool:
        """Return whether the fault strikes a call."""
        return (
            (self.times is None or self.hits < self.times)
            and (self.method is None or self.method.lower() == call.method.lower())
            and (self.chat_id is None or self.chat_id == call.chat_id)
            and (self.when is None or self.when(call))
        )

    def cancel(self) -> None:
        """Let it strike no more."""
        self.times = self.hits


class Faults:
    """All of them, the earliest first."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> Rule:
        """Let one more go wrong."""
        self._rules.append(rule)
        return rule

    def strike(self, call: Call) -> Fault | None:
        """Return what goes wrong with a call, if anything does."""
        for rule in self._rules:
            if rule.strikes(call):
                rule.hits += 1
                self._rules = [r for r in self._rules if r.times is None or r.hits < r.times]
                return rule.fault
        return None
