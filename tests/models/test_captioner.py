import pytest
import torch
from one_by_one import BATCH, CELLS, LENGTHS, TIME, assert_batch_is_its_items, random_tokens

from utils.models import LSTM, Captioner, decoding

WORDS, FEATURES = 9, 6


def make(device, **options) -> Captioner:
    torch.manual_seed(0)
    return Captioner(FEATURES, WORDS, 5, 5, **options).to(device, torch.float64)


def random_features(device):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(BATCH, FEATURES, generator=generator, dtype=torch.float64).to(device)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("num_layers", [1, 2])
def test_a_padded_batch_gives_what_its_items_give_alone(num_layers, cell, device):
    model = make(device, cell=cell, num_layers=num_layers)
    tokens, features = random_tokens(WORDS, device), random_features(device)

    def together(lengths):
        logits = model(features, tokens, lengths)
        return [logits[item : item + 1, :length] for item, length in enumerate(LENGTHS)]

    def alone(item, length):
        return model(features[item : item + 1], tokens[item : item + 1, :length])

    assert_batch_is_its_items(model, together, alone)


@pytest.mark.parametrize("num_layers", [1, 2])
def test_the_image_is_the_first_state(num_layers, device):
    model = make(device, num_layers=num_layers)
    tokens, features = random_tokens(WORDS, device), random_features(device)
    linear = model.first_state.linear
    state = torch.tanh(features @ linear.weight.T + linear.bias)  # layer after layer
    first = torch.stack(state.split(5, dim=1))
    torch.testing.assert_close(model.first_state(features), first)
    expected, _ = model.language_model(tokens, first)
    torch.testing.assert_close(model(features, tokens), expected)


def test_a_tuple_of_states_gets_each_its_own_rows(device):
    model = make(device, cell=LSTM, num_layers=2)
    features, linear = random_features(device), model.first_state.linear
    rows = torch.tanh(features @ linear.weight.T + linear.bias).split(5, dim=1)
    hidden, memory = model.first_state(features)
    torch.testing.assert_close(hidden, torch.stack(rows[:2]))
    torch.testing.assert_close(memory, torch.stack(rows[2:]))


def test_it_writes_a_caption_for_each_image(device):
    model = make(device, cell=LSTM)
    features = random_features(device)
    first = torch.zeros(BATCH, dtype=torch.long, device=device)
    found = decoding.greedy(model.step, first, model.first_state(features), end=1, limit=TIME)
    logits = model(features, torch.cat([first[:, None], found.tokens], 1))
    for item, length in enumerate(found.lengths.tolist()):
        assert torch.equal(logits[item, :length].argmax(-1), found.tokens[item, :length])


def test_bad_input_gets_one_clear_error():
    model, tokens = make("cpu"), random_tokens(WORDS, "cpu")
    with pytest.raises(ValueError, match=r"\(batch, 6\), got shape \(5, 7\)"):
        model(torch.zeros(BATCH, 7, dtype=torch.float64), tokens)
    with pytest.raises(ValueError, match=r"\(batch, 6\), got shape \(6,\)"):
        model(torch.zeros(6, dtype=torch.float64), tokens)
    with pytest.raises(ValueError, match="state must be"):
        model(torch.zeros(2, 6, dtype=torch.float64), tokens)
    with pytest.raises(ValueError, match="size must be at least 1"):
        Captioner(0, WORDS, 5, 5)
