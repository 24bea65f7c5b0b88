"""Settings in layers: which wins, where a value came from, what is refused, and that no secret is shown."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import psutil  # type: ignore[import-untyped]  # has no types of its own
import pytest

from infra.settings import KafkaSettings, PublisherSettings, Settings, WorkerSettings, leaves
from infra.settings_base import SettingsError
from infra.settings_layers import MASK, Loaded, load_settings, masked_link, rows
from infra.settings_readers import PostgresSettings, RedisSettings
from infra.settings_services import (
    allocation_runtime,
    fan_out_runtime,
    kafka_client,
    postgres_url,
    redis_url,
    schema_ids,
)
from infra.stack.state import PROCESS, Running, State, save, stack_folder
from schemas.ids import FrozenIds
from streams.runtime.settings import Clock, RuntimeSettings

ROOT = Path(__file__).parents[3]
SECRETS = ("geheim1", "geheim2", "geheim3", "geheim4", "geheim5", "geheim6")


def load(tmp_path: Path, text: str = "", environment: dict[str, str] | None = None, **options: object) -> Loaded:
    """What a file of settings, an environment and options give together."""
    path = tmp_path / "oryn.toml"
    path.write_text(text, encoding="utf-8")
    given = {name.replace("__", "."): value for name, value in options.items()}
    return load_settings(path, given, environment or {})


def refusal(tmp_path: Path, text: str = "", environment: dict[str, str] | None = None, **options: object) -> str:
    """The text of the error."""
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text, environment, **options)
    return str(caught.value).replace(str(tmp_path / "oryn.toml"), "FILE")


def test_without_anything_all_is_as_the_package_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(environment={"PATH": "/bin"})
    assert loaded.settings == Settings()
    assert {row.source for row in rows(loaded)} == {"default"}


def test_file_then_environment_then_option_win_in_this_order(tmp_path: Path) -> None:
    text = "[worker]\nbatch_records = 10\nbatch_ms = 11\nclock_skew_ms = 12\n"
    environment = {"ORYN_WORKER_BATCH_MS": "21", "ORYN_WORKER_CLOCK_SKEW_MS": "22"}
    loaded = load(tmp_path, text, environment, worker__clock_skew_ms=32)
    worker = loaded.settings.worker
    assert (worker.batch_records, worker.batch_ms, worker.clock_skew_ms) == (10, 21, 32)
    assert loaded.source("worker.batch_records") == f"{tmp_path / 'oryn.toml'}: worker.batch_records"
    assert loaded.source("worker.batch_ms") == "ORYN_WORKER_BATCH_MS"
    assert loaded.source("worker.clock_skew_ms") == "option"
    assert loaded.source("worker.name") == "default"


def test_an_option_that_was_not_given_takes_nothing_away(tmp_path: Path) -> None:
    assert load(tmp_path, 'kafka.bootstrap = "a:1"', kafka__bootstrap=None).settings.kafka.bootstrap == "a:1"


def test_an_empty_variable_takes_the_value_of_the_file_away(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'kafka.bootstrap = "a:1"', {"ORYN_KAFKA_BOOTSTRAP": ""})
    assert loaded.settings.kafka.bootstrap is None


def test_the_file_is_the_named_one_or_the_one_of_the_environment_or_that_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("oryn.toml", "second.toml", "third.toml"):
        Path(name).write_text(f'kafka.bootstrap = "{name}:1"', encoding="utf-8")
    environment = {"ORYN_SETTINGS": "second.toml"}
    assert load_settings(environment={}).settings.kafka.bootstrap == "oryn.toml:1"
    assert load_settings(environment=environment).settings.kafka.bootstrap == "second.toml:1"
    assert load_settings(Path("third.toml"), environment=environment).settings.kafka.bootstrap == "third.toml:1"


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file of settings"):
        load_settings(tmp_path / "nowhere.toml", environment={})
    with pytest.raises(SettingsError, match="no such file of settings"):
        load_settings(environment={"ORYN_SETTINGS": str(tmp_path / "nowhere.toml")})


def test_paths_of_a_file_are_seen_from_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, 'data = "here"\n[publisher]\nspool = "/var/spool/oryn"', {}).settings
    assert settings.data == tmp_path / "here"
    assert settings.spool == Path("/var/spool/oryn")
    assert settings.snapshots == tmp_path / "here" / "snapshots"
    assert load(tmp_path, 'data = "here"', {"ORYN_DATA": "there"}).settings.data == Path("there")


def test_properties_of_the_client_pass_through_from_file_and_environment(tmp_path: Path) -> None:
    text = (
        '[kafka]\nbootstrap = "a:1"\n[kafka.client]\nsecurity.protocol = "SASL_SSL"\n"sasl.username" = "file"\n'
        "retries = 5\n"
    )
    environment = {"ORYN_KAFKA_CLIENT_SASL_USERNAME": "environment", "ORYN_KAFKA_CLIENT_SSL_CA_LOCATION": "/ca.pem"}
    loaded = load(tmp_path, text, environment)
    assert kafka_client(loaded.settings) == {
        "bootstrap.servers": "a:1",
        "retries": "5",
        "sasl.username": "environment",
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": "/ca.pem",
    }
    assert loaded.source("kafka.client.sasl.username") == "ORYN_KAFKA_CLIENT_SASL_USERNAME"
    assert loaded.source("kafka.client.security.protocol").endswith("oryn.toml: kafka.client.security.protocol")


def test_the_registry_has_the_name_that_others_use_too_and_ours_wins(tmp_path: Path) -> None:
    environment = {"SCHEMA_REGISTRY_URL": "http://other:1"}
    assert load(tmp_path, "", environment).settings.registry.url == "http://other:1"
    ours = environment | {"ORYN_REGISTRY_URL": "http://ours:1"}
    assert load(tmp_path, "", ours).settings.registry.url == "http://ours:1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[worker]\nclok = 1", "FILE: worker.clok is no setting; did you mean worker.clock?"),
        ("[wroker]\nclock = 1", "FILE: wroker.clock is no setting; did you mean worker.clock?"),
        ("bootstrap = 1", "FILE: bootstrap is no setting; did you mean kafka.bootstrap?"),
        ("worker = 1", "FILE: worker is no setting"),
        ('[worker]\nbatch_records = "10"', "FILE: worker.batch_records: expected a whole number, not '10'"),
        ("[worker]\nbatch_records = true", "FILE: worker.batch_records: expected a whole number, not True"),
        ("[worker]\nbatch_records = 1.5", "FILE: worker.batch_records: expected a whole number, not 1.5"),
        ('[worker]\nclock = "record"', "expected a word, not 'record'; one of wall, records; did you mean records?"),
        ("data = 3", "FILE: data: expected a path, not 3"),
        ("[kafka]\nclient = 3", "FILE: kafka.client: expected"),
        ("[kafka.client]\nretries = [1]", "kafka.client.retries is no text, number or truth"),
        ("[worker", "FILE: no file of settings"),
    ],
)
def test_what_a_file_gets_wrong_is_named_with_the_nearest_right_name(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "ORYN_KAFKA_BOOTSTRAPS",
            "a:1",
            "ORYN_KAFKA_BOOTSTRAPS in the environment is no setting; did you mean ORYN_KAFKA_BOOTSTRAP?",
        ),
        ("ORYN_KAFKA", "a:1", "ORYN_KAFKA in the environment is no setting"),
        ("ORYN_KAFKA_CLIENT", "a", "ORYN_KAFKA_CLIENT in the environment is no setting"),
        ("ORYN_WORKER_BATCH_MS", "soon", "ORYN_WORKER_BATCH_MS: expected a whole number, not 'soon'"),
        ("ORYN_WORKER_HEALTH_PORT", "65536", "worker.health_port: 65536 is above 65535 (from ORYN_WORKER_HEALTH_PORT)"),
        ("ORYN_WORKER_NAME", "", "worker.name: empty (from ORYN_WORKER_NAME)"),
        ("ORYN_WORKER_NAME", "a/b", "worker.name: not at most 100 letters, digits, dots, _ and -: 'a/b'"),
        ("ORYN_DATA", "", "ORYN_DATA: expected a path"),
    ],
)
def test_what_the_environment_gets_wrong_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    assert said in refusal(tmp_path, "", {name: value})


def test_an_option_that_is_no_setting_is_an_error_of_the_command(tmp_path: Path) -> None:
    assert "worker.clok is no setting" in refusal(tmp_path, worker__clok="x")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: WorkerSettings(transaction_timeout_ms=20_000, max_poll_interval_ms=40_000),
            "worker.transaction_timeout_ms: not below half of worker.max_poll_interval_ms",
        ),
        (
            lambda: WorkerSettings(session_timeout_ms=300_000),
            "worker.session_timeout_ms: not below worker.max_poll_interval_ms",
        ),
        (
            lambda: WorkerSettings(batch_ms=5_001),
            "worker.batch_ms: above a quarter of worker.transaction_timeout_ms",
        ),
        (lambda: WorkerSettings(fan_out_group="oryn-allocation"), "worker.fan_out_group: the same"),
        (lambda: WorkerSettings(batch_records=0), "worker.batch_records: 0 is below 1"),
        (lambda: WorkerSettings(health_port=-1), "worker.health_port: -1 is below 0"),
        (lambda: KafkaSettings(topic_prefix="a b"), "kafka.topic_prefix: not at most"),
        (lambda: KafkaSettings(client={"group.id": "x"}), "kafka.client: group.id can't be set"),
        (lambda: KafkaSettings(client={"isolation.level": "x"}), "kafka.client: isolation.level can't be set"),
        (lambda: PublisherSettings(delivery_timeout_ms=0), "publisher.delivery_timeout_ms: 0 is below"),
    ],
)
def test_values_are_checked_alone_and_against_each_other(make: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        make()


def test_a_poll_interval_just_long_enough_is_taken() -> None:
    assert WorkerSettings(transaction_timeout_ms=20_000, max_poll_interval_ms=40_001).max_poll_interval_ms == 40_001


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().worker.clock = Clock.RECORDS  # type: ignore[misc]


def with_secrets(tmp_path: Path) -> Loaded:
    text = f"""
