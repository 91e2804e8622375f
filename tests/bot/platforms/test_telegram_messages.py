"""A message as Telegram takes it: within every limit, with nothing lost, split where a reader would pause."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Message, Press, ShownButton
from bot.platforms.base import blocks, plain_text
from bot.platforms.telegram_keyboards import COPY, MOST, WIDEST, keyboard, listed
from bot.platforms.telegram_messages import LONGEST, parts, units
from tests.botapi.calls import Call, Json
from tests.botapi.keyboards import check_markup
from tests.botapi.texts import Text, read_text

WORDS = st.text(st.sampled_from("ab яé <>&\"'.\n✊🧑‍🏭/@+"), max_size=40)
PLAIN = st.builds(lambda text, times: text * times, WORDS, st.integers(1, 300))
LINKS = st.sampled_from(
    ["https://a.org", "http://b.org/x?y=1&z=2", "tg://resolve?domain=x", "mailto:a@b.org"]
)
STYLED = st.one_of(
    PLAIN.map(escape),
    st.sampled_from(["info@kmg.kz ", "https://a.org/b ", "+7 7172 976000 ", "/letter ", "\n\n", "\n"]),
    st.builds(lambda tag, text: f"<{tag}>{escape(text)}</{tag}>", st.sampled_from(["b", "i", "code"]), WORDS),
    st.builds(lambda url, text: f'<a href="{escape(url)}">{escape(text)}</a>', LINKS, WORDS),
)
INSIDE = st.lists(STYLED, max_size=30).map("".join)
BLOCK = st.one_of(
    INSIDE,
    PLAIN.map(lambda text: f"<pre>{escape(text)}</pre>"),
    INSIDE.map(lambda html: f"<blockquote>{html}</blockquote>"),
    INSIDE.map(lambda html: f"<blockquote expandable>{html}</blockquote>"),
)
HTML = st.lists(BLOCK, max_size=6).map("\n".join)


def received(html: str) -> tuple[Text, list[str]]:
    """Return what Telegram makes of a text, and what it finds wrong with it."""
    notes: list[str] = []
    return read_text(Call("sendMessage", {"text": html, "parse_mode": "HTML"}), notes.append), notes


def read(html: str) -> list[Text]:
    """Return what people see of a message, which must be without fault."""
    texts = []
    for part in parts(Message(html)):
        text, notes = received(part)
        assert notes == []
        texts.append(text)
    return texts


def squeezed(text: str) -> str:
    """Return `text` without white space."""
    return re.sub(r"\s+", "", text)


@given(HTML)
def test_every_message_is_taken(html: str) -> None:
    """Whatever is to be said fits into messages that Telegram takes as they are, and not a word is lost."""
    whole = "".join(run.text for block in blocks(html, spelled_out=False) for run in block.runs)
    assert squeezed("".join(text.text for text in read(html))) == squeezed(whole)


@given(st.text(max_size=300), st.sampled_from(["pre", "blockquote", "b"]))
def test_words_of_people_do_no_harm(said: str, tag: str) -> None:
    """Whatever people type, tags and lone characters included, arrives as words."""
    html = f"<{tag}>{escape(said)}</{tag}>"
    whole = "".join(run.text for block in blocks(html) for run in block.runs)
    assert squeezed("".join(text.text for text in read(html))) == squeezed(whole)


def test_length_is_counted_as_telegram_counts() -> None:
    """An emoji counts twice: what fits in characters may be too long all the same."""
    assert units("✊a") == 2
    assert units("🧑‍🏭") == 5
    texts = read("🏭" * 3000)
    assert [units(text.text) for text in texts] == [LONGEST, 6000 - LONGEST]
    assert len(read("a" * LONGEST)) == 1
    assert len(read("🏭" * (LONGEST // 2))) == 1


def test_a_letter_is_one_block() -> None:
    """A letter that fits into a message is not cut, even if the words before it no longer fit beside it."""
    letter = "Dear Mr President,\n\n" + "I write to you. " * 200
    before, after = read(f"{'Here it is. ' * 150}\n\n<pre>{letter}</pre>")
    assert before.text.endswith("Here it is.")
    assert [entity["type"] for entity in after.entities] == ["pre"]
    assert after.text == letter.strip()


def test_a_long_letter_is_cut_between_paragraphs() -> None:
    """A letter longer than a message comes in several blocks, each of which copies with a tap."""
    paragraphs = [f"{number}. " + "Nobody should lose work for a union. " * 20 for number in range(12)]
    texts = read("<pre>" + "\n\n".join(paragraphs) + "</pre>")
    assert len(texts) == 3
    for text in texts:
        assert [(e["type"], e["offset"], e["length"]) for e in text.entities] == [
            ("pre", 0, units(text.text))
        ]
        assert re.match(r"\d+\. ", text.text)
        assert text.text.endswith("union.")


def test_a_sentence_is_not_cut_where_it_need_not_be() -> None:
    """Without paragraphs or lines, a text is cut behind a sentence; without sentences, between words."""
    first, *_ = read("<pre>" + "Two words. " * 600 + "</pre>")
    assert first.text.endswith("Two words.")
    first, *_ = read("<pre>" + "word " * 1200 + "</pre>")
    assert first.text.endswith(" word")


def test_many_styled_words() -> None:
    """More than a hundred bold words, links and addresses come in several messages, and keep their look."""
    html = "\n\n".join(f"<b>Office {number}</b>: <code>{number}</code>" for number in range(150))
    texts = read(html)
    assert len(texts) > 2
    assert sum(entity["type"] == "bold" for text in texts for entity in text.entities) == 150


def test_many_addresses() -> None:
    """E-mail addresses, which Telegram makes links of by itself, are counted too."""
    html = "\n\n".join(f"<b>Office {number}</b>: info{number}@example.org" for number in range(90))
    texts = read(html)
    assert sum(entity["type"] == "email" for text in texts for entity in text.entities) == 90


def test_long_background_folds_up() -> None:
    """A quotation that can be unfolded stays one, and is no longer a wall of text."""
    (text,) = read(
        "<b>How it came about</b>\n<blockquote expandable>May.\n\nJune, with <i>care</i>.</blockquote>"
    )
    kinds = [entity["type"] for entity in text.entities]
    assert kinds == ["bold", "expandable_blockquote", "italic"]
    assert text.text == "How it came about\nMay.\n\nJune, with care."


def test_no_mailto() -> None:
    """A link to write an e-mail, which Telegram drops, becomes plain words; links to the web stay."""
    html = (
        '<a href="mailto:info@kmg.kz?subject=x">info@kmg.kz</a> <a href="https://kmg.kz/en">KazMunayGas</a>'
    )
    (text,) = read(html)
    assert [entity["type"] for entity in text.entities] == ["email", "text_link"]
    assert "mailto" not in "".join(parts(Message(html)))


@pytest.mark.parametrize("html", ["", " ", "\n", "<b> </b>", "<pre>\n</pre>"])
def test_nothing_to_say(html: str) -> None:
    """Without words, there is no text that Telegram would refuse."""
    assert read(html) == []


# --- buttons

LABEL = st.text(st.sampled_from("abc яé ✊🏭…"), min_size=1, max_size=60).map(lambda label: label + "x")
BUTTONS = st.lists(
    st.one_of(
        st.builds(
            lambda label, number, ticked: ShownButton(
                label, Press("0123abcd", "ways", "office.email"), number, ticked=ticked
            ),
            LABEL,
            st.integers(1, 99),
            st.sampled_from([None, True, False]),
        ),
        st.builds(
            lambda label: ShownButton(label, Press("0123abcd", "ways", "<back>"), command="back"), LABEL
        ),
        st.builds(lambda label: ShownButton(label, command="letter zhanaozen-2011"), LABEL),
        st.builds(lambda label: ShownButton(label, command="letter zhanaozen-2011", private=True), LABEL),
        st.builds(lambda label, copy: ShownButton(label, copy=copy), LABEL, st.text(max_size=300)),
        st.builds(lambda label: ShownButton(label, place=True), LABEL),
    ),
    max_size=130,
)


def rows(*buttons: ShownButton) -> list[list[Json]]:
    """Return the rows of a keyboard, which Telegram must take."""
    made = [[dict(key) for key in row] for row in keyboard(buttons, "SolidarityTestBot")]
    check_markup({"inline_keyboard": made}, private=True)
    return made


@given(BUTTONS)
def test_every_keyboard_is_taken(buttons: list[ShownButton]) -> None:
    """Whatever buttons there are, Telegram takes the keyboard, and a phone can show its rows."""
    made = rows(*buttons)
    assert sum(map(len, made)) <= MOST
    assert all(1 <= len(row) <= 3 for row in made)


def option(number: int, label: str) -> ShownButton:
    """Return a button of a question."""
    return ShownButton(label, Press("0123abcd", "campaign", f"value-{number}"), number)


def test_rows() -> None:
    """Short answers stand side by side, longer ones below each other, and the ways apart from them."""
    back = ShownButton("Back", Press("0123abcd", "x", "<back>"), command="back")
    skip = ShownButton("Skip", Press("0123abcd", "x", "<skip>"), command="skip")
    made = rows(option(1, "Yes"), option(2, "No"), option(3, "Never"), skip, back)
    assert [[key["text"] for key in row] for row in made] == [
        ["1 · Yes", "2 · No", "3 · Never"],
        ["Skip", "‹ Back"],
    ]
    assert [len(row) for row in rows(option(1, "A letter of protest"), option(2, "No"))] == [1, 1]


def test_a_long_answer_is_read_in_full() -> None:
    """An answer that no phone could show on a button stands whole in the message, with all the others."""
    buttons = (option(1, "Yes"), option(2, "The President of the Republic of Kazakhstan, by post"))
    assert listed(buttons) == ["1 · Yes", "2 · The President of the Republic of Kazakhstan, by post"]
    assert "by post" in parts(Message("Which?", buttons))[-1]
    assert all(len(key["text"]) <= WIDEST for row in rows(*buttons) for key in row)
    assert parts(Message("Which?", (option(1, "Yes"),))) == ("Which?",)


def test_copying() -> None:
    """A button puts words into the clipboard as they are; what is too long for that has no button."""
    ((key,),) = rows(ShownButton("Copy", copy="info@kmg.kz"))
    assert key == {"text": f"{COPY}Copy", "copy_text": {"text": "info@kmg.kz"}}
    assert rows(ShownButton("Copy", copy="a" * 256)) != []
    assert rows(ShownButton("Copy", copy="a" * 257), ShownButton("Copy", copy="")) == []
    assert rows(ShownButton("Copy", copy="🏭" * 129)) == []


def test_sharing_a_place() -> None:
    """That a place can be shared is said below the question: no button of a message could do it."""
    place = ShownButton("You can also share your location.", place=True)
    assert rows(place) == []
    assert parts(Message("Where?", (place,))) == ("Where?\n\n📍 You can also share your location.",)


def test_the_way_into_the_private_chat() -> None:
    """What is for one person alone is a link that carries the command as Telegram lets it."""
    ((key,),) = rows(ShownButton("Write", command="letter zhanaozen-2011", private=True))
    assert key["url"] == "https://t.me/SolidarityTestBot?start=letter_zhanaozen-2011"


@given(st.text(st.sampled_from("abc яé <>&\"'.✊🏭"), max_size=60))
def test_plain_text_is_what_is_seen(said: str) -> None:
    """What a phone shows is what the terminal shows."""
    html = f"<b>Hello</b>, {escape(said)} you"
    (text,) = read(html)
    assert text.text == plain_text(html)
