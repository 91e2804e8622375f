"""The bot as a thumb meets it: questions with buttons, answers that stay, a letter that copies with a tap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.platforms.telegram_keyboards import CHOSEN, COPY, OPEN, PLACE, TICKED, WIDEST
from bot.platforms.telegram_messages import units
from tests.bot.platforms.telegram_bot import Running, bot_on
from tests.bot.platforms.telegram_care import READY, following, go_on, say, stored, tap
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
    question = await _asked_where(bot, ada)
    await tap(bot, ada, "Skip", question)
    assert PLACE not in question.text
    assert question.text.endswith(f"\n\n{CHOSEN}Skip")


async def test_what_stood_for_buttons_goes_if_the_answer_is_typed(bot: Running, ada: User) -> None:
    """That a place could be shared is no longer said once the country is typed; all else stays as it was."""
    question = await _asked_where(bot, ada)
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


# --- the letter


async def test_the_letter_copies_with_a_tap(bot: Running, ada: User) -> None:
    """The letter is one block; nothing else is in it, and it holds what was answered."""
    await say(bot, ada, "/letter zhanaozen-2011")
    name = await go_on(bot, ada, "Skip")
    while "name" not in name.text:
        await tap(bot, ada, "Skip", name)
        name = ada.private.last
    await say(bot, ada, "Ada <Lovelace> & Co")
    await go_on(bot, ada, "The letter is right")
    messages = [m for m in ada.private.bot_messages if m.marked("pre")]
    (letter,) = messages[-1].marked("pre")
    assert letter.startswith("The President of the Republic of Kazakhstan")
    assert "Ada <Lovelace> & Co" in letter
    assert "Here is your letter" not in letter


async def test_a_letter_with_many_emoji(server: BotApi, bot: Running, ada: User) -> None:
    """Words of one's own that count twice on Telegram are taken, and go whole into the block that copies."""
    await say(bot, ada, "/letter zhanaozen-2011")
    question = await go_on(bot, ada, "Skip")
    while "sentences" not in question.text:
        await tap(bot, ada, "Skip", question)
        question = ada.private.last
    words = "Solidarity " + "🏭" * 380
    await say(bot, ada, words)
    await go_on(bot, ada, "The letter is right")
    blocks = [block for message in ada.private.bot_messages for block in message.marked("pre")]
    assert sum(block.count("🏭") for block in blocks) == 380
    assert server.refused == []


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("campaign", ["zhanaozen-2011", "nagaworld-2021"])
async def test_every_page_of_a_campaign(server: BotApi, bot: Running, campaign: str, language: str) -> None:
    """Whatever a campaign says passes Telegram's limits, comes without previews, and leads nowhere by mailto."""
    user = server.user("Olga", language_code=language)
    for name in ("appeal", "demands", "background", "since", "addresses"):
        assert await say(bot, user, f"/{name} {campaign}")
        await say(bot, user, "/skip")
    writing = [*server.calls.of("sendMessage"), *server.calls.of("editMessageText")]
    assert len(writing) > 5
    for call in writing:
        assert call["link_preview_options"] == {"is_disabled": True}
        assert "mailto:" not in json.dumps(call.params)


@pytest.mark.parametrize("campaign", ["zhanaozen-2011", "nagaworld-2021"])
async def test_long_background_folds_up(bot: Running, ada: User, campaign: str) -> None:
    """How it came about is a quotation that can be unfolded, below its heading."""
    answers = await say(bot, ada, f"/background {campaign}")
    assert answers[0].marked("bold")
    (long,) = answers[0].marked("expandable_blockquote")
    assert len(long) > 500


