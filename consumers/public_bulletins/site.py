"""Writes the site into a store: what names something comes after it, what never changes is never written again.

Of a bulletin come first its table, its pages and its papers, then the JSON, which says that it is complete; then the
lists and feeds that name it. Whatever is killed in between: doing it again ends in the same files, byte by byte.
Never reads a journal, never asks a clock.
"""

import csv
import io
from collections.abc import Callable, Iterable

from consumers.public_bulletins.bulletin_pages import bulletin_pages
from consumers.public_bulletins.locality_pages import ROWS_MAX, ledger_csv, locality_pages, read_ledger
from consumers.public_bulletins.model import LOCALITY, BulletinView, LedgerRow, as_json, ledger_row
from consumers.public_bulletins.order_pages import queues_csv, queues_pages
from consumers.public_bulletins.pages import File, Pages
from consumers.public_bulletins.store import FileStore, differs
from consumers.public_bulletins.words import Language, words
from consumers.reading.store import StoreConflict
from consumers.register_files.bulletins import document, table
from schemas.errors import BrokenJournal
from schemas.instants import parse_instant
from schemas.journal import GENESIS_HASH

Render = Callable[[BulletinView, Language], bytes]
LOCALITIES_PATH = "localities.csv"
# Lists of bulletins kept in memory between two bulletins of a locality, at most.
LEDGERS_MAX = 500


def ledger_path(locality: str) -> str:
    """Where a locality's list of bulletins is."""
    return f"{locality}/bulletins.csv"


class Site:
    """The published bulletins. One thread uses it; `forget` after any failure."""

    def __init__(self, store: FileStore, pages: Pages, render: Render, *, again: bool = False) -> None:
        """`render`: a bulletin's paper in a language. `again`: make pages and papers of old bulletins anew, too."""
        self._store, self._pages, self._render, self._again = store, pages, render, again
        self._ledgers: dict[str, dict[int, LedgerRow]] = {}
        # Of each locality with bulletins that no list names yet: their months, or all where the list has to be split.
        self._unlisted: dict[str, list[LedgerRow]] = {}
        self._localities: set[str] | None = None

    def forget(self) -> None:
        """Know nothing any more of what the store holds: it may have changed meanwhile."""
        self._ledgers.clear()
        self._unlisted.clear()
        self._localities = None

    def publish(self, view: BulletinView) -> bool:
        """Write a bulletin's own files; `finish` makes the lists that name it. Returns: whether it was new.

        Raises: StoreConflict when another bulletin was published in its place. Repeatable.
        """
        ledger = self._ledger(view.locality)
        row = ledger_row(view)
        previous = ledger.get(row.number - 1)
        self._check(view, row, ledger)
        path = f"{view.locality}/{view.stem}.json"
        raw = as_json(view)
        data = document(raw).encode()
        stored = self._store.get(path)
        if stored is not None and stored != data:
            raise differs(path)
        if stored is None or self._again:
            self._frame()
            self._store.put(f"{view.locality}/{view.stem}.csv", table(raw, view.names).encode())
            self._put(bulletin_pages(self._pages, view, previous))
            if self._pages.settings.papers:
                for language in self._pages.settings.languages:
                    paper = self._render(view, language)
                    self._store.put(f"{language}/{view.locality}/{view.stem}.pdf", paper)
            self._store.put_new(path, data)
        ledger[row.number] = row
        self._unlisted.setdefault(view.locality, []).append(row)
        return stored is None

    def finish(self) -> None:
        """Write the lists and feeds that name what was published since. Repeatable."""
        for locality in sorted(self._unlisted):
            # Another writer may have listed more meanwhile: nothing is ever taken off a list.
            listed = self._listed(locality)
            ledger = self._ledgers[locality] = {**listed, **self._ledgers[locality]}
            rows = [ledger[number] for number in sorted(ledger)]
            months = None if len(listed) <= ROWS_MAX else {row.month for row in self._unlisted[locality]}
            self._put(locality_pages(self._pages, locality, rows, months))
            # The last: it says up to where the lists go.
            self._store.put(ledger_path(locality), ledger_csv(locality, rows))
            self._add(locality, rows[0])
        self._unlisted.clear()
        if len(self._ledgers) > LEDGERS_MAX:
            self._ledgers.clear()

    def frame(self) -> None:
        """Write what every page needs, and the pages that no locality is needed for. Repeatable."""
        self._frame()
        self._put(self._pages.start(sorted(self._known())))

    def _check(self, view: BulletinView, row: LedgerRow, ledger: dict[int, LedgerRow]) -> None:
        known = ledger.get(row.number)
        if known is not None and known.bulletin_hash != row.bulletin_hash:
            raise StoreConflict(
                f"bulletin {row.number} of {view.locality} was published with another hash, {known.bulletin_hash}: the "
                "pages are of another journal. Publish to an empty store (public.store)"
            )
        previous = ledger.get(row.number - 1)
        before = GENESIS_HASH if row.number == 1 else previous and previous.bulletin_hash
        if before is not None and before != view.issued.previous_bulletin_hash:
            raise StoreConflict(
                f"bulletin {row.number} of {view.locality} does not follow the one published before it. "
                "Check both with `oryn verify`; publish to an empty store (public.store)"
            )

    def _ledger(self, locality: str) -> dict[int, LedgerRow]:
        found = self._ledgers.get(locality)
        if found is None:
            found = self._ledgers[locality] = self._listed(locality)
        return found

    def _listed(self, locality: str) -> dict[int, LedgerRow]:
        """What the published list holds."""
        data = self._store.get(ledger_path(locality))
        try:
            return {} if data is None else {row.number: row for row in read_ledger(data)}
        except BrokenJournal as exc:
            raise StoreConflict(
                f"{ledger_path(locality)}: {exc}. Take it and the folder state/ away: both are made again"
            ) from exc

    def _frame(self) -> None:
        path, data = self._pages.style()
        if not self._store.exists(path):
            self._put([self._pages.welcome()])
            self._store.put_new(path, data)

    def _known(self) -> set[str]:
        if self._localities is None:
            data = self._store.get(LOCALITIES_PATH) or b""
            rows = csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
            self._localities = {code for row in rows if LOCALITY.fullmatch(code := row.get("locality") or "")}
        return self._localities

    def _add(self, locality: str, first: LedgerRow) -> None:
        """Name a locality on the page of all."""
        known = self._known()
        if locality in known:
            return
        if self._pages.settings.orders and not self._store.exists(f"{locality}/queues.csv"):
            # The locality's page leads to its queues, which come from elsewhere: until then there are none.
            self._put(queues_pages(self._pages, locality, (), first.record, parse_instant(first.issued_at)))
            self._store.put(f"{locality}/queues.csv", queues_csv(locality, ()))
        wider = sorted({*known, locality})
        self._put(self._pages.start(wider))
        text = io.StringIO()
        out = csv.writer(text, lineterminator="\n")
        languages = self._pages.settings.languages
        out.writerow(("locality", *(f"title_{language}" for language in languages)))
        out.writerows((code, *(words(language, code).locality(code) for language in languages)) for code in wider)
        self._store.put(LOCALITIES_PATH, text.getvalue().encode())
        known.add(locality)

    def _put(self, made: Iterable[File]) -> None:
        for path, data in made:
            self._store.put(path, data)