[kafka.client]
sasl.password = "{SECRETS[0]}"
ssl.key.pem = "{SECRETS[1]}"
sasl.oauthbearer.client.secret = "{SECRETS[2]}"
[postgres]
url = "postgresql://oryn:{SECRETS[3]}@db:5432/oryn?sslpassword={SECRETS[4]}&sslmode=require"
[redis]
url = "redis://:{SECRETS[5]}@cache:6379/0"
"""
    return load(tmp_path, text)


def test_secrets_are_masked_wherever_settings_are_shown(tmp_path: Path) -> None:
    loaded = with_secrets(tmp_path)
    shown = msgspec.json.encode(rows(loaded)).decode() + repr(loaded.settings) + str(loaded)
    assert loaded.settings.kafka.client["sasl.password"] == SECRETS[0]
    assert not [secret for secret in SECRETS if secret in shown]
    assert f"postgresql://oryn:{MASK}@db:5432/oryn?sslpassword={MASK}&sslmode=require" in shown
    assert shown.count(MASK) == 6


def test_an_address_that_is_none_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    said = refusal(tmp_path, "", {"ORYN_POSTGRES_URL": "geheim1"})
    assert said == "postgres.url: not an address like scheme://host:port (from ORYN_POSTGRES_URL)"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("http://host:8081", "http://host:8081"),
        ("http://user@host:8081/x", "http://user@host:8081/x"),
        ("http://user:p%40ss@host/", f"http://user:{MASK}@host/"),
        ("redis://:p@ss@host", f"redis://:{MASK}@host"),
        ("http://[::1", MASK),
    ],
)
def test_an_address_is_shown_without_its_password(link: str, shown: str) -> None:
    assert masked_link(link) == shown


def test_every_setting_of_the_runtime_comes_from_the_settings(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        'data = "d"\n[kafka]\nbootstrap = "a:1"\ntopic_prefix = "test."\n[worker]\nname = "w7"\nclock = "records"\n'
        "clock_skew_ms = 1\ntransaction_timeout_ms = 10002\nmax_poll_interval_ms = 60003\nsession_timeout_ms = 7004\n"
        "batch_records = 5\nbatch_ms = 6\nsnapshot_records = 7\n",
    ).settings
    client = kafka_client(settings)
    expected = {
        "client": {"bootstrap.servers": "a:1"},
        "group_id": "test.oryn-allocation",
        "worker": "w7",
        "topic_prefix": "test.",
        "clock": Clock.RECORDS,
        "clock_skew_ms": 1,
        "transaction_timeout_ms": 10_002,
        "max_poll_interval_ms": 60_003,
        "session_timeout_ms": 7_004,
        "batch_records": 5,
        "batch_ms": 6,
        "snapshots": tmp_path / "d" / "snapshots",
        "snapshot_records": 7,
    }
    made = allocation_runtime(settings, client)
    assert {name: getattr(made, name) for name in RuntimeSettings.__dataclass_fields__} == expected
    assert fan_out_runtime(settings, client).group_id == "test.oryn-fan-out"


def test_the_defaults_of_the_runtime_are_those_of_the_settings() -> None:
    usual = RuntimeSettings(client={"bootstrap.servers": "a:1"}, group_id="g", worker="w")
    worker = Settings().worker
    same = [name for name in RuntimeSettings.__dataclass_fields__ if hasattr(worker, name) and name != "snapshots"]
    assert len(same) == 8
    assert [getattr(usual, name) for name in same] == [getattr(worker, name) for name in same]


def test_without_a_registry_the_frozen_ids_are_used() -> None:
    assert isinstance(schema_ids(Settings()), FrozenIds)


def test_without_a_kafka_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"oryn stack up.*ORYN_KAFKA_BOOTSTRAP"):
        kafka_client(load(tmp_path, 'data = "none"').settings)


def remember(data: Path, started: float) -> None:
    """A local stack in a data folder whose services are this very process, if it started then."""
    folder = stack_folder(data)
    folder.mkdir(parents=True)
    addresses = {"kafka": "127.0.0.1:7", "postgres": "postgresql://p", "redis": "redis://r"}
    services = {name: Running(PROCESS, address, started, os.getpid()) for name, address in addresses.items()}
    save(folder, State(services=services))


def test_without_addresses_the_local_stack_of_the_data_folder_is_meant(tmp_path: Path) -> None:
    settings = load(tmp_path, 'data = "d"').settings
    remember(settings.data, psutil.Process().create_time())
    assert kafka_client(settings) == {"bootstrap.servers": "127.0.0.1:7"}
    assert (postgres_url(settings), redis_url(settings)) == ("postgresql://p", "redis://r")
    given = load(tmp_path, 'data = "d"\n[kafka]\nbootstrap = "a:1"\n[postgres]\nurl = "postgresql://q"').settings
    assert (kafka_client(given)["bootstrap.servers"], postgres_url(given)) == ("a:1", "postgresql://q")


def test_a_local_stack_that_has_ended_is_none(tmp_path: Path) -> None:
    settings = load(tmp_path, 'data = "d"').settings
    remember(settings.data, psutil.Process().create_time() - 1_000)
    for ask in (kafka_client, postgres_url, redis_url):
        with pytest.raises(
            SettingsError, match=r"no local stack runs in .*d\. Start one with `oryn stack up`, or set ORYN_"
        ):
            ask(settings)


def oryn(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORYN_")}
    return subprocess.run(
        [sys.executable, "-c", "from infra.cli import main; main()", "settings", *arguments],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env=kept | {"COLUMNS": "200", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)} | environment,
        text=True,
    )


def test_the_command_shows_every_setting_and_its_source(tmp_path: Path) -> None:
    result = oryn(tmp_path, **{"ORYN_WORKER_CLOCK": "records", "ORYN_KAFKA_CLIENT_SASL_PASSWORD": "geheim1"})
    assert result.returncode == 0, result.stderr
    assert all(path in result.stdout for path in leaves())
    assert "ORYN_WORKER_CLOCK" in result.stdout
    assert "geheim1" not in result.stdout


def test_the_command_writes_json_of_what_is_set(tmp_path: Path) -> None:
    result = oryn(tmp_path, "--json", "--changed", ORYN_WORKER_BATCH_MS="7")
    (row,) = msgspec.json.decode(result.stdout)
    assert (row["path"], row["value"], row["source"]) == ("worker.batch_ms", 7, "ORYN_WORKER_BATCH_MS")


def test_the_command_names_what_is_wrong_and_exits_1(tmp_path: Path) -> None:
    result = oryn(tmp_path, ORYN_WORKER_CLOK="wall")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "oryn: ORYN_WORKER_CLOK in the environment is no setting; did you mean ORYN_WORKER_CLOCK?\n"
    )


def test_environments_never_share_a_schema() -> None:
    prefixes = [
        "",
        "a.b-",
        "a-b.",
        "a_b_",
        "A_b_",
        "a.b",
        "1.",
        "1a_",
        "_1a_",
        "-",
        "--",
        "x" * 100,
        "x" * 99 + "y",
        "demo-4f21aa-",
    ]
    schemas = [Settings(kafka=KafkaSettings(topic_prefix=each)).schema("registers") for each in prefixes]
    assert len(set(schemas)) == len(prefixes)
    assert all(re.fullmatch("[a-z_][a-z0-9_]{0,47}", each) for each in schemas)
    assert schemas[0] == "registers"
    assert schemas[3] == "a_b_registers"
    assert Settings(postgres=PostgresSettings(registers="ours")).schema("registers") == "ours"


@pytest.mark.parametrize(
    ("section", "address"),
    [
        ("postgres", "postgresql://u:SE%zzCRET@h/db"),
        ("postgres", "postgresql://u:SE CRET@h/db"),
        ("postgres", "postgresql://u:SEC@RET@h/db"),
        ("redis", "redis://:SECRET/x@h:6379/0"),
        ("redis", "redis://h:CRET/0"),
        ("redis", "http://u:SECRET@h/0"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_pieces(section: str, address: str) -> None:
    settings = Settings(postgres=PostgresSettings(url=address), redis=RedisSettings(url=address))
    ask = {"postgres": postgres_url, "redis": redis_url}[section]
    with pytest.raises(SettingsError, match=rf"{section}\.url: not an address like .*%40") as caught:
        ask(settings)
    assert "CRET" not in str(caught.value)
    assert "RET" not in str(caught.value.__cause__ or "")
