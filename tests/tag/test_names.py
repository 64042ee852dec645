from __future__ import annotations

import pytest

from copydesk.transforms.tag.persons.person_names import is_person, split


@pytest.mark.parametrize(
    ("printed", "people"),
    [
        ("By Ana Ruiz", ["Ana Ruiz"]),
        ("by ANA RUIZ, BO LI and CY YOUNG", ["ANA RUIZ", "BO LI", "CY YOUNG"]),
        ("Ana Ruiz, Bo Li, and Cy Young", ["Ana Ruiz", "Bo Li", "Cy Young"]),
        ("Ana Ruiz & Bo Li", ["Ana Ruiz", "Bo Li"]),
        ("Ana Ruiz; Bo Li | Cy Young", ["Ana Ruiz", "Bo Li", "Cy Young"]),
        ("Von Anna Berg und Jan van Aken", ["Anna Berg", "Jan van Aken"]),
        ("Par Zoé Martin et Luc Petit", ["Zoé Martin", "Luc Petit"]),
        ("Por Ana García López y Luis Pérez", ["Ana García López", "Luis Pérez"]),
        ("Av Kari Nordmann og Ola Nordmann", ["Kari Nordmann", "Ola Nordmann"]),
        ("Door Jan de Vries en Piet Bakker", ["Jan de Vries", "Piet Bakker"]),
        ("Di Maria Rossi e Luca Bianchi", ["Maria Rossi", "Luca Bianchi"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Anders Sand", ["Anders Sand"]),
        ("J. R. R. Tolkien", ["J. R. R. Tolkien"]),
        ("Martin Luther King, Jr.", ["Martin Luther King, Jr."]),
        ("Ludwig van der Rohe", ["Ludwig van der Rohe"]),
        ("Ian McDonald III", ["Ian McDonald III"]),
        ("記者 王小明", ["王小明"]),
        ("文／田中花子", ["田中花子"]),
        ("신현주 기자", ["신현주"]),
        ("Автор: Анна Петрова", ["Анна Петрова"]),
        ("Linny and Peter", ["Linny", "Peter"]),
    ],
)
def test_names_are_split_as_printed(printed: str, people: list[str]) -> None:
    assert [name.text for name in split(printed, sure=True) if not name.is_org] == people


@pytest.mark.parametrize(
    ("printed", "person"),
    [
        ("Ana Ruiz Link Copied", "Ana Ruiz"),
        ("Ana Ruiz View author archive Get author RSS feed", "Ana Ruiz"),
        ("Ana Ruiz Staff Writer", "Ana Ruiz"),
        ("Ana Ruiz, Games Editor", "Ana Ruiz"),
        ("Ana Ruiz, Head of Marketing and Community Development", "Ana Ruiz"),
        ("Ana Ruiz January 5, 2024", "Ana Ruiz"),
        ("January 17, 2024 at 6:08 PM ET by Ana Ruiz", "Ana Ruiz"),
        ("Dec 17, 2025 Ana Ruiz", "Ana Ruiz"),
        ("Recipe by Ana Ruiz", "Ana Ruiz"),
        ("Ana Ruiz @anaruiz", "Ana Ruiz"),
        ("Ana Ruiz (ana@example.com)", "Ana Ruiz"),
        ("Ana Ruiz is a reporter who covers rivers.", "Ana Ruiz"),
        ("By Ana Ruiz in Oslo", "Ana Ruiz"),
        ("Ana Ruiz • 8 min read", "Ana Ruiz"),
        ("Politik · Ana Ruiz", "Ana Ruiz"),
    ],
)
def test_what_is_glued_to_a_name_goes(printed: str, person: str) -> None:
    assert person in [name.text for name in split(printed) if not name.is_org]
    assert all(name.text == person or len(name.text.split()) == 1 for name in split(printed))


@pytest.mark.parametrize(
    "printed",
    [
        "Staff Writer",
        "Staff",
        "Admin",
        "Anonymous",
        "View more posts",
        "Written by",
        "About the Author",
        "January",
        "Name",
        "Link Copied",
        "Follow us",
        "By",
        "",
        "Monday",
    ],
)
def test_what_names_nobody_is_not_a_name(printed: str) -> None:
    assert split(printed, sure=True) == ()


@pytest.mark.parametrize(
    ("printed", "orgs"),
    [
        ("dpa", ["dpa"]),
        ("BBC News", ["BBC News"]),
        ("Ana Ruiz, dpa", ["dpa"]),
        ("Ana Ruiz (Reuters)", ["Reuters"]),
        ("By The Associated Press", ["The Associated Press"]),
        ("TOI Lifestyle Desk", ["TOI Lifestyle Desk"]),
        ("The Currency editors", ["The Currency editors"]),
    ],
)
def test_organisations_are_distinguished_from_people(printed: str, orgs: list[str]) -> None:
    assert [name.text for name in split(printed, sure=True) if name.is_org] == orgs


@pytest.mark.parametrize(
    ("printed", "role"),
    [
        ("Ana Ruiz, Staff Writer", "writer"),
        ("Ana Ruiz Games Editor", "editor"),
        ("Photos by Ana Ruiz", "photographer"),
        ("Ana Ruiz, freelance", "contributor"),
        ("Ana Ruiz", ""),
    ],
)
def test_roles_are_noted_with_the_name(printed: str, role: str) -> None:
    assert [(name.text, name.role) for name in split(printed)] == [("Ana Ruiz", role)]


def test_the_site_is_an_organisation() -> None:
    assert split("Example Post", site=frozenset({"examplepost"}))[0].is_org


@pytest.mark.parametrize(
    "text", ["Follow the money", "What we know", "500 people", "Buy now!", "a b", "https://x.y"]
)
def test_phrases_are_not_people(text: str) -> None:
    assert not is_person(text)
