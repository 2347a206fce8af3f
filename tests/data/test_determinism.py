import os
import subprocess
import sys

import pytest

# Sets of strings have another order in every process; the data must not.
PROGRAM = """
import hashlib
from utils.data.made import agreement, captions, reviews, spam, tagged, tasks, translation
from utils.data.installed import documentation, prose, surnames
agreement.TRAIN, agreement.HELD_OUT = (20,) * 6, (4,) * 6
made = [
    reviews.make(3, count=200), spam.make(3, count=200), surnames.make(3, per_language=50), prose.make(3),
    translation.make(3, count=200), tagged.make(3, count=200), agreement.make(3), tasks.make(3, count=10),
    captions.make(3, count=10), documentation.make(3),
]
text = "".join(f"{data} {item!r}" for data in made for items in data.values() for item in items)
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.slow
def test_every_process_makes_the_same_data():
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    made = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0]
    assert len(made) == 1
