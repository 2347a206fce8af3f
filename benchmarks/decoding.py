"""How fast are attention and decoding, against what one would otherwise write? Run it from the repository:

    python -m benchmarks.decoding [--device cuda] [--threads 2]

Each pair computes the same numbers, which is checked first, and is measured in turn in one run, so that what
else the machine does hits both alike; the ratio is the median over the rounds. Sentences have up to 50
words, as in Bahdanau et al. (2015).
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.models import GRU, Decoder, Encoder, Seq2Seq, decoding

VOCABULARY, EMBEDDING, HIDDEN, BATCH, SOURCE, TARGET = 2000, 128, 128, 128, 50, 50
BEAM = 5
SOME = 8  # of the batch's sentences are run one by one, and their time is scaled to the whole batch


class ReprojectingDecoder(nn.Module):
    """The same decoder, as it is often written: at every step it repeats the state along the source, joins it
    to the encoder's states, and projects both; embedding and output layer work token by token, too."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        memory_size, hidden_size = decoder.memory_size, decoder.rnn.hidden_size
        self.embedding = nn.Embedding.from_pretrained(decoder.embedding.weight.detach().clone(), freeze=False)
        self.energy = nn.Linear(hidden_size + memory_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)
        self.rnn = nn.GRU(decoder.rnn.input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, decoder.head.out_features)
        self.rnn.load_state_dict(decoder.rnn.state_dict())
        self.head.load_state_dict(decoder.head.state_dict())
        with torch.no_grad():
            self.energy.weight.copy_(torch.cat([decoder.attention.U.weight, decoder.attention.W.weight], 1))
            self.v.weight.copy_(decoder.attention.v.weight)

    def forward(self, tokens: Tensor, state: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        logits = []
        for i in range(tokens.shape[1]):
            embedded = self.embedding(tokens[:, i])
            repeated = state[-1].unsqueeze(1).repeat(1, values.shape[1], 1)
            energy = torch.tanh(self.energy(torch.cat([repeated, values], dim=2)))
            weights = self.v(energy).squeeze(2).masked_fill(~mask, -torch.inf).softmax(dim=1)
            context = torch.bmm(weights.unsqueeze(1), values).squeeze(1)
            output, state = self.rnn(torch.cat([embedded, context], dim=1).unsqueeze(1), state)
            logits.append(self.head(output.squeeze(1)))
        return torch.stack(logits, dim=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    device = torch.device(options.device)
    encoder = Encoder(VOCABULARY, EMBEDDING, HIDDEN, cell=GRU, bidirectional=True)
    decoder = Decoder(VOCABULARY, EMBEDDING, HIDDEN, memory_size=2 * HIDDEN, cell=GRU)
    model = Seq2Seq(encoder, decoder).to(device)
    processor = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor()
    print(f"torch {torch.__version__}, {device} {processor}, {options.threads} threads; batch {BATCH},")
    print(
        f"source {SOURCE}, target {TARGET}, vocabulary {VOCABULARY}, embedding {EMBEDDING}, hidden {HIDDEN},"
    )
    print(f"beam {BEAM}; seconds\n")
    print(f"{'':44}{'ours':>10}{'other':>10}{'ratio':>8}")
    compare_training(decoder, device, options.repeats)
    compare_searches(model, device, options.repeats)


def compare_training(decoder: Decoder, device: torch.device, repeats: int) -> None:
    """Training steps (forward, backward, Adam) of the decoder alone, from the same source states."""
    values = torch.randn(BATCH, SOURCE, decoder.memory_size, device=device, requires_grad=True)
    lengths = torch.randint(SOURCE // 2, SOURCE + 1, (BATCH,), device=device)
    tokens = torch.randint(VOCABULARY, (BATCH, TARGET), device=device)
    state = torch.tanh(torch.randn(1, BATCH, HIDDEN, device=device))
    mask = torch.arange(SOURCE, device=device) < lengths.unsqueeze(1)
    other = ReprojectingDecoder(decoder).to(device)

    def logits(rows: slice) -> Tensor:
        memory = decoder.attention.remember(values[rows], lengths[rows])
        return decoder(tokens[rows], state[:, rows], memory)[0]

    def other_logits(rows: slice) -> Tensor:
        return other(tokens[rows], state[:, rows], values[rows], mask[rows])

    everything = slice(0, BATCH)
    torch.testing.assert_close(logits(everything), other_logits(everything), atol=1e-4, rtol=1e-4)

    def training_step(module: nn.Module, run: Callable[[slice], Tensor]) -> Callable[[slice], None]:
        optimizer = torch.optim.Adam(module.parameters(), 1e-5)

        def step(rows: slice) -> None:
            optimizer.zero_grad()
            F.cross_entropy(run(rows).flatten(0, 1), tokens[rows].flatten()).backward()
            optimizer.step()

        return step

    ours, theirs = training_step(decoder, logits), training_step(other, other_logits)

    def together() -> None:
        ours(everything)

    def one_by_one() -> None:
        for i in range(SOME):
            ours(slice(i, i + 1))

    report(
        "training: re-projects the keys at every step", together, lambda: theirs(everything), repeats, device
    )
    report("training: batch size 1", together, one_by_one, repeats, device, BATCH / SOME)


def compare_searches(model: Seq2Seq, device: torch.device, repeats: int) -> None:
    """Greedy and beam search of the batch against the same sentences one after the other."""
    source = torch.randint(VOCABULARY, (BATCH, SOURCE), device=device)
    lengths = torch.randint(SOURCE // 2, SOURCE + 1, (BATCH,), device=device)
    cut = [int(length) for length in lengths]
    first = torch.zeros(BATCH, dtype=torch.long, device=device)
    searches = {"greedy": decoding.greedy, "beam": partial(decoding.beam, beam_size=BEAM)}
    never = -1  # an untrained model does not know when to end: all go to the limit

    @torch.no_grad()
    def search(name: str, rows: slice, length: int | None = None) -> decoding.Decoded:
        step, state = model.start(source[rows, :length], lengths[rows])
        return searches[name](step, first[rows], state, never, TARGET)

    def together(name: str) -> Tensor:
        return search(name, slice(0, BATCH)).scores

    def one_by_one(name: str) -> Tensor:
        return torch.cat([search(name, slice(i, i + 1), cut[i]).scores for i in range(SOME)])

    for name in ("greedy", "beam"):
        torch.testing.assert_close(together(name)[:SOME], one_by_one(name), atol=1e-3, rtol=1e-3)
        pair = partial(together, name), partial(one_by_one, name)
        report(f"{name}: one sentence at a time", *pair, repeats, device, BATCH / SOME)

    @torch.no_grad()
    def by_hypothesis() -> float:
        step, state = model.start(source[:1, : cut[0]], lengths[:1])
        return plain_beam(step, first[:1], state)

    assert abs(by_hypothesis() - float(together("beam")[0])) < 1e-3
    report("beam: one hypothesis at a time", partial(together, "beam"), by_hypothesis, repeats, device, BATCH)


def plain_beam(step: decoding.Step, token: Tensor, state: decoding.State) -> float:
    """Beam search as it is often written, calling the model for each hypothesis; the best mean log p."""
    beam = [(0.0, token, state)]
    for _ in range(TARGET):
        continued = []
        for score, last, before in beam:
            logits, after = step(last, before)
            best = logits[0].log_softmax(dim=-1).topk(BEAM)
            for log_prob, word in zip(best.values.tolist(), best.indices, strict=True):
                continued.append((score + log_prob, word.unsqueeze(0), after))
        beam = sorted(continued, key=lambda hypothesis: -hypothesis[0])[:BEAM]
    return beam[0][0] / TARGET


def report(
    name: str,
    ours: Callable[[], object],
    other: Callable[[], object],
    repeats: int,
    device: torch.device,
    scale: float = 1.0,
) -> None:
    """Measure both in turn and print a line; ``other`` does 1 / ``scale`` of the work."""
    times: tuple[list[float], list[float]] = ([], [])
    for repeat in range(repeats + 1):
        for function, seconds in zip((ours, other), times, strict=True):
            start = now(device)
            function()
            if repeat > 0:  # the first warms up
                seconds.append(now(device) - start)
    a, b = statistics.median(times[0]), statistics.median(times[1]) * scale
    ratio = statistics.median(theirs * scale / own for own, theirs in zip(*times, strict=True))
    print(f"{name:44}{a:10.4f}{b:10.4f}{ratio:8.2f}", flush=True)


def now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


if __name__ == "__main__":
    main()
