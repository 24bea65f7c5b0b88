"""The root of the `oryn` command: help, exit codes, and that nothing is imported before it is asked for."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
import typer

import infra.commands
from infra.cli import COMMANDS, INTERRUPTED, READER_LEFT

ROOT = Path(__file__).parents[2]
# A stand-in for the body of `oryn why`, so that the root is tested by itself.
PLANTED = """
import sys, types
from infra import cli

def command(number: int = 0):
{body}

module = types.ModuleType("infra.commands.why")
module.command = command
sys.modules["infra.commands.why"] = module
sys.argv = ["oryn", *sys.argv[1:]]
cli.main()
"""


def environment() -> dict[str, str]:
    return os.environ | {"TERM": "dumb", "COLUMNS": "100", "PYTHONUTF8": "1"}


def oryn(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    return subprocess.run(
        [sys.executable, "-c", "from infra.cli import main; main()", *arguments],
        check=False,
        capture_output=True,
        cwd=ROOT,
        env=environment(),
        text=True,
    )


def planted(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the root with a command of one line."""
    return subprocess.run(
        [sys.executable, "-c", PLANTED.format(body=f"    {body}"), "why", *arguments],
        check=False,
        capture_output=True,
        cwd=ROOT,
        env=environment(),
        text=True,
    )


def test_help_names_every_command_and_an_example() -> None:
    result = oryn("--help")
    assert result.returncode == 0
    assert all(name in result.stdout for name in COMMANDS)
    assert "oryn campaign astana-2021 | oryn simulate - --journal journal.jsonl" in result.stdout


def test_help_imports_no_command_and_nothing_heavy() -> None:
    script = (
        "import sys; from infra.cli import app; app(['--help'], standalone_mode=False); "
        "print(*sorted(sys.modules), sep='\\n', file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=ROOT, text=True)
    loaded = set(result.stderr.split())
    assert "infra.cli" in loaded
    assert not [name for name in loaded if name.startswith(("infra.commands.", "streams", "consumers", "producers"))]
    assert not loaded & {"fastavro", "holidays", "babel", "pydantic", "confluent_kafka"}


def test_the_table_of_commands_is_the_folder_of_commands() -> None:
    assert {each.name.replace("_", "-") for each in iter_modules(infra.commands.__path__)} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = oryn(name, "--help")
    assert result.returncode == 0, result.stderr
    assert f"Usage: oryn {name}" in result.stdout
    command = import_module(f"infra.commands.{name.replace('-', '_')}").command
    assert command.info.help if isinstance(command, typer.Typer) else command.__doc__


def test_the_version_is_shown() -> None:
    result = oryn("--version")
    assert (result.returncode, result.stdout.split()[0], result.stderr) == (0, "oryn", "")


@pytest.mark.parametrize(
    "arguments",
    [(), ("nonsense",), ("--nonsense",), ("calendar",), ("calendar", "burn"), ("calendar", "check", "more")],
)
def test_wrong_usage_exits_2_and_names_no_line_of_code(arguments: tuple[str, ...]) -> None:
    result = oryn(*arguments)
    assert result.returncode == 2
    assert "Usage: oryn" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_a_mistyped_command_is_guessed() -> None:
    assert "Did you mean 'simulate'" in oryn("simulat").stderr


@pytest.mark.parametrize(("body", "code"), [("return None", 0), ("return number", 1), ("return True", 1)])
def test_what_a_command_returns_is_the_exit_code(body: str, code: int) -> None:
    assert planted(body, "--number", "1").returncode == code


def test_an_error_of_oryn_is_one_line_and_exits_1() -> None:
    result = planted("from schemas.errors import OrynError; raise OrynError('line 7: no such place')")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "oryn: line 7: no such place\n")


def test_an_error_of_the_code_keeps_its_traceback() -> None:
    result = planted("raise RuntimeError('broken')")
    assert result.returncode == 1
    assert "Traceback" in result.stderr
    assert "RuntimeError: broken" in result.stderr


def test_a_missing_package_is_named_with_what_brings_it() -> None:
    script = (
        "import sys; sys.modules['holidays'] = None; sys.argv = ['oryn', 'calendar', 'check']; "
        "from infra.cli import main; main()"
    )
    result = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, cwd=ROOT, text=True)
    assert result.returncode == 1
    assert (
        result.stderr == "oryn: `oryn calendar` needs the package holidays; install it with: pip install 'oryn[dev]'\n"
    )


def test_a_plain_install_says_what_the_command_line_needs() -> None:
    script = "import sys; sys.modules['typer'] = None; from infra.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, cwd=ROOT, text=True)
    assert result.returncode == 1
    assert "pip install 'oryn[all]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interrupt_exits_130_without_a_traceback() -> None:
    result = planted("import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(30)")
    assert (result.returncode, result.stderr.strip()) == (INTERRUPTED, "")


@pytest.mark.parametrize("body", ["while True: print('x' * 10_000)", "import time; time.sleep(0.3); print('late')"])
def test_a_reader_that_leaves_ends_the_command_quietly(body: str) -> None:
    code = PLANTED.format(body=f"    {body}")
    with subprocess.Popen(
        [sys.executable, "-c", code, "why"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == READER_LEFT


def test_the_shell_completes_commands_and_their_options() -> None:
    def complete(words: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", "from infra.cli import main; main()"],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env=environment()
            | {"_ORYN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)},
            text=True,
        ).stdout

    assert set(complete("oryn ").split()) >= set(COMMANDS)
    assert "generate" in complete("oryn calendar ")
    assert "--root" in complete("oryn calendar --")
