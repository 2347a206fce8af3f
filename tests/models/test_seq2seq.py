"""The encoder–decoder against its formula step by step, and against its own items one by one."""

import pytest
import torch
from one_by_one import (
    BATCH,
    CELLS,
    LENGTHS,
    TIME,
    assert_batch_is_its_items,
    random_tokens,
)

from utils.models import (
    RNN,
    AdditiveAttention,
    Decoder,
    DotAttention,
    Encoder,
    GeneralAttention,
    Seq2Seq,
    decoding,
)

SOURCE_WORDS, TARGET_WORDS, HIDDEN = 9, 8, 6
TARGET_TIME = 4
END = 0


def make(device, attention=AdditiveAttention, cell=RNN, num_layers=1, dropout=0.0, bidirectional=True):
    torch.manual_seed(0)
    width = HIDDEN // 2 if bidirectional else HIDDEN
    encoder = Encoder(SOURCE_WORDS, 4, width, num_layers, cell, bidirectional, dropout)
    decoder = Decoder(TARGET_WORDS, 5, HIDDEN, HIDDEN, attention, num_layers, cell, dropout)
    return Seq2Seq(encoder, decoder).to(device, torch.float64)


def make_batch(device):
    return random_tokens(SOURCE_WORDS, device), random_tokens(TARGET_WORDS, device, TARGET_TIME, seed=1)


ATTENTIONS = [AdditiveAttention, DotAttention, GeneralAttention, None]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("sampling", [0.0, 1.0])
def test_a_padded_batch_gives_what_its_items_give_alone(sampling, attention, cell, device):
    model = make(device, attention, cell, num_layers=2)
    source, target = make_batch(device)

    def alone(item, length):
        return model(source[item : item + 1, :length], target[item : item + 1], None, sampling)[0]

    assert_batch_is_its_items(
        model, lambda lengths: list(model(source, target, lengths, sampling)[0].split(1)), alone
    )


@pytest.mark.parametrize("sampling", [0.0, 1.0])
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("num_layers", [1, 2])
def test_the_formula_step_by_step(num_layers, attention, sampling, device):
    """s_i = RNN([x_i; c_i], s_{i-1}), one item at a time, out of torch.nn's parts."""
    model = make(device, attention, RNN, num_layers)
    source, target = make_batch(device)
    logits, weights = model(source, target, torch.tensor(LENGTHS, device=device), sampling)
    decoder, head = model.decoder, model.decoder.head
    rnn = torch.nn.RNN(decoder.rnn.input_size, HIDDEN, num_layers).to(head.weight)
    rnn.load_state_dict(decoder.rnn.state_dict())
    for item, length in enumerate(LENGTHS):
        h, last = model.encoder(source[item : item + 1, :length])
        last = last.unflatten(0, (num_layers, 2))[-1].flatten()  # both directions of the top layer
        linear = model.first_state.linear
        s = torch.tanh(linear.weight @ last + linear.bias).reshape(num_layers, HIDDEN)
        token = target[item, 0]
        for i in range(TARGET_TIME):
            x = decoder.embedding.weight[token]
            if attention is not None:
                context, alpha = decoder.attention(s[-1:], decoder.attention.remember(h))
                torch.testing.assert_close(weights[item, i, :length], alpha[0], atol=1e-12, rtol=1e-12)
                assert (weights[item, i, length:] == 0).all()
                x = torch.cat([x, context[0]])
            _, s = rnn(x[None], s)
            scores = head.weight @ s[-1] + head.bias
            torch.testing.assert_close(logits[item, i], scores, atol=1e-12, rtol=1e-12)
            if i + 1 < TARGET_TIME:
                token = scores.argmax() if sampling else target[item, i + 1]
    assert (weights is None) == (attention is None)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_step_is_one_token_of_teacher_forcing(attention, cell, device):
    model = make(device, attention, cell, num_layers=2)
    source, target = make_batch(device)
    lengths = torch.tensor(LENGTHS, device=device)
    logits, _ = model(source, target, lengths)
    step, state = model.start(source, lengths)
    for i in range(TARGET_TIME):
        scores, state = step(target[:, i], state)
        torch.testing.assert_close(scores, logits[:, i], atol=1e-12, rtol=1e-12)


