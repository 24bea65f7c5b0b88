"""What can be set about the public pages. Filled by `infra/`; never reads a file or the environment."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from consumers.public_bulletins.words import Language
from schemas.errors import OrynError

REFRESH_S_MAX = 86_400


class PublicSettingsError(OrynError):
    """A setting of the public pages that can't be used."""


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How the pages look and what they offer.

    base_url: where the pages stand on the web, for the feeds' links (`https://host/bulletins/`); None: links in feeds
    are relative. publisher: who publishes, for the foot of the pages and the feeds. papers: PDFs are made, too.
    orders: the order of queues is published. languages: of the pages; papers are in those of them that have one.
    """

    base_url: str | None = None
    publisher: str | None = None
    papers: bool = True
    orders: bool = True
    languages: tuple[Language, ...] = tuple(Language)

    def __post_init__(self) -> None:
        """Check them. Raises: PublicSettingsError."""
        if self.base_url is not None:
            parts = urlsplit(self.base_url)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
                raise PublicSettingsError(f"{self.base_url[:80]!r}: the pages' address is like https://host/folder/")
        if not self.languages:
            raise PublicSettingsError("pages need at least one language")
