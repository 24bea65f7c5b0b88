"""All that the seasons assume and nobody published: each with its unit, its reason, and a source where there is one.

The only file to change when somebody knows better. Published figures are in `figures`. Never decides.
"""

import datetime
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.words import Benefit, Channel, DocumentsReason, ExtensionReason, RecallReason, Regime

T = TypeVar("T")
JUDGEMENT = "our judgement"


@dataclass(frozen=True)
class Assumption(Generic[T]):
    """One assumed value or table."""

    value: T
    unit: str
    reason: str
    source: str = JUDGEMENT


def everything() -> dict[str, Assumption[object]]:
    """All assumptions by name, in the order of this file."""
    return {name: each for name, each in globals().items() if isinstance(each, Assumption)}


# Who waits.

QUEUE_BY_AGE = Assumption(
    {0: 0.05, 1: 0.17, 2: 0.25, 3: 0.27, 4: 0.15, 5: 0.085, 6: 0.025},
    "share of the queue by season year minus birth year",
    "most are entered at birth and leave at two to four; some stay until school takes them off the list",
)
BENEFITS = Assumption(
    {
        Benefit.MILITARY: 0.018,
        Benefit.SPECIAL_STATE_BODY: 0.012,
        Benefit.TEACHER_CHILD: 0.035,
        Benefit.LARGE_FAMILY: 0.085,
        Benefit.PARENT_DISABILITY: 0.012,
        Benefit.DISABLED_CHILD_IN_FAMILY: 0.012,
        Benefit.SPECIAL_NEEDS: 0.012,
        Benefit.WITHOUT_PARENTAL_CARE: 0.004,
        Benefit.ORPHAN: 0.003,
    },
    "share of families holding it (drawn independently)",
    "about one family in six; families with four children and more are the largest benefit group in the country",
)
SIBLINGS = Assumption(0.09, "share of families with two children waiting", "births within three years of each other")
SPECIAL_QUEUE = Assumption(
    0.5, "share of children with special needs who also stand in a special queue", "p.17 allows both"
)
SANATORIUM_QUEUE = Assumption(
    0.006, "share of applications for a sanatorium organisation", "a few organisations per city"
)
MIGRATED_AGE_DAYS = Assumption(
    ((0.0, 3.0), (0.2, 60.0), (0.7, 240.0), (1.0, 330.0)),
    "quantiles of the days from birth to the application, cut off at the take-over",
    "parents enter the queue in the child's first year",
)

COMMISSION = Assumption(
    0.8, "share of children with special needs who have the commission's conclusion", "it takes months"
)

# Who comes during the season.

APPLICATIONS_BORN = Assumption(
    0.72, "applications per registered birth", "not every family enters the queue; some wait until the child is two"
)
APPLICATIONS_LATER = Assumption(
    0.55, "applications of older children per registered birth", "newcomers to the city, and those who waited"
)
CHANNELS = Assumption(
    {Channel.PORTAL: 0.52, Channel.MOBILE: 0.27, Channel.STATE_CORPORATION: 0.13, Channel.OFFICE: 0.08},
    "share of applications by channel",
    "the service is mostly used on the portal and in the state's mobile application",
)
BIRTH_CHANNELS = Assumption(
    {Channel.PROACTIVE: 0.55, Channel.BIRTH_REGISTRATION: 0.45},
    "share by channel of applications made at birth",
    "offered by message with the birth certificate, or ticked in the registration itself",
)
SUBMISSION_DELAY_MS = Assumption(
    ((0.0, 150.0), (0.9, 1_500.0), (0.99, 20_000.0), (1.0, 900_000.0)),
    "quantiles of the milliseconds between the application and its record",
    "a portal hands over at once, an office that was offline later",
)

# Papers at registration.

