"""The real data sets: where each is published, what its bytes must be, whose it is and how much there is."""

from __future__ import annotations

from dataclasses import dataclass, field

RAW = "https://raw.githubusercontent.com"
NLTK = f"{RAW}/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora"
NAMES = f"{RAW}/spro/practical-pytorch/c520c52e68e945d88fff563dba1c028b6ec0197b/data/names"
MULTI30K = f"{RAW}/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/raw"
EWT = f"{RAW}/UniversalDependencies/UD_English-EWT/15d613d8447b3478787d4c278730a1e48a945efb"


@dataclass(frozen=True)
class File:
    """One file: its place below ``COURSE_DATA`` and below the cache, the hash of its bytes, its address.

    Where ``member`` is given, the address serves an archive, and the file is that entry of it. Of a file that
    is itself an archive, the entries that match the pattern ``entries`` are unpacked.
    """

    path: str
    sha256: str
    url: str = ""
    member: str = ""
    entries: str = "*"


@dataclass(frozen=True)
class StandIn:
    """Another file that serves for the published one; ``note`` tells the difference wherever it is used."""

    file: File
    note: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Corpus:
    """A published data set. ``counts`` are the documented numbers: of each split, or of everything (all)."""

    name: str
    title: str
    unit: str
    counts: dict[str, int]
    licence: str
    citation: str
    files: tuple[File, ...]
    stand_in: StandIn | None = field(default=None)


_SURNAMES = {
    "Arabic": "6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc",
    "Chinese": "09ba8f1f7e38dbc99372d461b26ad4433b811fc6bfa6a3ecca6fe11a9a777465",
    "Czech": "e17ab0ec47616a72c39cb85c783f70c3663ab64488721e5d8378f146d2226be7",
    "Dutch": "924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3",
    "English": "9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2",
    "French": "81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95",
    "German": "7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db",
    "Greek": "3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6",
    "Irish": "cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058",
    "Italian": "f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4",
    "Japanese": "e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f",
    "Korean": "cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136",
    "Polish": "45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826",
    "Portuguese": "50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53",
    "Russian": "0cfe53ac18041e8f63666aa77313e0a3ff378facb132abee052d8ebdc8c3d62c",
    "Scottish": "78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd",
    "Spanish": "1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7",
    "Vietnamese": "f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d",
}

_CAPTIONS = {
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "train.fr.gz": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "val.fr.gz": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    "test_2016_flickr.fr.gz": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
}

_TREEBANK = {
    "train": "3fb78e2b55482c8ee00caa653af436c88c9e5bc9a73ce26e4ae3ddc79d2b7e7b",
    "dev": "531a54ff90d6ab12201c5a50c3e78e6ddac4de69abc4bce5d275d3cd29efe2b6",
    "test": "e266e515a0a7547657ed3d90d9ba46487d6bd251f27ad4269d4e8a427c8555cd",
}


def _multi30k(name: str, language: str, code: str) -> Corpus:
    return Corpus(
        name,
        f"Multi30k, image captions in English and {language}",
        "pairs",
        {"train": 29_000, "valid": 1_014, "test": 1_000},
        "text unstated; for research",
        "Elliott, Frank, Sima'an and Specia: Multi30K: Multilingual English-German Image Descriptions, 2016",
        tuple(
            File(f"multi30k/{file}", sha256, f"{MULTI30K}/{file}")
            for file, sha256 in _CAPTIONS.items()
            if f".{code}." in file or ".en." in file
        ),
    )


