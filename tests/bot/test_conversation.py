"""The rules by which a person moves within and between conversations, tried on small ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import Answers
from bot.frames import Frame, dump, parse
from bot.walking import walk
from tests.bot.painting import BEGUN, TALKS, Talk, speak, talk


def test_each_step_is_asked_until_all_are_answered() -> None:
    """A dialogue ends with exactly the answers of the steps that were taken."""
    now = talk(*BEGUN, ("1", "paint done"))
    assert now.turn.finished
    answers = dict(now.turn.finished[1])
    assert answers == {
        "colour": "red",
        "why": "because",
        "name": "Ada",
        "days": ("mon", "tue"),
        "review": "agreed",
    }
    assert now.frames == ()


@pytest.mark.parametrize("words", ["2", " 2. ", "#2", "Green", "green", "GREEN.", "gre", "Greeen"])
def test_an_option_is_typed_by_number_or_by_words(words: str) -> None:
    """The number, the words, the beginning of the words and a typing error all choose."""
    talk(("/paint", "[colour]"), (words, "[name]"))


@pytest.mark.parametrize("words", ["0", "4", "99999999999", "", "xyz", "e", "<b>", "{{ 1 }}", "\u202e"])
def test_what_is_no_option_is_refused_in_a_sentence_and_loses_nothing(words: str) -> None:
    """The question stands, its buttons come with the sentence."""
    now = talk(("/paint", "[colour]"), (words, "choose/one"))
    assert len(now.turn.replies[0].buttons) == 3
    assert now.say("2") == "[name]"


def test_whoever_is_refused_time_and_again_is_told_the_ways_on() -> None:
    """Each third time in a row they come above the refusal; an answer begins the count anew."""
    twice, third = [("xyz", "choose/one")] * 2, ("xyz", "conversation/stuck choose/one")
    now = talk(("/paint", "[colour]"), *twice, third, *twice, third)
    assert now.turn.replies[0].values == {"skip": False, "back": False}
    assert not now.turn.replies[0].buttons
    assert len(now.turn.replies[1].buttons) == 3
    now = talk(("/paint", "[colour]"), *twice, ("1", "[why]"), ("skip", "[name]"), ("Ada", "[days]"))
    assert [now.say("xyz") for _ in range(3)] == ["choose/several"] * 2 + [
        "conversation/stuck choose/several"
    ]
    assert now.turn.replies[0].values == {"skip": False, "back": True}


def test_back_forgets_the_last_answer_only() -> None:
    """Going back asks the last question again and keeps the ones before."""
    now = talk(
        *BEGUN[:3],
        ("/back", "[why]"),
        ("back", "[colour]"),
        ("/back", "conversation/first-question [colour]"),
    )
    assert now.frames[0].answers == {}


def test_an_optional_question_can_be_skipped_and_no_other() -> None:
    """A skipped answer is None; a needed one says that it is needed."""
    now = talk(
        ("/paint", "[colour]"), ("1", "[why]"), ("skip", "[name]"), ("/skip", "conversation/not-optional")
    )
    assert now.frames[0].answers["why"] is None


def test_one_answer_is_changed_from_the_review_and_the_review_comes_back() -> None:
    """Only what is changed is asked again."""
    now = talk(*BEGUN, ("Another name", "[name]"), ("Eve", "[review]"))
    assert now.frames[0].answers.text("name") == "Eve"


def test_back_while_changing_keeps_the_old_answer() -> None:
    """Who thinks better of a change finds everything as it was."""
    now = talk(*BEGUN, ("Another name", "[name]"), ("back", "[review]"))
    assert now.frames[0].answers.text("name") == "Ada"


def test_a_change_that_opens_another_branch_asks_what_is_new_and_hides_what_is_gone() -> None:
    """The answer of a branch no longer taken is not among the answers at the end."""
    now = talk(*BEGUN, ("Another colour", "[colour]"), ("green", "[review]"), ("1", "paint done"))
    assert now.turn.finished
    assert "why" not in now.turn.finished[1]


def test_a_look_aside_shows_and_asks_again() -> None:
    """Looking is not answering."""
    now = talk(("/paint", "[colour]"), ("3", "aside"), ("1", "[why]"))
    assert now.frames[0].answers == {"colour": "red"}


def test_other_commands_leave_the_conversation_where_it_is() -> None:
    """A command in the middle is answered, then the question comes again."""
    now = talk(
        *BEGUN[:3], ("/help", "help done [name]"), ("/nonsense", "conversation/unknown-command [name]")
    )
    assert now.say("Ada") == "[days]"


def test_a_conversation_within_a_conversation_returns_to_it() -> None:
    """A second dialogue is finished or cancelled first, then the first one goes on."""
    talk(
        *BEGUN[:3],
        ("/tea", "[cups]"),
        ("two", "tea done [name]"),
        ("/tea", "[cups]"),
        ("/cancel", "conversation/cancelled [name]"),
    )


def test_a_command_given_again_comes_back_to_where_one_was() -> None:
    """Nothing is lost by typing the command once more, from within another one either."""
    now = talk(*BEGUN[:3], ("/paint", "conversation/already-open [name]"), ("/tea", "[cups]"))
    assert now.say("/paint") == "conversation/already-open [name]"
    assert [frame.dialogue for frame in now.frames] == ["tea", "paint"]


def test_cancel_forgets_the_answers() -> None:
    """After /cancel nothing is open, and the next one begins from the start."""
    talk(
        *BEGUN,
        ("/cancel", "conversation/cancelled"),
        ("/cancel", "conversation/nothing-open"),
        ("/paint", "[colour]"),
    )


def test_the_words_behind_a_command_answer_its_first_question() -> None:
    """A known word is taken; any other opens the question, and nobody is told off."""
    talk(("/paint red", "[why]"))
    talk(("/paint mauve", "[colour]"))
    talk(("/paint", "[colour]"), ("/paint red", "[why]"))


def test_other_words_behind_an_open_command_begin_anew_with_what_still_holds() -> None:
    """The command is about what stands behind it now; what was agreed to is asked again, the rest is kept."""
    now = talk(*BEGUN[:3], ("/paint green", "conversation/anew [name]"))
    assert now.turn.replies[0].values == {"what": "Green"}
    talk(*BEGUN, ("/paint red", "conversation/already-open [review]"))
    talk(*BEGUN, ("/paint mauve", "conversation/already-open [review]"))
    now = talk(*BEGUN, ("/paint green", "conversation/anew [review]"), ("1", "paint done"))
    assert now.turn.finished
    assert dict(now.turn.finished[1]) == {
        "colour": "green",
        "name": "Ada",
        "days": ("mon", "tue"),
        "review": "agreed",
    }


def test_what_was_agreed_to_is_agreed_to_once_more_after_other_words_behind_the_command() -> None:
    """Nobody sends a letter that they have not read."""
    talk(("/post red", "[agree]"), ("1", "[when]"), ("/post green", "conversation/anew [agree]"))


def test_after_an_aside_a_long_question_is_asked_in_short() -> None:
    """Its full text comes when it is first asked, and when its own command opens it again."""
    now = talk(*BEGUN, ("/help", "help done [review-again]"), ("/tea", "[cups]"))
    assert now.say("/cancel") == "conversation/cancelled [review-again]"
    assert now.say("/paint") == "conversation/already-open [review]"


def test_stop_is_cancel() -> None:
    """As a word and as a command."""
    talk(("/paint", "[colour]"), ("/stop", "conversation/cancelled"))
    talk(("/paint", "[colour]"), ("Stop!", "conversation/cancelled"))


def test_before_others_a_choice_is_a_command_for_each_option() -> None:
    """Anybody may tap it, and no conversation stays open."""
    now = Talk()
    now.say("/paint", public=True)
    assert now.frames == ()
    commands = [b.command for b in now.turn.replies[0].buttons]
    assert commands == ["paint red", "paint green"]


def test_an_outdated_button_brings_up_the_present_question_and_does_nothing() -> None:
    """A keyboard fits only the question it was shown with, even where the same question is asked again later."""
    now = talk(("/paint", "[colour]"))
    old = now.buttons()
    now.say("1")
    assert now.tap("Green", old) == ""  # a second tap, most likely
    now.say("back")
    assert now.tap("Green", old) == "[colour]"
    assert now.turn.tap == "outdated"
    assert now.tap("Green") == "[name]"
    now.say("/cancel")
    assert now.tap("Green", old) == "conversation/old-button"


def test_several_options_are_tapped_one_by_one() -> None:
    """Each tap marks or unmarks; the end is said by `done`, which stands there once something is marked."""
    now = talk(*BEGUN[:4])
    assert "Done" not in [speak(b.label) for b in now.buttons()]
    assert now.tap("Tuesday") == "[days]"
    assert [b.ticked for b in now.buttons()[:2]] == [False, True]
    now.tap("Monday")
    now.tap("Tuesday")
    assert now.tap("Done") == "[review]"
    assert now.frames[0].answers["days"] == ("mon",)


@pytest.mark.parametrize("words", ["1 2", "2,1", "Monday, Tuesday", "1 and 2", "1+2"])
def test_several_options_are_typed_at_once(words: str) -> None:
    """Their order does not matter."""
    now = talk(*BEGUN[:4])
    assert now.say(words) == "[review]"
    assert now.frames[0].answers.get("days") == ("mon", "tue")


def test_small_talk_is_answered_with_the_nearest_command() -> None:
    """A bare command works, a keyword suggests, anything else gets help."""
    now = talk(
        ("tea", "[cups]"),
        ("/cancel", "conversation/cancelled"),
        ("please rescue me", "conversation/small-talk"),
    )
    assert now.turn.replies[0].values["near"] == ["help"]
    assert now.say("/paimt") == "conversation/unknown-command"
    assert now.turn.replies[0].values["near"] == ["paint"]
    assert now.say("Hello!") == "help done"
    assert now.say("Thank you so much") == "conversation/thanks"
    assert now.say("👍") == "conversation/thanks"
    assert now.say("1") == "conversation/small-talk"


def test_what_answers_an_argument_is_something_to_talk_about() -> None:
    """Its name leads to what can be done with it."""
    now = talk(("green", "conversation/about"))
    assert now.turn.replies[0].values == {"what": "Green"}
    assert [b.command for b in now.turn.replies[0].buttons] == ["paint green", "post green"]


def test_a_dialogue_that_no_longer_exists_is_left_out() -> None:
    """What an older version of the bot had open does not stop a newer one."""
    stored = dump((Frame("gone", Answers({"a": "b"}), "t"), Frame("tea", Answers(), "t")))
    assert [frame.dialogue for frame in parse(stored, ["tea"])] == ["tea"]


def test_what_an_older_version_had_open_goes_on() -> None:
    """It did not write down which question came before."""
    assert parse('[["tea", {}, "t", [], null]]', ["tea"]) == (Frame("tea", Answers(), "t"),)


actions = st.lists(
    st.sampled_from(
        [
            "/paint",
            "/tea",
            "/help",
            "/back",
            "/skip",
            "/cancel",
            "1",
            "2",
            "3",
            "9",
            "Ada",
            "",
            "1 2",
            "a" * 50,
            "/x",
        ]
    ),
    max_size=25,
)


@given(actions)
def test_whatever_is_said_one_question_is_open_or_none(said: list[str]) -> None:
    """No order of words leads astray: each open dialogue has a question, and buttons fit it."""
    now = Talk()
    for words in said:
        now.say(words)
        names = [frame.dialogue for frame in now.frames]
        assert len(names) == len(set(names))
        assert (TALKS.standing.question(now.frames) is None) == (not now.frames)
        assert all(b.press and b.press.token == now.frames[-1].token for b in now.buttons())


@given(actions)
def test_the_same_answers_always_lead_to_the_same_question(said: list[str]) -> None:
    """Walking twice gives equal steps, also after the answers went through the database."""
    now = Talk()
    for words in said:
        now.say(words)
        for frame in now.frames:
            one, two = (walk(TALKS.dialogues[frame.dialogue], frame.answers, "world") for _ in range(2))
            assert one == two
            assert parse(dump((frame,)), list(TALKS.dialogues)) == (frame,)
