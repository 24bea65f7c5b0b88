"""Settings from their layers: defaults, a file, the environment, options of a command; each over those before it.

Owns names in files and in the environment, types, and where each value came from. The one place that reads the
environment. An unknown name is an error that offers the nearest one, for a setting that is silently left out is worse
than none. Never shows a secret.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit, urlunsplit

import msgspec

from infra.settings import Settings, leaves
from infra.settings_base import ENVIRONMENT_PREFIX, About, Leaf, SettingsError

DEFAULT_FILE = "oryn.toml"
FILE_VARIABLE = "ORYN_SETTINGS"
CLIENT = "kafka.client"
CLIENT_VARIABLE = "ORYN_KAFKA_CLIENT_"
MASK = "••••••"
# Properties of librdkafka whose values are secrets, by words of their names.
SECRET_PROPERTY = re.compile(r"password|secret|token|credential|oauthbearer\.config|key\.pem|jaas", re.IGNORECASE)
# A key in a query: postgresql://host/db?user=oryn&password=...
SECRET_PARAMETER = re.compile(r"(?i)((?:password|secret|token|sslpassword)=)[^&#]*")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings and, by path (`kafka.client` by property, too), where each that is no default came from."""

    settings: Settings
    sources: Mapping[str, str]

    def source(self, path: str) -> str:
        """Where a value came from, in words."""
        return self.sources.get(path, "default")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what `oryn settings` shows. `value`: masked where it is secret, none where nothing is set."""

    path: str
    value: str | int | None
    source: str
    variable: str
    meaning: str


def load_settings(
    file: Path | None = None,
    options: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Loaded:
    """Read all layers. `options`: by path (`worker.clock`), as a command's options gave them; none is not given.

    `file`: else that of ORYN_SETTINGS, else `oryn.toml` in the current folder if there is one. `environment`: the
    process's, unless a test gives another. Raises: SettingsError.
    """
    variables = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    client: dict[str, str] = {}
    for layer in (_from_file(file, variables), _from_environment(variables), _from_options(options or {})):
        for path, (value, source) in layer.items():
            sources[path] = source
            if path.startswith(f"{CLIENT}."):
                client[path.removeprefix(f"{CLIENT}.")] = value
            else:
                values[path] = value
    if client:
        values[CLIENT] = client
    try:
        return Loaded(_build(values), sources)
    except SettingsError as exc:
        origin = sources.get(str(exc).partition(":")[0])
        raise SettingsError(f"{exc} (from {origin})" if origin else str(exc)) from exc


def rows(loaded: Loaded) -> list[Row]:
    """Every setting with its value and where it came from, secrets masked; the client's properties one by one."""
    found = []
    for leaf in leaves().values():
        value = _value(loaded.settings, leaf.path)
        if leaf.path != CLIENT:
            shown = _shown(value, leaf.about)
            found.append(Row(leaf.path, shown, loaded.source(leaf.path), leaf.variable, leaf.about.text))
            continue
        found.append(Row(leaf.path, None, loaded.source(leaf.path), f"{CLIENT_VARIABLE}…", leaf.about.text))
        for name, each in sorted(value.items()):
            path = f"{CLIENT}.{name}"
            shown = MASK if SECRET_PROPERTY.search(name) else each
            found.append(Row(path, shown, loaded.source(path), _client_variable(name), "property of librdkafka"))
    return found


def masked_link(link: str) -> str:
    """An address without its password."""
    try:
        parts = urlsplit(link)
        user, colon, _ = parts.netloc.rpartition("@")[0].partition(":")
    except ValueError:
        return MASK
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{user}:{MASK}@{host}" if colon else parts.netloc
    query = SECRET_PARAMETER.sub(rf"\g<1>{MASK}", parts.query)
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


# ---------------------------------------------------------------------------------------------------------- layers

Layer = dict[str, tuple[Any, str]]


