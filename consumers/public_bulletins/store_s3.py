"""Published files in a bucket of an S3-compatible object store, through obstore. Owns names, headers and errors.

Puts are atomic and durable there. Retries, back-off and signatures are the library's; what it gives up on becomes
StoreUnavailable, what waiting does not mend StoreRefused. Never makes a bucket, and never opens one to the public.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from consumers.public_bulletins.store import (
    CACHE_FOR_EVER,
    CACHE_RENEWED,
    StoreRefused,
    checked,
    content_type,
    differs,
)
from consumers.reading.store import StoreUnavailable

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import RetryConfig, S3Config, S3Credential

CONNECT_TIMEOUT = timedelta(seconds=3)
REQUEST_TIMEOUT = timedelta(seconds=30)
# After these the reader's own loop goes on waiting, and says so in its readiness.
RETRIES_MAX = 4
RETRY_FOR = timedelta(seconds=15)
BACKOFF_FIRST, BACKOFF_MAX = timedelta(milliseconds=100), timedelta(seconds=3)
LISTED_AT_ONCE = 1_000
MESSAGE_LENGTH_MAX = 300
# The answer's own word: the library tells a missing bucket and a missing object apart by it only.
NO_BUCKET = "NoSuchBucket"
# To a listing it has no errors but the general one.
_STATUS = re.compile("status code: ([0-9]{3})")
# Answers that blame the question, less those that ask to try again.
_BLAMES = frozenset(range(400, 500)) - {408, 409, 425, 429}


class S3FileStore:
    """A bucket, or what lies below a prefix in it."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        config: "S3Config",
        keys: "S3Credential | None" = None,
        *,
        plain_http: bool = False,
    ) -> None:
        """Name the bucket. Nothing is asked yet. Raises: StoreRefused for a configuration that can't be one.

        `keys`: None: those that the library finds in the environment or by the machine's role.
        """
        retry: RetryConfig = {
            "max_retries": RETRIES_MAX,
            "retry_timeout": RETRY_FOR,
            "backoff": {"init_backoff": BACKOFF_FIRST, "max_backoff": BACKOFF_MAX},
        }
        self._where = f"s3://{bucket}/{prefix}".rstrip("/")
        try:
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                config=config,
                client_options={
                    "allow_http": plain_http,
                    "connect_timeout": CONNECT_TIMEOUT,
                    "timeout": REQUEST_TIMEOUT,
                },
                retry_config=retry,
                # Not in `config`: there the library would add a session token of the environment to them.
                credential_provider=None if keys is None else lambda: keys,
            )
        except (BaseError, ValueError) as exc:
            raise StoreRefused(f"{self._where}: {_said(exc)}") from exc

    def check(self) -> None:
        """Ask for a listing of the bucket: it shows the bucket, the keys and the right to list at once."""
        with self._translated():
            next(self._store.list(chunk_size=1), None)

    def put(self, path: str, data: bytes) -> None:
        """Make this the file's content."""
        self._put(path, data, "overwrite", CACHE_RENEWED)

    def put_new(self, path: str, data: bytes) -> bool:
        """Put a file that never changes: with `If-None-Match: *`, so that of two writers one is refused.

        Asked for first, because a store that does not know the condition would overwrite.
        """
        known = self.get(path)
        if known is None:
            try:
                self._put(path, data, "create", CACHE_FOR_EVER)
            except AlreadyExistsError:
                # Another writer's, or our own whose answer was lost.
                known = self.get(path)
            else:
                return True
        if known != data:
            raise differs(path)
        return False

    def get(self, path: str) -> bytes | None:
        """The file's content; None where there is none."""
        with self._translated():
            try:
                return bytes(self._store.get(checked(path)).bytes())
            except FileNotFoundError as exc:
                if NO_BUCKET in str(exc):
                    raise
                return None

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        with self._translated():
            try:
                self._store.head(checked(path))
            except FileNotFoundError:
                # The answer to this question has no body: a missing bucket looks like a missing file.
                self.check()
                return False
            return True

    def delete(self, path: str) -> None:
        """Take a file away."""
        with self._translated():
            self._store.delete(checked(path))

    def list(self, prefix: str = "") -> Iterator[str]:
        """The paths of all files that begin with `prefix`, in no particular order."""
        # The library compares whole names; ours may end in the middle of one.
        folder = prefix.rpartition("/")[0]
        with self._translated():
            for chunk in self._store.list(folder or None, chunk_size=LISTED_AT_ONCE):
                for each in chunk:
                    if each["path"].startswith(prefix):
                        yield each["path"]

    def close(self) -> None:
        """Nothing is held: the library keeps its connections and lets them go by itself."""

    def _put(self, path: str, data: bytes, mode: "PutMode", cache: str) -> None:
        attributes = {"Content-Type": content_type(path), "Cache-Control": cache}
        with self._translated():
            # In one piece: a broken-off upload in parts would leave them in the bucket, unseen and charged for.
            self._store.put(path, data, mode=mode, attributes=attributes, use_multipart=False)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except AlreadyExistsError:
            raise
        except FileNotFoundError as exc:
            raise self._no_bucket() from exc
        except (PermissionDeniedError, UnauthenticatedError) as exc:
            raise self._refused(exc) from exc
        except NotSupportedError as exc:
            raise StoreRefused(f"{self._where}: the store can't do what is asked: {_said(exc)}") from exc
        except GenericError as exc:
            if NO_BUCKET in str(exc):
                raise self._no_bucket() from exc
            status = _STATUS.search(str(exc))
            if status is not None and int(status[1]) in _BLAMES:
                raise self._refused(exc) from exc
            raise StoreUnavailable(f"{self._where}: {_said(exc)}") from exc

    def _refused(self, exc: Exception) -> StoreRefused:
        return StoreRefused(
            f"{self._where}: refused: {_said(exc)}. Check the access key and the secret key, the region, and that they "
            "may list the bucket and get, put and delete objects"
        )

    def _no_bucket(self) -> StoreRefused:
        return StoreRefused(f"{self._where}: no such bucket. Make it, or set another address")


def _said(exc: Exception) -> str:
    """What an error says, without the library's account of its own objects."""
    return str(exc).partition("\n\nDebug source")[0].replace("\n", " ")[:MESSAGE_LENGTH_MAX]
