"""Notice: how long before, by which day, and to when a membership can be ended.

``3 Monate zum Jahresende``, ``bis 30.06.``, ``ohne Frist``, ``vier Wochen zum Quartalsende``. Only facts are read: ``jährlich`` alone says neither
how long before nor to which day, so nothing is read from it. A number of years is a notice period only where the words say so (``Frist von zwei
Jahren``): ``begrenzt auf 4 Jahre`` and ``alle drei Jahre`` are not.
"""

from __future__ import annotations

import re

import attrs

from gremiennetz.readers.lexicon import composed

_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("ein eine einen einem einer eines", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"), 1
    )
    for word in words.split()
} | {"achtzehn": 18, "vierundzwanzig": 24, "dreißig": 30}
_NUMBER = "|".join((r"[0-9]{1,3}", *sorted(_NUMBERS, key=len, reverse=True)))
_UNIT = r"(?P<unit>tag|woche|monat|quartal|jahr)"
_LONG = re.compile(rf"(?<![\w.,])(?P<number>{_NUMBER}) ?-? ?{_UNIT}(?:e[nrs]?|s|n)?(?!\w)", re.IGNORECASE)
_ADJECTIVE = re.compile(
    rf"(?<![\w.,])(?P<number>{'|'.join((r'[0-9]{1,3}', *sorted({*_NUMBERS, 'halb', 'viertel'}, key=len, reverse=True)))})-?"
    r"(?P<unit>tägig|wöchig|wöchentlich|monatig|monatlich|jährig|jährlich)e[nrs]? (?:kündigungs|austritts)?frist",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"\b(?P<part>halb|viertel)?(?P<unit>jahre?s|quartals|monats|wochen)-?(?:kündigungs)?frist\b", re.IGNORECASE)
_NO_PERIOD_BEFORE = re.compile(
    r"(?:ende|schluss|ablauf|abschluss|begrenzt auf"
    r"|befristet auf|mindest(?!ens)\w+:?|mindestens (?:für|noch)|dauer(?: von)?:?|um(?: ein\w*)?(?: weitere\w*)?|alle|jede[nrs]?|seit"
    r"|nach|für|weitere\w*)(?: die| den| das| je)? $",
    re.IGNORECASE,
)
_YEARS_BEFORE = re.compile(r"(?:frist(?: von)?:?|mit|unter einhaltung von) $", re.IGNORECASE)
_YEARS_AFTER = re.compile(r" ?(?:kündigungs|austritts)?frist| (?:zum|zur|vor|auf|vorher)\b", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:ohne|keine|keinerlei)(?: (?:einhaltung (?:von |einer )?|besondere[n]? |bestimmte[n]? )*)?(?:kündigungs|austritts)?frist(?:en)?\b"
    r"|\bfristlos\b|\bohne$",
    re.IGNORECASE,
)
_ANY_TIME = re.compile(r"\bjederzeit\b|\bzu jede[rm] (?:zeit|zeitpunkt)\b", re.IGNORECASE)

_END = r"(?:ende|schluss|schluß|ablauf|abschluss)"
_OF = r"(?: (?:des|eines|der|einer|vom|jedes|laufenden|jeweiligen|jeweils|nächsten|aktuellen|betreffenden))*"
_YEARS = {
    "calendar-year-end": r"(?:kalender)?jahr",
    "financial-year-end": r"(?:haushalts|hh-?|geschäfts|wirtschafts|finanz|rechnungs)jahr",
    "membership-year-end": r"(?:mitglieds?|mitgliedschafts|vereins|verbands|beitrags)jahr",
    "half-year-end": r"(?:kalender)?halbjahr",
    "quarter-end": r"(?:quartal|vierteljahr|kalendervierteljahr)",
    "month-end": r"(?:kalender)?monat",
}
_TO = (
    *((name, re.compile(rf"\b(?:{_END}{_OF} {year}e?s?|{year}e?s?-?{_END})(?!\w)", re.IGNORECASE)) for name, year in _YEARS.items()),
    ("half-year-end", re.compile(r"\b(?:zum|zu jedem) (?:kalender)?halbjahr\b", re.IGNORECASE)),
    ("quarter-end", re.compile(r"\bzum quartal\b", re.IGNORECASE)),
)
_FOLLOWING = re.compile(
    rf"\b{_END}(?: de[sr])? (?:auf (?:die|das|den|der) .{{0,60}}?folgenden |folge|nächstfolgenden )(?:kalender|haushalts|geschäfts)?jahre?s?\b"
    rf"|\b{_END} (?:des |eines )?(?:kalender|haushalts|geschäfts)?jahre?s, (?:das|welches) (?:auf|dem) .{{0,80}}?folgt\b"
    r"|\bzum 31\. ?(?:12|dezember)\.?(?: des)? (?:folgejahre?s|nächsten jahres)|\bfolgejahre?s(?:ende|schluss)",
    re.IGNORECASE,
)
_MONTHS = ("januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember")
_LAST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DATE = rf"(?P<day>[0-3]?[0-9])\. ?(?:(?P<month>[01]?[0-9])(?:\.|(?![0-9.,]))|(?P<name>{'|'.join(_MONTHS)}))(?! ?(?:19|20)[0-9]{{2}})(?![0-9])"
_SECOND = _DATE.replace("?P<day>", "?P<day2>").replace("?P<month>", "?P<month2>").replace("?P<name>", "?P<name2>")
_BY = re.compile(
    r"\b(?:(?:bis|spätestens|vor)(?: (?:spätestens|zum|zu|einschließlich|am|dem|jeweils|jährlich))*|jeweils(?: zum| am)?|stichtag:?"
    rf"|jährlich (?:bis )?(?:zum|am)) {_DATE}|^{_SECOND}(?= zum )",
    re.IGNORECASE,
)
_BY_END = re.compile(rf"\bbis (?:spätestens )?(?:zum )?ende (?P<name>{'|'.join(_MONTHS)})\b", re.IGNORECASE)
_YEAR_END = re.compile(r"\b(?:zum|auf den|per) 31\. ?(?:12|dezember)\b", re.IGNORECASE)


