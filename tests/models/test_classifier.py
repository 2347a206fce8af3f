import pytest
import torch
from one_by_one import BATCH, CELLS, LENGTHS, TIME, assert_batch_is_its_items, random_tokens

from utils.models import BagOfEmbeddings, SequenceClassifier
from utils.models.classifier import POOLINGS
from utils.models.pooling import AttentionPooling

WORDS, CLASSES = 9, 3


def make(device, **options) -> SequenceClassifier:
    torch.manual_seed(0)
    return SequenceClassifier(WORDS, 4, 5, CLASSES, **options).to(device, torch.float64)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_padded_batch_gives_what_its_items_give_alone(pooling, bidirectional, cell, device, dtype):
    model = make(device, pooling=pooling, bidirectional=bidirectional, cell=cell, num_layers=2).to(dtype)
    tokens = random_tokens(WORDS, device)
    assert_batch_is_its_items(
        model,
        lambda lengths: list(model(tokens, lengths).split(1)),
        lambda item, length: model(tokens[item : item + 1, :length]),
        1e-12 if dtype == torch.float64 else 1e-5,
    )


def test_the_baseline_in_a_padded_batch(device):
    torch.manual_seed(0)
    model = BagOfEmbeddings(WORDS, 4, CLASSES).to(device, torch.float64)
    tokens = random_tokens(WORDS, device)
    assert_batch_is_its_items(
        model,
        lambda lengths: list(model(tokens, lengths).split(1)),
        lambda item, length: model(tokens[item : item + 1, :length]),
    )


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_each_pooling_by_its_formula(pooling, bidirectional, device):
    model = make(device, pooling=pooling, bidirectional=bidirectional)
    tokens = random_tokens(WORDS, device)
    logits = model(tokens, torch.tensor(LENGTHS, device=device))
    for item, length in enumerate(LENGTHS):
        states = model.encoder(tokens[item : item + 1, :length])[0][0]
        if pooling == "last":  # forwards the last step, backwards the first: each has read everything
            pooled = torch.cat([states[-1, :5], states[0, 5:]])
        elif pooling == "mean":
            pooled = sum(states) / length
        elif pooling == "max":
            pooled = states.max(0).values
        else:
            w, b, v = model.attention.W.weight, model.attention.W.bias, model.attention.v.weight[0]
            factors = torch.stack([torch.exp(v @ torch.tanh(w @ h + b)) for h in states])
            pooled = sum(factor * h for factor, h in zip(factors, states, strict=True)) / factors.sum()
        expected = model.head.weight @ pooled + model.head.bias
        torch.testing.assert_close(logits[item], expected, atol=1e-12, rtol=1e-12)


def test_attention_weights_are_a_distribution_over_the_real_steps():
    torch.manual_seed(0)
    mask = torch.arange(TIME) < torch.tensor(LENGTHS).unsqueeze(1)
    weights = AttentionPooling(4).weights(torch.randn(BATCH, TIME, 4), mask)
    torch.testing.assert_close(weights.sum(1), torch.ones(BATCH))
    assert torch.equal(weights > 0, mask)


def test_the_baseline_ignores_the_order_and_the_classifier_does_not(device):
    torch.manual_seed(0)
    tokens = torch.arange(6, device=device).unsqueeze(0)
    bag = BagOfEmbeddings(WORDS, 4, CLASSES).to(device)
    torch.testing.assert_close(bag(tokens), bag(tokens.flip(1)))
    model = make(device)
    assert not torch.allclose(model(tokens), model(tokens.flip(1)), atol=1e-3)
    expected = bag.head(bag.embedding.weight[:6].mean(0, keepdim=True))
    torch.testing.assert_close(bag(tokens), expected)


def test_dropout_acts_in_training_alone():
    plain, model = make("cpu"), make("cpu", dropout=0.5)
    tokens = random_tokens(WORDS, "cpu")
    assert not torch.equal(model(tokens), model(tokens))
    assert torch.equal(model.eval()(tokens), plain(tokens))


@pytest.mark.parametrize("pooling", POOLINGS)
def test_autocast(pooling, device):
    model = make(device, pooling=pooling, bidirectional=True).float()
    tokens, lengths = random_tokens(WORDS, device), torch.tensor(LENGTHS, device=device)
    with torch.autocast(device.type, torch.bfloat16):
        rough = model(tokens, lengths)
    torch.testing.assert_close(rough.float(), model(tokens, lengths), atol=0.05, rtol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", POOLINGS)
def test_compiles_in_one_piece(pooling, device):
    model = make(device, pooling=pooling, bidirectional=True)
    tokens = random_tokens(WORDS, device)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    lengths = torch.tensor(LENGTHS, device=device)
    torch.testing.assert_close(compiled(tokens, lengths), model(tokens, lengths))


def test_every_tensor_is_made_on_the_device_of_the_input():
    for model in (make("meta", pooling="mean"), BagOfEmbeddings(WORDS, 4, CLASSES).to("meta")):
        assert model(torch.zeros(2, 3, dtype=torch.long, device="meta")).device.type == "meta"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "sum"}, "last, mean, max, attention, got 'sum'"),
        ({"classes": 0}, "classes must be at least 1"),
        ({"vocabulary_size": 0}, "vocabulary_size must be at least 1"),
        ({"hidden_size": 0}, "hidden_size must be at least 1"),
    ],
)
def test_bad_options_get_one_clear_error(options, message):
    sizes = {"vocabulary_size": WORDS, "embedding_size": 4, "hidden_size": 5, "classes": CLASSES}
    with pytest.raises(ValueError, match=message):
        SequenceClassifier(**{**sizes, **options})


@pytest.mark.parametrize(
    "model", [SequenceClassifier(WORDS, 4, 5, CLASSES), BagOfEmbeddings(WORDS, 4, CLASSES)]
)
@pytest.mark.parametrize(
    ("tokens", "lengths", "message"),
    [
        ([[1, 2]], None, "must be a tensor .* got list"),
        (torch.zeros(3, dtype=torch.long), None, r"\(batch, time\) .* got shape \(3,\)"),
        (torch.zeros(2, 0, dtype=torch.long), None, "at least one time step"),
        (torch.zeros(2, 3), None, r"integers .* got torch.float32: use tokens.long\(\)"),
        (torch.full((2, 3), WORDS), None, "between 0 and vocabulary_size - 1 = 8, got 9 ... 9"),
        (torch.full((2, 3), -1), None, "got -1 ... -1"),
        (torch.zeros(2, 3, dtype=torch.long), torch.tensor([1, 4]), "between 1 and 3"),
        (torch.zeros(2, 3, dtype=torch.long), torch.tensor([0, 1]), "between 1 and 3"),
        (torch.zeros(2, 3, dtype=torch.long), torch.tensor([1]), "2 integers"),
    ],
)
def test_bad_input_gets_one_clear_error(model, tokens, lengths, message):
    with pytest.raises(ValueError, match=message) as caught:
        model(tokens, lengths)
    assert "\n" not in str(caught.value)
