"""Where a demo's readers keep what they read, and how it is forgotten with its season.

Owns names only: of a season everything that lives in PostgreSQL, Redis and the output folder bears its prefix, or is
replaced by the next one. A demo sends nothing to anybody outside: its messages go to files, whatever else is set.
"""

import dataclasses
import os
import shutil
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from consumers.live_view.errors import NotReady
from consumers.live_view.generations import Generations
from consumers.live_view.scripts import Scripts, store_errors
from consumers.live_view.view import LiveView
from consumers.notification_gateway.directory_tables import reader_role
from infra.live.showing import accounts_file
from infra.readers.live_view import redis_client
from infra.readers.registers import registers_settings
from infra.settings import Settings
from infra.stack.state import Endpoints
from schemas.errors import OrynError

PAGES_FOLDER = "bulletins"
MESSAGES_FOLDER = "messages"
# Schemas that are called by the season's prefix, whatever is set for others.
OWN_NAMES = ("registers", "gateway", "contacts", "indicators", "dashboard")
# People look at the pages at the end; while days pass in seconds, none of them would look twice.
REFRESH_S = 30
KEYS_AT_ONCE = 1_000


def seasonal(settings: Settings, at: Endpoints, prefix: str, out: Path) -> Settings:
    """The settings of a season: these services, its prefix, its folder."""
    return dataclasses.replace(
        settings,
        kafka=dataclasses.replace(settings.kafka, bootstrap=at.kafka, topic_prefix=prefix),
        postgres=dataclasses.replace(settings.postgres, url=at.postgres, **dict.fromkeys(OWN_NAMES)),
        redis=dataclasses.replace(settings.redis, url=at.redis, prefix=None),
        public=dataclasses.replace(
            settings.public, store=(out / PAGES_FOLDER).absolute().as_uri(), refresh_s=REFRESH_S
        ),
        gateway=dataclasses.replace(
            settings.gateway,
            file=(out / MESSAGES_FOLDER).absolute(),
            webhook_url=None,
            smtp_url=None,
            directory_url=None,
        ),
    )


def environment_of(here: Settings) -> dict[str, str]:
    """What a process of the season is told beside its options."""
    return {
        **os.environ,
        "ORYN_POSTGRES_URL": str(here.postgres.url),
        **{f"ORYN_POSTGRES_{name.upper()}": "" for name in OWN_NAMES},
        "ORYN_REDIS_URL": str(here.redis.url),
        "ORYN_REDIS_PREFIX": "",
        "ORYN_PUBLIC_STORE": str(here.public.store),
        "ORYN_PUBLIC_REFRESH_S": str(here.public.refresh_s),
        "ORYN_GATEWAY_FILE": str(here.gateway.file),
        "ORYN_GATEWAY_WEBHOOK_URL": "",
        "ORYN_GATEWAY_SMTP_URL": "",
        "ORYN_GATEWAY_DIRECTORY_URL": "",
        # The demo's dashboard is a process beside the group: it stays open when the group has ended.
        "ORYN_DASHBOARD_PORT": "",
        "ORYN_DASHBOARD_ACCOUNTS": str(accounts_file(here.data).absolute()),
        "ORYN_DASHBOARD_OIDC_ISSUER": "",
    }


def live_view_is_shown(here: Settings) -> bool:
    """Whether the season's live view can be asked. Raises: LiveViewUnavailable."""
    with redis_client(here) as client:
        try:
            return bool(LiveView(client, here.redis_prefix).localities())
        except NotReady:
            return False


def forget_stores(here: Settings) -> None:
    """Remove a season's schemas and keys. Repeatable. Raises: OrynError when a store refuses."""
    registers = registers_settings(here)
    schemas = [each.schema for each in (registers, registers.following, registers.replaced)]
    schemas += [here.schema(name) for name in OWN_NAMES if name != "registers"]
    try:
        with psycopg.connect(registers.url, autocommit=True) as connection:
            for schema in schemas:
                connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))
            connection.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(reader_role(here.schema("contacts")))))
    except psycopg.Error as exc:
        raise OrynError(f"PostgreSQL does not let a former season's registers be deleted: {exc}") from exc
    with redis_client(here) as client, store_errors():
        Generations(client, here.redis_prefix, Scripts(client, here.redis_prefix)).forget()
        # Logins end by themselves, but later. A season's prefix has no letter that means something in a pattern.
        for key in client.scan_iter(match=f"{here.redis_prefix}-dashboard:*", count=KEYS_AT_ONCE):
            client.delete(key)


def forget_files(out: Path) -> None:
    """Remove what an older season's readers wrote: its bulletins are not this one's, and are never replaced."""
    for name in (PAGES_FOLDER, MESSAGES_FOLDER):
        shutil.rmtree(out / name, ignore_errors=True)
