"""Published figures that the seasons are built on: number, unit, date and where it was printed. Facts only, no guesses
(those are in `assumptions`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One published number. `source`: the address of the page, without the scheme."""

    value: int
    unit: str
    date: str
    source: str


_NUR_SULTAN_2021 = "inva.kz/2021/06/04/v-nur-sultane-s-10-ijunya-nachnjotsya-planovoe-komplektovanie-v-detskie-sady"
_ASTANA_2024 = "kazlenta.kz/78483-kak-reshaetsya-deficit-mest-v-detskih-sadah-v-astane.html"
_QUEUES_2023 = "kazaknews.kz/obrazovanie/okolo-300-tysyach-detej-v-kazahstane-sostoyat-v-ocheredi-v-detskij-sad"
_NATION_2019 = "mgorod.kz/news/v-pyat-raz-sokratilas-ochered-v-detskie-sady-kazahstana"
_KINDERGARTENS_2025 = "kazpravda.kz/n/ochered-v-detskie-sady-dlya-detey-26-let-vdvoe-sokratili-v-kazahstane"
_BIRTHS_2024 = "aikyn.kz/public/272460"

ASTANA_PLACES_BY_BIRTH_YEAR = {
    2019: Figure(6_074, "places", "2021-06-10", _NUR_SULTAN_2021),
    2018: Figure(9_372, "places", "2021-06-10", _NUR_SULTAN_2021),
    2017: Figure(5_616, "places", "2021-06-10", _NUR_SULTAN_2021),
    2016: Figure(3_235, "places", "2021-06-10", _NUR_SULTAN_2021),
}
ASTANA_PLACES = Figure(24_297, "places", "2021-06-10", _NUR_SULTAN_2021)
ASTANA_QUEUE = Figure(47_274, "children waiting", "2024-02", _ASTANA_2024)
ASTANA_ORGANISATIONS = Figure(532, "organisations", "2024-02", _ASTANA_2024)
ASTANA_ORGANISATIONS_STATE = Figure(100, "organisations", "2024-02", _ASTANA_2024)
ASTANA_ORGANISATIONS_PRIVATE = Figure(429, "organisations", "2024-02", _ASTANA_2024)
ASTANA_ORGANISATIONS_DEPARTMENTAL = Figure(3, "organisations", "2024-02", _ASTANA_2024)
ASTANA_CHILDREN_ATTENDING = Figure(66_119, "children", "2024-02", _ASTANA_2024)

ALMATY_QUEUE = Figure(49_131, "children waiting", "2023", _QUEUES_2023)
ALMATY_PLACES = Figure(
    13_000,
    "children admitted (approx.)",
    "2023-05-16..2023-06-23",
    "mgorod.kz/news/v-almaty-nachalsya-nabor-grupp-v-detskie-sady",
)
ASTANA_QUEUE_2023 = Figure(45_029, "children waiting", "2023", _QUEUES_2023)
KARAGANDA_REGION_QUEUE = Figure(27_157, "children waiting", "2023", _QUEUES_2023)

NATION_QUEUE = Figure(446_176, "children waiting", "2019", _NATION_2019)
NATION_CHILDREN_ATTENDING = Figure(892_000, "children", "2019", _NATION_2019)
NATION_ORGANISATIONS = Figure(12_000, "organisations (approx.)", "2025-12-11", _KINDERGARTENS_2025)

BIRTHS_JAN_AUG_ASTANA = Figure(23_330, "children registered in eight months", "2024", _BIRTHS_2024)
BIRTHS_JAN_AUG_ALMATY = Figure(29_002, "children registered in eight months", "2024", _BIRTHS_2024)
BIRTHS_JAN_AUG_SHYMKENT = Figure(23_935, "children registered in eight months", "2024", _BIRTHS_2024)
BIRTHS_JAN_AUG_TURKISTAN = Figure(30_973, "children registered in eight months", "2024", _BIRTHS_2024)
BIRTHS_JAN_AUG_NORTH_KAZAKHSTAN = Figure(4_313, "children registered in eight months", "2024", _BIRTHS_2024)
BIRTHS_NATION = Figure(403_900, "children born in a year", "2022", "ru.redtram.com/news/politics/615255405")
