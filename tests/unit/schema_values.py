"""Generated values of the contracts' types, within their bounds. For the tests of the schemas only."""

import datetime
from typing import get_args

from hypothesis import strategies as st
from msgspec import Struct
from msgspec import inspect as types

from schemas.events import EVENTS_BY_TOPIC
from schemas.facts import AnyFact
from schemas.instants import Instant

INSTANTS = st.integers(-62_135_596_800_000, 253_402_214_400_000).map(Instant)
PRINTABLE = st.characters(codec="utf-8").filter(lambda char: char >= " " and char != "\x7f")
PATTERNS = {
    r"\A[A-Za-z0-9_.:-]+\Z": st.text("Az09_.:-", min_size=1, max_size=64),
    r"\A[0-9]{9}\Z": st.from_regex(r"\A[0-9]{9}\Z"),
    r"\A[^\x00-\x1f\x7f]*\Z": st.text(PRINTABLE, max_size=256),
    r"\A[^\x00-\x1f\x7f/]*\Z": st.text(PRINTABLE, max_size=64).map(lambda text: text.replace("/", "")),
    r"\A[a-z]{2}\Z": st.text("kzru", min_size=2, max_size=2),
    r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z": st.sampled_from(("00:00", "18:00", "23:59")),
}
SIMPLE: dict[type, st.SearchStrategy[object]] = {
    types.BoolType: st.booleans(),
    types.BytesType: st.binary(max_size=200),
    types.NoneType: st.none(),
    types.DateType: st.dates(datetime.date.min, datetime.date.max),
    types.CustomType: INSTANTS,
}


def of(kind: types.Type) -> st.SearchStrategy[object]:
    """Values of a type as msgspec sees it."""
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    match kind:
        case types.StrType(pattern=None):
            return st.text(st.characters(codec="utf-8"), max_size=80)
        case types.StrType(pattern=str(pattern)):
            return PATTERNS[pattern]
        case types.IntType(ge=low, le=high):
            return st.integers(-(2**63) if low is None else low, 2**63 - 1 if high is None else high)
        case types.VarTupleType(item_type=item, min_length=low, max_length=high):
            return st.lists(of(item), min_size=low or 0, max_size=min(high or 5, 5)).map(tuple)
        case types.UnionType(branches):
            return st.one_of(*map(of, branches))
        case types.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case types.StructType(cls=cls, fields=fields):
            members = {field.name: of(field.type) for field in fields}
            return st.builds(cls, **members)
    raise NotImplementedError(kind)


def structs(kind: type[Struct]) -> st.SearchStrategy[Struct]:
    """Values of a struct type."""
    return of(types.type_info(kind)).map(_sure)


def _sure(value: object) -> Struct:
    assert isinstance(value, Struct)
    return value


EVENTS = {topic: st.one_of(*map(structs, kinds)) for topic, kinds in EVENTS_BY_TOPIC.items()}
FACTS = st.one_of(*map(structs, get_args(AnyFact)))