PAPERS_DELAY_HOURS = Assumption(
    ((0.0, 0.02), (0.55, 0.3), (0.8, 20.0), (0.95, 70.0), (1.0, 110.0)),
    "quantiles of the hours from the registration message to showing the papers",
    "electronic papers at once, others within the five working days",
)
PAPERS_NEVER = Assumption(0.022, "share of applications whose papers are never shown", "tried it and forgot")
PAPERS_REFUSED = Assumption(
    0.028, "share of shown papers that are refused", "incomplete scans, wrong address of residence"
)
PAPERS_REASONS = Assumption(
    {
        DocumentsReason.INCOMPLETE_PACKAGE: 0.7,
        DocumentsReason.REQUIREMENTS_NOT_MET: 0.18,
        DocumentsReason.NO_CONSENT: 0.07,
        DocumentsReason.UNTRUE_DOCUMENTS: 0.05,
    },
    "share of refusals by reason",
    "what p.22 names, mostly a missing paper",
)
BENEFIT_CLAIMED_WRONGLY = Assumption(
    0.04, "share of claims that the papers do not prove", "three children are not four"
)
PROVIDER_MINUTES = Assumption(
    ((0.0, 2.0), (0.6, 12.0), (0.95, 28.0), (0.99, 90.0), (1.0, 2_000.0)),
    "quantiles of the minutes the provider takes to answer",
    "30 minutes are the norm of p.6 and p.22, kept nearly always",
)
APPLY_AGAIN = Assumption(0.6, "share of refused families that apply again", "the place is still needed")
APPLY_AGAIN_DAYS = Assumption(
    ((0.0, 0.1), (0.6, 3.0), (1.0, 20.0)), "quantiles of the days until then", "papers take days"
)

# Choosing.

NEWS_DELAY_SECONDS = Assumption(
    ((0.0, 4.0), (0.5, 40.0), (0.9, 240.0), (1.0, 900.0)),
    "quantiles of the seconds until a message reaches its reader",
    "text messages in bulk: seconds as a rule, a quarter of an hour at the worst",
)
ACCESS_IGNORED = Assumption(
    0.14,
    "share of accesses not looked at without a reminder",
    "changed telephone, child already in a private kindergarten",
)
ACCESS_REACTION = Assumption(
    ((0.0, 0.0), (0.22, 0.012), (0.5, 0.09), (0.72, 0.35), (0.93, 0.85), (1.0, 0.998)),
    "quantiles of the reaction to an access, as a share of the window",
    "a rush in the first hours, then once a day, some on the last evening",
)
REMINDED = Assumption(0.35, "share of those who had done nothing whom a reminder moves", "some had only forgotten")
LAST_MOMENT = Assumption(0.006, "share that acts within seconds of a deadline, before or after it", "people do")
THINKING_SECONDS = Assumption(
    ((0.0, 8.0), (0.5, 45.0), (0.9, 300.0), (1.0, 1_200.0)),
    "quantiles of the seconds from seeing the page to choosing",
    "the page shows what was free when it was opened, so the slow are sometimes told that the place is taken",
)
NEIGHBOURHOOD = Assumption(6, "organisations near a family's home", "walking distance or on the way to work")
ANYWHERE = Assumption(
    0.78, "share of families that take a place elsewhere when their neighbourhood has none", "queues are long"
)
LANGUAGE_STRICT = Assumption(0.55, "share of families that want a group in their language only", "instruction differs")
TEMPORARY_WANTED = Assumption(0.25, "share of families that would take a temporary place", "it keeps their position")
LOOK_AGAIN_HOURS = Assumption(
    ((0.0, 0.1), (0.3, 1.0), (0.8, 22.0), (1.0, 40.0)),
    "quantiles of the hours until they look again",
    "evening by evening",
)
LOOKS = Assumption(
    5, "times that a family opens the page for one access", "then it gives up or waits for its next turn"
)
OPEN_STAGE_WATCHERS = Assumption(
    0.3,
    "share of waiting families that watch the open stage",
    "no message announces it (PRIV), but everybody knows somebody who found a place there",
)
OPEN_STAGE_DAYS = Assumption(
    ((0.0, 0.1), (0.5, 1.5), (1.0, 6.0)),
    "quantiles of the days between visits with a number of at most 1000",
    "it pays",
)
DISTANT_DAYS = Assumption(
    ((0.0, 5.0), (0.5, 12.0), (1.0, 30.0)),
    "quantiles of the days between visits with a higher number",
    "it does not, yet",
)
OPEN_STAGE_OPTIMISTS = Assumption(
    0.01, "share of visits with a number from 1001 to 3000 that end in a choice", "they hope or misread"
)

