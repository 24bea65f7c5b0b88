"""Names of regions and of the cities that are regions themselves, by the first two digits of KATO codes. Data only.

Other localities are called by their code and region, unless the settings name a table of their names.
"""

from collections.abc import Mapping
from typing import Final

# Code of a city of republican significance -> kk, ru, en.
CITIES: Final[Mapping[str, tuple[str, str, str]]] = {
    "710000000": ("Астана", "Астана", "Astana"),
    "750000000": ("Алматы", "Алматы", "Almaty"),
    "790000000": ("Шымкент", "Шымкент", "Shymkent"),
}
# First two digits -> kk, ru, en.
REGIONS: Final[Mapping[str, tuple[str, str, str]]] = {
    "10": ("Абай облысы", "область Абай", "Abai Region"),
    "11": ("Ақмола облысы", "Акмолинская область", "Akmola Region"),
    "15": ("Ақтөбе облысы", "Актюбинская область", "Aktobe Region"),
    "19": ("Алматы облысы", "Алматинская область", "Almaty Region"),
    "23": ("Атырау облысы", "Атырауская область", "Atyrau Region"),
    "27": ("Батыс Қазақстан облысы", "Западно-Казахстанская область", "West Kazakhstan Region"),
    "31": ("Жамбыл облысы", "Жамбылская область", "Zhambyl Region"),
    "33": ("Жетісу облысы", "область Жетісу", "Zhetisu Region"),
    "35": ("Қарағанды облысы", "Карагандинская область", "Karaganda Region"),
    "39": ("Қостанай облысы", "Костанайская область", "Kostanay Region"),
    "43": ("Қызылорда облысы", "Кызылординская область", "Kyzylorda Region"),
    "47": ("Маңғыстау облысы", "Мангистауская область", "Mangystau Region"),
    "55": ("Павлодар облысы", "Павлодарская область", "Pavlodar Region"),
    "59": ("Солтүстік Қазақстан облысы", "Северо-Казахстанская область", "North Kazakhstan Region"),
    "61": ("Түркістан облысы", "Туркестанская область", "Turkistan Region"),
    "62": ("Ұлытау облысы", "область Ұлытау", "Ulytau Region"),
    "63": ("Шығыс Қазақстан облысы", "Восточно-Казахстанская область", "East Kazakhstan Region"),
    "71": ("Астана", "Астана", "Astana"),
    "75": ("Алматы", "Алматы", "Almaty"),
    "79": ("Шымкент", "Шымкент", "Shymkent"),
}