@attrs.frozen
class Notice:
    """The facts of a cell about notice; what the words do not say is empty."""

    period: str = ""
    """``xsd:duration``: ``P3M``, ``P28D`` for four weeks, ``P0D`` when there is none."""
    by: str = ""
    """``xsd:gMonthDay``: ``--06-30``."""
    to: str = ""
    """Name of a concept of the vocabulary ``notice-to``."""

    def __bool__(self) -> bool:
        return bool(self.period or self.by or self.to)


def read_notice(text: str) -> Notice:
    """Read what a cell says about notice.

    >>> read_notice("6 Wochen zum Quartalsende")
    Notice(period='P42D', by='', to='quarter-end')
    >>> read_notice("bis 30.06. zum Jahresende")
    Notice(period='', by='--06-30', to='calendar-year-end')
    >>> bool(read_notice("jährlich"))
    False
    """
    words = composed(text)
    if _NONE.search(words):
        return Notice("P0D", "", "")
    by, rest = _by(words)
    return Notice(_period(rest), by, _to(rest))


def _period(text: str) -> str:
    compound = _COMPOUND.search(text)
    if compound:
        if compound["part"]:
            return "P6M" if compound["part"].casefold() == "halb" else "P3M"
        return {"j": "P1Y", "q": "P3M", "m": "P1M"}.get(compound["unit"][0].casefold(), "")
    adjective = _ADJECTIVE.search(text)
    if adjective:
        number, unit = adjective["number"].casefold(), adjective["unit"].casefold()
        if number in {"halb", "viertel"}:
            return ("P6M" if number == "halb" else "P3M") if unit.startswith("jähr") else ""
        return _duration(number, unit)
    for match in _LONG.finditer(text):
        before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 30]
        if _NO_PERIOD_BEFORE.search(before):
            continue
        years = match["unit"].casefold() == "jahr"
        if years and not (_YEARS_BEFORE.search(before) or _YEARS_AFTER.match(after)):
            continue
        return _duration(match["number"].casefold(), match["unit"].casefold())
    return ""


def _duration(number: str, unit: str) -> str:
    count = int(number) if number.isdecimal() else _NUMBERS.get(number, 0)
    if not count:
        return ""
    factor, sign = {"t": (1, "D"), "w": (7, "D"), "m": (1, "M"), "q": (3, "M"), "j": (1, "Y")}[unit[0]]
    if sign == "D":
        return f"P{count * factor}D"
    # months and years as Oxigraph writes them, so that a value has one form: twelve months are P1Y
    years, months = divmod(count * factor * (12 if sign == "Y" else 1), 12)
    return "P" + (f"{years}Y" if years else "") + (f"{months}M" if months else "")


def _by(text: str) -> tuple[str, str]:
    """Return the day by which notice has to be given, and the text without it."""
    match = _BY.search(text)
    if match:
        day = int(match["day"] or match["day2"])
        named = match["name"] or match["name2"]
        month = _MONTHS.index(named.casefold()) + 1 if named else int(match["month"] or match["month2"])
        if 1 <= month <= 12 and 1 <= day <= max(_LAST[month - 1], 29 if month == 2 else 0):
            return f"--{month:02d}-{day:02d}", f"{text[: match.start()]} … {text[match.end() :]}"
    match = _BY_END.search(text)
    if match:
        month = _MONTHS.index(match["name"].casefold()) + 1
        if month != 2:  # its last day is not the same every year
            return f"--{month:02d}-{_LAST[month - 1]:02d}", f"{text[: match.start()]} … {text[match.end() :]}"
    return "", text


def _to(text: str) -> str:
    if _ANY_TIME.search(text):
        return "any-time"
    if _FOLLOWING.search(text):
        return "following-year-end"
    found = [(match.start(), name) for name, pattern in _TO if (match := pattern.search(text))]
    if found:
        return min(found)[1]
    return "calendar-year-end" if _YEAR_END.search(text) else ""