@pytest.mark.parametrize("campaign", ["zhanaozen-2011", "nagaworld-2021"])
async def test_addresses_copy_with_a_tap(bot: Running, ada: User, campaign: str) -> None:
    """What a button copies, in /addresses and where the letter goes, stands so in the campaign's own files."""
    await say(bot, ada, f"/addresses {campaign}")
    (*_, shown) = await say(bot, ada, "United Kingdom")
    sending = await _sending(bot, ada, campaign)
    known = "\n".join(file.read_text("utf-8") for file in (CAMPAIGNS / campaign).iterdir())
    for message in (shown, sending):
        assert any("@" in text for text in copied(message))
        for text in copied(message):
            assert 1 <= units(text) <= 256
            said = text.split(", ") if "@" in text else text.splitlines()
            assert all(line in known or line == "United Kingdom" for line in said), text
    assert sending.button("📋 The subject")


async def _sending(bot: Running, user: User, campaign: str) -> Message:
    """Return the message that hands out the e-mail."""
    await say(bot, user, f"/letter {campaign}")
    (*_, message) = await tap(bot, user, "E-mail: ", await go_on(bot, user, READY))
    assert copied(message)
    return message


async def test_what_a_button_copies_can_be_dialled(bot: Running, ada: User) -> None:
    """A copy button says by which way it reaches whom; of two numbers in one, only what is a whole number is copied."""
    await say(bot, ada, "/addresses zhanaozen-2011")
    (*_, message) = await say(bot, ada, "United Kingdom")
    labels = [label for label in message.labels if COPY in label]
    assert "📋 Fax: KazMunayGas (1)" in labels
    assert "📋 E-mail: KazMunayGas" in labels
    assert max(map(len, labels)) <= WIDEST
    assert "+7 (7172) 97 60 00" in copied(message)
    assert not any("97 60 01" in text for text in copied(message))
    assert len(set(copied(message))) == len(labels)


async def test_several_addresses_at_once(bot: Running, ada: User) -> None:
    """All e-mail addresses of one office are copied with one tap, as the line "To" of an e-mail wants them."""
    message = await _sending(bot, ada, "nagaworld-2021")
    (together,) = [text for text in copied(message) if "@" in text]
    assert together.split(", ")[:2] == ["mfaic@mfaic.gov.kh", "camemb.gva@mfaic.gov.kh"]
    assert "📋 All 5 e-mails: Prime Minister" in message.labels


async def test_the_ways_stand_last(bot: Running, ada: User) -> None:
    """What is copied stands between the answers and the ways on."""
    labels = (await _sending(bot, ada, "zhanaozen-2011")).labels
    kinds = ["1" if " · " in label else "2" if COPY in label else "3" for label in labels]
    assert kinds == sorted(kinds)
    assert set(kinds) == {"1", "2", "3"}


async def test_what_copies_stays(bot: Running, ada: User) -> None:
    """Whoever has what they need can still copy the addresses."""
    message = await _sending(bot, ada, "zhanaozen-2011")
    before = copied(message)
    await tap(bot, ada, READY, message)
    assert copied(message) == before
    assert all("copy_text" in key for key in message.buttons)


async def test_what_copies_stays_if_the_answer_is_typed(bot: Running, ada: User) -> None:
    """Whoever types that they have what they need can still copy the addresses."""
    message = await _sending(bot, ada, "zhanaozen-2011")
    before = copied(message)
    await say(bot, ada, READY)
    assert copied(message) == before
    assert all("copy_text" in key for key in message.buttons)


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


# --- links, language, place


async def test_a_link_to_a_campaign(bot: Running, ada: User) -> None:
    """A link that names a campaign and where it stood greets with that campaign alone."""
    ada.starts("zhanaozen-2011-leaflet")
    await bot.settled()
    greeting = ada.private.last
    assert "Kazakhstan" in greeting.text
    assert "Cambodia" not in greeting.text
    (kind,) = await tap(bot, ada, "Write your letter", greeting)
    assert kind.text.startswith("What kind of letter?")


async def test_a_link_that_says_nothing(server: BotApi, bot: Running) -> None:
    """Whatever a link carries, even if its payload was lost on the way, the greeting names all campaigns."""
    for payload in ("", "nonsense", "2011", "letter-", "-", "A" * 64, "____", "start_start"):
        ada = server.user("Ada", language_code="en")
        ada.starts(payload)
        await bot.settled()
        (greeting,) = ada.private.bot_messages
        assert "Kazakhstan" in greeting.text
        assert "Cambodia" in greeting.text
        assert greeting.labels[0] == "Write your letter"


