import pytest
import torch
from against_torch import tolerance
from one_by_one import CELLS, LENGTHS, assert_batch_is_its_items, random_tokens

from utils.models import RNN, LanguageModel

WORDS = 9


def make(device, **options) -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(WORDS, 5, 5, **options).to(device, torch.float64)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("tied", [False, True])
def test_a_padded_batch_gives_what_its_items_give_alone(tied, cell, device, dtype):
    model = make(device, tied=tied, cell=cell, num_layers=2).to(dtype)
    tokens = random_tokens(WORDS, device)

    def together(lengths):
        logits, _ = model(tokens, lengths=lengths)
        return [logits[item : item + 1, :length] for item, length in enumerate(LENGTHS)]

    assert_batch_is_its_items(
        model,
        together,
        lambda item, length: model(tokens[item : item + 1, :length])[0],
        tolerance(model.head.weight, on_cpu=1e-5),
    )


def test_the_formula_of_the_documents(device):
    model = make(device, cell=RNN)
    tokens = random_tokens(WORDS, device)
    rnn = model.encoder.rnn
    h, expected = torch.zeros(len(tokens), 5, device=device, dtype=torch.float64), []
    for token in tokens.unbind(1):
        one_hot = torch.nn.functional.one_hot(token, WORDS).double()
        e = one_hot @ model.encoder.embedding.weight
        from_input = e @ rnn.weight_ih_l0.T + rnn.bias_ih_l0
        h = torch.tanh(from_input + h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0)
        expected.append(h @ model.head.weight.T + model.head.bias)
    torch.testing.assert_close(model(tokens)[0], torch.stack(expected, 1), atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_state_continues_a_text_and_step_is_one_token_of_it(cell, device):
    model = make(device, cell=cell, num_layers=2)
    tokens = random_tokens(WORDS, device)
    whole, last = model(tokens)
    start, state = model(tokens[:, :3])
    rest, end = model(tokens[:, 3:], state)
    torch.testing.assert_close(torch.cat([start, rest], 1), whole)
    torch.testing.assert_close(end, last)
    state = None
    for t in range(tokens.shape[1]):
        logits, state = model.step(tokens[:, t], state)
        torch.testing.assert_close(logits, whole[:, t])


def test_tied_weights_are_one_parameter_with_both_gradients(device):
    tied, free = make(device, tied=True), make(device)
    assert tied.head.weight is tied.encoder.embedding.weight
    assert "head.weight" in dict(tied.named_parameters()) or "encoder.embedding.weight" in dict(
        tied.named_parameters()
    )
    assert len(list(tied.parameters())) == len(list(free.parameters())) - 1
    free.load_state_dict(tied.state_dict())
    tokens = random_tokens(WORDS, device)
    for model in (tied, free):
        (model(tokens)[0] ** 2).sum().backward()
    both = free.head.weight.grad + free.encoder.embedding.weight.grad
    torch.testing.assert_close(tied.head.weight.grad, both)


def test_tied_weights_stay_tied_on_another_device_and_dtype():
    model = make("cpu", tied=True).to(torch.float32)
    assert model.head.weight is model.encoder.embedding.weight


def test_dropout_acts_in_training_alone():
    plain, model = make("cpu", num_layers=2), make("cpu", num_layers=2, dropout=0.5)
    tokens = random_tokens(WORDS, "cpu")
    assert not torch.equal(model(tokens)[0], model(tokens)[0])
    assert torch.equal(model.eval()(tokens)[0], plain(tokens)[0])


def test_autocast(device):
    model = make(device, num_layers=2).float()
    tokens = random_tokens(WORDS, device)
    exact, _ = model(tokens)
    with torch.autocast(device.type, torch.bfloat16):
        rough, _ = model(tokens)
    torch.testing.assert_close(rough.float(), exact, atol=0.05, rtol=0.05)


@pytest.mark.slow
def test_compiles_in_one_piece(device):
    model = make(device, num_layers=2).float()
    tokens = random_tokens(WORDS, device)
    _, state = model(tokens)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    for arguments in ((tokens,), (tokens, state, torch.tensor(LENGTHS, device=device))):
        for a, b in zip(compiled(*arguments), model(*arguments), strict=True):
            torch.testing.assert_close(a, b)


def test_bad_input_gets_one_clear_error():
    with pytest.raises(ValueError, match="embedding_size=4 and hidden_size=5 to be equal"):
        LanguageModel(WORDS, 4, 5, tied=True)
    with pytest.raises(ValueError, match="vocabulary_size must be at least 1"):
        LanguageModel(0, 4, 5)
    with pytest.raises(ValueError, match="state must be a tensor of shape"):
        make("cpu")(torch.zeros(2, 3, dtype=torch.long), torch.zeros(1, 3, 5, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"a tensor \(rows,\); got shape \(2, 1\)"):
        make("cpu").step(torch.zeros(2, 1, dtype=torch.long))
    with pytest.raises(ValueError, match="between 0 and vocabulary_size - 1 = 8"):
        make("cpu").step(torch.tensor([WORDS]))
