"""docs/settings.md lists exactly the settings that there are, with their names, defaults and meanings."""

from enum import Enum
from pathlib import Path

from infra.settings import OWN_PROPERTIES, leaves
from infra.settings_base import Leaf
from infra.settings_layers import CLIENT, CLIENT_VARIABLE

TEXT = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")


def row(leaf: Leaf) -> str:
    """The line that the page has for a setting."""
    if isinstance(leaf.default, Enum):
        default = f"`{leaf.default.value}`"
    else:
        default = f"`{leaf.default}`" if leaf.default not in (None, "", {}) else ""
    variable = f"{CLIENT_VARIABLE}…" if leaf.path == CLIENT else leaf.variable
    return f"| `{leaf.path}` | `{variable}` | {default} | {leaf.about.text} |"


def test_the_page_lists_every_setting_and_no_other() -> None:
    listed = [line for line in TEXT.splitlines() if line.startswith("| `") and "| `ORYN_" in line]
    assert listed == [row(leaf) for leaf in leaves().values()]


def test_the_page_names_every_property_that_can_not_be_set() -> None:
    assert [name for name in OWN_PROPERTIES if f"`{name}`" not in TEXT] == []


def test_the_page_names_every_alias() -> None:
    assert [leaf.about.alias for leaf in leaves().values() if leaf.about.alias and leaf.about.alias not in TEXT] == []
