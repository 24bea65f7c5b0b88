"""`oryn bulletins`: the bulletins of a journal as files to publish, with pages, papers and feeds. Only wires."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from consumers.public_bulletins.folded_orders import FoldedOrders
from consumers.public_bulletins.model import Names, issued_by
from consumers.public_bulletins.order_board import OrderBoard
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.pdf import render
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.site import Site
from consumers.public_bulletins.store_folder import FolderStore
from consumers.register_files.bulletins import MARK, NAME_MARK, write_bulletins
from infra.journal_source import HELP, LIVE, JournalSource, journal_lines, shown_progress
from infra.settings_options import KafkaOption, PrefixOption, SettingsOption
from schemas.errors import BrokenJournal
from schemas.facts import BulletinIssued, OrganisationChanged
from schemas.journal import Record, decode_record

FINISH_EVERY = 50


def command(  # noqa: PLR0913, PLR0917  # one for each option
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where the files go; made if it is not there.")],
    journal: Annotated[str, typer.Option("--journal", help=HELP)] = LIVE,
    data_only: Annotated[bool, typer.Option("--data-only", help="JSON, CSV and one index only: no pages.")] = False,
    papers: Annotated[
        bool, typer.Option("--papers/--no-papers", help="A PDF of each bulletin in each language.")
    ] = True,
    orders: Annotated[
        bool, typer.Option("--orders/--no-orders", help="The order of every queue at the journal's end.")
    ] = True,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the folder is to be seen on the web; feeds name it.")
    ] = None,
    publisher: Annotated[str | None, typer.Option(metavar="NAME", help="Who publishes, for pages and feeds.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Make pages and PDFs that are there anew as well.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
) -> int:
    """Write the public pages of a journal: every bulletin as page, PDF, CSV and JSON, feeds, the order of every queue.

    Open FOLDER/index.html, or let any web server show the folder. The JSON is the bulletin as it was issued:
    `oryn verify JOURNAL --bulletins FOLDER` holds a journal against it. What was published before stays as it is; if it
    differs from the journal, that is an error. `oryn reader bulletins` does the same live.

      oryn bulletins out/bulletins --journal journal.jsonl
    """
    source = JournalSource(journal, settings, kafka, prefix).check("--journal")
    with shown_progress(source, "reading", quiet=quiet) as shown, journal_lines(source, report=shown) as lines:
        if data_only:
            count, new = write_bulletins(folder, lines)
        else:
            pages = PageSettings(base_url=base_url, publisher=publisher, papers=papers, orders=orders)
            count, new = _write_site(folder, lines, pages, again=again)
    if not quiet:
        typer.echo(f"{count:,} bulletins in {folder}, {new:,} of them new", err=True)
    return 0


def _write_site(folder: Path, lines: Iterable[bytes], settings: PageSettings, *, again: bool) -> tuple[int, int]:
    """How many bulletins there are, and how many are new. Raises: OrynError."""
    store, pages = FolderStore(folder), Pages(settings)
    store.check()
    site = Site(store, pages, render, again=again)
    site.frame()
    names: dict[str, Names] = {}
    folded = FoldedOrders()
    count = new = 0
    for line in lines:
        if not settings.orders and MARK not in line and NAME_MARK not in line:
            continue
        record = _decoded(line)
        if settings.orders:
            folded.take(record)
        for fact in record.facts:
            if isinstance(fact, OrganisationChanged):
                names.setdefault(record.locality, Names()).take(fact.organisation_id, fact.name)
            elif isinstance(fact, BulletinIssued):
                view = names.setdefault(record.locality, Names()).view(issued_by(record, fact))
                new += site.publish(view)
                count += 1
                if count % FINISH_EVERY == 0:
                    site.finish()
    site.finish()
    if settings.orders:
        OrderBoard(store, pages, folded, lambda: 0.0).renew()
    store.close()
    return count, new


def _decoded(line: bytes) -> Record:
    try:
        return decode_record(line)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as exc:
        raise BrokenJournal(f"not a journal record: {line[:80].decode('utf-8', 'replace')}: {exc}") from exc
