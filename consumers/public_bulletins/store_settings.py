"""Which store published files go to, as settings say it. Owns the addresses' form. Never asks a store anything."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from consumers.public_bulletins.store import FileStore, StoreRefused
from consumers.public_bulletins.store_folder import FolderStore
from consumers.public_bulletins.store_s3 import S3FileStore

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential

DEFAULT_REGION = "us-east-1"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where published files go.

    url: `file:///srv/www/bulletins`, a folder by itself, or `s3://bucket/prefix`. The others are for S3 only.
    endpoint: the address of an S3-compatible service; None: AWS. Without keys the library looks for them where AWS's
    own tools do (the environment, the machine's role).
    """

    url: str
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check what must fit together. Raises: StoreRefused."""
        if (self.access_key is None) != (self.secret_key is None):
            raise StoreRefused("a store's access key and secret key are set both or neither")
        if self.endpoint is not None and urlsplit(self.endpoint).scheme not in ("http", "https"):
            raise StoreRefused("a store's endpoint is an address like https://host:port")


def open_store(settings: StoreSettings) -> FileStore:
    """The store of an address; `FileStore.check` says whether it is there. Raises: StoreRefused for no address."""
    parts = urlsplit(settings.url)
    if parts.scheme == "s3":
        return _s3(settings, parts)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise StoreRefused(f"{settings.url}: a folder has three slashes: file:///srv/www")
        return FolderStore(Path(unquote(parts.path)))
    if not settings.url or "://" in settings.url:
        raise StoreRefused(f"{settings.url!r}: not a store. Set file:///folder, a folder, or s3://bucket/prefix")
    return FolderStore(Path(settings.url).absolute())


def _s3(settings: StoreSettings, parts: SplitResult) -> FileStore:
    bucket, prefix = parts.netloc, parts.path.strip("/")
    # Keys in an address would stand in logs.
    if not _BUCKET.fullmatch(bucket) or parts.query or parts.fragment or not (not prefix or _PREFIX.fullmatch(prefix)):
        raise StoreRefused("a bucket's address is s3://bucket/prefix, of letters, digits, '.', '_', '-' and slashes")
    config: S3Config = {"region": settings.region or DEFAULT_REGION}
    if settings.endpoint is not None:
        config["endpoint"] = settings.endpoint
    keys: S3Credential | None = None
    if settings.access_key is not None and settings.secret_key is not None:
        keys = {
            "access_key_id": settings.access_key,
            "secret_access_key": settings.secret_key,
            "token": None,
            "expires_at": None,
        }
        # Whatever the environment says: these keys are meant to be used.
        config["skip_signature"] = False
    return S3FileStore(bucket, prefix, config, keys, plain_http=(settings.endpoint or "").startswith("http://"))
