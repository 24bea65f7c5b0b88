"""`oryn dashboard`: runs the dashboard; keeps its local accounts. Owns the options only."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from infra.dashboard_parts import accounts, run_dashboard
from infra.logging import configure_logging
from infra.output import printable
from infra.settings import Settings
from infra.settings_layers import load_settings
from infra.settings_options import HealthPortOption, KafkaOption, PrefixOption, QuietOption, SettingsOption

command = typer.Typer(help="The dashboard in the browser; its local accounts.", invoke_without_command=True)
account = typer.Typer(help="Local accounts: for a demonstration and for small installations.", no_args_is_help=True)
command.add_typer(account, name="account")

RoleArgument = Annotated[
    str,
    typer.Option("--role", metavar="ROLE", help="nation, region, locality, organisation, auditor or applicant."),
]
ScopeArgument = Annotated[
    str,
    typer.Option("--scope", metavar="SCOPE", help="71; 710000000; 710000000/ORGANISATION; the applicant's id."),
]
NameArgument = Annotated[str, typer.Argument(help="What it is called.")]


@command.callback()
def run(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="Where it listens.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="Its port, else 8080; 0: any free one.")
    ] = None,
    settings: SettingsOption = None,
    kafka: KafkaOption = None,
    prefix: PrefixOption = None,
    health_port: HealthPortOption = None,
    quiet: QuietOption = False,
) -> None:
    """Run the dashboard: pages for parents, kindergartens, departments and the ministry. It says its address.

    It reads the registers, the indicators and the live view, and decides nothing. While one of them is away it says so
    on its pages. SIGTERM or Ctrl-C ends it in order.

      oryn dashboard --port 8080

      oryn dashboard account add ministry --role nation

    Exit codes: 0 stopped as asked; 2 wrong usage; 70 it failed, start it again; 78 settings are missing or the address
    can't be had: starting it again would not help.
    """
    options = {
        "dashboard.host": host,
        "dashboard.port": port,
        "kafka.bootstrap": kafka,
        "kafka.topic_prefix": prefix,
        "worker.health_port": health_port,
    }
    found = load_settings(settings, options).settings
    context.obj = found
    if context.invoked_subcommand is not None:
        return
    configure_logging(quiet=quiet)
    raise typer.Exit(run_dashboard(found, lambda address: typer.echo(f"dashboard: {address}")))


@account.command("add")
def add(context: typer.Context, name: NameArgument, role: RoleArgument, scope: ScopeArgument = "") -> None:
    """Add an account, or give one a new password, role and scope. Its password is shown once, and kept nowhere."""
    from consumers.dashboard.access import Role  # noqa: PLC0415  # an extra brings what it needs

    if role not in set(Role) - {Role.PUBLIC}:
        raise typer.BadParameter(f"{role!r} is no role", param_hint="--role")
    password = accounts(_settings(context)).add(name, Role(role), scope)
    typer.echo(f"{printable(name)}  {role}  {scope}\npassword: {password}")


@account.command("remove")
def remove(context: typer.Context, name: NameArgument) -> None:
    """Take an account away. Its logins end at once."""
    accounts(_settings(context)).remove(name)


@account.command("list")
def listed(context: typer.Context) -> None:
    """Show all local accounts."""
    table = Table("name", "role", "scope")
    for each in accounts(_settings(context)).all():
        table.add_row(printable(each.name), each.role.value, printable(each.scope))
    Console().print(table)


def _settings(context: typer.Context) -> Settings:
    found = context.find_root().obj or (context.parent.parent.obj if context.parent and context.parent.parent else None)
    assert isinstance(found, Settings), "the command's callback has run"
    return found
