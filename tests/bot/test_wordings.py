"""Letters that are not the same: wordings and orders by a chance that stays, and facts that no chance changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import pytest

from bot.campaigns import Campaign, Campaigns, PackError, Sender
from bot.chance import PLAIN, Chance
from bot.letters import Letter
from bot.resources import templates
from bot.similarity import Own, shingles
from tests.bot.packs import load, spoil, write_pack
from tests.supporters import SUPPORTERS, alike, letters

SHIPPED = Campaigns.load([templates() / "campaigns"], ("zhanaozen-2011", "nagaworld-2021"))
MARKS = [Chance(f"mark-{number}", number % 3) for number in range(30)]
KINDS = [(campaign, kind.kind) for campaign in SHIPPED for kind in campaign.kinds]
WRITTEN = [
    pytest.param(campaign, kind, language, id=f"{campaign.slug} {kind} {language}")
    for campaign, kind in KINDS
    for language in sorted(
        {*campaign.languages, *(code for one in campaign.recipients for code in one.languages)}
    )
]
"""Every letter in every language in which it leaves."""
TEMPLATE = "letter-protest.en.txt.j2"
SALUTATION = "{{ recipient.salutation }}"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack in which everything is right."""
    return write_pack(tmp_path)


class Writing:
    """Letters of a pack in which some words stand between salutation and demands."""

    def __init__(self, pack: Path, words: str) -> None:
        spoil(pack, TEMPLATE, SALUTATION, f"{SALUTATION}\n\n{words}\n")
        self.campaign = load(pack)

    def __call__(self, chance: Chance = PLAIN, **answers: str) -> str:
        """Return what stands there in somebody's letter."""
        letter = Letter(self.campaign, "protest", "open", "person", answers, "minister", chance)
        return letter.in_language("en").partition("Dear Minister,\n\n")[2].partition("\n\n1. ")[0]


def every(campaign: Campaign, kind: str, chance: Chance) -> Iterator[Letter]:
    """Yield letters of every sender, with each fact chosen and with none, to each recipient."""
    facts = [fact.key for question in campaign.questions for fact in question.facts]
    recipients = [one.recipient.key for one in campaign.addressees(kind, "DE") if one.kind == kind]
    for organisation, fact, recipient in product(("", "Dockers"), ("", *facts), recipients):
        answers = {"organisation": organisation, "struck": fact, "reason": "So say I."}
        sender: Sender = "organisation" if organisation else "person"
        yield Letter(campaign, kind, "open", sender, answers, recipient, chance)


# --- What a pack's author writes


ONE_OF_THREE = "{% wording %}\nOne.\n{% or %}\nTwo.\n{% or %}\nThree.\n{% endwording %}"


def test_a_place_has_one_of_its_wordings(pack: Path) -> None:
    """Every wording comes, about as often as the others, and without chance it is the first."""
    write = Writing(pack, ONE_OF_THREE)
    said = [write(Chance(f"{n}")) for n in range(60)]
    assert all(10 < said.count(word) < 30 for word in ("One.", "Two.", "Three."))
    assert write() == "One."


def test_other_words_are_others_at_every_place(pack: Path) -> None:
    """Whoever asks for other words gets none of the same, and the first ones again after the last."""
    write = Writing(pack, f"{ONE_OF_THREE}\n{ONE_OF_THREE}")
    chance = Chance("5f3c0a11")
    turns = []
    for _ in range(4):
        turns.append(write(chance).split("\n"))
        chance = chance.another()
    first, second = zip(*turns, strict=True)
    assert first[0] == first[3]
    assert second[0] == second[3]
    assert len(set(first)) == len(set(second)) == 3


def test_wordings_stand_inside_a_sentence_and_inside_each_other(pack: Path) -> None:
    """A wording may be a single word, hold fields and conditions, and hold further wordings."""
    words = (
        "I {% wording %}{% wording %}bake{% or %}knead{% endwording %} {{ loaf }}{% or %}eat{% endwording %}."
    )
    write = Writing(pack, words)
    said = {write(Chance(f"{n}"), loaf="rye") for n in range(40)}
    assert {line for text in said for line in text.split("\n") if line.startswith("I ")} == {
        "I bake rye.",
        "I knead rye.",
        "I eat.",
    }


ANY_ORDER = (
    "{% anyorder %}\n{% paragraph first if loaf %}\nA.\n{% if loaf %}\nMine.\n{% endif %}\n"
    "{% paragraph %}\nB,\nand b.\n{% paragraph %}\n{{ name }}\n{% endanyorder %}"
)


