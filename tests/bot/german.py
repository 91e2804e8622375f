"""A pack in German, where every noun has a capital letter; its nouns look as much alike as German nouns do."""

from __future__ import annotations

CAMPAIGN = """\
title = { de = "Stellt die Bäcker von Musterstadt wieder ein" }
status = "open"
written = "2026-10-05"
facts_as_of = "2026-10-20"
expires = "2027-04-30"
country = "DE"
languages = ["de"]
source = "https://example.org/bakers"
notice = { de = "Die Bäcker sind seit dem 28. September 2026 ausgesperrt. Die Aussperrung dauert an." }
names = { de = ["Hedwig Brotmann", "Mühlenbrot", "Großmann", "Nahrung-Genuss-Gaststätten"] }

[[demand]]
key = "reinstatement"
text = { de = "Die Rückkehr aller zwölf gekündigten Arbeiter und Arbeiterinnen an ihren Arbeitsplatz." }
state = "open"
source = "Aushang der Gewerkschaft vom 3. Oktober 2026"

[[demand]]
key = "council"
text = { de = "Die Anerkennung des Betriebsrats durch den Betrieb und seine Betriebsleitung." }
state = "open"
source = "Aushang der Gewerkschaft vom 3. Oktober 2026"

[[recipient]]
key = "company"
kinds = ["protest"]
office = { de = "Vorstand der Mühlenbrot GmbH" }
salutation = { de = "Sehr geehrte Damen und Herren," }

[[recipient.channel]]
type = "email"
value = "vorstand@example.org"
as_of = "2026-10-19"
source = "https://example.org/contact"
verification = "confirmed"

[[letter]]
kind = "protest"
title = { de = "Protestbrief" }
about = { de = "An den Vorstand" }
subject = { de = "Die Kündigungen in Musterstadt" }

[[question]]
key = "name"
type = "name"
for = ["person", "organisation"]
optional = true
"""

APPEAL = """\
## Kurz gesagt {#summary}

Zwölf Bäcker der Mühlenbrot GmbH wurden am **28. September 2026** gekündigt, zwei Tage nach der Gründung
einer Gewerkschaft. Die Kündigung kam per Brief. Der Arbeitgeber spricht von Arbeitsverweigerung, die
Arbeiterinnen von Rache.

## Wie es dazu kam {#background}

Die Arbeiter hatten um Handschuhe und um eine zweite Person in der Nachtschicht gebeten. In den
Nachtschichten stand eine Bäckerin allein vor dem Ofen; die Öfen sind alt, und an den Händen hatten die
Frauen Brandwunden. Der Vorstand lehnte ab, der Verband der Bäckereien ebenso. Die Vorstände anderer
Bäckereien schwiegen, die Verbände auch. Hedwig Brotmann, die Vorsitzende, rief zum Streik. Der Streik
begann im Morgengrauen; der Streit um den Lohn ist älter. Die Löhne sind seit dem Jahr 2019 nicht gestiegen,
die Mieten schon. Bei den Verhandlungen bot die Leitung eine Zahlung, dann keine Zahlungen mehr. Die
Leistung der Schichten stieg, die Leistungen des Betriebs an die Kasse sanken. Das Unternehmen meldete
Gewinne, die Unternehmer lobten den Gewinn. Der Richter am Gericht verwies auf das Gesetz; die Gesetze sind
klar. Die Presse berichtete, ein Bericht erschien in der Zeitung, weitere Berichte folgten. Großmann und ein
Großhändler lieferten weiter. Die Gewerkschafter der Gewerkschaft Nahrung-Genuss-Gaststätten brachten
Nahrungsmittel. Auch eine Gaststätte half. Der Minister und das Ministerium antworteten nicht; die
Ministerin schwieg. Streikende und Streikbrecher standen sich gegenüber. Im Oktober kam der Frost. Die
Polizei nahm Personalien auf, das Personal blieb ruhig. Die Bürger und der Bürgermeister kamen. Die
Kollegen, die Kollegin und das Kollegium der Schule sangen. Unterstützer und Unterstützung kamen aus der
Stadt, aus Städten und Staaten. Seit Wochen wird gestritten. Im Rathaus tagte der Rat, die Räte vertagten
sich, die Ratten im Lager blieben. Rechte und Pflichten, das Recht und der Rechtsanwalt: alles Worte.
"""

LETTER = """\
{{ recipient.office }}

{{ recipient.salutation }}

{% wording %}
Die Bäcker brauchen Ihre Antwort.
{% or %}
Auf Ihre Antwort warten die Bäcker.
{% endwording %}

Ich protestiere gegen die Kündigung von zwölf Bäckern am 28. September 2026. Der Verband, der Vorstand und
der Betriebsrat müssen verhandeln; auch die Belegschaft und die Belegschaften anderer Betriebe fordern das.

{% for demand in demands %}
{{ loop.index }}. {{ demand }}
{% endfor %}

Mit freundlichem Gruß

{{ name or "Eine Freundin der Bäcker" }}
"""

GERMAN_PACK = {"campaign.toml": CAMPAIGN, "appeal.de.md": APPEAL, "letter-protest.de.txt.j2": LETTER}
"""The files of the pack."""