# After the referral.

CANCEL = Assumption(0.03, "share of referrals cancelled by the family", "second thoughts, the other parent objects")
CANCEL_TOO_LATE = Assumption(0.06, "share of those who cancel only after the 24 hours", "the limit is not well known")
CHECK_NEVER = Assumption(
    0.028, "share of referrals whose papers are not shown without a reminder", "moved away, private place found"
)
CHECK_REACTION = Assumption(
    ((0.0, 0.002), (0.4, 0.06), (0.75, 0.4), (1.0, 0.93)),
    "quantiles of showing the originals, as a share of the term",
    "most come on the first or second working day",
)
CHECK_REFUSED = Assumption(0.012, "share of originals refused", "names that differ, an expired paper")
BENEFIT_NOT_CONFIRMED = Assumption(
    0.025, "share of benefits gone at the second check", "changed work, grown-up siblings"
)
AUTOMATIC_IGNORED = Assumption(0.1, "share of automatic referrals that nobody acts on", "nobody asked for it")
VISIT_NEVER = Assumption(
    0.02, "share of active referrals not acted on without a reminder", "as above, after the papers"
)
VISIT_REACTION = Assumption(
    ((0.0, 0.01), (0.5, 0.22), (0.8, 0.55), (1.0, 0.95)),
    "quantiles of bringing the child, as a share of the referral's term",
    "a medical certificate takes a day or two",
)
EXTENDED = Assumption(0.015, "share of active referrals extended", "a sick child, a journey in summer")
EXTENSION_REASONS = Assumption(
    {
        ExtensionReason.ILLNESS: 0.4,
        ExtensionReason.LEAVE: 0.4,
        ExtensionReason.TREATMENT: 0.12,
        ExtensionReason.BUSINESS_TRIP: 0.08,
    },
    "share of extensions by reason",
    "summer",
)
ENROL_HOURS = Assumption(
    ((0.0, 0.1), (0.8, 2.0), (1.0, 7.0)), "quantiles of the hours to enrol a child", "order of the head"
)
ADMISSION_REFUSED = Assumption(
    0.009, "share of arrivals refused", "medical contraindication, as the authority will ask about"
)
EARLY_GIVEN_UP = Assumption(0.06, "share of referrals to an early place given back before it is vacated", "impatience")
CHILD_LEAVES = Assumption(0.02, "share of enrolled children that leave within the season", "moves and illness")
TAKEN_OUT_DAYS = Assumption(((0.0, 4.0), (0.5, 25.0), (1.0, 70.0)), "quantiles of the days until then", "as above")

# Things that happen to families.

WITHDRAWN = Assumption(
    0.018, "share of waiting families that withdraw within the season", "moved, private kindergarten"
)
INTEREST_CONFIRMED = Assumption(0.03, "share that confirms its interest unasked", "the portal offers the button")
BENEFIT_GAINED = Assumption(0.006, "share of waiting families whose benefits change", "a fourth child, a new post")
LINKED = Assumption(0.003, "share of applications that move to the other parent", "divorce, guardianship")
SUSPENDED = Assumption(0.0012, "share of waiting applications suspended for a violation", "checks by the authority")
SUSPENDED_DAYS = Assumption(((0.0, 3.0), (1.0, 25.0)), "quantiles of the days until restored", "an inquiry")

# Kindergartens.

