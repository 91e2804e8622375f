"""Faults in the facts of a pack: addresses, numbers, dates, and who gets what."""

from __future__ import annotations

from tests.bot.spoiling import CASINO, MAIN, MISSIONS, OIL, Fault, both, to, without

ADDRESSES = (
    Fault(
        "another dialling code in one office",
        OIL,
        MAIN,
        without(r'\[\[oddity\]\]\nwhere = "recipient.kazmunaygas.channel.phone-2".*'),
        "campaign.toml: recipient.kazmunaygas.channel.phone-2: has the dialling code 3172, but "
        "fax of the same office has 7172 [dialling-code]",
    ),
    Fault(
        "another dialling code in one row",
        OIL,
        MISSIONS,
        to("+39 06 3629 2612", "+39 02 3629 2612"),
        "missions.csv: line 27, column fax: has the dialling code 02, but phone of the same "
        "office has 06 [dialling-code]",
    ),
    Fault(
        "a digit too few",
        OIL,
        MAIN,
        to('"(3172) 977429, ', '"(3172) 97742, '),
        "campaign.toml: recipient.kazmunaygas.channel.phone: “(3172) 97742” has too few or too "
        "many digits for a number in KZ [phone-number]",
    ),
    Fault(
        "a further number that is too short",
        OIL,
        MAIN,
        to('(7172) 97 60 00, 97 60 01"', '(7172) 97 60 00, +7 7172"'),
        "campaign.toml: recipient.kazmunaygas.channel.fax: “+7 7172” has too few or too many "
        "digits for a number in +7 [phone-number]",
    ),
    Fault(
        "a letter in a number",
        OIL,
        MAIN,
        to('(7172) 97 60 00, 97 60 01"', '(7172) 97 6O 00, 97 60 01"'),
        "campaign.toml: recipient.kazmunaygas.channel.fax: “+7 (7172) 97 6O 00” has the letter O "
        "in the place of a digit [phone-number]",
    ),
    Fault(
        "a number that nobody can have",
        OIL,
        MISSIONS,
        to("+33 1 45 61 52 00", "+33 0 45 61 52 00"),
        "missions.csv: line 18, column phone: “+33 0 45 61 52 00” begins like no number in +33 "
        "[phone-number]",
    ),
    Fault(
        "a comma in an e-mail address",
        OIL,
        MAIN,
        to("info@kmg.kz", "info@kmg,kz"),
        "campaign.toml: recipient.kazmunaygas.channel.email: “info@kmg,kz” is not an e-mail "
        "address: The part after the @-sign contains invalid characters: ',' [email-address]",
    ),
    Fault(
        "a mission's e-mail address without @",
        OIL,
        MISSIONS,
        to("bern@mfa.kz", "bern.mfa.kz"),
        "missions.csv: line 51, column email: “bern.mfa.kz” is not an e-mail address: An email "
        "address must have an @-sign [email-address]",
    ),
    Fault(
        "an address without a place",
        OIL,
        MAIN,
        to("Astana, Z05H9E8\nKazakhstan", "Astana"),
        "campaign.toml: recipient.kazmunaygas.channel.post: names neither a postal code nor a "
        "country; no letter from abroad would arrive [post-address]",
    ),
    Fault(
        "an address with the name of a former holder",
        OIL,
        MAIN,
        to("Kassym-Jomart Tokayev\nAkorda", "NURSULTAN NAZARBAYEV\nAkorda"),
        "campaign.toml: recipient.president.channel.post: “Nursultan Nazarbayev” has left the "
        "office; put the address as it is printed into printed, and one for today into value "
        "(verification: derived) [former-holder]",
    ),
    Fault(
        "a town twice on the envelope",
        OIL,
        MISSIONS,
        to("Via Cassia 471", '"Via Cassia 471, Roma"'),
        "missions.csv: line 27, column address: ends with the town; that stands below it anyway, "
        "so leave it out here [mission-address]",
    ),
    Fault(
        "a source that is no link",
        OIL,
        MAIN,
        to("http://www.marxist.com", "http//www.marxist.com"),
        "campaign.toml: source: "
        "“http//www.marxist.com/kazakhstan-oil-workers-strike-solidarity-needed.htm” is not the "
        "address of a web page; one begins like https://example.org [url]",
    ),
    Fault(
        "a link that leads nowhere",
        CASINO,
        "appeal.en.md",
        to("LabourStart called", "[LabourStart](labourstart.org) called"),
        "appeal.en.md: summary: “labourstart.org” is not the address of a web page; one begins "
        "like https://example.org [url]",
    ),
    Fault(
        "a mission's website without its beginning",
        OIL,
        MISSIONS,
        to("https://www.gov.kz/memleket/entities/mfa-baku,", "www.gov.kz/mfa-baku,"),
        "missions.csv: line 5, column website: “www.gov.kz/mfa-baku” is not the address of a web "
        "page; one begins like https://example.org [url]",
    ),
    Fault(
        "an outdated address and nothing newer",
        OIL,
        MAIN,
        to('as_of = "2025-05"', 'as_of = "2010"'),
        "campaign.toml: recipient.kazmunaygas.channel.post-2: is outdated, and there is no newer "
        "post beside it; give one, or drop this one [outdated]",
    ),
    Fault(
        "a confirmed address without a source",
        OIL,
        MAIN,
        without(r'source = "kmg.kz[^\n]*gosa-29052025"\n'),
        "campaign.toml: recipient.kazmunaygas.channel.post.source: is missing",
    ),
    Fault(
        "an address too long for one tap",
        OIL,
        MAIN,
        to("Akorda\n", "Akorda" + 250 * "-" + "\n"),
        "campaign.toml: recipient.president.channel.post: has 347 characters; at most 256 can be "
        "copied with one tap [value-length]",
    ),
)