async def test_a_link_to_a_letter(bot: Running, ada: User) -> None:
    """A link to one campaign's letter begins that letter, after a line that says where one is."""
    ada.starts("letter_zhanaozen-2011")
    await bot.settled()
    welcome, question = ada.private.bot_messages
    assert welcome.text.startswith("Good that you are here.")
    assert "/privacy" in welcome.text
    assert question.text.startswith("What kind of letter?")
    ada.starts("letter_zhanaozen-2011")
    await bot.settled()
    assert "Good that you are here" not in "".join(m.text for m in ada.private.bot_messages[2:])


async def test_language(server: BotApi, bot: Running) -> None:
    """The bot speaks the language of the app at first, and the chosen one from then on."""
    olga = server.user("Olga", language_code="ru")
    (greeting,) = await say(bot, olga, "/start")
    assert greeting.labels[0] == "Написать письмо"
    await say(bot, olga, "/language")
    (chosen,) = await tap(bot, olga, "English")
    assert chosen.text == "From now on I speak English with you."
    (greeting,) = await say(bot, olga, "/start")
    assert greeting.labels[0] == "Write your letter"


@pytest.mark.parametrize(
    ("code", "label"), [("ru-RU", "Написать"), ("tlh", "Write"), ("", "Write"), ("x!", "Write")]
)
async def test_other_languages(server: BotApi, bot: Running, code: str, label: str) -> None:
    """A language is found by its beginning; whoever speaks none of the bot's is answered in the default one."""
    (greeting,) = await say(bot, server.user("Kim", language_code=code), "/start")
    assert greeting.labels[0].startswith(label)


async def _asked_where(bot: Running, user: User) -> Message:
    """Return the question for the country."""
    await say(bot, user, "/addresses zhanaozen-2011")
    return user.private.last


async def test_a_shared_place(bot: Running, ada: User, tmp_path: Path) -> None:
    """The question for the country can be answered by sharing a place and a yes; where it was is kept nowhere."""
    question = await _asked_where(bot, ada)
    assert PLACE.strip() in question.text
    shared = ada.shares_location(51.477928, -0.001545)
    await bot.settled()
    (found,) = following(shared)
    assert "United Kingdom" in found.text
    assert question.buttons == []
    told = "\n".join(m.text for m in await tap(bot, ada, "United Kingdom", found))
    assert "London" in told
    assert found.buttons == []
    kept = stored(tmp_path)
    for secret in (b"51.47", b"0.0015", b"477928", b"001545"):
        assert secret not in kept


async def test_a_shared_place_in_a_letter(bot: Running, ada: User, tmp_path: Path) -> None:
    """In a letter, a shared place answers the question for the country once; of it only the country's code is kept."""
    await say(bot, ada, "/letter zhanaozen-2011")
    question = await go_on(bot, ada, "Skip")
    while PLACE.strip() not in question.text:
        await tap(bot, ada, "Skip", question)
        question = ada.private.last
    ada.shares_location(51.477928, -0.001545)
    await bot.settled()
    await tap(bot, ada, "United Kingdom")
    await go_on(bot, ada, "The letter is right")
    known, *_ = await say(bot, ada, "/mydata")
    assert "Country: United Kingdom" in known.text
    again = ada.shares_location(43.3412, 52.8619)
    await bot.settled()
    (answer,) = following(again)
    assert answer.text.startswith("I need a place only when")
    kept = stored(tmp_path)
    assert not any(secret in kept for secret in (b"51.47", b"477928", b"43.34", b"52.86"))


async def test_a_place_at_sea(bot: Running, ada: User) -> None:
    """A place in no country is no answer, and the question stands."""
    await _asked_where(bot, ada)
    shared = ada.shares_location(0.0, -30.0)
    await bot.settled()
    (answer,) = following(shared)
    assert "which country" in answer.text
    assert "Skip" in answer.labels


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
