"""The bot as a thumb meets it: questions with buttons, and answers that stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms.telegram_keyboards import CHOSEN, OPEN, PLACE, TICKED
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import READY, asked_where, go_on, say, tap
from tests.botapi import BotApi, Delay, Message, User

CAMPAIGNS = Path(__file__).parents[3] / "templates" / "campaigns"
SENT, PROMISED = "I have sent it", "Tonight"


@pytest.fixture
def ada(server: BotApi) -> User:
    """Somebody who writes to the bot in English."""
    return server.user("Ada", language_code="en")


def copied(message: Message) -> list[str]:
    """Return what the buttons of `message` put into the clipboard."""
    return [key["copy_text"]["text"] for key in message.buttons if "copy_text" in key]


# --- choices


async def test_a_tapped_choice(bot: Running, ada: User) -> None:
    """The buttons go once one is tapped, what was chosen stands below the question, and the next question follows."""
    (question,) = await say(bot, ada, "/letter zhanaozen-2011")
    look = (question.text, question.marked("bold"))
    (following_question,) = await tap(bot, ada, "Letter of protest", question)
    assert question.buttons == []
    assert question.text == f"{look[0]}\n\n{CHOSEN}Letter of protest"
    assert question.marked("bold") == look[1] != []
    assert following_question.buttons


async def test_a_typed_choice(bot: Running, ada: User) -> None:
    """The buttons go as well if the answer is typed: the words stand in the chat already."""
    (question,) = await say(bot, ada, "/letter zhanaozen-2011")
    text = question.text
    await say(bot, ada, "protest")
    assert (question.text, question.buttons) == (text, [])


@pytest.mark.parametrize("words", ["nonsense", "/help", "/appeal nagaworld-2021", "bye", "/weather", "skip"])
async def test_only_one_question_has_buttons(bot: Running, ada: User, words: str) -> None:
    """After whatever is typed in between, only the last message has the question's buttons."""
    (question,) = await say(bot, ada, "/letter")
    labels = question.labels
    await say(bot, ada, words)
    assert ada.private.last.labels == labels
    asking = [
        m
        for m in ada.private.bot_messages
        if any("campaign" in str(key) and "|" in str(key) for key in m.buttons)
    ]
    assert asking == [ada.private.last]


async def test_back(bot: Running, ada: User) -> None:
    """The way back is tapped like an answer, and leads to the question before."""
    await say(bot, ada, "/letter")
    await tap(bot, ada, "Kazakhstan")
    kind = ada.private.last
    (question,) = await tap(bot, ada, "Back")
    assert question.text.startswith("Which appeal?")
    assert kind.text.endswith(f"\n\n{CHOSEN}Back")


async def test_an_old_button(bot: Running, ada: User) -> None:
    """A button of an earlier question has no effect, goes, and brings the present one to the end, in one sentence."""
    (first,) = await say(bot, ada, "/letter")
    markup, text = first.reply_markup, first.text
    await tap(bot, ada, "Kazakhstan", first)
    await tap(bot, ada, "Letter of protest")
    await tap(bot, ada, "Back")
    first.reply_markup, first.text = markup, text  # as on a phone that was offline meanwhile
    (question,) = await tap(bot, ada, "Cambodia", first)
    assert question.text.startswith("What kind of letter?")
    assert (first.text, first.buttons) == (text, [])
    assert question.buttons


async def test_the_buttons_of_a_greeting_stay(bot: Running, ada: User) -> None:
    """What is no question can be tapped again and again."""
    (greeting,) = await say(bot, ada, "/start")
    for label in ("What is kept about you", "What is kept about you", "Write your letter"):
        assert await tap(bot, ada, label, greeting)
    assert len(greeting.buttons) == 4


async def test_after_a_restart(server: BotApi, ada: User, tmp_path: Path) -> None:
    """A bot that was restarted takes the tap on the question that it had asked before."""
    async with bot_on(server, tmp_path) as bot:
        (question,) = await say(bot, ada, "/letter")
    async with bot_on(server, tmp_path) as bot:
        (kind,) = await tap(bot, ada, "Kazakhstan", question)
        assert kind.text.startswith("What kind of letter?")
        assert question.buttons == []