def _from_file(file: Path | None, variables: Mapping[str, str]) -> Layer:
    named = file or (Path(variables[FILE_VARIABLE]) if variables.get(FILE_VARIABLE) else None)
    path = named or Path(DEFAULT_FILE)
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        if named is None:
            return {}
        raise SettingsError(f"{path}: there is no such file of settings") from exc
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SettingsError(f"{path}: no file of settings: {exc}") from exc
    layer: Layer = {}
    for key, value in _flat(tree, ""):
        if key.startswith(f"{CLIENT}."):
            layer[key] = _property(key, value, f"{path}: {key}"), f"{path}: {key}"
            continue
        leaf = leaves().get(key)
        if leaf is None:
            raise SettingsError(f"{path}: {key} is no setting{_nearest(key, leaves())}")
        converted = _convert(leaf, value, f"{path}: {key}", strict=True)
        if isinstance(converted, Path):  # as seen from the file, not from wherever a command runs
            converted = path.parent / converted
        layer[key] = converted, f"{path}: {key}"
    return layer


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a TOML tree. In `kafka.client`, dotted keys and tables make the same names."""
    for name, value in tree.items():
        key = prefix + name
        if isinstance(value, dict) and key not in leaves():
            yield from _flat(value, f"{key}.")
        elif isinstance(value, dict) and key == CLIENT:
            yield from _flat(value, f"{CLIENT}.")
        else:
            yield key, value


def _property(key: str, value: object, where: str) -> str:
    """A property of librdkafka, which is text to us: TOML may say 5 or true."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise SettingsError(f"{where}: {key} is no text, number or truth")


def _from_environment(variables: Mapping[str, str]) -> Layer:
    known = {leaf.variable: leaf for leaf in leaves().values()}
    layer: Layer = {}
    for leaf in leaves().values():
        alias = leaf.about.alias
        if alias and variables.get(alias):
            layer[leaf.path] = _convert(leaf, variables[alias], alias, strict=False), alias
    for name, value in sorted(variables.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or name == FILE_VARIABLE:
            continue
        if name.startswith(CLIENT_VARIABLE) and name != CLIENT_VARIABLE:
            key = name.removeprefix(CLIENT_VARIABLE).lower().replace("_", ".")
            layer[f"{CLIENT}.{key}"] = value, name
            continue
        leaf_found = known.get(name)
        if leaf_found is None or leaf_found.path == CLIENT:
            raise SettingsError(f"{name} in the environment is no setting{_nearest(name, {*known, FILE_VARIABLE})}")
        layer[leaf_found.path] = _convert(leaf_found, value, name, strict=False), name
    return layer


def _from_options(options: Mapping[str, object]) -> Layer:
    layer: Layer = {}
    for path, value in options.items():
        if value is None:
            continue
        if path not in leaves():
            raise SettingsError(f"{path} is no setting{_nearest(path, leaves())}")
        layer[path] = _convert(leaves()[path], value, f"option {path}", strict=False), "option"
    return layer


# --------------------------------------------------------------------------------------------------------- values


def _convert(leaf: Leaf, value: object, where: str, *, strict: bool) -> Any:
    optional = get_origin(leaf.kind) is UnionType and type(None) in get_args(leaf.kind)
    if optional and not strict and value == "":
        return None  # a variable that is there but empty takes a file's value away
    try:
        return msgspec.convert(value, leaf.kind, strict=strict, dec_hook=_decode)
    except (msgspec.ValidationError, ValueError) as exc:
        wanted = [str(each.value) for each in leaf.kind] if hasattr(leaf.kind, "__members__") else []
        hint = f"; one of {', '.join(wanted)}{_nearest(str(value), wanted)}" if wanted else ""
        said = "" if leaf.about.link or leaf.about.secret else f", not {value!r}"
        raise SettingsError(f"{where}: expected {_kind_name(leaf)}{said}{hint}") from exc


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path) and str(value):
        return Path(value).expanduser()
    raise ValueError("no path")


def _kind_name(leaf: Leaf) -> str:
    kinds = [each for each in (get_args(leaf.kind) or (leaf.kind,)) if each is not type(None)]
    names = {int: "a whole number", str: "a text", bool: "true or false", Path: "a path"}
    return names.get(kinds[0], "a word")


def _build(values: Mapping[str, Any]) -> Settings:
    """The settings of flat values; each section checks itself. Raises: SettingsError."""
    top: dict[str, Any] = {}
    sections: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        section, dot, name = path.partition(".")
        if dot:
            sections.setdefault(section, {})[name] = value
        else:
            top[section] = value
    hints = get_type_hints(Settings)
    return Settings(**top, **{section: hints[section](**given) for section, given in sections.items()})


def _value(settings: Settings, path: str) -> Any:
    value: Any = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _shown(value: Any, about: About) -> str | int | None:
    if value is None or isinstance(value, int):
        return value
    if about.secret:
        return MASK
    return masked_link(value) if about.link else str(value)


def _client_variable(name: str) -> str:
    return CLIENT_VARIABLE + name.upper().replace(".", "_")


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
