"""The words that people type in languages other than English: however they write them, they are understood."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from bot.choosing import fold
from bot.messages import LOCALES, SOURCE, languages, translations
from handlers import HANDLERS
from handlers.world import Talk
from tests.door import open_door

TRANSLATED = tuple(code for code in languages() if code != SOURCE)


def shouted(words: str, language: str) -> str:
    """Return `words` in capital letters as that language has them."""
    return (words.replace("i", "İ") if language == "tr" else words).upper()


def unaccented(words: str) -> str:
    """Return `words` as they are typed in a hurry."""
    apart = unicodedata.normalize("NFD", words.replace("’", "'"))
    return "".join(char for char in apart if not unicodedata.combining(char))


def keywords(dialogue: Talk, language: str) -> list[str]:
    """Return the words by which one may ask for a command, without its name, which is the command itself."""
    words = translations(LOCALES, language).gettext(dialogue.keywords.text) if dialogue.keywords else ""
    return [word for word in words.split() if word != dialogue.name]


@pytest.mark.parametrize("language", TRANSLATED)
async def test_each_word_leads_to_its_command(tmp_path: Path, language: str) -> None:
    """Each word by which one may ask for a command offers that command, in small letters and in capitals."""
    asked = [(d.name, word) for d in HANDLERS if not d.called for word in keywords(d, language)]
    async with open_door(tmp_path, language) as door:
        for command, word in asked:
            for typed in (word, shouted(word, language)):
                await door.say(typed)
                assert command in [button.command for button in door.last[0].buttons], typed


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_asks_for_two_commands(language: str) -> None:
    """What is typed to ask for one command is not a word for another."""
    owners: dict[str, set[str]] = {}
    for dialogue in HANDLERS:
        for word in keywords(dialogue, language):
            owners.setdefault(fold(word), set()).add(dialogue.name)
    assert {word: commands for word, commands in owners.items() if len(commands) > 1} == {}


@pytest.mark.parametrize(
    ("language", "words", "command"),
    [
        ("ru", "Привет!", "letter"),
        ("ru", "помощь", "help"),
        ("ru", "Хочу написать письмо протеста", "letter"),
        ("ru", "расскажи о забастовке", "appeal"),
        ("ru", "какие требования?", "demands"),
        ("ru", "предыстория", "background"),
        ("ru", "и что потом", "since"),
        ("ru", "по какому адресу", "addresses"),
        ("ru", "обещаю", "pledge"),
        ("ru", "мои обещания", "pledges"),
        ("ru", "отправила", "sent"),
        ("ru", "другой язык", "language"),
        ("ru", "это безопасно", "privacy"),
        ("ru", "удалите всё", "forget"),
        ("fr", "Je veux écrire une lettre", "letter"),
        ("fr", "comment ça marche", "help"),
        ("fr", "pourquoi la grève", "appeal"),
        ("fr", "les revendications", "demands"),
        ("fr", "l’histoire", "background"),
        ("fr", "et ensuite", "since"),
        ("fr", "par courriel", "addresses"),
        ("fr", "je m’engage", "pledge"),
        ("fr", "mes promesses", "pledges"),
        ("fr", "j’ai envoyé la mienne", "sent"),
        ("fr", "parlez-vous français", "language"),
        ("fr", "combien déjà", "stats"),
        ("fr", "c’est dangereux", "privacy"),
        ("fr", "que gardez-vous", "mydata"),
        ("fr", "supprimez tout", "forget"),
        ("es", "Quiero escribir una carta", "letter"),
        ("es", "cómo funciona", "help"),
        ("es", "de qué se trata", "appeal"),
        ("es", "qué piden", "demands"),
        ("es", "cómo empezó", "background"),
        ("es", "qué pasó", "since"),
        ("es", "a dónde", "addresses"),
        ("es", "prometo", "pledge"),
        ("es", "mis compromisos", "pledges"),
        ("es", "ya la envié", "sent"),
        ("es", "hablas español", "language"),
        ("es", "cuántas van", "stats"),
        ("es", "es seguro", "privacy"),
        ("es", "qué guardas", "mydata"),
        ("es", "borrar todo", "forget"),
        ("de", "Ich möchte einen Protestbrief schreiben", "letter"),
        ("de", "Hilfe!", "help"),
        ("de", "Worum geht es?", "appeal"),
        ("de", "Was sind die Forderungen?", "demands"),
        ("de", "was ist danach passiert", "since"),
        ("de", "Wie ist die Adresse?", "addresses"),
        ("de", "ABGESCHICKT", "sent"),
        ("de", "ist das sicher", "privacy"),
        ("de", "bitte alles loschen", "forget"),
        ("tr", "Mektup yazmak istiyorum", "letter"),
        ("tr", "YARDIM", "help"),
        ("tr", "yardim", "help"),
        ("tr", "Grev hakkında bilgi", "appeal"),
        ("tr", "nasıl başladı", "background"),
        ("tr", "SONRA NE OLDU", "since"),
        ("tr", "hangi adrese, nereye", "addresses"),
        ("tr", "GÖNDERDİM", "sent"),
        ("tr", "gonderdim", "sent"),
        ("tr", "İNGİLİZCE", "language"),
        ("tr", "hepsini silin", "forget"),
        ("kk", "Сәлеметсіз бе", "start"),
        ("kk", "көмек", "help"),
        ("kk", "Наразылық хатын жазғым келеді", "letter"),
        ("kk", "ереуіл туралы айтыңызшы", "appeal"),
        ("kk", "қандай талаптар", "demands"),
        ("kk", "тарихы", "background"),
        ("kk", "нәтижесі қандай", "since"),
        ("kk", "мекенжайы қандай", "addresses"),
        ("kk", "уәде беремін", "pledge"),
        ("kk", "уәделерім", "pledges"),
        ("kk", "жібердім", "sent"),
        ("kk", "басқа тілде", "language"),
        ("kk", "қанша хат", "stats"),
        ("kk", "бұл қауіпсіз бе", "privacy"),
        ("kk", "деректерім", "mydata"),
        ("kk", "бәрін өшіріңіз", "forget"),
        ("ar", "السلام عليكم", "start"),
        ("ar", "أحتاج مساعدة", "help"),
        ("ar", "أريد كتابة رسالة احتجاج", "letter"),
        ("ar", "لماذا الإضراب", "appeal"),
        ("ar", "ما هي المطالب؟", "demands"),
        ("ar", "كيف بدأ", "background"),
        ("ar", "ماذا حدث", "since"),
        ("ar", "ما هو العنوان؟", "addresses"),
        ("ar", "أتعهد", "pledge"),
        ("ar", "وعودي", "pledges"),
        ("ar", "أرسلتها", "sent"),
        ("ar", "بالعربية", "language"),
        ("ar", "كم رسالة", "stats"),
        ("ar", "هل هذا آمن؟", "privacy"),
        ("ar", "بياناتي", "mydata"),
        ("ar", "احذف كل شيء", "forget"),
    ],
)
async def test_one_can_ask_in_plain_words(tmp_path: Path, language: str, words: str, command: str) -> None:
    """Whoever asks in words, with or without accents, in capitals or not, is shown the command that fits."""
    async with open_door(tmp_path, language) as door:
        for typed in (words, unaccented(words)):
            await door.say(typed)
            assert command in [button.command for button in door.last[0].buttons], typed


@pytest.mark.parametrize(
    ("language", "words", "answer"),
    [
        ("de", "Hallo", "wohin du ihn schickst"),
        ("de", "Vielen Dank!", "nicht allein"),
        ("de", "TSCHÜSS", "Mach’s gut"),
        ("de", "Nein", "Ich frage gerade nichts"),
        ("de", "Zuruck", "Ich frage gerade nichts"),
        ("tr", "Merhaba", "nereye göndereceğinizi"),
        ("tr", "Çok teşekkürler", "yalnız olmadığını"),
        ("tr", "tesekkurler", "yalnız olmadığını"),
        ("tr", "ÇIKIŞ", "Hoşça kalın"),
        ("tr", "HAYIR", "Şu anda bir şey sormuyorum"),
        ("tr", "hayir", "Şu anda bir şey sormuyorum"),
        ("tr", "GERİ", "Şu anda bir şey sormuyorum"),
        ("tr", "İPTAL", "Şu anda bir şey sormuyorum"),
    ],
)
async def test_small_talk_is_understood(tmp_path: Path, language: str, words: str, answer: str) -> None:
    """A greeting, thanks, a goodbye and an answer that nobody asked for are taken for what they are."""
    async with open_door(tmp_path, language) as door:
        assert answer in await door.say(words)


async def test_one_can_lead_the_conversation_in_german(tmp_path: Path) -> None:
    """The words on the buttons can be typed: back, skip, cancel, and every answer."""
    async with open_door(tmp_path, "de") as door:
        assert "Was für ein Brief?" in await door.say("/letter zhanaozen-2011")
        assert "Welcher Aufruf?" in await door.say("ZURÜCK")
        assert "Was für ein Brief?" in await door.say("Kazakhstan")
        assert "Welcher Brief soll es also sein?" in await door.say("protest")
        assert "Von wem ist der Brief?" in await door.say("Ein Brief von heute")
        assert "In welchem Land lebst du?" in await door.say("In meinem eigenen Namen")
        assert "Meinst du Deutschland?" in await door.say("Deutschlant")
        assert "Dann schreib bitte" in await door.say("nein")
        assert "Welcher Name" in await door.say("Österreich")
        assert "Aus welchem Ort" in await door.say("überspringen")
        assert "Abgebrochen" in await door.say("Abbrechen")


async def test_one_can_lead_the_conversation_in_turkish(tmp_path: Path) -> None:
    """The words on the buttons can be typed, with every i as the keyboard has it."""
    async with open_door(tmp_path, "tr") as door:
        assert "Ne tür bir mektup?" in await door.say("/letter zhanaozen-2011")
        assert "Hangi çağrı?" in await door.say("GERİ")
        assert "Ne tür bir mektup?" in await door.say("KAZAKHSTAN")
        assert "hangi mektup olsun?" in await door.say("protest")
        assert "Mektup kimden?" in await door.say("bugunun mektubu")
        assert "Hangi ülkede yaşıyorsunuz?" in await door.say("KENDİ ADIMA")
        assert "Şunu mu demek istediniz: Almanya?" in await door.say("Almnya")
        assert "O zaman lütfen" in await door.say("HAYIR")
        assert "hangi adı yazayım?" in await door.say("TÜRKİYE")
        assert "Hangi şehirden" in await door.say("ATLA")
        assert "Durdurdum" in await door.say("İptal")