CORPORA = {
    corpus.name: corpus
    for corpus in (
        Corpus(
            "sms",
            "SMS Spam Collection",
            "messages",
            {"all": 5_574},
            "CC BY 4.0",
            "Almeida, Gómez Hidalgo and Yamakami: Contributions to the Study of SMS Spam Filtering, 2011",
            (
                File(
                    "sms/SMSSpamCollection",
                    "7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d",
                    "https://archive.ics.uci.edu/static/public/228/sms+spam+collection.zip",
                    member="SMSSpamCollection",
                ),
            ),
        ),
        Corpus(
            "names",
            "surnames of 18 languages",
            "surnames",
            {"all": 20_050},
            "MIT (the repository)",
            "Robertson: Practical PyTorch, Classifying Names with a Character-Level RNN, 2017",
            tuple(
                File(f"names/{language}.txt", sha256, f"{NAMES}/{language}.txt")
                for language, sha256 in _SURNAMES.items()
            ),
        ),
        Corpus(
            "rt-polarity",
            "sentences of film reviews (rt-polarity)",
            "sentences",
            {"all": 10_662},
            "CC BY 4.0 (NLTK's index)",
            "Pang and Lee: Seeing Stars: Exploiting Class Relationships for Sentiment Categorization, 2005",
            (
                File(
                    "rt-polarity/sentence_polarity.zip",
                    "6e1ed4405b65c7eabf1d199a7f7c437091ac21da0ea7467b410a74062574566b",
                    f"{NLTK}/sentence_polarity.zip",
                ),
            ),
        ),
        Corpus(
            "imdb",
            "Large Movie Review Dataset (IMDB)",
            "reviews",
            {"train+valid": 25_000, "test": 25_000},
            "none stated; the README asks for a citation",
            "Maas, Daly, Pham, Huang, Ng and Potts: Learning Word Vectors for Sentiment Analysis, 2011",
            (
                File(
                    "imdb/aclImdb_v1.tar.gz",
                    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
                    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
                    entries="aclImdb/t*/[np]*/*.txt",
                ),
            ),
            StandIn(
                File(
                    "imdb/aclImdb_rebuilt.tar.gz",
                    "2678eb32adc38e3759660ba75f825bc713932047adc189b88785e45e9babe00b",
                    entries="aclImdb/t*/[np]*/*.txt",
                ),
                "from a rebuilt archive",
                {"train+valid": 25_000, "test": 25_000},
            ),
        ),
        Corpus(
            "movie-reviews",
            "long film reviews (polarity dataset 2.0)",
            "reviews",
            {"all": 2_000},
            "CC BY 4.0 (NLTK's index)",
            "Pang and Lee: A Sentimental Education: Sentiment Analysis Using Subjectivity Summarization "
            "Based on Minimum Cuts, 2004",
            (
                File(
                    "movie-reviews/movie_reviews.zip",
                    "a41211ae685019137410268134db6a1a14428c89b671eb83056151a878539008",
                    f"{NLTK}/movie_reviews.zip",
                ),
            ),
        ),
        Corpus(
            "tatoeba",
            "Tatoeba, English and French sentences (September 2017)",
            "pairs",
            {"all": 142_787},
            "CC BY 2.0",
            "Tatoeba, tatoeba.org, selected by Kelly at manythings.org/anki",
            (
                File(
                    "tatoeba/fra-eng.zip",
                    "16c4f7d0df9e7c5e6c54cdb0447f3f4a18a55052ff5e2e0b27dd4a06c0e49d04",
                    f"{RAW}/genimind/seq2seq/4f3f8eb0adde54fcc8b89394336b002e7961244c/fra-eng.zip",
                ),
            ),
        ),
        _multi30k("multi30k", "French", "fr"),
        _multi30k("multi30k-de", "German", "de"),
        Corpus(
            "tinyshakespeare",
            "tiny Shakespeare",
            "characters",
            {"all": 1_115_394},
            "none stated; the text is in the public domain",
            "Karpathy: The Unreasonable Effectiveness of Recurrent Neural Networks, 2015",
            (
                File(
                    "tinyshakespeare/input.txt",
                    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                    f"{RAW}/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
                    "/data/tinyshakespeare/input.txt",
                ),
            ),
        ),
        Corpus(
            "ud-ewt",
            "Universal Dependencies, English Web Treebank",
            "sentences",
            {"train": 12_544, "valid": 2_001, "test": 2_077},
            "CC BY-SA 4.0",
            "Silveira and others: A Gold Standard Dependency Corpus for English, 2014",
            tuple(
                File(f"ud-ewt/en_ewt-ud-{part}.conllu", sha256, f"{EWT}/en_ewt-ud-{part}.conllu")
                for part, sha256 in _TREEBANK.items()
            ),
        ),
        Corpus(
            "jsb",
            "Bach's chorales, one step a quarter note (JSB)",
            "chorales",
            {"train": 229, "valid": 76, "test": 77},
            "none stated; the music is in the public domain",
            "Boulanger-Lewandowski, Bengio and Vincent: Modeling Temporal Dependencies in High-Dimensional "
            "Sequences, 2012",
            (
                File(
                    "jsb/jsb-chorales-quarter.json",
                    "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91",
                    f"{RAW}/czhuang/JSB-Chorales-dataset/9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d"
                    "/jsb-chorales-quarter.json",
                ),
            ),
        ),
        Corpus(
            "glove",
            "GloVe 6B, 100 dimensions",
            "words",
            {"all": 400_000},
            "PDDL 1.0",
            "Pennington, Socher and Manning: GloVe: Global Vectors for Word Representation, 2014",
            (
                File(
                    "glove/glove.6B.zip",
                    "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
                    "https://nlp.stanford.edu/data/glove.6B.zip",
                    entries="glove.6B.100d.txt",
                ),
            ),
            StandIn(
                File(
                    "glove/glove.6B.100d.top30k.txt",
                    "90f208ca61032fbddb2f7ef679a79dba63929b303670b56aff3aa15b5bc4673a",
                ),
                "only 30,000 frequent words",
                {"all": 30_000},
            ),
        ),
    )
}
