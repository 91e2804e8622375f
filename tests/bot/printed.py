"""Short letters in eight languages, as they are handed over to be printed; people and streets are invented."""

from bot.events import Page

CHINESE_NAME = "王小明"

_ENGLISH = """Dear Minister,

We write to you about the workers of the Example Works, who have been on strike since 3 May.

Two of them were dismissed. “Nobody should lose work for a strike” – that is what the conventions say.

We ask you:

1. To meet the workers’ delegates.
2. To see to it that both are reinstated, and that everything that was kept back of their wages is paid out to them.

Yours faithfully,

Ada Sample
Leeds, United Kingdom"""

_RUSSIAN = """Уважаемый господин министр!

Мы пишем Вам о рабочих завода «Пример», которые бастуют с 3 мая.

Двоих уволили. Никто не должен терять работу из-за забастовки, ещё и объявленной по закону.

Мы просим Вас:

1. Встретиться с делегатами рабочих.
2. Добиться, чтобы обоих восстановили на работе и выплатили им всё, что было удержано из заработной платы.

С уважением,

Вера Образцова
Пермь, Россия"""

_KAZAKH = """Құрметті министр мырза,

Біз сізге «Үлгі» зауытының 3 мамырдан бері ереуілге шыққан жұмысшылары туралы жазып отырмыз.

Олардың екеуі жұмыстан шығарылды. Ереуіл үшін ешкім жұмысынан айырылмауға тиіс – һәм заң да осыны айтады.

Сізден өтінеміз:

1. Жұмысшылардың өкілдерімен кездесуді.
2. Екеуін де жұмысқа қайта алғызуды, ұсталып қалған жалақысын түгел төлеткізуді.

Ізгі ниетпен,

Әсел Ғалымқызы
Ақтөбе, Қазақстан"""

_FRENCH = """Madame la Ministre, Monsieur le Ministre,

Nous vous écrivons au sujet des ouvriers de l’usine Exemple, en grève depuis le 3 mai.

Deux d’entre eux ont été licenciés. « Personne ne doit perdre son emploi pour une grève » : les conventions le disent.

Nous vous demandons :

1. De recevoir les délégués des ouvriers.
2. De veiller à ce que tous deux soient réintégrés et que tout ce qui a été retenu sur leur salaire leur soit versé.

Veuillez agréer nos salutations distinguées,

Zoé L’Œuvre
Besançon, France"""

_SPANISH = """Estimado señor ministro:

Le escribimos sobre los trabajadores de la fábrica Ejemplo, en huelga desde el 3 de mayo.

Dos de ellos fueron despedidos. ¿Quién debería perder su empleo por una huelga? Nadie.

Le pedimos:

1. Que reciba a los delegados de los trabajadores.
2. Que ambos sean readmitidos y que se les pague todo lo que se les retuvo de su salario.

Atentamente,

Íñigo Muñoz
A Coruña, España"""

_GERMAN = """Sehr geehrte Frau Ministerin,

wir schreiben Ihnen wegen der Beschäftigten des Beispielwerks, die seit dem 3. Mai streiken.

Zwei von ihnen wurden entlassen. „Niemand soll wegen eines Streiks die Arbeit verlieren“ – das sagen die Übereinkommen.

Wir bitten Sie:

1. Empfangen Sie die Delegierten der Beschäftigten.
2. Sorgen Sie dafür, dass beide wieder eingestellt werden und dass ihnen der einbehaltene Lohn ausgezahlt wird.

Mit freundlichen Grüßen

Jürgen Weiß
Köln, Deutschland"""

_TURKISH = """Sayın Bakan,

Size, 3 Mayıs’tan beri grevde olan Örnek Fabrikası işçileri için yazıyoruz.

İkisi işten çıkarıldı. Hiç kimse grev yüzünden işini kaybetmemeli; sözleşmeler de bunu söylüyor.

Sizden isteğimiz:

1. İşçilerin temsilcileriyle görüşmeniz.
2. İki işçinin işe geri alınmasını ve ücretlerinden kesilen her şeyin ödenmesini sağlamanız.

Saygılarımızla,

Işıl Çağlar
İzmir, Türkiye"""

