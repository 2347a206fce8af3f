"""The papers' experiments in their smallest size: they run, and what so small a size can show, it shows."""

import math
import re
import statistics

import pytest
import torch

from experiments import adding, cells, chorales, order, parity, streams, vanishing
from experiments.gates import GREFF, TEN
from experiments.sizes import of_size
from utils import jacobians
from utils.data.made import tasks
from utils.models import RNN

pytestmark = pytest.mark.slow  # networks are trained


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny(experiment):
    results = {name: run() for name, run in experiment.runs("tiny").items()}
    return results, experiment.table(results)


def test_without_a_forget_gate_arithmetic_stays_at_the_floor_unless_each_exercise_starts_afresh():
    results, table = tiny(cells)
    assert set(cells.by_cell(results, "xml")) == set(TEN) == set(cells.by_cell(results, "text"))
    one = {name: row[0] for name, row in cells.by_cell(results, "arithmetic 1").items()}
    floor = max(streams.floors("arithmetic", 1).values())
    assert one["LSTM-f"] < floor + 0.02
    assert results["arithmetic 1 fresh, LSTM-f, 0"]["test"] > floor + 0.05
    sizes = [row["parameters"] for name, row in results.items() if name.endswith(", 0")]
    assert max(sizes) < 1.2 * min(sizes)
    assert len(re.findall("rank correlation", table)) == 3


def test_streams_go_on_from_piece_to_piece_and_answers_alone_are_counted():
    held = streams.streams("arithmetic", 8, seed=3, pieces=4)
    first, second = list(held.pieces())[:2]
    assert first[0].shape == (streams.STREAMS, streams.STEPS + 1)
    assert torch.equal(first[0][:, -1], second[0][:, 0])
    for tokens, counted in zip(held.tokens, held.counted, strict=True):
        text = bytes(tokens.tolist()).decode()
        answers = [match.span(1) for match in re.finditer(r"=(-?\d+\.)", text)]
        whole = slice(text.index("="), text.rindex("=") + 1)  # answers that are cut off are not looked at
        expected = {place for start, end in answers for place in range(start, end)}
        assert {k for k in range(whole.start, whole.stop) if counted[k]} == {
            k for k in expected if whole.start <= k < whole.stop
        }


def test_the_ceiling_of_nested_tags_is_what_a_reader_with_a_stack_gets():
    right = total = 0
    for text in tasks.xml(1500, 8, seed=7):
        stack, opened = [], 0
        for tag in re.findall("<[^>]*>", text):
            guesses = ["<"]
            if tag[1] == "/":
                name = stack.pop()
                guesses += ["/", *name, ">"]  # it guesses "/" wherever both can come
            else:
                may_close = bool(stack) and opened < 8
                guesses += [
                    "/" if may_close else "e",
                    *("e" if k < 2 else ">" for k in range(1, len(tag) - 1)),
                ]
                stack.append(tag[1:-1])
                opened += 1
            right += sum(a == b for a, b in zip(guesses, tag, strict=True))
            total += len(tag)
    assert right / total == pytest.approx(streams.xml_ceiling(), abs=0.01)


def test_all_variants_play_and_without_output_activation_worse():
    results, table = tiny(chorales)
    rows = chorales.by_variant(results)
    assert set(rows) == set(GREFF) and {len(row) for row in rows.values()} == {2}
    assert all(0 < row["test"] < 88 * math.log(2) * 1.1 for row in results.values())
    mean = {variant: statistics.mean(row["test"] for row in found) for variant, found in rows.items()}
    assert max(mean, key=mean.get) == "NOAF"
    shares = chorales.explained(results)
    assert shares["variant"] < 0.1 < shares["lr"] + shares["width"] + shares["noise"]
    assert "variance explained" in table


def test_gated_cells_learn_to_add_first_and_a_plain_one_does_not():
    results, table = tiny(adding)
    error = {name.split(",")[0]: row["error"] for name, row in results.items()}
    assert results["GRU, 10, 0"]["solved"] and error["LSTM"] < error["IRNN"] < error["RNN"]
    assert "never" in table


def test_the_gradient_of_a_plain_network_falls_exponentially_and_that_of_an_identity_start_stays():
    results, _ = tiny(vanishing)
    before = {name.split(",")[0]: row["before"] for name, row in results.items()}
    assert before["IRNN"]["reach"] == pytest.approx([0.0] * len(before["IRNN"]["reach"]), abs=1e-3)
    slope, fit = vanishing.slope(before["RNN"]["reach"])
    assert slope < -0.1 and fit > 0.99
    after = {name.split(",")[0]: row["after"]["sensitivity"][-1] for name, row in results.items()}
    assert after["RNN"] < min(after["IRNN"], after["LSTM"], after["GRU"]) - 1


def test_the_reach_is_the_product_of_the_jacobians():
    torch.manual_seed(0)
    layer = RNN(2, 8, batch_first=True)
    reach, _ = vanishing.through_time(layer, 12)
    x, _ = tasks.adding(vanishing.SEQUENCES, 12, seed=10**6 + 1)
    output, _ = layer(x.double())
    norms = jacobians.jacobian_norms(jacobians.slopes(output.detach()), layer.weight_hh_l0.detach())
    assert reach == pytest.approx(norms.log10().median(0).values.tolist(), abs=1e-3)


def test_temporal_order_is_learnt_with_clipping_and_not_without():
    results, _ = tiny(order)
    errors = order.by_length(results)[20]
    assert len(errors["SGD"]) == 4 and statistics.median(errors["SGD"]) > 0.2
    assert order.solved(errors["clipping"]) == order.solved(errors["clipping, Ω"]) == 4


def test_gated_cells_learn_the_parity_of_short_strings():
    results, _ = tiny(parity)
    assert parity.learnt(results["GRU, 0"], "trained") and parity.learnt(results["LSTM, 0"], "trained")
    assert results["GRU, 0"]["read"]["places"] > results["RNN, 0"]["read"]["places"] + 0.2


def test_one_size_is_not_taken_for_another():
    assert of_size({"full: GRU, 0": 1, "tiny: GRU, 0": 2}, "full") == {"GRU, 0": 1}
