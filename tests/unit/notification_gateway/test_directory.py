"""Contacts: what is one, tables of them, a default for the unknown."""

import asyncio
import io
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.notification_gateway.channels import Address, Contact, Language, Recipient
from consumers.notification_gateway.directory import BadContact, WithDefaultRoute, checked_address, checked_contact
from consumers.notification_gateway.directory_import import BadTable, Line, read_lines
from schemas.outputs import Audience

HEADER = "audience,recipient,language,channel,address\n"


def read(text: str) -> tuple[list[Line], list[tuple[int, str]]]:
    problems: list[tuple[int, str]] = []
    data = text.encode("utf-8", "surrogateescape")
    return list(read_lines(io.BytesIO(data), lambda line, said: problems.append((line, said)))), problems


@pytest.mark.parametrize(
    ("channel", "where", "address"),
    [
        ("smtp", " parent@example.kz ", "parent@example.kz"),
        ("smtp", "parent@пошта.қаз", "parent@xn--80a1acn3a.xn--80ao21a"),
        ("webhook", "https://gateway.example.kz/in?id=1", "https://gateway.example.kz/in?id=1"),
        ("file", "whatever", ""),
        ("console", "", ""),
        ("egov-mobile", "1234", "1234"),
    ],
)
def test_addresses_are_tidied(channel: str, where: str, address: str) -> None:
    assert checked_address(channel, where) == Address(channel, address)


@pytest.mark.parametrize(
    ("channel", "where", "wrong"),
    [
        ("smtp", "parent", "mailbox"),
        ("smtp", "", "needs an address"),
        ("webhook", "ftp://example.kz", "https://"),
        ("webhook", "https:///path", "https://"),
        ("webhook", "https://example.kz:99999999", "https://"),
        ("SMTP", "parent@example.kz", "small letters"),
        ("x" * 33, "y", "at most 32"),
        ("sms", "x" * 513, "at most 512"),
        ("sms", "1\n2", "printable"),
        ("sms", "770\udcff", "printable"),
        ("sms", "1\u202e2", "printable"),
    ],
)
def test_what_is_no_address_is_refused_without_being_told(channel: str, where: str, wrong: str) -> None:
    with pytest.raises(BadContact, match=wrong) as failure:
        checked_address(channel, where)
    assert len(where) < 2 or where not in str(failure.value)


def test_a_contact_has_a_language_and_few_addresses() -> None:
    assert checked_contact("KK", [("file", "")]) == Contact(Language.KAZAKH, (Address("file", ""),))
    with pytest.raises(BadContact, match="kk, ru, en"):
        checked_contact("de", [])
    with pytest.raises(BadContact, match="more than 8"):
        checked_contact("kk", [("sms", str(number)) for number in range(9)])


def test_no_representation_shows_an_address() -> None:
    contact = checked_contact("kk", [("smtp", "parent@example.kz")])
    assert "parent" not in repr(contact)
    assert "parent" not in str(contact)


def test_a_table_is_read_whatever_the_office_saved_it_with() -> None:
    rows = [
        Line(2, "APPLICANT", "ap-1", "kk", "smtp", "parent@example.kz"),
        Line(3, "ORGANISATION", "kg-17", "ru", "file", ""),
        Line(4, "APPLICANT", "ap-2", "en", None, None),
    ]
    text = HEADER + "applicant,ap-1,kk,smtp,parent@example.kz\nORGANISATION,kg-17,RU,file,\napplicant,ap-2,en,,\n\n"
    assert read(text) == (rows, [])
    assert read("\ufeff" + text.replace(",", ";").replace("\n", "\r\n")) == (rows, [])
    turned = "address\tlanguage\trecipient\taudience\tchannel\nparent@example.kz\tkk\tap-1\tAPPLICANT\tsmtp\n"
    assert read(turned) == (rows[:1], [])


def test_each_bad_line_is_told_by_its_number_and_never_by_what_it_says() -> None:
    text = HEADER + "\n".join(
        [
            "applicant,ap-1,kk,smtp,parent@example.kz",
            "applicant,ap-2,kk,smtp,sekret",
            "nobody,ap-3,kk,smtp,sekret@example.kz",
            "applicant,,kk,smtp,sekret@example.kz",
            "applicant,ap-4,de,smtp,sekret@example.kz",
            "applicant,ap-5,kk,smtp",
            'applicant,ap-6,kk,smtp,"sekret@example.kz"x',
            "applicant,ap-7,kk,,sekret@example.kz",
            "applicant,ap-\udcff,kk,smtp,sekret@example.kz",
            "applicant,ap-8,ru,smtp,last@example.kz",
        ]
    )
    lines, problems = read(text)
    assert [line.recipient for line in lines] == ["ap-1", "ap-8"]
    assert [number for number, _ in problems] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert not any("sekret" in said for _, said in problems)


@pytest.mark.parametrize(
    "text", ["", "recipient,language\n", HEADER.replace("channel", "kanal"), "applicant,ap-1,kk\n"]
)
def test_a_table_with_another_header_row_is_not_read(text: str) -> None:
    with pytest.raises(BadTable, match="audience, recipient, language, channel, address"):
        read(text)


@given(st.text(alphabet="ak,;\"'\n\r\t @.-\x00\udcffә", max_size=200))
def test_no_table_breaks_the_import(text: str) -> None:
    lines, problems = read(HEADER + text)
    assert [line.number for line in lines] == sorted(line.number for line in lines)
    assert len(lines) + len(problems) <= text.count("\n") + text.count("\r") + 1


class Few:
    """A directory that knows two."""

    closed = False

    async def find(self, recipients: Collection[Recipient]) -> Mapping[Recipient, Contact]:
        known = {
            Recipient(Audience.APPLICANT, "mail"): checked_contact("ru", [("smtp", "parent@example.kz")]),
            Recipient(Audience.APPLICANT, "no-address"): checked_contact("en", []),
        }
        return {each: known[each] for each in recipients if each in known}

    async def close(self) -> None:
        self.closed = True


def test_a_default_route_serves_only_whom_nothing_better_is_known_of() -> None:
    few = Few()
    default = checked_contact("kk", [("file", "")])
    directory = WithDefaultRoute(few, default)
    wanted = [Recipient(Audience.APPLICANT, each) for each in ("mail", "no-address", "nobody")]

    async def run() -> list[Contact]:
        found = await directory.find(wanted)
        await directory.close()
        return [contact for each in wanted if (contact := found[each]) is not None]

    mail, no_address, nobody = asyncio.run(run())
    assert [each.channel for each in mail.addresses] == ["smtp"]
    assert (no_address.language, no_address.addresses) == (Language.ENGLISH, default.addresses)
    assert nobody == default
    assert few.closed
