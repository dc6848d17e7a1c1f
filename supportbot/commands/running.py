"""`run` and `demo`: the daemon, and a daemon to look at."""

import asyncio
import sys
from typing import Annotated

import typer

from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption


def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the daemon until it is told to end (SIGTERM, Ctrl-C).

    It starts with broken mail servers, and goes on trying; it does not start with a broken config or broken rules.
    SIGHUP has it read config, rules and registry again; it keeps the old ones when the new ones are broken.

    Example: supportbot run --config /etc/supportbot/config.toml
    """
    from supportbot import app
    from supportbot.calendar import clock_problem
    from supportbot.commands.opening import load_config
    from supportbot.errors import Denied
    from supportbot.logs import start_logs

    settings = load_config(config)
    start_logs(settings.log.format, settings.log.level)

    if problem := clock_problem(app.clock()):
        raise Denied(problem)

    async def work() -> None:
        stop, wished = asyncio.Event(), asyncio.Event()
        app.stop_on_signals(stop)
        app.reload_on_hangup(wished)
        async with app.open_desk(settings, test_rules=True, source=lambda: load_config(config)) as desk:
            await app.run(desk, stop, wished=wished)

    asyncio.run(work())


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running, to be played with.")] = False,
) -> None:
    """Show the main job on embedded mail servers.

    A dozen mails come in, and you see what becomes of them. Nothing is left behind.

    Example: supportbot demo --keep
    """
    from supportbot.demo.show import show

    sys.exit(asyncio.run(show(keep=keep)))
