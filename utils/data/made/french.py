"""The French that the translation grammar needs: its words, their forms, and what neighbours do to them."""

from __future__ import annotations

import functools
from typing import NamedTuple

from utils.data.made.phrases import Words


class Noun(NamedTuple):
    """English and French, each (singular, plural); "m" or "f"; "person", "thing" or "place"."""

    english: tuple[str, str]
    french: tuple[str, str]
    gender: str
    kind: str


class Adjective(NamedTuple):
    """Four forms; whether it stands before the noun; the kinds of noun it fits."""

    forms: tuple[str, str, str, str]
    before: bool
    kinds: tuple[str, ...]

    def form(self, gender: str, plural: bool) -> str:
        return self.forms[2 * plural + (gender == "f")]


PERSONS = ("1s", "3s", "1p", "3p")
FUTURE = dict(zip(PERSONS, ("ai", "a", "ons", "ont"), strict=True))
HAVE = dict(zip(PERSONS, ("ai", "a", "avons", "ont"), strict=True))


class Verb(NamedTuple):
    """English base, third person and past; French present by person, participle and stem of the future."""

    base: str
    third: str
    past: str
    present: tuple[str, ...]
    participle: str
    stem: str

    def english(self, person: str, tense: str) -> str:
        return self.past if tense == "past" else self.third if person == "3s" else self.base

    def french(self, person: str, tense: str) -> str:
        if tense == "future":
            return self.stem + FUTURE[person]
        return self.present[PERSONS.index(person)]

    def have(self, person: str) -> str:
        return HAVE[person]


def _nouns(kind: str, table: str) -> list[Noun]:
    rows = [row.split() for row in table.strip().splitlines()]
    return [Noun((one, many), (un, des), gender, kind) for one, many, un, des, gender in rows]


NOUNS = [
    *_nouns(
        "person",
        """
        boy boys garçon garçons m
        girl girls fille filles f
        man men homme hommes m
        woman women femme femmes f
        child children enfant enfants m
        neighbour neighbours voisin voisins m
        actress actresses actrice actrices f
        friend friends ami amis m
        queen queens reine reines f
        king kings roi rois m
        nurse nurses infirmière infirmières f
        farmer farmers fermier fermiers m
        baker bakers boulanger boulangers m
        singer singers chanteuse chanteuses f
        """,
    ),
    *_nouns(
        "thing",
        """
        car cars voiture voitures f
        book books livre livres m
        table tables table tables f
        tree trees arbre arbres m
        letter letters lettre lettres f
        bike bikes vélo vélos m
        apple apples pomme pommes f
        hat hats chapeau chapeaux m
        door doors porte portes f
        key keys clé clés f
        boat boats bateau bateaux m
        chair chairs chaise chaises f
        flower flowers fleur fleurs f
        bag bags sac sacs m
        orange oranges orange oranges f
        egg eggs œuf œufs m
        umbrella umbrellas parapluie parapluies m
        clock clocks horloge horloges f
        lamp lamps lampe lampes f
        dress dresses robe robes f
        wardrobe wardrobes armoire armoires f
        knife knives couteau couteaux m
        """,
    ),
    *_nouns(
        "place",
        """
        garden gardens jardin jardins m
        street streets rue rues f
        kitchen kitchens cuisine cuisines f
        school schools école écoles f
        market markets marché marchés m
        hotel hotels hôtel hôtels m
        church churches église églises f
        station stations gare gares f
        forest forests forêt forêts f
        hospital hospitals hôpital hôpitaux m
        museum museums musée musées m
        house houses maison maisons f
        """,
    ),
]


def _adjectives(table: str, before: bool) -> dict[str, Adjective]:
    names = {"p": "person", "t": "thing", "l": "place"}
    rows = [row.split() for row in table.strip().splitlines()]
    return {
        english: Adjective((m, f, ms, fs), before, tuple(names[letter] for letter in kinds))
        for english, m, f, ms, fs, kinds in rows
    }


ADJECTIVES = _adjectives(
    """
    big grand grande grands grandes tl
    tall grand grande grands grandes p
    small petit petite petits petites ptl
    old vieux vieille vieux vieilles ptl
    young jeune jeune jeunes jeunes p
    new nouveau nouvelle nouveaux nouvelles tl
    beautiful beau belle beaux belles ptl
    """,
    before=True,
) | _adjectives(
    """
    green vert verte verts vertes tl
    red rouge rouge rouges rouges t
    blue bleu bleue bleus bleues t
    white blanc blanche blancs blanches tl
    black noir noire noirs noires t
    yellow jaune jaune jaunes jaunes t
    heavy lourd lourde lourds lourdes t
    round rond ronde ronds rondes t
    expensive cher chère chers chères t
    clean propre propre propres propres tl
    quiet tranquille tranquille tranquilles tranquilles pl
    rich riche riche riches riches p
    famous célèbre célèbre célèbres célèbres pl
    happy heureux heureuse heureux heureuses p
    tired fatigué fatiguée fatigués fatiguées p
    serious sérieux sérieuse sérieux sérieuses p
    """,
    before=False,
)

