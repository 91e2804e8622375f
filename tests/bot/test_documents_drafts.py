"""The e-mail to be sent by the person who wrote it: nothing lost, nothing slipped in, nothing told about us."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cleaning import clean
from bot.documents import eml, made, mailto
from bot.events import Document, Draft
from tests.bot.printed import LETTERS

GOLDEN = Path(__file__).parents[2] / "tests" / "golden"
TO, COPIES = ("minister@example.org",), ("press@example.org", "union@example.com")
OURS = {"X-Unsent", "To", "Cc", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
DRAFTS = {language: Draft(TO, COPIES, page.subject, page.text) for language, page in LETTERS.items()}


def opened(data: bytes) -> EmailMessage:
    """Return the message as a mail program reads it."""
    return message_from_bytes(data, _class=EmailMessage, policy=default)


def text_of(message: EmailMessage) -> str:
    """Return its text with the line ends that the letter has."""
    return str(message.get_content()).replace("\r\n", "\n")


def one_line(text: str) -> str:
    """Return what of `text` may stand in a header."""
    return " ".join(clean(text).split())


@pytest.mark.parametrize("language", DRAFTS)
def test_a_draft_is_read_back_as_it_was_written(language: str) -> None:
    """A mail program finds the addresses, the copies, the subject and the text exactly, and opens it to be sent."""
    draft = DRAFTS[language]
    message = opened(eml(draft))
    assert [address.addr_spec for address in message["To"].addresses] == list(TO)
    assert [address.addr_spec for address in message["Cc"].addresses] == list(COPIES)
    assert message["Subject"] == draft.subject
    assert text_of(message) == draft.text
    assert message["X-Unsent"] == "1"
    assert message.get_content_type() == "text/plain"
    assert not message.defects


@pytest.mark.parametrize("language", DRAFTS)
def test_the_file_stays_as_it_was(language: str) -> None:
    """The file is the one that somebody looked at; its lines end as those of every e-mail do."""
    data = eml(DRAFTS[language])
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.replace(b"\r\n", b"\n") == (GOLDEN / f"draft.{language}.eml").read_bytes()


def test_a_draft_tells_nothing_of_where_it_was_made() -> None:
    """There is no sender, no date, no identifier: the person's own mail program adds them."""
    assert set(opened(eml(DRAFTS["en"])).keys()) == OURS


def test_a_draft_without_copies_has_no_line_for_them() -> None:
    """Where the campaign asks for no copy, nobody gets one."""
    assert "Cc" not in opened(eml(Draft(TO, (), "Subject", "Text")))


@given(st.text(max_size=200), st.text())
def test_whatever_is_written_is_read_back(subject: str, text: str) -> None:
    """Any subject and any text come back, and bring nothing with them: not a header, not an attachment."""
    message = opened(eml(Draft(TO, COPIES, subject, text)))
    assert sorted(message.keys()) == sorted(OURS)
    assert message["Subject"] == one_line(subject)
    assert text_of(message) == clean(text)
    assert message["To"] == TO[0]


@given(
    st.lists(
        st.sampled_from(("длинное", "слово", "long", "words", "ä", "مرحبا", "王小明", "“quoted”", "a" * 90)),
        min_size=1,
    )
)
def test_a_long_subject_is_folded_and_read_back(subject: list[str]) -> None:
    """A subject of many words in several scripts comes back with each space."""
    assert opened(eml(Draft(TO, (), " ".join(subject), "Text")))["Subject"] == " ".join(subject)


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\0"])
def test_a_new_line_begins_no_header(break_: str) -> None:
    """What follows a new line in a subject is still subject; in an address it makes the address invalid."""
    message = opened(
        eml(Draft(TO, (), f"Hello{break_}Bcc: spy@example.org{break_}{break_}<b>body</b>", "Text"))
    )
    assert message.keys() == [key for key in message if key in OURS - {"Cc"}]
    assert text_of(message) == "Text"
    with pytest.raises(ValueError, match="addr_spec"):
        eml(Draft((f"a@example.org{break_}Bcc: spy@example.org",), (), "Hello", "Text"))


