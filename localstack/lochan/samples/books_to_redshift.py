"""Books, users and ratings as the Book-Crossing dumps have them, defects included; all made up.

Three forms, as they are met in the wild: users from MySQL (semicolons, backslashes, Latin-1,
records broken by a newline), books from a spreadsheet (commas, doubled quotes, lost zeros of ISBNs,
entities), ratings without a header.
"""

import csv
import io
import random
from collections.abc import Iterator

PREFIX = "book_crossing"
_SEED = 1867
_USERS = 600
_BOOKS = 400
_RATINGS = 4000
_PLACES = (
    ("dunvegan", "isle of skye", "united kingdom"),
    ("portree", "isle of skye", "united kingdom"),
    ("köln", "nordrhein-westfalen", "germany"),
    ("münchen", "bayern", "germany"),
    ("málaga", "andalucía", "spain"),
    ("são paulo", "são paulo", "brazil"),
    ("portland", "oregon", "usa"),
    ("portland", "maine", "usa"),
    ("halifax", "nova scotia", "canada"),
    ("helsinki", '"n/a"', "finland"),
    ("zürich", "n/a", "switzerland"),
    ("oban", "", ""),
)
_OPENINGS = ("The Salt", "A Winter", "Beyond the", "Notes on a", "Letters from the", 'The "Last"')
_SUBJECTS = ("Lochan", "Heron &amp; Otter", "Ferryman", "Peat Road", "Tide Tables", "Café Léger")
_FIRST_NAMES = ("Isla", "Ruairidh", "Greta", "José", "Anneli", "Tomás")
_LAST_NAMES = ("MacRae", "Lindqvist", "Brandão", "Oduya", "O'Hara", "Weiß")
_PUBLISHERS = ("Machair Press", "Birch &amp; Sons", "Nordlys Forlag", "Seannachie Books")
_GROUPS = ("0", "0", "0", "1", "3", "84", "88")


def make_objects() -> Iterator[tuple[str, bytes]]:
    """Yield the three files."""
    chance = random.Random(_SEED)
    isbns = [_make_isbn(chance) for _ in range(_BOOKS)]
    yield f"{PREFIX}/BX-Users.csv", _make_users(chance)
    yield f"{PREFIX}/BX-Books.csv", _make_books(chance, isbns)
    yield f"{PREFIX}/BX-Book-Ratings.csv", _make_ratings(chance, isbns)


def _make_isbn(chance: random.Random) -> str:
    group = chance.choice(_GROUPS)
    body = group + "".join(str(chance.randrange(10)) for _ in range(9 - len(group)))
    check = -sum((10 - place) * int(digit) for place, digit in enumerate(body)) % 11
    return body + ("X" if check == 10 else str(check))


def _make_users(chance: random.Random) -> bytes:
    lines = ['"User-ID";"Location";"Age"']
    for user_id in range(1, _USERS + 1):
        location = ", ".join(chance.choice(_PLACES)).replace('"', '\\"')
        age = "NULL" if chance.random() < 0.3 else f'"{_make_age(chance)}"'
        if user_id % 97 == 0:
            # The next record was swallowed: its number alone is left, behind a newline.
            lines.append(f'"{user_id}";"{location}";"NULL\n{user_id}x"')
        else:
            lines.append(f'"{user_id}";"{location}";{age}')
    return "\r\n".join(lines).encode("latin-1") + b"\r\n"


def _make_age(chance: random.Random) -> int:
    return chance.choice((0, 1, 151, 239)) if chance.random() < 0.03 else chance.randint(14, 80)


def _make_books(chance: random.Random, isbns: list[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher"])
    for number, isbn in enumerate(isbns[: -_BOOKS // 20]):
        title = f"{chance.choice(_OPENINGS)} {chance.choice(_SUBJECTS)}"
        author = f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}"
        year = chance.choice(("0", "2050")) if number % 60 == 0 else chance.randint(1950, 2004)
        row = [isbn.lstrip("0"), title, author, year, chance.choice(_PUBLISHERS)]
        if number % 75 == 0:
            row[2:] = ["", "", ""]  # the rest of the record was cut off at a comma
        writer.writerow(row)
    writer.writerow(["B0000" + isbns[0][:5], "Not a Book", "", "", ""])
    return text.getvalue().encode()


def _make_ratings(chance: random.Random, isbns: list[str]) -> bytes:
    lines = []
    for number in range(_RATINGS):
        user_id = chance.randint(1, _USERS + 20)  # a few users come later, or never
        isbn = isbns[min(int(chance.expovariate(4) * _BOOKS), _BOOKS - 1)]
        rating = 0 if chance.random() < 0.6 else chance.randint(1, 10)
        lines.append(f'"{user_id}";"{_spell(isbn, number)}";"{rating}"')
    return "\r\n".join(lines).encode() + b"\r\n"


def _spell(isbn: str, number: int) -> str:
    """Spell some ISBNs as readers do, and a few wrong."""
    if number % 50 == 0:
        return f"{isbn[0]}.{isbn[1:9]}.{isbn[9]}".lower()
    if number % 131 == 0:
        return f'\\"{isbn}\\"'
    if number % 211 == 0:
        return isbn[:9] + ("1" if isbn[9] != "1" else "2")
    return isbn
