import re

import pytest

from utils.data.installed import prose

PAGE = """\
---
kernelspec:
  name: python3
---

(chap-one)=
# A chapter

It has {index}`words <single: word>` and a [link](#sec-one), $x_t$ and `code`.
See {eq}`eq-one` and **mark** this, after {cite:t}`jordan1986serial`, *not*
before
{cite:p}`werbos1990backpropagation,elman1990finding`. The loop ({numref}`fig-loop`) returns.

:::{admonition} Before you start
:class: note

- one thing
:::

```{code-cell} ipython3
hidden = 1

more = 2
```

$$
x = y
$$ (eq-zero)

$$
y = f(x)
$$ (eq-one)

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-loop
---
draw()
```

````{note}
```python
nested = 3
```
````

% a comment
The end.
"""


@pytest.fixture(scope="module")
def data():
    return prose.make(0)


def test_prose_is_what_a_reader_reads():
    first, second = prose.refer([PAGE, "As {eq}`eq-one` says, {doc}`/assignments` go on."])
    assert prose.paragraphs(first) == [
        "A chapter",
        "It has words and a link, $x_t$ and code.\nSee (1.2) and mark this, after Jordan [1986], not\n"
        "before. The loop (Fig. 1.1) returns.",
        "Before you start",
        "- one thing",
        "The end.",
    ]
    assert prose.paragraphs(second) == ["As (1.2) says, assignments go on."]


def test_the_chapters_have_no_code_and_no_markup_left(data):
    for text in data.values():
        assert isinstance(text, str)
        assert not re.search(r"```|^:::|\$\$|import torch$|\{index\}|^\([\w-]+\)=$", text, flags=re.MULTILINE)
        assert not re.search(r"\b(eq|fig|sec|chap)-[a-z]|\b[a-z]+(19|20)\d\d[a-z]", text)  # labels, sources
        assert "\n\n\n" not in text and text.endswith("\n") and not text.startswith("\n")


def test_every_chapter_is_in_it(data):
    book = "\n".join(data.values()).split("\n")
    for chapter in prose.read_chapters(prose.find_chapters()):
        assert re.search(r"(?m)^# (.+)$", chapter)[1] in book  # its title


def test_most_of_it_is_for_training(data):
    sizes = {name: len(text) for name, text in data.items()}
    assert list(sizes) == ["train", "valid", "test"]
    assert 0.7 < sizes["train"] / sum(sizes.values()) < 0.9
    assert min(sizes.values()) > 500


def test_no_paragraph_is_in_two_splits(data):
    parts = [set(text.strip().split("\n\n")) for text in data.values()]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])


def test_paragraphs_keep_the_order_of_the_book(data):
    chapters = prose.refer(prose.read_chapters(prose.find_chapters()))
    texts = [paragraph for chapter in chapters for paragraph in prose.paragraphs(chapter)]
    for text in data.values():
        rest = iter(texts)
        assert all(paragraph in rest for paragraph in text.strip().split("\n\n"))


def test_a_chapter_is_a_page_or_a_folder_in_the_order_of_the_contents(tmp_path):
    chapters = tmp_path / "chapters"
    (chapters / "02-two").mkdir(parents=True)
    for name, text in (("01-one", "One."), ("02-two/index", "Two."), ("02-two/a", "B."), ("02-two/b", "A.")):
        (chapters / f"{name}.md").write_text(f"---\nkernelspec: 1\n---\n{text}", encoding="utf-8")
    pages = ("01-one", "02-two/index", "02-two/b", "02-two/a")
    contents = (
        "root: index\n" + "".join(f"  - file: chapters/{page}\n" for page in pages) + "  - file: data\n"
    )
    (tmp_path / "_toc.yml").write_text(contents, encoding="utf-8")
    assert prose.read_chapters(chapters) == ["One.", "Two.\n\nA.\n\nB."]


def test_prose_is_a_pure_function_of_the_seed(data):
    assert data == prose.make(0)
    assert data["train"] != prose.make(1)["train"]


def test_a_package_without_the_book_finds_it_from_the_working_folder_up(tmp_path, monkeypatch):
    monkeypatch.setattr(prose, "PACKAGE", tmp_path / "site-packages" / "utils")
    (tmp_path / "course/book/chapters").mkdir(parents=True)
    (tmp_path / "course/book/chapters/01-one.md").write_text("# One\n\nTwo.\n", encoding="utf-8")
    (tmp_path / "course/solutions").mkdir()
    monkeypatch.chdir(tmp_path / "course/solutions")
    assert prose.find_chapters() == tmp_path / "course/book/chapters"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="work inside the course's folder"):
        prose.find_chapters()