def test_a_later_target_token_changes_no_earlier_logits(device):
    model = make(device)
    source, target = make_batch(device)
    other = target.clone()
    other[:, 2:] = (other[:, 2:] + 1) % TARGET_WORDS
    assert torch.equal(model(source, target)[0][:, :2], model(source, other)[0][:, :2])


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_free_running_is_greedy_decoding(attention, device):
    model = make(device, attention)
    source, target = make_batch(device)
    lengths = torch.tensor(LENGTHS, device=device)
    found = decoding.greedy(
        *model.start(source, lengths)[:1], target[:, 0], model.start(source, lengths)[1], -1, 4
    )
    free, _ = model(source, target, lengths, sampling=1.0)
    assert torch.equal(free.argmax(-1), found.tokens)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_beam_decoding_of_a_padded_batch_is_that_of_its_items(attention, cell, device):
    model = make(device, attention, cell, num_layers=2)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    source, _ = make_batch(device)
    first = torch.ones(BATCH, dtype=torch.long, device=device)
    step, state = model.start(source, torch.tensor(LENGTHS, device=device))
    together = decoding.beam(step, first, state, END, TIME, beam_size=4)
    for item, length in enumerate(LENGTHS):
        step, state = model.start(source[item : item + 1, :length])
        alone = decoding.beam(step, first[:1], state, END, TIME, beam_size=4)
        assert torch.equal(alone.tokens[0], together.tokens[item, : together.lengths[item]])
        torch.testing.assert_close(alone.scores[0], together.scores[item])
    written = torch.cat([first[:, None], together.tokens], 1)
    _, weights = model(source, written)  # to plot where it looked
    assert weights is None or weights.shape == (BATCH, together.tokens.shape[1] + 1, TIME)


def test_scheduled_sampling_mixes_true_and_own_tokens(device, monkeypatch):
    """With the coins known, each item reads at each step the token that its coin says."""
    model = make(device)
    source, target = make_batch(device)
    torch.manual_seed(7)
    coins = torch.rand(TARGET_TIME, BATCH, device=device)
    tosses = iter(coins[1:])
    monkeypatch.setattr(torch, "rand", lambda *shape, device: next(tosses).reshape(shape))
    mixed, _ = model(source, target, sampling=0.5)
    monkeypatch.undo()
    read = (
        target.clone()
    )  # what was read, found step by step; read with teacher forcing it must give the same
    for i in range(1, TARGET_TIME):
        own = model(source, read)[0][:, i - 1].argmax(-1)
        read[:, i] = torch.where(coins[i] < 0.5, own, target[:, i])
    assert not torch.equal(read, target) and (coins[1:] < 0.5).any() and (coins[1:] >= 0.5).any()
    torch.testing.assert_close(mixed, model(source, read)[0], atol=1e-12, rtol=1e-12)


def test_keys_are_projected_once_and_the_output_layer_runs_once(device):
    model = make(device)
    calls = {"W": 0, "U": 0, "embedding": 0, "head": 0}
    parts = {
        "W": model.decoder.attention.W,
        "U": model.decoder.attention.U,
        "embedding": model.decoder.embedding,
        "head": model.decoder.head,
    }
    for name, part in parts.items():
        part.register_forward_hook(lambda *_, name=name: calls.__setitem__(name, calls[name] + 1))
    source, target = make_batch(device)
    model(source, target)
    assert calls == {"W": 1, "U": TARGET_TIME, "embedding": 1, "head": 1}
    step, state = model.start(source)
    decoding.beam(step, target[:, 0], state, -1, 6, beam_size=3)
    assert calls["W"] == 2