_ARABIC = """السيد الوزير المحترم،

نكتب إليكم بشأن عمال مصنع المثال المضربين عن العمل منذ 3 مايو.

فقد اثنان منهم عملهما. لا ينبغي أن يفقد أحد عمله بسبب الإضراب، وهذا ما تنص عليه الاتفاقيات.

نطلب منكم:

1. أن تلتقوا مندوبي العمال.
2. أن تعملوا على إعادتهما إلى العمل وعلى دفع كل ما حسم من أجورهما.

مع فائق الاحترام،

ليلى مثال
تونس، تونس"""

LETTERS = {
    "en": Page(
        "en",
        "a4",
        ("Ada Sample", "12 Example Street", "Leeds LS1 1AA", "United Kingdom"),
        ("Minister of Labour", CHINESE_NAME, "1 Example Square", "010000 Astana", "KAZAKHSTAN"),
        "26 November 2026",
        "The workers of the Example Works",
        _ENGLISH,
    ),
    "ru": Page(
        "ru",
        "a4",
        ("Вера Образцова", "Примерная ул., 12", "614000 Пермь", "Россия"),
        ("Министр труда", "Примерная площадь, 1", "010000 Астана", "КАЗАХСТАН"),
        "26 ноября 2026 г.",
        "Рабочие завода «Пример»",
        _RUSSIAN,
    ),
    "kk": Page(
        "kk",
        "a4",
        ("Әсел Ғалымқызы", "Үлгі көшесі, 12", "030000 Ақтөбе", "Қазақстан"),
        ("Еңбек министрі", "Үлгі алаңы, 1", "010000 Астана", "ҚАЗАҚСТАН"),
        "2026 ж. 26 қараша",
        "«Үлгі» зауытының жұмысшылары",
        _KAZAKH,
    ),
    "fr": Page(
        "fr",
        "a4",
        ("Zoé L’Œuvre", "12, rue de l’Exemple", "25000 Besançon", "France"),
        ("Ministre du Travail", "1, place de l’Exemple", "010000 Astana", "KAZAKHSTAN"),
        "26 novembre 2026",
        "Les ouvriers de l’usine Exemple",
        _FRENCH,
    ),
    "es": Page(
        "es",
        "us-letter",
        ("Íñigo Muñoz", "Calle del Ejemplo, 12", "15001 A Coruña", "España"),
        ("Ministro de Trabajo", "Plaza del Ejemplo, 1", "06000 Ciudad de México", "MÉXICO"),
        "26 de noviembre de 2026",
        "Los trabajadores de la fábrica Ejemplo",
        _SPANISH,
    ),
    "de": Page(
        "de",
        "a4",
        ("Jürgen Weiß", "Beispielstraße 12", "50667 Köln", "Deutschland"),
        ("Bundesministerin für Arbeit", "Beispielplatz 1", "10117 Berlin", "DEUTSCHLAND"),
        "26. November 2026",
        "Die Beschäftigten des Beispielwerks",
        _GERMAN,
    ),
    "tr": Page(
        "tr",
        "a4",
        ("Işıl Çağlar", "Örnek Sokağı 12", "35000 İzmir", "Türkiye"),
        ("Çalışma Bakanı", "Örnek Meydanı 1", "06000 Ankara", "TÜRKİYE"),
        "26 Kasım 2026",
        "Örnek Fabrikası’nın işçileri",
        _TURKISH,
    ),
    "ar": Page(
        "ar",
        "a4",
        ("ليلى مثال", "12 شارع المثال", "1000 تونس", "تونس"),
        ("وزير العمل", "1 ساحة المثال", "11511 القاهرة", "مصر"),
        "26 نوفمبر 2026",
        "عمال مصنع المثال",
        _ARABIC,
    ),
}
