"""Short messages, wanted ("ham") and unwanted ("spam"), as people type them on a telephone.

Two grammars make the messages and one process of noise, the same for both, makes typing mistakes,
abbreviations and missing marks. No single word tells the classes apart: friends write "free", "call" and
"win" too, shops and clubs that one knows send offers and links, friends quote the spam that they got, and
some spam begins as a friend does. As in real collections, about one message in seven is spam. A few messages
can come from anybody ("it is Anna, can you lend me 50 euros?"): nobody can tell from their text.
"""

from __future__ import annotations

import random
import re

from utils.data.dataset import Dataset, Labelled, split
from utils.data.made.grammar import distinct, expand, tokens

HAM, SPAM = "ham", "spam"

SHARED = {
    "name": (
        "Anna", "Ben", "Carla", "David", "Emma", "Fatima", "Jonas", "Lena", "Marco", "Nina", "Omar",
        "Sofia",
    ),
    "day": (
        "today", "tomorrow", "tonight", "on Monday", "on Friday", "on Saturday", "this weekend",
        "next week",
    ),
    "hour": ("at {1-12}", "at half past {1-12}", "around {1-12}", "at {1-12}:15", "after {1-12}"),
    "amount": ("{5-95} euros", "{100-900} euros", "£{5-95}", "£{100-900}", "${10-90}"),
    "number": ("0{6-8}{100-999} {100-999}{10-99}", "0{6-8}{10-99}{1000-9999}{10-99}", "8{1000-9999}"),
    "hello": ("hi", "hey", "hello", "good morning", "hi there"),
    "offer": (
        "you have won {amount} in our weekly draw.", "your number was drawn to win a {prize}.",
        "we owe you a {prize} worth {amount}.", "get {10-90}% off every {prize} {day}.",
        "a loan of {amount} is ready for you, no questions.", "new {goods} for free, first month only.",
        "{10-500} people near you want to chat {day}.", "your {prize} is waiting.",
        "win a {prize} every day of this week.", "earn {amount} a day from home.",
    ),
    "account": (
        "your account was locked {day}.", "a parcel could not be delivered {day}, a fee of {amount} is due.",
        "a payment of {amount} was made from your account.", "your phone contract ends {day}.",
        "we could not take your payment of {amount}.",
    ),
    "prize": ("phone", "holiday", "tablet", "car", "gift card", "bicycle", "weekend for two", "watch"),
    "goods": ("ringtones", "games", "wallpapers", "horoscopes", "songs"),
    "thing": (
        "charger", "book", "umbrella", "ticket", "blue jacket", "guitar", "phone", "cake", "map", "bicycle",
    ),
    "where": ("at home", "in the kitchen", "at the library", "in your car", "at the station", "outside"),
}  # fmt: skip
# What friends and frauds write alike.
EITHER_RULES = SHARED | {
    "message": (
        "{hello}, this is my new number {number}, please save it.", "it is {name}, can you lend me {amount}?",
        "{hello}, can you send me {amount} until {day}? I am {where}.", "I tried to call you, ring {number}.",
        "your parcel comes {day}, the fee of {amount} is paid at the door.",
        "a payment of {amount} was made from your account {day}.", "your contract ends {day}, call {number}.",
        "{name} left you a voice message, hear it on {number}.", "is this you in the picture? {hello} {name}",
        "free entry {day} before {1-12}, show this message at the door.",
        "sorry, wrong number, but who are you?", "your {thing} is waiting, call {number} {day}.",
    ),
}  # fmt: skip
HAM_RULES = SHARED | {
    "message": (
        "{talk}", "{talk}", "{hello} {name}, {talk}", "{talk} {close}", "{talk} {talk}",
        "{talk} {talk} {close}",
        "{hello}, {talk}", "{short}", "{short} {talk}", "{known}", "{known}", "{quote}", "{hello}, {quote}",
    ),
    # from shops, clubs and offices that one knows
    "known": (
        "your {thing} is ready, pick it up {day} {hour}.", "your appointment is {day} {hour}. {close}",
        "the {club} is open {day}, entry is free before {1-12}.", "{club}: new times at {page}",
        "{club}: get {10-30}% off every {thing} {day}.", "{club}: win a {thing} in our quiz {day}!",
        "{club}: thank you for your payment of {amount}.", "dear customer, the {club} is closed {day}.",
        "{club}: reply YES to {number} if you come {day}.", "{club}: please confirm by text to {number}.",
        "{club}: your code is {1000-9999}, do not give it to anybody.",
        "your order of {amount} was sent {day}, follow it at {page}",
    ),
    "club": ("City library", "Chess club", "Music school", "Dance school", "Bike shop", "Town theatre"),
    "page": ("www.{place}.example", "{place}.example/{100-999}", "http://{place}.example"),
    "place": ("citylibrary", "bike-shop", "theatre", "parcel-post", "gym4u"),
    # of the spam that one got
    "quote": (
        "look what I got: {offer} so stupid", "somebody texted me \"{offer}\" do not click such things!",
        "haha, {offer} says my phone. {talk}", "did you get this too? {offer} I did not reply.",
        "my bank says it never wrote \"{account}\" so be careful", "I really won! {offer} no, just kidding.",
    ),
    "talk": (
        "are you free {day} {hour}?", "do you want to {do} {day}?", "I am on the {ride}, be there {hour}.",
        "can you call me when you are free?", "my number is {number} now, please save it.",
        "I have to {work} {day}, so I cannot {do}.", "did you see the {thing} that I left {where}?",
        "please bring the {thing}, I forgot it {where}.",
        "{name} says that you won the {contest}, congratulations!",
        "I owe you {amount} for the {thing}.", "the {thing} was only {amount}, good price!",
        "could you lend me {amount} until Friday?", "we are {where} and waiting for you.",
        "what is the address of {name}?", "{name} is not feeling well and will stay {where}.",
        "shall I buy {food} {day}?", "the entrance is free before {1-12}, let us go early.",
        "I think that we will win {day}!", "urgent: did you take my keys? I am locked out.",
        "call {name} on {number}, there is news.", "my exam went {how}.", "the film was {how}.",
        "sorry, I fell asleep and missed your call.", "text me when you get home.", "see you {day} {hour}.",
        "reply when you can, it is about the {thing}.", "the code for the door is {1000-9999}.",
        "the parcel with the {thing} came {day}, thank you!", "the bank wants me to sign again, so annoying.",
    ),
    "short": (
        "ok.", "thanks!", "yes, of course.", "no idea.", "on my way.", "where are you?", "good luck {day}!",
        "happy birthday {name}!", "I will call you {hour}.", "sleep well.", "fine with me.", "miss you.",
    ),
    "close": ("love, {name}", "see you", "take care", "call me", "kisses", "let me know", "bye"),
    "do": (
        "go swimming", "have lunch", "see a film", "study together", "cook {food}", "play chess",
        "meet {name}",
    ),
    "work": ("work", "study", "help {name}", "go to the dentist", "finish the report", "look after the dog"),
    "ride": ("bus", "train", "tram", "ferry", "metro"),
    "contest": ("race", "chess final", "quiz", "bet", "match"),
    "food": ("pasta", "rice and beans", "pizza", "a salad", "pancakes", "soup"),
    "how": ("fine", "very badly", "well, I hope", "so so", "better than I feared", "on for hours"),
}  # fmt: skip
SPAM_RULES = SHARED | {
    "message": (
        "{open} {offer} {act} {small}", "{open} {offer} {act}", "{offer} {act}", "{offer} {act} {small}",
        "{account} {act}", "{hello} {name}, {offer} {act}", "{friend}", "{hello}, {friend}",
        "{hello} {name}, {opening} {link}", "{opening} {friend}", "{opening} {offer} {link}",
    ),
    "open": (
        "congratulations!", "winner!", "urgent!", "free entry!", "last chance!", "dear customer,",
        "good news!",
        "private message:", "final notice:", "{name}, this is for you:",
    ),
    "act": (
        "call {number} now.", "reply YES to {number}.", "text {code} to {number}.", "go to {link} to claim.",
        "confirm at {link}", "call free on {number} before {day}.", "send your details to {number}.",
    ),
    "small": (
        "18 or over only.", "calls cost {10-99}p a minute.", "text STOP to end.", "terms at {link}",
        "offer ends {day}.", "ref {1000-9999}.",
    ),
    # a beginning that a friend could have written
    "opening": (
        "did you see the {thing} that I left {where}?", "sorry, I fell asleep and missed your call.",
        "are you free {day}?", "I owe you {amount}.", "see you {day} {hour}.", "miss you.", "happy birthday!",
        "the film was so so.", "I will call you {hour}.", "can you call me when you are free?",
    ),
    "friend": (
        "I lost my phone, this is my new number {number}. can you send me {amount}?",
        "it is {name}, I am stuck at the airport, please send {amount} {day}.",
        "I saw your photo and want to meet {day}. text me on {number}.",
        "someone you know likes you. find out who: call {number}.",
        "are you free {day}? I left you a voice message, hear it on {number}.",
        "is this you in the video? {link}",
    ),
    "code": ("WIN", "PRIZE", "CASH", "GO", "LOVE", "CHAT"),
    "link": ("www.{site}.example", "{site}.example/{100-999}", "http://{site}.example"),
    "site": ("prize-now", "mybank-help", "parcel-post", "win4u", "freetones", "quickcash", "datenight"),
}  # fmt: skip

