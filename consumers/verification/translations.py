"""What is wrong, in Russian and Kazakh, by the English template. Owns words only."""

from consumers.history.texts import Language

TEMPLATES: dict[Language, dict[str, str]] = {Language.RUSSIAN: {}, Language.KAZAKH: {}}