PRIVATE_SHARE_BY_AGE = Assumption(
    {2: 0.0, 3: 0.3, 4: 0.52, 5: 0.55},
    "share of the places in private organisations by season year minus birth year",
    "private places need three full years; half of the children attending are in private organisations",
    "kazlenta.kz/78483-kak-reshaetsya-deficit-mest-v-detskih-sadah-v-astane.html",
)
SPECIAL_ORGANISATIONS = Assumption(0.010, "share of organisations that are special", "a handful per city")
SANATORIUM_ORGANISATIONS = Assumption(0.006, "share of organisations that are sanatoria", "a handful per city")
SPECIAL_PLACES = Assumption(14, "places of a special or sanatorium organisation in a season", "two small groups")
SPECIAL_PROFILES = Assumption(
    ("SPEECH", "HEARING", "VISION", "MOTOR", "INTELLECT"), "profiles of special organisations", "types of impairment"
)
LANGUAGES = Assumption(
    {"kk": 0.66, "ru": 0.33, "en": 0.01}, "share of groups by language of instruction", "a city's groups"
)
REGIMES = Assumption(
    {Regime.FULL_DAY: 0.93, Regime.HALF_DAY: 0.06, Regime.ROUND_THE_CLOCK: 0.01},
    "share of groups by regime",
    "as usual",
)
SINGLE_AGE = Assumption(
    0.12, "share of groups for one age instead of the birth year's two", "filled-up groups take one age"
)
GROUP_SIZE = Assumption(22, "places released together for one group", "sizes of 20 to 25")
RELEASE_GAP_MS = Assumption(
    ((0.0, 120.0), (0.9, 900.0), (1.0, 6_000.0)),
    "quantiles of the milliseconds between two releases of a list",
    "a script",
)
VACANCIES_PER_DAY = Assumption(
    0.0009, "places becoming free per attending child and day", "a pupil in ten leaves before the summer ends"
)
VACANCY_AGES = Assumption(
    {2: 0.22, 3: 0.3, 4: 0.28, 5: 0.2}, "share of daily places by season year minus birth year", "as the groups are"
)
VACANCY_KINDS = Assumption(
    {"REGULAR": 0.66, "EARLY": 0.2, "TEMPORARY": 0.14},
    "share of daily places by admission mode",
    "notice of leaving for school, and summer absences",
)
EARLY_DAYS = Assumption(((0.0, 6.0), (1.0, 45.0)), "quantiles of the days from the release to the set date", "notice")
VACATED_DELAY_DAYS = Assumption(
    ((0.0, -4.0), (0.7, 0.0), (1.0, 12.0)),
    "quantiles of the days from the set date to the report",
    "some late, some before",
)
NEVER_VACATED = Assumption(0.05, "share of early places never vacated", "the pupil stays")
TEMPORARY_DAYS = Assumption(
    ((0.0, 30.0), (1.0, 80.0)), "quantiles of the days of a temporary place", "a summer's absence"
)
PUPIL_RETURNED = Assumption(0.08, "share of temporary places whose pupil is back early", "plans change")
RECALLED = Assumption(0.009, "share of places recalled", "repairs, quarantine, lists with errors")
RECALL_DAYS = Assumption(
    ((0.0, 0.05), (0.4, 1.0), (1.0, 18.0)), "quantiles of the days until a recall", "errors show early"
)
RECALL_REASONS = Assumption(
    {
        RecallReason.PUBLISHED_BY_MISTAKE: 0.5,
        RecallReason.MAJOR_REPAIR: 0.2,
        RecallReason.QUARANTINE: 0.14,
        RecallReason.STATE_ORDER_CANCELLED: 0.1,
        RecallReason.CLOSURE: 0.06,
    },
    "share of recalls by reason",
    "p.25, and the plain error",
)
RECALL_ERRORS = Assumption(0.05, "share of recalls with a wrong id, or for a place with a child", "typing, old lists")
RECALL_FIRST = Assumption(0.0015, "share of places whose recall arrives before the release", "two systems, two speeds")
ORGANISATION_CLOSES = Assumption(0.003, "share of organisations that close within the season", "private ones, mostly")
ORGANISATION_OPENS = Assumption(0.012, "share of organisations that open within the season", "new private ones")
ORGANISATION_UPDATES = Assumption(0.02, "share of organisations whose entry is updated", "names, profiles")