ABBREVIATIONS = {
    "you": "u", "are": "r", "to": "2", "for": "4", "your": "ur", "please": "pls", "tonight": "2nite",
    "tomorrow": "tmrw", "today": "2day", "because": "cos", "see": "c", "thanks": "thx", "before": "b4",
    "and": "n", "text": "txt", "message": "msg", "love": "luv", "congratulations": "congrats", "with": "w",
}  # fmt: skip
SMILEYS = (":)", ":(", ";)", ":D", "xx", "lol", "...", "!!")


def make(seed: int = 0, count: int = 5_000, spam_share: float = 0.134, either_share: float = 0.04) -> Dataset:
    """``count`` different messages, ``spam_share`` of them spam; the items are ``Labelled(text, label)``.

    Of all messages, ``either_share`` can come from anybody, and a third of these are spam. Messages that
    differ only in case, marks or digits are in one split. The title gives the accuracy that nobody can expect
    to exceed: that of a reader who knows both grammars.

    Raises ValueError if count is below 20, a share is not between 0 and 1, or the two do not go together.
    """
    if count < 20:
        raise ValueError(f"count must be at least 20, got {count}")
    if not 0 <= spam_share <= 1:
        raise ValueError(f"spam_share must be between 0 and 1, got {spam_share}")
    if not 0 <= either_share <= 1:
        raise ValueError(f"either_share must be between 0 and 1, got {either_share}")
    spam, either = round(spam_share * count), round(either_share * count)
    either_spam = either // 3
    if not either_spam <= spam <= count - (either - either_spam):
        raise ValueError(
            f"either_share={either_share} needs {either_spam} spam and {either - either_spam} ham, "
            f"spam_share={spam_share} gives {spam} and {count - spam}: lower either_share"
        )
    rng = random.Random(seed)
    items = []
    for label, rules, number in (
        (HAM, HAM_RULES, count - spam - either + either_spam),
        (SPAM, SPAM_RULES, spam - either_spam),
        (HAM, EITHER_RULES, either - either_spam),
        (SPAM, EITHER_RULES, either_spam),
    ):
        for text in distinct(number, lambda rules=rules: _message(rules, rng)):  # type: ignore[misc]
            items.append(Labelled(text, label))
    title = (
        f"short messages of the course's own grammar, {spam / count:.1%} of them spam, "
        f"nobody can expect to exceed {1 - either_spam / count:.1%}"
    )
    return Dataset("spam", "default", title, dict(split(items, seed, keys=lambda item: (gist(item.text),))))