def test_a_subject_is_not_read_as_a_code() -> None:
    """What looks like an encoded word is not decoded into a new line by the mail program."""
    code = "=?utf-8?q?a=0ABcc:_spy=40example.org?="
    assert opened(eml(Draft(TO, (), code, "Text")))["Subject"] == code


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@example.org, b@example.org", "A <a@example.org>", "a@b c", "ü@example.org"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """A draft goes to addresses only: one each, and nothing else in it."""
    with pytest.raises(ValueError):  # noqa: PT011  # the library says each time something else
        eml(Draft((address,), (), "Subject", "Text"))
    with pytest.raises(ValueError):  # noqa: PT011  # the library says each time something else
        mailto(Draft((address,), (), "Subject", "Text"))


def test_a_domain_in_other_letters_is_written_as_the_net_knows_it() -> None:
    """A mail program gets the domain in letters of ASCII."""
    draft = Draft(("info@bücher.example",), (), "Subject", "Text")
    assert opened(eml(draft))["To"] == "info@xn--bcher-kva.example"
    link = mailto(draft)
    assert link
    assert link.url.startswith("mailto:info@xn--bcher-kva.example?")


async def test_a_draft_is_made_as_a_document() -> None:
    """Its bytes come with the name of their kind."""
    made_ = await made(Document("letter.eml", DRAFTS["en"]))
    assert (made_.data, made_.media_type) == (eml(DRAFTS["en"]), "message/rfc822")


@given(st.text(max_size=80), st.text(max_size=250))
def test_a_link_opens_the_draft(subject: str, text: str) -> None:
    """A link carries addresses, subject and text, or says that the text is not in it; it is never longer than 2,000."""
    link = mailto(Draft(TO, COPIES, subject, text))
    assert link
    url = urlsplit(link.url)
    fields = parse_qs(url.query, keep_blank_values=True, strict_parsing=True)
    assert len(link.url) <= 2000
    assert link.url.isascii()
    assert link.url.isprintable()
    assert (url.scheme, unquote(url.path)) == ("mailto", TO[0])
    assert fields["cc"] == [",".join(COPIES)]
    assert fields["subject"] == [one_line(subject)]
    assert fields.get("body") == ([clean(text).replace("\n", "\r\n")] if link.whole else None)


def test_a_link_is_written_as_the_standard_says() -> None:
    """Everything but letters, digits and a few signs is percent-encoded; lines end with CR LF (RFC 6068)."""
    link = mailto(
        Draft(("a+b@example.org", "c@example.org"), ("d@example.org",), "Hi & bye?", "One\n\nTwö + 2")
    )
    assert link
    assert link.whole
    assert link.url == (
        "mailto:a%2Bb@example.org,c@example.org?cc=d@example.org&subject=Hi%20%26%20bye%3F"
        "&body=One%0D%0A%0D%0ATw%C3%B6%20%2B%202"
    )


def test_a_text_that_is_too_long_is_left_out_and_that_is_said() -> None:
    """Up to 2,000 characters of link the text is in it; with one more it is not, but the rest is."""
    frame = mailto(Draft(TO, (), "Subject", ""))
    assert frame
    room = 2000 - len(frame.url)
    fits, too_long = (mailto(Draft(TO, (), "Subject", "x" * length)) for length in (room, room + 1))
    assert fits
    assert (len(fits.url), fits.whole) == (2000, True)
    assert too_long
    assert (too_long.url, too_long.whole) == ("mailto:minister@example.org?subject=Subject", False)


def test_a_subject_that_is_too_long_makes_no_link() -> None:
    """Where not even the subject fits there is no link."""
    assert mailto(Draft(TO, (), "ы" * 400, "Text")) is None


@pytest.mark.parametrize("language", DRAFTS)
def test_links_of_letters_stay_as_they_were(language: str) -> None:
    """The link of each sample letter is the one that somebody looked at."""
    link = mailto(DRAFTS[language])
    assert link
    assert f"{link.whole}\n{link.url}\n" == (GOLDEN / f"link.{language}.txt").read_text("ascii")