DATES = (
    Fault(
        "a campaign that has expired",
        OIL,
        MAIN,
        to('"historical"', '"open"\nexpires = "2026-11-24"'),
        "campaign.toml: expires: 2026-11-24 has come; look at the campaign again, and set a "
        "later day or another status [expired]",
    ),
    Fault(
        "an open campaign without an end",
        OIL,
        MAIN,
        to('"historical"', '"open"'),
        "campaign.toml: expires: is missing: an open campaign needs the day from which somebody "
        "must look at it again [no-expiry]",
    ),
    Fault(
        "old facts of an open campaign",
        CASINO,
        MAIN,
        both(to('"historical"', '"open"\nexpires = "2027-04-30"'), to('"2026-11-23"', '"2025-11-23"')),
        "campaign.toml: facts_as_of: 2025-11-23 is more than a year ago; look the facts of an "
        "open campaign up again [old-facts]",
    ),
    Fault(
        "a closed campaign of which nobody knows since when",
        OIL,
        MAIN,
        to('"historical"', '"closed"'),
        "campaign.toml: closed_on: is missing: what was pledged is deleted some time after the day "
        "on which a campaign was closed [no-closing-day]",
    ),
    Fault(
        "an open campaign that was closed",
        CASINO,
        MAIN,
        to('"historical"', '"open"\nexpires = "2027-04-30"\nclosed_on = "2026-11-01"'),
        "campaign.toml: closed_on: stands in a campaign that is open; set another status, or take it "
        "out [closed-and-open]",
    ),
    Fault(
        "a campaign that will be closed",
        OIL,
        MAIN,
        to('"historical"', '"closed"\nclosed_on = "2027-01-01"'),
        "campaign.toml: closed_on: 2027-01-01 is in the future [future-date]",
    ),
    Fault(
        "an event in the future",
        CASINO,
        MAIN,
        to('date = "2022-03-08"', 'date = "2027-03-08"'),
        "campaign.toml: event.1.date: 2027-03-08 is in the future [future-date]",
    ),
    Fault(
        "an address of a date in the future",
        OIL,
        MAIN,
        to('as_of = "2025-05"', 'as_of = "2026-12"'),
        "campaign.toml: recipient.kazmunaygas.channel.post.as_of: 2026-12 is in the future [future-date]",
    ),
    Fault(
        "a mission looked up after the facts",
        CASINO,
        MISSIONS,
        to("2022-11-16,,medium", "2026-11-24,,medium"),
        "missions.csv: line 2, column source_date: 2026-11-24 is later than facts_as_of "
        "(2026-11-23) in campaign.toml [mission-date]",
    ),
    Fault(
        "a mission's telephone looked up after the facts",
        OIL,
        MISSIONS,
        to("2022-11-16,2018-04-28", "2022-11-16,2027"),
        "missions.csv: line 6, column contact_date: 2027 is later than facts_as_of (2026-11-23) "
        "in campaign.toml [mission-date]",
    ),
    Fault(
        "two holders at once",
        OIL,
        MAIN,
        to('since = "2019-03-20"', 'since = "2018-03-20"'),
        "campaign.toml: recipient.president.holder.2: since 2018-03-20, but the one above until "
        "2019-03; two cannot hold it at once [holders]",
    ),
    Fault(
        "a holder who left before coming",
        OIL,
        MAIN,
        both(
            to('since = "2019-03-20"', 'since = "2019-03-20"\nuntil = "2019-03-19"'),
            to("Kassym-Jomart Tokayev\nAkorda", "Akorda"),
        ),
        "campaign.toml: recipient.president.holder.2: until 2019-03-19 is before since 2019-03-20 [holders]",
    ),
    Fault(
        "two holders without an end",
        OIL,
        MAIN,
        to('until = "2019-03"\n', ""),
        "campaign.toml: recipient.president.holder: only the last one may be without until",
    ),
    Fault(
        "holders out of order",
        OIL,
        MAIN,
        both(
            to('until = "2019-03"', 'since = "1990"\nuntil = "2019-03"'),
            to('since = "2019-03-20"', 'since = "1989"'),
        ),
        "campaign.toml: recipient.president.holder.2: since 1989, but the one above since 1990; "
        "put them in order [holders]",
    ),
    Fault(
        "an open demand without a source",
        CASINO,
        MAIN,
        to('state = "open"\nsource = "de.helm.news 2024-09-16"', 'state = "open"'),
        "campaign.toml: demand.charges: is called open, so it needs a source; if nobody has "
        "found out, its state is unknown [demand-source]",
    ),
    Fault(
        "a met demand without a date",
        CASINO,
        MAIN,
        to('state = "met"\ndate = "2024-09-16"', 'state = "met"'),
        "campaign.toml: demand.release: is met, so it needs a date and a source",
    ),
)