def gist(text: str) -> tuple[str, ...]:
    """The words of ``text`` without case, marks and digits: what two copies of one message share."""
    return tuple(word for word in tokens(text) if word.isalpha())


def _message(rules: dict[str, tuple[str, ...]], rng: random.Random) -> str:
    text = expand(rules, "message", rng)
    return add_noise(_fill_numbers(text, rng), rng)


def _fill_numbers(text: str, rng: random.Random) -> str:
    """Replace each {low-high} by a number of that range."""
    return re.sub(r"\{(\d+)-(\d+)\}", lambda match: str(rng.randint(int(match[1]), int(match[2]))), text)


def add_noise(text: str, rng: random.Random) -> str:
    """``text`` as somebody types it: how careful that person is differs from message to message."""
    care = rng.random()
    words = [_typed(word, care, rng) for word in text.split()]
    text = " ".join(words)
    style = rng.random()
    if style < 0.45:
        text = re.sub(r"(^|[.!?] )([a-z])", lambda match: match[1] + match[2].upper(), text)
    elif style < 0.7:
        text = text.lower()
    elif style < 0.75:
        text = text.upper()
    if rng.random() < 0.25 * (1 - care):
        text = re.sub(r"[.,](?= |$)", "", text)
    if rng.random() < 0.15:
        text = f"{text} {rng.choice(SMILEYS)}"
    return text


def _typed(word: str, care: float, rng: random.Random) -> str:
    """``word``, perhaps shortened or with a slip of the finger; numbers and addresses stay as they are."""
    match = re.fullmatch(r"([A-Za-z]+)([.,!?:]*)", word)
    if not match:
        return word
    letters, marks = match.groups()
    if letters in ABBREVIATIONS and rng.random() < 0.6 * (1 - care):
        return ABBREVIATIONS[letters] + marks
    if len(letters) > 3 and rng.random() < 0.06 * (1 - care):
        return _slip(letters, rng) + marks
    return word


def _slip(word: str, rng: random.Random) -> str:
    """Two neighbours exchanged, a letter left out, or one struck too often."""
    place = rng.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return rng.choice((before + after[0] + letter + after[1:], before + after, before + letter * 3 + after))