def test_paragraphs_stand_in_any_order(pack: Path) -> None:
    """Every order comes; an empty paragraph leaves no gap, and without chance they stand as they are written."""
    write = Writing(pack, ANY_ORDER)
    orders = {write(Chance(f"{n}"), name="C.") for n in range(60)}
    assert len(orders) == 6
    assert {tuple(sorted(order.split("\n\n"))) for order in orders} == {("A.", "B, and b.", "C.")}
    assert write(name="C.") == "A.\n\nB, and b.\n\nC."
    assert write() == "A.\n\nB, and b."


def test_a_paragraph_stands_first_where_the_answers_want_it(pack: Path) -> None:
    """What a supporter has chosen comes first whatever chance says."""
    write = Writing(pack, ANY_ORDER)
    for number in range(20):
        text = write(Chance(f"{number}"), loaf="rye", name="C.")
        assert text.startswith("A. Mine.\n\n")


def test_typed_lines_stay_lines(pack: Path) -> None:
    """Lines of the template are joined inside a paragraph, lines of a supporter never."""
    words = "{% anyorder %}\n{% paragraph %}\nMy words\nare:\n\n{{ loaf }}\n{% endanyorder %}"
    assert Writing(pack, words)(loaf="rye\nand oats").startswith("My words are:\n\nrye\nand oats")


def test_a_subject_is_one_of_several(pack: Path) -> None:
    """Chance picks one of the subjects; other words have another one."""
    spoil(
        pack,
        "campaign.toml",
        'subject = { en = "Bread", ru = "Хлеб" }\n',
        'subject = { en = "Bread", ru = "Хлеб" }\nsubjects = [{ en = "Rolls", ru = "Булки" }, { en = "Cake" }]\n',
    )
    campaign = load(pack)

    def subject(chance: Chance) -> str:
        return Letter(campaign, "protest", "open", "person", {}, "minister", chance).subject.in_language("en")

    assert {subject(Chance(f"{n}")) for n in range(30)} == {"Bread", "Rolls", "Cake"}
    assert subject(PLAIN) == "Bread"
    assert len({subject(Chance("a", turns)) for turns in range(3)}) == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("{% wording %}{% or %}\nTwo.\n{% endwording %}", "line 7: one of the wordings is empty"),
        (
            "{% wording %}\nOne.\n{% endwording %}",
            "line 7: there is one wording only; write {% or %} and another behind it",
        ),
        (
            "{% wording %}\nOne.\n{% or %}\nTwo.",
            "line 7: {% wording %} is never closed; write {% endwording %} where it ends",
        ),
        ("{% or %}", "line 7: {% or %} has no {% wording %} above it"),
        ("{% paragraph %}", "line 7: {% paragraph %} has no {% anyorder %} above it"),
        (
            "{% anyorder %}\nA.\n{% paragraph %}\nB.\n{% endanyorder %}",
            "line 7: between {% anyorder %} and the first {% paragraph %} nothing may stand",
        ),
        (
            "{% anyorder %}\n{% endanyorder %}",
            "line 7: {% anyorder %} needs a {% paragraph %} for each of its paragraphs",
        ),
        (
            "{% anyorder %}{% paragraph first %}B.{% endanyorder %}",
            "line 7: behind first must stand when: {% paragraph first if work %}",
        ),
        (
            "{% wording %}\nOne.\n{% or %}\n{{ laof }}\n{% endwording %}",
            "line 10: there is no field “laof”; did you mean loaf?",
        ),
        (
            "{% wording %}\nOne.\n{% or %}\n{{ loaf / 2 }}\n{% endwording %}",
            "line 10: cannot be filled in with every answer: an answer is words, or nothing where it is skipped",
        ),
        ("{% wroding %}", "line 7: there is no tag {% wroding %}; did you mean wording?"),
    ],
)
def test_what_a_template_does_wrong_is_said_in_plain_words(pack: Path, words: str, says: str) -> None:
    """The line and what to write there; a letter that cannot be filled in with every wording is none."""
    spoil(pack, TEMPLATE, SALUTATION, f"{SALUTATION}\n\n\n{words}")
    with pytest.raises(PackError) as error:
        load(pack)
    assert error.value.problems == (f"bakers-2024/{TEMPLATE}: {says}",)


# --- What is shipped


