"""Alerts and recording rules: Prometheus takes them, each alert fires when it should and only then, each has a section
of the runbook, and all ask for figures that some process exports."""

import re
from collections import Counter
from collections.abc import Callable

import pytest

from infra.metrics_inventory import inventory
from tests.unit.metrics import files

Promtool = Callable[..., str]
SEVERITIES = {"critical", "warning"}
# Of each alert: it is calm, it fires, it is over.
LOOKS = 3


def exported() -> dict[str, set[str]]:
    """Every series' name that a query may ask for, and its labels."""
    return {name: {*each.labels, "le"} for each in inventory() for name in each.names}


def test_prometheus_takes_configuration_and_rules(promtool: Promtool) -> None:
    said = promtool("check", "config", files.PROMETHEUS / "prometheus.yml")
    assert f"{len(files.alerts())} rules found" in said
    assert f"{len(files.recorded())} rules found" in said


def test_each_alert_is_calm_fires_and_is_over(promtool: Promtool) -> None:
    promtool("test", "rules", *sorted((files.PROMETHEUS / "tests").glob("*.yml")))


def test_a_wrong_expectation_would_be_noticed(promtool: Promtool, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = (files.PROMETHEUS / "tests" / "oryn-showing.yml").read_text("utf-8")
    rules = files.PROMETHEUS / "rules"
    wrong = text.replace("../rules", str(rules)).replace("severity: warning", "severity: critical")
    path = tmp_path_factory.mktemp("rules") / "wrong.yml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", path)


def test_each_alert_has_a_test_of_three_looks() -> None:
    text = "".join(path.read_text("utf-8") for path in sorted((files.PROMETHEUS / "tests").glob("*.yml")))
    looks = Counter(re.findall(r"alertname: (\w+)", text))
    assert looks == dict.fromkeys(files.alerts(), LOOKS)
    for name in files.alerts():
        (block,) = re.findall(rf"  - name: {name}\n(.*?)(?=\n  - name: |\Z)", text, re.DOTALL)
        assert block.count("exp_labels:") == 1, f"{name}: fires at one of its looks, with its text"


def test_each_alert_says_how_bad_what_it_is_and_what_to_do() -> None:
    for alert in files.alerts().values():
        severity = re.search(r"severity: (\w+)", alert.text)
        assert severity is not None, alert.name
        assert severity[1] in SEVERITIES
        assert alert.annotation("summary")
        assert len(alert.annotation("description")) > len(alert.annotation("summary"))


def test_alerts_and_sections_of_the_runbook_belong_together() -> None:
    linked = set()
    for alert in files.alerts().values():
        page, _, anchor = alert.annotation("runbook_url").partition("#")
        assert files.ROOT / page == files.RUNBOOK
        linked.add(anchor)
    found = files.sections()
    assert linked == set(found), "every alert has a section, and every section an alert"
    for anchor, text in found.items():
        means, _, rest = text.partition("*Look*")
        assert "*Means*: " in means, anchor
        assert rest, f"{anchor}: how to look"
        assert "*Do*" in rest or "*do*" in rest, f"{anchor}: what to do"


def test_links_within_the_runbook_lead_somewhere() -> None:
    text = files.RUNBOOK.read_text("utf-8")
    assert set(re.findall(r"\]\(#([\w-]+)\)", re.sub(r"\n", " ", text))) <= set(files.anchors())


def test_commands_of_the_runbook_exist() -> None:
    text = files.RUNBOOK.read_text("utf-8")
    commands = {path.stem.replace("_", "-") for path in (files.ROOT / "infra" / "commands").glob("[a-z]*.py")}
    assert set(re.findall(r"\boryn ([a-z][a-z-]+)", text)) <= commands


@pytest.mark.parametrize(("where", "query"), [pytest.param(*each, id=each[0]) for each in files.queries()])
def test_a_query_asks_for_what_processes_export(where: str, query: str) -> None:
    names, made = exported(), files.recorded()
    asked = files.names_in(query)
    assert asked, where
    assert asked <= set(names) | set(made) | files.OWN_NAMES
    every = set().union(*names.values()) | files.TARGET_LABELS
    for name, labels in files.selected(query):
        own = names.get(name, set())
        if name in made:
            own = files.grouped(made[name])
            assert labels <= own, f"{name} has only {own}"
        elif name == "ALERTS":
            own = every | files.ALERT_LABELS
        assert labels <= own | files.TARGET_LABELS, f"{name} has only {own}"
    assert files.grouped(query) <= every | files.ALERT_LABELS


def test_labels_of_figures_and_of_targets_do_not_collide() -> None:
    for each in inventory():
        assert not set(each.labels) & files.TARGET_LABELS, each.name


def test_figures_are_named_as_prometheus_wants() -> None:
    found = inventory()
    assert len({each.name for each in found}) == len(found)
    for each in found:
        if each.name.startswith("oryn_"):
            assert each.about, each.name
            assert re.fullmatch(r"oryn(_[a-z0-9]+)+", each.name)
            assert (each.kind == "counter") == each.name.endswith("_total"), each.name
            assert not re.search(r"_(ms|millis|minutes|kb|percent)(_|$)", each.name), "base units only"
            assert not set(each.labels) & {"applicant", "application", "child_id", "recipient", "place", "user"}


def test_each_figure_is_in_the_documentation() -> None:
    text = (files.ROOT / "docs" / "metrics.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(oryn_\w+)", text, re.MULTILINE))
    names = {each.name for each in inventory() if each.name.startswith("oryn_")}
    assert told == {re.sub(r"^oryn_fan_out_", "oryn_allocation_", each) for each in names}
