"""A made-up city as graph files, to break the page with: hostile labels, shared bodies, umbrellas, every kind of cost, uncertain records, people."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from gremiennetz.graph.terms import iri, plain, text

BASE = "https://w3id.org/gremiennetz/"
HOSTILE = (
    '<img src=x onerror="window.broken=1">',
    "</script><script>window.broken=2</script>",
    "Langer Name " + "x" * 4988,
    "شبكة المدن 10 \u202egnirts",
    "Netz 🌍🏳️‍🌈 \"Anführung\" 'einfach' `schräg` & ;",
    '=HYPERLINK("http://example.org";"x")',
    "{{ 7*7 }} ${alert(1)} ]]> -->\u2028\u2029 href",
)
COSTS = (
    ("exact", "1200.5", ""),
    ("about", "300", ""),
    ("at-most", "500", ""),
    ("range", "100", "250"),
    ("none", "", ""),
    ("not-stated", "", ""),
    ("variable", "", ""),
)
FIELDS = ("umwelt", "soziales", "digitales")


class City:
    """Collects triples by graph and writes them as the files that ``gremiennetz convert`` would."""

    def __init__(self) -> None:
        self.graphs: dict[str, list[ox.Triple]] = {"bodies": [], "toy/units": [], "toy/participations": [], "toy/records": [], "toy/people": []}

    def thing(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(f"{BASE}id/{name}")

    def add(self, graph: str, subject: str, **values: object) -> ox.NamedNode:
        """Add a thing; ``a__b`` stands for the property ``a:b``, a text for itself, a list for several values."""
        node = self.thing(subject)
        for name, value in values.items():
            for item in value if isinstance(value, list) else [value]:
                if item is None or item == "":
                    continue
                term = item if isinstance(item, ox.NamedNode | ox.Literal) else text(str(item))
                self.graphs[graph].append(ox.Triple(node, iri(name.replace("__", ":")), term))
        return node

    def write(self, root: Path) -> Path:
        for name, triples in self.graphs.items():
            path = root / "data" / "ttl" / f"{name}.ttl"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                ox.serialize(triples, file, format=ox.RdfFormat.TURTLE)
        return root


def term(name: str) -> ox.NamedNode:
    return iri(f"vocab:{name}")


def frame(city: City) -> None:
    place = city.add("toy/units", "municipality/toy", rdf__type=iri("gn:Municipality"), skos__prefLabel="Musterstadt")
    document = city.add(
        "toy/units",
        "document/toy",
        rdf__type=iri("gn:Document"),
        dct__title="Anlage zur Anfrage",
        dct__issued=plain("2031"),
        dct__rights=plain("dl-de/by-2-0"),
    )
    city.add(
        "toy/units",
        "dataset/toy",
        rdf__type=iri("dcat:Dataset"),
        dct__title=["Gremien von Musterstadt", text("Bodies of Musterstadt", "en")],
        dct__identifier=plain("toy"),
        dct__subject=place,
        prov__wasDerivedFrom=document,
    )


def division(city: City, name: str, label: str, code: str, place: str = "municipality/toy") -> str:
    key = f"unit/toy-{name}"
    city.add("toy/units", key, rdf__type=iri("gn:Unit"), skos__prefLabel=label, org__unitOf=city.thing(place), gn__division=city.thing(key))
    city.add("toy/units", key, org__classification=term("unit-kind/division"), adms__identifier=city.thing(f"code/{name}"))
    city.add("toy/units", f"code/{name}", skos__notation=plain(code))
    return key


def unit(city: City, name: str, label: str, parent: str, code: str = "") -> str:
    key = f"unit/toy-{name}"
    city.add("toy/units", key, rdf__type=iri("gn:Unit"), skos__prefLabel=label, org__unitOf=city.thing(parent), gn__division=city.thing(parent))
    city.add("toy/units", key, org__classification=term("unit-kind/office"))
    if code:
        city.add("toy/units", key, adms__identifier=city.thing(f"code/{name}"))
        city.add("toy/units", f"code/{name}", skos__notation=plain(code))
    return key


def body(city: City, name: str, label: str, *, up: str = "", alt: tuple[str, ...] = (), kind: str = "association", field: str = "") -> str:
    key = f"body/{name}"
    city.add("bodies", key, rdf__type=iri("gn:Body"), skos__prefLabel=label, skos__altLabel=list(alt), org__classification=term(f"body-kind/{kind}"))
    if up:
        city.add("bodies", key, org__subOrganizationOf=city.thing(up))
        city.add("bodies", up, org__hasSubOrganization=city.thing(key))
    if field:
        city.add("bodies", key, gn__policyField=term(f"policy-field/{field}"))
    return key


def part(
    city: City,
    number: int,
    of: str,
    within: str,
    *,
    cost: tuple[str, str, str] | None = None,
    unsure: tuple[str, ...] = (),
    status: str = "current",
    role: str = "member",
    reach: str = "national",
    purpose: str = "",
    person: str = "",
    note: str = "",
) -> None:
    record = city.add(
        "toy/records",
        f"record/toy-{number}",
        rdf__type=iri("gn:Record"),
        rdfs__label=f"Datensatz {number}",
        dct__identifier=plain(f"r-{number}"),
        gn__sourceLines=plain(f"{number}-{number + 2}"),
        gn__sourceName=f"Zeile {number}",
        gn__linesName=plain(str(number)),
        gn__linesCost=plain(str(number + 2)),
        gn__uncertainColumn=[term(f"column/{column}") for column in unsure],
        gn__note=note or ("Die Spalte ist nicht eindeutig." if unsure else ""),
        gn__row=plain(str(number)),
        gn__file=plain("data/records/toy/liste.csv"),
    )
    key = f"participation/toy-{number}"
    city.add("toy/participations", key, rdf__type=iri("gn:Participation"), org__member=city.thing(of), org__organization=city.thing(within))
    city.add("toy/participations", key, prov__wasDerivedFrom=record, dct__isPartOf=city.thing("dataset/toy"), gn__purpose=purpose)
    city.add("toy/participations", key, gn__status=term(f"status/{status}"), org__role=term(f"role/{role}"), gn__reach=term(f"reach/{reach}"))
    if cost:
        exactness, amount, upto = cost
        decimals = {
            name: ox.Literal(value, datatype=iri("xsd:decimal")) for name, value in (("gn__amount", amount), ("gn__amountUpTo", upto)) if value
        }
        statement = city.add(
            "toy/participations",
            f"cost/toy-{number}-1",
            rdf__type=iri("gn:CostStatement"),
            rdfs__label=f"{amount or exactness}",
            gn__exactness=term(f"exactness/{exactness}"),
            gn__costKind=term("cost-kind/fee"),
            gn__statementText=plain(amount or exactness),
            **decimals,
        )
        city.add("toy/participations", key, gn__costStatement=statement)
    if person:
        someone = city.add("toy/people", f"person/{person.lower()}", rdf__type=iri("foaf:Person"), foaf__name=plain(person))
        city.add(
            "toy/people",
            f"seat/toy-{number}",
            rdf__type=iri("gn:Seat"),
            org__member=someone,
            org__organization=city.thing(within),
            gn__onBehalfOf=city.thing(of),
            gn__sourceLines=plain(str(number)),
            prov__wasDerivedFrom=record,
        )
        city.add("toy/people", f"record/toy-{number}", gn__sourceParticipation=f"vertreten durch {person}")


def small() -> City:
    """Two Geschäftsbereiche and a unit of its own, five units, one umbrella with sub-bodies, hostile names, three persons of whom one ties units."""
    city = City()
    frame(city)
    inner, green = division(city, "innen", "Geschäftsbereich Inneres", "GB 1"), division(city, "umwelt", "Geschäftsbereich Umwelt", "GB 2")
    registry = unit(city, "buergeramt", "Bürgeramt", inner, "Amt 33")
    staff = unit(city, "personal", "Personalamt", inner, "Amt 10")
    parks = unit(city, "gruen", "Amt für Stadtgrün", green, "Amt 67")
    water = unit(city, "wasser", "Amt für Gewässer <b>", green)
    towns = body(city, "staedtetag", "Deutscher Städtetag", alt=("DST", "Dt. Städtetag"), kind="umbrella", field="soziales")
    health = body(city, "ausschuss", "Umweltausschuss", up=towns, kind="committee", field="umwelt")
    records = body(city, "ak-register", "Arbeitskreis Register", up=towns, kind="working-group")
    kgst = body(city, "kgst", "Kommunale Gemeinschaftsstelle", alt=("KGSt",), field="digitales")
    network = body(city, "klima", "Klima-Bündnis", kind="network", field="umwelt")
    help_ = body(city, "hilfe", "Arbeitskreis gegen häusliche Gewalt", kind="working-group", field="soziales")
    part(city, 1, registry, towns, cost=COSTS[0], person="Muster")
    part(city, 2, parks, health, cost=COSTS[1], purpose="Klimaanpassung und Schutz vor häuslicher Gewalt")
    part(city, 3, water, health, cost=COSTS[2], unsure=("cost",))
    part(city, 4, registry, records, status="dormant")
    part(city, 5, registry, kgst, cost=COSTS[0], role="chair")
    part(city, 6, staff, kgst, cost=COSTS[3])
    part(city, 7, parks, kgst, cost=COSTS[5], unsure=("name",), note="Der Name kann auch zur Zeile davor gehören.")
    part(city, 8, parks, network, cost=COSTS[1], person="Muster")
    part(city, 9, staff, network, cost=COSTS[1], unsure=("unit",), status="limited", person="Beispiel")
    part(city, 10, registry, help_, cost=COSTS[4], purpose="Schutz", person="Dritte")
    for number, label in enumerate(HOSTILE):
        part(city, 20 + number, registry if number % 2 else water, body(city, f"hostile-{number}", label), purpose=label, cost=COSTS[number % 7])
    return city


def country(bodies: int, units: int = 60) -> City:
    """Many bodies in many units, always the same: every fourth body is shared, every tenth stands under one of a few umbrellas."""
    city = City()
    frame(city)
    divisions = [division(city, f"gb-{number}", f"Geschäftsbereich {number}", f"GB {number}") for number in range(1, max(2, units // 8) + 1)]
    offices = [unit(city, f"amt-{number}", f"Amt {number}", divisions[number % len(divisions)], f"Amt {number}") for number in range(units)]
    umbrellas = [body(city, f"dach-{number}", f"Dachverband {number}", kind="umbrella") for number in range(max(1, bodies // 100))]
    number = 0
    for index in range(bodies - len(umbrellas) - len(offices)):
        up = umbrellas[index // 10 % len(umbrellas)] if index % 10 == 0 else ""
        key = body(city, f"b-{index}", f"Gremium {index}", up=up, kind="network" if index % 3 else "working-group")
        for other in range(1 + (index % 4 == 0) * (1 + index % 3)):
            number += 1
            part(city, number, offices[(index * 7 + other * 13) % units], key, cost=COSTS[number % 7], unsure=("name",) if number % 9 == 0 else ())
    return city