@pytest.mark.parametrize(("campaign", "kind", "language"), WRITTEN)
def test_chance_changes_no_fact(campaign: Campaign, kind: str, language: str) -> None:
    """Whatever chance says, a letter has the same figures, the same names, and the same demands in the same order."""
    names = [word for name in campaign.names.get(language, ()) for word in name.split()]
    stems = re.compile("|".join(sorted({name[:5] for name in names if len(name) > 3})))

    def facts(letter: Letter) -> tuple[object, ...]:
        text = letter.in_language(language)
        figures = sorted(set(re.findall(r"\d+", text)))
        demands = re.findall(r"^\d\. .*", text, re.MULTILINE)
        return figures, sorted(set(stems.findall(text))), demands

    plain = [facts(letter) for letter in every(campaign, kind, PLAIN)]
    for chance in MARKS:
        assert [facts(letter) for letter in every(campaign, kind, chance)] == plain


@pytest.mark.parametrize(("campaign", "kind", "language"), WRITTEN)
def test_every_paragraph_has_three_wordings(campaign: Campaign, kind: str, language: str) -> None:
    """Of two of three letters nothing is the same but address, salutation, demands, farewell and signature."""
    recipient = campaign.addressees(kind, "DE")[0].recipient.key
    texts = [
        Letter(campaign, kind, "open", "person", {}, recipient, Chance("", turns)).in_language(language)
        for turns in range(3)
    ]
    parts = [set(text.split("\n\n")) for text in texts]
    assert len(parts[0]) > 9
    assert [len(one & other) for one, other in combinations(parts, 2)] == [5, 5, 5]


def test_the_letter_as_published_is_the_same_for_everybody() -> None:
    """It is a document: no chance changes a word of it, nor its subject."""
    for campaign, kind in KINDS:
        if campaign.has_versions(kind):
            recipient = campaign.addressees(kind, "DE")[0].recipient.key
            found = {
                (letter.in_language(language), letter.subject.in_language(language))
                for chance, language in product((PLAIN, *MARKS), campaign.languages)
                for letter in [Letter(campaign, kind, "published", "person", {}, recipient, chance)]
            }
            assert len(found) == len(campaign.languages)


@pytest.mark.parametrize(("campaign", "kind", "language"), WRITTEN)
def test_of_a_thousand_letters_nearly_no_two_look_the_same(
    campaign: Campaign, kind: str, language: str
) -> None:
    """Under 1 % of all pairs share nine tenths of their runs of five words, though half the supporters say nothing."""
    texts = [letter.in_language(language) for letter in letters(campaign, kind)]
    assert alike(texts) < 0.01 * SUPPORTERS * (SUPPORTERS - 1) / 2


def test_those_who_say_nothing_do_not_write_the_same_letter() -> None:
    """Even if all skip everything, under 1 % of all pairs look the same in the letter with the fewest wordings."""
    texts = [w.in_language("en") for w in letters(SHIPPED["zhanaozen-2011"], "solidarity", silent=1.0)]
    assert 0 < alike(texts) < 0.01 * SUPPORTERS * (SUPPORTERS - 1) / 2


def test_letters_in_one_wording_would_be_found_to_look_the_same() -> None:
    """The measure is no blank: without chance, the letters of those who say nothing are all the same."""
    letter = Letter(SHIPPED["zhanaozen-2011"], "protest", "open", "person", {}, "president")
    assert alike([letter.in_language("en")] * 20) == 190


# --- How much is whose


def test_runs_of_words_are_compared_without_punctuation() -> None:
    """Case and commas make no letter another one; a word in the middle of ten does."""
    words = "one two three four five six seven eight nine ten"
    runs = shingles(words)
    assert runs == shingles(words.upper().replace(" ", ", "))
    assert runs & shingles(words.replace("five", "5")) == {"six seven eight nine ten"}
    assert shingles("short") == shingles("") == frozenset()


def words(count: int) -> str:
    """Return so many words, no two the same."""
    return " ".join(f"word{number}" for number in range(count))


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        ({}, "none"),
        ({"country": "DE", "struck": "shootings"}, "none"),
        ({"town": "Leeds"}, "few"),
        ({"name": "Ada Berg", "reason": words(16)}, "tenth"),
        ({"reason": words(65)}, "quarter"),
        ({"reason": words(100)}, "third"),
        ({"reason": words(170)}, "half"),
        ({"reason": words(600)}, "most"),
    ],
)
def test_a_letter_says_how_much_of_it_is_the_supporters_own(answers: dict[str, str], part: str) -> None:
    """Only typed words count: what was chosen from a list is the campaign's."""
    letter = Letter(SHIPPED["zhanaozen-2011"], "protest", "open", "person", answers, "president", Chance("a"))
    assert Own(letter).in_language("en") == part