def test_without_attention_the_source_acts_through_the_first_state_alone(device):
    model = make(device, attention=None)
    source, target = make_batch(device)
    state, memory = model.encode(source)
    assert memory is None
    zeros = torch.zeros_like(state)
    torch.testing.assert_close(
        model.decoder(target, zeros, None)[0], model.decoder(target.clone(), None, None)[0]
    )
    assert not torch.allclose(model.decoder(target, zeros, None)[0], model(source, target)[0], atol=1e-3)


def test_one_direction_gives_the_last_state(device):
    model = make(device, bidirectional=False)
    source, _ = make_batch(device)
    output, state = model.encoder(source)
    torch.testing.assert_close(model.encoder.last_hidden(state), output[:, -1])


def test_dropout_acts_in_training_alone():
    plain, model = make("cpu", num_layers=2), make("cpu", num_layers=2, dropout=0.5)
    source, target = make_batch("cpu")
    assert not torch.equal(model(source, target)[0], model(source, target)[0])
    assert torch.equal(model.eval()(source, target)[0], plain(source, target)[0])


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_autocast_and_other_dtypes(attention, device):
    model = make(device, attention).float()
    source, target = make_batch(device)
    exact, _ = model(source, target)
    with torch.autocast(device.type, torch.bfloat16):
        rough, _ = model(source, target, torch.tensor(LENGTHS, device=device), sampling=0.5)
        rough, _ = model(source, target)
    torch.testing.assert_close(rough.float(), exact, atol=0.05, rtol=0.05)
    rough.float().sum().backward()
    half = model.to(torch.bfloat16)
    assert half(source, target)[0].dtype == torch.bfloat16


@pytest.mark.slow
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_compiles_in_one_piece(attention, device):
    model = make(device, attention).float()
    source, target = make_batch(device)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(source, target)[0], model(source, target)[0])


def test_it_learns_to_copy(device):
    """Teacher forcing brings the loss of a copying task down; greedy decoding then copies, too."""
    model = make(device).float()
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(1, TARGET_WORDS, (48, 3), generator=generator).to(device)
    target = torch.cat([torch.zeros(48, 1, dtype=torch.long, device=device), words], 1)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(150):
        logits, _ = model(words, target[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), target[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    step, state = model.start(words)
    found = decoding.greedy(step, target[:, 0], state, -1, 3)
    assert loss < 0.2 and (found.tokens == words).float().mean() > 0.9


MODEL = make("cpu")
SOURCE, TARGET = make_batch("cpu")
STATE, REMEMBERED = MODEL.encode(SOURCE)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Seq2Seq(Encoder(9, 4, 3), MODEL.decoder),
            "memory_size=6 must be the encoder's output_size=3",
        ),
        (lambda: Decoder(8, 5, 6, 0), "memory_size must be at least 1"),
        (lambda: Decoder(8, 5, 6, 7, DotAttention), "query_size=6 and memory_size=7 to be equal"),
        (lambda: MODEL(SOURCE, TARGET, None, 1.5), "sampling must be a probability between 0 and 1, got 1.5"),
        (lambda: MODEL(SOURCE, TARGET[0]), r"tokens must be a tensor \(batch, time\)"),
        (lambda: MODEL(SOURCE, TARGET + TARGET_WORDS), "between 0 and vocabulary_size - 1 = 7"),
        (lambda: MODEL(SOURCE, TARGET, torch.tensor([8, 1, 1, 1, 1])), "between 1 and 7"),
        (lambda: MODEL(SOURCE, TARGET[:3]), "3 rows cannot share a memory of 5 items"),
        (lambda: MODEL.decoder(TARGET, None, REMEMBERED), r"h of shape \(1, 5, 6\).* got NoneType"),
        (lambda: MODEL.decoder(TARGET, STATE[:, :3], REMEMBERED), r"\(1, 5, 6\).* got shape \(1, 3, 6\)"),
        (lambda: MODEL.decoder(TARGET, STATE, None), "with attention needs a memory"),
        (lambda: make("cpu", None).decoder(TARGET, STATE, REMEMBERED), "one without must not get one"),
        (lambda: MODEL.decoder.step(TARGET[:, :1], STATE, REMEMBERED), r"a tensor \(rows,\); got shape"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