# Mistakes.

SENT_TWICE = Assumption(0.004, "share of events sent again with the same id", "a retry after a lost answer")
ENTERED_TWICE = Assumption(0.001, "share of events entered again under a new id", "an impatient clerk")
RESEND_SECONDS = Assumption(
    ((0.0, 0.4), (0.9, 30.0), (1.0, 7_200.0)), "quantiles of the seconds until then", "retry timers"
)
MISTYPED = Assumption(0.0012, "share of events sent with a wrong id first", "typing")
SECOND_APPLICATION = Assumption(0.004, "share of families that apply a second time", "the other parent did not know")
TOO_OLD_APPLICATION = Assumption(0.004, "share of new applications for a child past the age", "school was postponed")
NOT_MINE = Assumption(0.001, "share of families in which the wrong parent acts", "the account of the other parent")
BAD_DATES = Assumption(0.0008, "share of releases with an impossible date", "typing")
HASTY_ENROLMENT = Assumption(0.004, "share of children enrolled before the referral is active", "the family came early")

# Time.

ONLINE_HOURS = Assumption(
    (1, 0.5, 0.3, 0.2, 0.3, 0.8, 2, 5, 7, 8, 8, 7, 7, 7, 6, 6, 6, 6, 6.5, 7, 8, 8, 5, 2.5),
    "weight of each hour of the day for applications from home",
    "the shape of any online service: none at night, an evening peak",
)
OFFICE_HOURS = Assumption((9, 18), "hours between which offices and kindergartens work", "public offices' working day")
SLEEP_HOURS = Assumption((0, 7), "hours in which families do nothing, as a rule", "sleep")
MIGRATION_GAP_MS = Assumption(
    ((0.0, 20.0), (1.0, 240.0)), "quantiles of the milliseconds between two records of the take-over", "a night's batch"
)
CLOSED_DAYS = Assumption(
    (
        datetime.date(2021, 7, 5),
        datetime.date(2021, 7, 6),
        datetime.date(2021, 7, 20),
        datetime.date(2021, 8, 30),
        datetime.date(2023, 5, 8),
        datetime.date(2023, 5, 9),
        datetime.date(2023, 6, 28),
        datetime.date(2023, 7, 6),
        datetime.date(2023, 7, 7),
        datetime.date(2023, 8, 30),
    ),
    "weekdays on which offices are closed",
    "public holidays with their transfers, in the months of the seasons",
)

# The nation. Regions as before June 2022, by the first two digits of the KATO code.

REGION_WEIGHTS = Assumption(
    {
        "11": 2.6,
        "15": 4.6,
        "19": 9.8,
        "23": 3.6,
        "27": 3.3,
        "31": 5.8,
        "35": 9.0,
        "39": 3.4,
        "43": 4.1,
        "47": 4.9,
        "55": 3.2,
        "59": 1.7,
        "61": 8.6,
        "63": 5.6,
        "71": 10.5,
        "75": 11.0,
        "79": 8.3,
    },
    "share of the nation's queue by region, per cent",
    "Almaty, Astana and Karaganda as in 2023, the others by births",
    "kazaknews.kz (2023) and aikyn.kz (births, 2024)",
)
LOCALITIES_PER_REGION = Assumption(
    12, "localities of a region with a queue of their own", "its centre and district centres"
)
CENTRE_SHARE = Assumption(0.42, "share of a region's queue in its centre", "regional centres hold about two fifths")
NATION_PLACES = Assumption(
    300_000,
    "places in a season",
    "0.37 places per attending child, as in Astana in 2021, damped for the regions",
    "derived from the Astana figures",
)
VILLAGE = Assumption(
    {"queue": 60, "places": 24, "organisations": 2}, "size of the village", "one rural district in one look"
)