async def test_ticks(server: BotApi, bot: Running, ada: User) -> None:
    """Where several answers are fine, a tap ticks one in the same message; nothing is sent anew until it is done."""
    await say(bot, ada, "/letter zhanaozen-2011")
    await go_on(bot, ada, SENT)
    (ways,) = await tap(bot, ada, PROMISED)
    offered = [label for label in ways.labels if OPEN in label]
    assert len(offered) > 1
    assert not any(TICKED in label or "Done" in label for label in ways.labels)
    sent = server.calls.count("sendMessage")
    assert await tap(bot, ada, "1 · ", ways) == []
    assert [TICKED in label for label in ways.labels[: len(offered)]] == [True] + [False] * (len(offered) - 1)
    assert any("Done" in label for label in ways.labels)
    assert await tap(bot, ada, "2 · ", ways) == []
    assert await tap(bot, ada, "1 · ", ways) == []
    assert [TICKED in label for label in ways.labels[:2]] == [False, True]
    assert server.calls.count("sendMessage") == sent
    (consent,) = await tap(bot, ada, "Done", ways)
    assert consent.text.startswith("May I count your letter?")
    assert ways.buttons == []
    await tap(bot, ada, "Count it without any name")
    await tap(bot, ada, "Skip")
    (pledges,) = await say(bot, ada, "/pledges")
    assert pledges.text.count(" (by ") + pledges.text.count(" (in ") == 1


async def test_what_was_ticked_is_named(bot: Running, ada: User) -> None:
    """Once the ticks are done, all that was ticked stands below the question."""
    await say(bot, ada, "/letter zhanaozen-2011")
    await go_on(bot, ada, SENT)
    (ways,) = await tap(bot, ada, PROMISED)
    for label in ("Post: President", "Fax: KazMunayGas", "Done"):
        await tap(bot, ada, label, ways)
    assert ways.text.endswith(f"\n\n{CHOSEN}Post: President, Fax: KazMunayGas")
    assert " · " not in ways.text


async def test_what_stood_for_buttons_goes(bot: Running, ada: User) -> None:
    """That a place could be shared is no longer said once the question is answered."""
    question = await asked_where(bot, ada)
    await tap(bot, ada, "Skip", question)
    assert PLACE not in question.text
    assert question.text.endswith(f"\n\n{CHOSEN}Skip")


async def test_what_stood_for_buttons_goes_if_the_answer_is_typed(bot: Running, ada: User) -> None:
    """That a place could be shared is no longer said once the country is typed; all else stays as it was."""
    question = await asked_where(bot, ada)
    text = question.text
    await say(bot, ada, "France")
    assert question.text == text.partition(f"\n\n{PLACE}")[0] != text
    assert question.buttons == []


@pytest.mark.parametrize(
    ("language", "sent", "right", "ready"),
    [
        ("en", SENT, "The letter is right", READY),
        ("ru", "Уже отправлено", "Всё верно", "У меня есть всё, что нужно"),
    ],
)
async def test_nothing_is_listed_twice(
    server: BotApi, bot: Running, language: str, sent: str, right: str, ready: str
) -> None:
    """Every answer of a letter fits on its button, so that none stands in the text as well."""
    user = server.user("Olga", language_code=language)
    await say(bot, user, "/letter")
    for words in ("2", "1", "1", "1"):
        await say(bot, user, words)
    assert PLACE in user.private.last.text
    await say(bot, user, "DE")
    while not any(right in label for label in user.private.last.labels):
        await say(bot, user, "/skip")
    await tap(bot, user, right)
    await tap(bot, user, ready)
    await tap(bot, user, sent)
    assert any(OPEN in label for label in user.private.last.labels)
    await say(bot, user, "1")
    assert " · " not in "".join(message.text for message in user.private.bot_messages)


async def test_quick_typing(bot: Running, ada: User) -> None:
    """Of questions that were answered before they were shown, only the last has buttons."""
    for words in ("/letter zhanaozen-2011", "1", "1", "1"):
        ada.says(words)
    await bot.settled()
    await bot.settled()
    assert [m for m in ada.private.bot_messages if m.buttons] == [ada.private.last]


