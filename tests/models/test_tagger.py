import pytest
import torch
from against_torch import tolerance
from one_by_one import CELLS, LENGTHS, assert_batch_is_its_items, random_tokens

from utils.models import RNN, Tagger

WORDS, TAGS = 9, 3


def make(device, **options) -> Tagger:
    torch.manual_seed(0)
    return Tagger(WORDS, 4, 5, TAGS, **options).to(device, torch.float64)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_padded_batch_gives_what_its_items_give_alone(bidirectional, cell, device, dtype):
    model = make(device, bidirectional=bidirectional, cell=cell, num_layers=2).to(dtype)
    tokens = random_tokens(WORDS, device)

    def together(lengths):
        logits = model(tokens, lengths)
        return [logits[item : item + 1, :length] for item, length in enumerate(LENGTHS)]

    assert_batch_is_its_items(
        model,
        together,
        lambda item, length: model(tokens[item : item + 1, :length]),
        tolerance(model.head.weight, on_cpu=1e-5),
    )


def test_the_formula(device):
    model = make(device, cell=RNN)
    embedded = model.encoder.embedding.weight[random_tokens(WORDS, device)]
    rnn = torch.nn.RNN(4, 5, batch_first=True).to(embedded)
    rnn.load_state_dict(model.encoder.rnn.state_dict())
    expected = rnn(embedded)[0] @ model.head.weight.T + model.head.bias
    torch.testing.assert_close(model(random_tokens(WORDS, device)), expected, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_tag_depends_on_later_tokens_only_if_bidirectional(bidirectional, device):
    model = make(device, bidirectional=bidirectional)
    tokens = random_tokens(WORDS, device)
    other = tokens.clone()
    other[:, -1] = (other[:, -1] + 1) % WORDS
    change = (model(tokens) - model(other))[:, :-1].abs().max()
    assert (change > 1e-3) == bidirectional


def test_autocast(device):
    model = make(device, bidirectional=True).float()
    tokens = random_tokens(WORDS, device)
    exact = model(tokens)
    with torch.autocast(device.type, torch.bfloat16):
        rough = model(tokens)
    torch.testing.assert_close(rough.float(), exact, atol=0.05, rtol=0.05)


@pytest.mark.slow
def test_compiles_in_one_piece(device):
    model = make(device, bidirectional=True).float()
    tokens = random_tokens(WORDS, device)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    lengths = torch.tensor(LENGTHS, device=device)
    torch.testing.assert_close(compiled(tokens, lengths), model(tokens, lengths))


def test_bad_input_gets_one_clear_error():
    with pytest.raises(ValueError, match="tags must be at least 1, got 0"):
        Tagger(WORDS, 4, 5, 0)
    with pytest.raises(ValueError, match=r"tokens must be a tensor \(batch, time\)"):
        make("cpu")(torch.zeros(3, dtype=torch.long))
    with pytest.raises(ValueError, match="between 1 and 3"):
        make("cpu")(torch.zeros(2, 3, dtype=torch.long), torch.tensor([4, 1]))
