"""`broadcasts` - updates to many from a terminal, beside the running bot: seen, started, steered, settled."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from bot import config
from bot.accounts import person_of, private_chat
from bot.assembly import beside, furnish
from bot.broadcasts import Broadcast, State, asks_another
from bot.commands.broadcast_files import Order, Wanted, ordered
from bot.commands.broadcast_views import asked, followed, listed, shown
from bot.commands.shared import CONFIG, one_line
from bot.events import Button, Person, Phrase, Reply
from bot.messages import Messages
from bot.store.store import in_use
from bot.store.work import Work

NOBODY_SENDS = (
    "No bot is running with this data folder: nothing goes out until `solidarity-bot run` is started."
)
TERMINAL = Person("terminal", "organiser")
"""Whoever works here; no organiser of a chat, so that each of them may agree to what is begun here."""
_NUMBER = click.argument("number", type=int)


@click.group("broadcasts", invoke_without_command=True)
@CONFIG
@click.pass_context
def broadcasts(context: click.Context) -> None:
    """Updates that go to many: list them, or see the commands below. All work beside the running bot."""
    if context.invoked_subcommand is None:
        _at_work(context.obj, _list)


@broadcasts.command()
@_NUMBER
@click.option("--follow", is_flag=True, help="Stay, with a progress bar, until it is done.")
@click.pass_obj
def show(path: Path | None, number: int, *, follow: bool) -> None:
    """Show one: whom it is for, what it says, and what became of it."""

    async def look(settings: config.Settings) -> None:
        click.echo(shown(await _found(settings, number)))
        if follow:
            await _follow(settings, number)

    _at_work(path, look)


@broadcasts.command()
@_NUMBER
@click.pass_obj
def pause(path: Path | None, number: int) -> None:
    """Let nothing more of it go out for now."""
    _at_work(path, _steering(number, State.PAUSED, "is paused", "it is not going out just now"))


@broadcasts.command("go-on")
@_NUMBER
@click.pass_obj
def go_on(path: Path | None, number: int) -> None:
    """Go on with one that is paused."""
    _at_work(path, _steering(number, State.RUNNING, "goes on", "it is not paused"))


@broadcasts.command()
@_NUMBER
@click.pass_obj
def cancel(path: Path | None, number: int) -> None:
    """Send no more of it, for good."""
    _at_work(path, _steering(number, State.CANCELLED, "is cancelled", "it has ended already"))


@broadcasts.command()
@_NUMBER
@click.option("--again/--leave", required=True, help="Send it to them again, without a sound, or leave it.")
@click.pass_obj
def settle(path: Path | None, number: int, *, again: bool) -> None:
    """Decide on messages of which it is not known whether they arrived."""

    async def decide(settings: config.Settings) -> None:
        await _found(settings, number)
        async with _work(settings) as work:
            people = await work.settle(number, again)
        done = "sent again, without a sound" if again else "left as they are"
        messages = "1 message is" if people == 1 else f"{people:,} messages are"
        click.echo(f"{messages} {done}." if people else "There is nothing to decide on.")
        if people and again and not in_use(settings.database):
            click.echo(NOBODY_SENDS)

    _at_work(path, decide)


@broadcasts.command()
@CONFIG
@click.argument(
    "texts", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--campaign", metavar="SLUG", help="Who follows this campaign; needed where there is more than one."
)
@click.option("--platform", type=click.Choice(["telegram", "matrix"]), help="Only there.")
@click.option("--language", metavar="CODE", help="Only who reads this language.")
@click.option("--country", metavar="CODE", help="Only in this country.")
@click.option("--group", metavar="CODE", help="Only this group and who came by its link.")
@click.option("--waiting", is_flag=True, help="Only who has promised a letter and not sent it yet.")
@click.option(
    "--attach", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A photo or a file."
)
@click.option(
    "--usual", metavar="CODE", help="The language for everybody else; default: that of the first text."
)
@click.option(
    "--at", "when", metavar="WHEN", help='Not before: "2026-11-30 18:00", in the time zone of --zone.'
)
@click.option("--quiet", metavar="HH-HH", help="Hours in which nothing goes out: 22-8.")
@click.option("--zone", metavar="ZONE", default="UTC", show_default=True, help="A time zone: Europe/Berlin.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--follow/--no-follow", default=True, help="Stay until it is done.", show_default=True)
@click.pass_obj
def send(
    path: Path | None,
    texts: tuple[Path, ...],
    *,
    campaign: str | None,
    platform: str | None,
    language: str | None,
    country: str | None,
    group: str | None,
    waiting: bool,
    attach: Path | None,
    usual: str | None,
    when: str | None,
    quiet: str | None,
    zone: str,
    yes: bool,
    follow: bool,
) -> None:
    """Send an update, written in Markdown, one file for each language: update.en.md update.ru.md."""
    scope = Wanted(campaign, platform, language, country, group, waiting)
    _at_work(
        path, partial(_send, Order(texts, scope, attach, usual, when, quiet, zone), yes=yes, follow=follow)
    )


async def _send(order: Order, settings: config.Settings, *, yes: bool, follow: bool) -> None:
    """Show what was ordered, ask, start it, and stay until it is done."""
    world, messages = furnish(settings, thorough=False)
    new = ordered(order, world.campaigns, world.countries)
    async with _work(settings) as work:
        if not in_use(settings.database):  # by the time there is a bot, it may have other accounts
            await work.note_platforms(())
        size, out_of_reach = await work.audience(new.scope), await work.out_of_reach(new.scope)
    click.echo(asked(new, size, out_of_reach, settings.limits.per_second))
    if not size:
        raise config.ConfigError(["nobody would get it; nothing was sent"])
    if not (yes or click.confirm("Send it?")):
        raise config.ConfigError(["nothing was sent"])
    accounts, people = settings.organisers.accounts, sum(size.values())
    another = asks_another(people, accounts)
    async with _work(settings) as work:
        number = await work.start_broadcast(TERMINAL, replace(new, state=State.ASKED) if another else new)
        if another:
            await _ask(accounts, number, people, messages, work)
    click.echo(f"It is update {number}.")
    if another:
        click.echo("For so many an organiser has to agree: they are asked in their chats with the bot.")
    if follow and await _sent_now(settings, number):
        await _follow(settings, number)


async def _ask(accounts: Iterable[str], number: int, people: int, messages: Messages, work: Work) -> None:
    """Leave it to the bot to ask the organisers whether they agree, each in the language that they chose."""
    button = Button(Phrase("Look at it"), command=f"broadcasts {number}")
    ask = Reply("broadcast/asked", {"number": number, "people": people, "organiser": True}, (button,))
    for account in accounts:
        person = person_of(account)
        language = messages.language(await work.language_of(person))
        await work.leave_to_bot(private_chat(person), messages.render(ask, language))


async def _sent_now(settings: config.Settings, number: int) -> bool:
    """Return whether it goes out now; if not, say why."""
    if not in_use(settings.database):
        click.echo(NOBODY_SENDS)
        return False
    found = await _found(settings, number)
    if found.state == State.SET:
        click.echo(f"It begins at {found.terms.starts_at:%Y-%m-%d %H:%M} UTC.")
    return found.state == State.RUNNING


async def _list(settings: config.Settings) -> None:
    async with _work(settings) as work:
        found = await work.broadcasts(20)
    click.echo(listed(found))
    running = any(one.state in (State.RUNNING, State.SET) for one in found)
    if running and not in_use(settings.database):
        click.echo(NOBODY_SENDS)


async def _follow(settings: config.Settings, number: int) -> None:
    if not in_use(settings.database):
        click.echo(NOBODY_SENDS)
        return

    async def look() -> Broadcast:
        return await _found(settings, number)

    click.echo(shown(await followed(look, to=sys.stdout), brief=True))


def _steering(number: int, to: State, done: str, cannot: str) -> Callable[[config.Settings], Awaitable[None]]:
    async def steer(settings: config.Settings) -> None:
        await _found(settings, number)
        async with _work(settings) as work:
            found = await work.steer(number, to)
        if found is None:
            raise config.ConfigError([f"update {number}: {cannot}"])
        click.echo(shown(found, brief=True) if to == State.CANCELLED else f"Update {number} {done}.")
        if to == State.RUNNING and not in_use(settings.database):
            click.echo(NOBODY_SENDS)

    return steer


async def _found(settings: config.Settings, number: int) -> Broadcast:
    async with _work(settings) as work:
        found = await work.broadcast(number)
    if found is None:
        raise config.ConfigError(
            [f"update {number}: there is none of this number; `solidarity-bot broadcasts` lists them"]
        )
    return found


@contextlib.asynccontextmanager
async def _work(settings: config.Settings) -> AsyncIterator[Work]:
    """Enter a short piece of work beside the bot."""
    store = await beside(settings)
    try:
        async with store.work() as work:
            yield work
    finally:
        await store.close()


def _at_work(path: Path | None, what: Callable[[config.Settings], Awaitable[None]]) -> None:
    async def run() -> None:
        await what(config.load(path))

    with one_line(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