async def test_a_double_tap(bot: Running, ada: User) -> None:
    """Two quick taps on one button close the question once."""
    (question,) = await say(bot, ada, "/letter zhanaozen-2011")
    presses = [ada.presses(question, "1 · Letter of protest") for _ in range(2)]
    for press in presses:
        await press.answered()
    await bot.settled()
    assert question.text.count(CHOSEN) == 1
    assert len([call for call in bot.server.calls if "edit" in call.method.casefold()]) == 1


async def test_ticks_by_typing(bot: Running, ada: User) -> None:
    """Several answers can be typed at once; then the ticks go."""
    await say(bot, ada, "/letter zhanaozen-2011")
    await go_on(bot, ada, SENT)
    (ways,) = await tap(bot, ada, PROMISED)
    await tap(bot, ada, "1 · ", ways)
    (consent,) = await say(bot, ada, "1 2")
    assert consent.text.startswith("May I count your letter?")
    assert ways.buttons == []


async def test_a_tick_on_a_message_that_is_gone(bot: Running, ada: User) -> None:
    """If the message with the ticks was deleted, the tap still counts, and the question comes anew."""
    await say(bot, ada, "/letter zhanaozen-2011")
    await go_on(bot, ada, SENT)
    (ways,) = await tap(bot, ada, PROMISED)
    press = ada.presses(ways, "1 · ")
    ada.deletes(ways)
    await press.answered()
    await bot.settled()
    assert TICKED in ada.private.last.labels[0]


# --- groups


async def test_an_answer_refers_to_its_question(server: BotApi, bot: Running, ada: User) -> None:
    """In a group, where others speak in between, an answer is a reply, even if what it answers was deleted."""
    group = server.supergroup("Offshore Branch", members=[ada], bot=True)
    for words, in_ in (("/demands zhanaozen-2011", group), ("/help", None)):
        said = ada.says(words, in_)
        await bot.settled()
        sent = server.calls.of("sendMessage")[-1]
        to = {"message_id": said.id, "allow_sending_without_reply": True}
        assert sent["reply_parameters"] == (to if in_ else None)


# --- waiting


async def test_typing_is_shown(server: BotApi, bot: Running, ada: User) -> None:
    """Somebody who waits for more than a moment sees that the bot writes; others do not."""
    await say(bot, ada, "/help")
    assert ada.private.actions == []
    server.fails(Delay(1.9), "sendMessage", chat=ada.id)
    await say(bot, ada, "/help")
    assert ada.private.actions == ["typing"]


async def test_a_tap_is_heard_at_once(server: BotApi, bot: Running, ada: User) -> None:
    """The button that was tapped stops waiting before the answer has arrived."""
    (question,) = await say(bot, ada, "/letter")
    server.fails(Delay(0.7), "sendMessage", chat=ada.id)
    press = ada.presses(question, "1 · ")
    assert await press.answered(within=0.6) == {"text": "", "show_alert": False}
    assert ada.private.last is question
    await bot.settled()


# --- the whole way


async def test_a_whole_letter_with_the_thumb(server: BotApi, bot: Running, ada: User) -> None:
    """A letter can be written, promised and reported with taps alone, and the chat reads like a conversation."""
    await say(bot, ada, "/start")
    await tap(bot, ada, "Write your letter")
    await go_on(bot, ada, "The letter is right")
    await tap(bot, ada, "The letter is right")
    await go_on(bot, ada, PROMISED)
    await tap(bot, ada, PROMISED)
    await tap(bot, ada, "1 · ")
    await tap(bot, ada, "Done")
    await tap(bot, ada, "Count it without any name")
    await tap(bot, ada, "Skip")
    assert "Recorded" in ada.private.last.text
    await say(bot, ada, "/pledges")
    await tap(bot, ada, "I have sent no. 1")
    assert "recorded as sent" in ada.private.last.text
    asking = [
        m
        for m in ada.private.bot_messages
        if any("|" in str(key.get("callback_data", "")) for key in m.buttons)
    ]
    assert asking == []
    assert server.refused == []
