"""What can be set of the readers: their stores, the gateway's channels, where public pages go.

Owns names, defaults, bounds. Values are checked by `settings_base`; `settings` puts the sections together.
"""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from infra.settings_base import NAME, SCHEMA, URL, About, Section

DAY_S = 86_400
# A message that is forgotten is new if the topic is read anew; its time should have run out by then.
KEEP_DAYS_MIN = 40
TERMS = re.compile(r"([A-Z_]+=[0-9]{1,8}( [A-Z_]+=[0-9]{1,8})*)?")


@dataclass(frozen=True, slots=True)
class PostgresSettings(Section):
    """The registers, the gateway's delivery log, the contacts, the indicators, and who looked at the dashboard."""

    url: Annotated[str | None, About("PostgreSQL. None: the local stack's.", pattern=URL, link=True)] = (
        dataclasses.field(default=None, repr=False)
    )
    registers: Annotated[
        str | None, About("Schema of the registers. None: topic prefix and `registers`.", pattern=SCHEMA)
    ] = None
    gateway: Annotated[
        str | None, About("Schema of the delivery log. None: topic prefix and `gateway`.", pattern=SCHEMA)
    ] = None
    contacts: Annotated[
        str | None, About("Schema of the contacts. None: topic prefix and `contacts`.", pattern=SCHEMA)
    ] = None
    indicators: Annotated[
        str | None, About("Schema of the indicators. None: topic prefix and `indicators`.", pattern=SCHEMA)
    ] = None
    dashboard: Annotated[
        str | None,
        About("Schema in which the dashboard keeps who looked. None: topic prefix and `dashboard`.", pattern=SCHEMA),
    ] = None


@dataclass(frozen=True, slots=True)
class RedisSettings(Section):
    """The live view."""

    url: Annotated[str | None, About("Redis. None: the local stack's.", pattern=URL, link=True)] = dataclasses.field(
        default=None, repr=False
    )
    prefix: Annotated[
        str | None, About("Before every key of the live view. None: topic prefix and `oryn`.", pattern=NAME)
    ] = None


@dataclass(frozen=True, slots=True)
class ReaderSettings(Section):
    """What all readers share."""

    batch_records: Annotated[
        int, About("Records that a reader stores in one transaction, at most.", low=1, high=100_000)
    ] = 5_000


@dataclass(frozen=True, slots=True)
class GatewaySettings(Section):
    """The notification gateway: its channels and its directory."""

    webhook_url: Annotated[
        str | None, About("Where messages are posted. None: no webhook.", pattern=URL, link=True)
    ] = dataclasses.field(default=None, repr=False)
    webhook_secret: Annotated[
        str | None, About("What posts are signed with: whsec_..., several with spaces.", secret=True)
    ] = dataclasses.field(default=None, repr=False)
    smtp_url: Annotated[
        str | None, About("Mail server: smtp://, smtps:// with user:password. None: no mail.", pattern=URL, link=True)
    ] = dataclasses.field(default=None, repr=False)
    mail_from: Annotated[str | None, About("Sender of mails.")] = None
    file: Annotated[
        Path | None,
        About("File or folder that messages are written to. None: no file."),
    ] = None
    directory_url: Annotated[
        str | None, About("Where contacts are asked for. None: the table in PostgreSQL.", pattern=URL, link=True)
    ] = dataclasses.field(default=None, repr=False)
    language: Annotated[
        str, About("Of those whom the directory does not know: kk, ru or en.", pattern=re.compile("kk|ru|en"))
    ] = "kk"
    margin_s: Annotated[
        int, About("So long before the deadline that it tells of a message has to have arrived.", low=0, high=DAY_S)
    ] = 3_600
    term_s: Annotated[
        int, About("By when a message without a deadline has to have arrived.", low=60, high=366 * DAY_S)
    ] = 3 * DAY_S
    terms: Annotated[
        str, About("The same for single kinds, in seconds: KIND=SECONDS, several with spaces.", pattern=TERMS)
    ] = ""
    channel_s: Annotated[
        int, About("How long one channel is tried while there is another.", low=1, high=30 * DAY_S)
    ] = 7_200
    attempts: Annotated[int, About("Attempts of a message on one channel.", low=1, high=1_000)] = 12
    attempt_s: Annotated[int, About("Seconds for one attempt; by mail at least 60.", low=1, high=600)] = 10
    parallel: Annotated[int, About("Attempts at once to one endpoint.", low=1, high=1_000)] = 64
    keep_days: Annotated[
        int | None,
        About("After so many days delivered messages are forgotten. None: never.", low=KEEP_DAYS_MIN, high=36_525),
    ] = None


@dataclass(frozen=True, slots=True)
class IndicatorsSettings(Section):
    """How long indicators are kept, and what they are held against."""

    keep_hours_days: Annotated[
        int | None,
        About("Windows of an hour are kept for so many days of book time. None: for ever.", low=2, high=36_525),
    ] = 60
    keep_days_days: Annotated[
        int | None, About("Windows of a day likewise; weeks are kept for ever. None: for ever.", low=32, high=36_525)
    ] = 1_826
    quality: Annotated[
        Path | None, About("File of normative values and targets of the quality table. None: the package's.")
    ] = None


@dataclass(frozen=True, slots=True)
class PublicSettings(Section):
    """Public bulletins and queues."""

    store: Annotated[
        str | None, About("Folder (file:///...) or s3://bucket/prefix. None: public/ in the data folder.", pattern=URL)
    ] = None
    s3_endpoint: Annotated[str | None, About("Of an S3-compatible store that is not Amazon's.", pattern=URL)] = None
    s3_region: Annotated[str | None, About("Its region.")] = None
    s3_access_key: Annotated[str | None, About("Its access key.", secret=True)] = dataclasses.field(
        default=None, repr=False
    )
    s3_secret_key: Annotated[str | None, About("Its secret key.", secret=True)] = dataclasses.field(
        default=None, repr=False
    )
    base_url: Annotated[
        str | None, About("Where the store is to be seen on the web; feeds name it. None: relative links.", pattern=URL)
    ] = None
    publisher: Annotated[str | None, About("Who publishes, for pages and feeds, e.g. a department's name.")] = None
    refresh_s: Annotated[
        int, About("Seconds between two renewals of a queue's pages, at least.", low=1, high=DAY_S)
    ] = 60
