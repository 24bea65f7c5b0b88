"""How commands report malformed lines of a file: each by its number. Never decides what is malformed."""

from rich.console import Console

from schemas.errors import OrynError

MALFORMED_SHOWN_MAX = 100


class Malformations:
    """The malformed lines of a run: each is reported, the first hundred in full."""

    def __init__(self, console: Console, name: str, *, strict: bool) -> None:
        """Take where to report and whether the first one ends the run."""
        self._console, self._name, self._strict = console, name, strict
        self.count = 0

    def __call__(self, line: int, text: str) -> None:
        """Report one. Raises: OrynError with `--strict`."""
        self.count += 1
        if self._strict:
            raise OrynError(f"{self._name}, line {line}: {text}")
        if self.count <= MALFORMED_SHOWN_MAX:
            self._console.print(f"{self._name}, line {line}: {text}", markup=False, highlight=False, soft_wrap=True)
        else:
            self._console.print(f"{self._name}, line {line}: malformed", markup=False, highlight=False)