VERBS = [
    Verb("see", "sees", "saw", ("vois", "voit", "voyons", "voient"), "vu", "verr"),
    Verb("buy", "buys", "bought", ("achète", "achète", "achetons", "achètent"), "acheté", "achèter"),
    Verb("wash", "washes", "washed", ("lave", "lave", "lavons", "lavent"), "lavé", "laver"),
    Verb("sell", "sells", "sold", ("vends", "vend", "vendons", "vendent"), "vendu", "vendr"),
    Verb("find", "finds", "found", ("trouve", "trouve", "trouvons", "trouvent"), "trouvé", "trouver"),
    Verb("break", "breaks", "broke", ("casse", "casse", "cassons", "cassent"), "cassé", "casser"),
    Verb("paint", "paints", "painted", ("peins", "peint", "peignons", "peignent"), "peint", "peindr"),
    Verb("like", "likes", "liked", ("aime", "aime", "aimons", "aiment"), "aimé", "aimer"),
    Verb("hide", "hides", "hid", ("cache", "cache", "cachons", "cachent"), "caché", "cacher"),
    Verb("draw", "draws", "drew", ("dessine", "dessine", "dessinons", "dessinent"), "dessiné", "dessiner"),
    Verb("look for", "looks for", "looked for", ("cherche", "cherche", "cherchons", "cherchent"),
         "cherché", "chercher"),
]  # fmt: skip

PRONOUNS = (
    ("I", "je", "1s"), ("we", "nous", "1p"), ("he", "il", "3s"), ("she", "elle", "3s"), ("they", "ils", "3p"),
)  # fmt: skip

PREPOSITIONS = (
    ("in", "dans"), ("behind", "derrière"), ("in front of", "devant"), ("near", "près de"),
    ("next to", "à côté de"),
)  # fmt: skip

ARTICLES = {
    "the": ("le", "la", "les"),
    "a": ("un", "une", "des"),
    "this": ("ce", "cette", "ces"),
    "my": ("mon", "ma", "mes"),
    "our": ("notre", "notre", "nos"),
    "two": ("deux", "deux", "deux"),
}
PLURAL = {"a": "some", "this": "these"}

# What changes before a vowel. An adjective changes only before a noun in the singular: not before "et" or
# "à", and "vieux" not in "mes vieux amis".
ELIDED = {"le": "l'", "la": "l'", "je": "j'", "ne": "n'", "que": "qu'", "de": "d'"}
BEFORE_NOUN = {"ce": "cet", "ma": "mon", "beau": "bel", "vieux": "vieil", "nouveau": "nouvel"}
MERGED = {("de", "le"): "du", ("de", "les"): "des"}
VOWELS = tuple("aeiouâàéèêîïôœh")


@functools.cache
def nouns_of(kind: str) -> tuple[Noun, ...]:
    """The nouns that name a "person", a "thing" or a "place"."""
    return tuple(noun for noun in NOUNS if noun.kind == kind)


@functools.cache
def adjectives_of(kind: str, before: bool | None = None) -> tuple[str, ...]:
    """The adjectives for nouns of this kind: all, or those that stand ``before`` the French noun or not."""
    return tuple(
        name
        for name, entry in ADJECTIVES.items()
        if kind in entry.kinds and (before is None or entry.before is before)
    )


def determiner(article: str, gender: str, plural: bool, adjective_follows: bool = False) -> tuple[str, str]:
    """English and French article; "some" is "des", but "de" before an adjective ("de grandes maisons").

    Raises ValueError for an article that is not in ``ARTICLES``.
    """
    if article not in ARTICLES:
        raise ValueError(f"expected one of {', '.join(ARTICLES)}, got {article!r}")
    french = ARTICLES[article][2 if plural else gender == "f"]
    if french == "des" and adjective_follows:
        french = "de"
    return PLURAL.get(article, article) if plural else article, french


def adapt(words: Words) -> Words:
    """French words as they are written side by side: "le arbre" is "l' arbre", "de le" is "du".

    A word made of two belongs to all that the two belong to.
    """
    changed = [
        (before_vowel(word, following), keys)
        for (word, keys), (following, _) in zip(words, [*words[1:], (".", frozenset())], strict=True)
    ]
    adapted: Words = []
    for word, keys in changed:
        if adapted and (adapted[-1][0], word) in MERGED:
            before, others = adapted.pop()
            word, keys = MERGED[before, word], others | keys
        adapted.append((word, keys))
    return adapted


def before_vowel(word: str, following: str) -> str:
    if not following.startswith(VOWELS):
        return word
    if word in BEFORE_NOUN and following not in ("et", "à") and not following.endswith(("s", "x")):
        return BEFORE_NOUN[word]
    return ELIDED.get(word, word)
