"""The catalogue of the museum: which line each bug changes, and which test of ours catches it."""

from __future__ import annotations

from typing import NamedTuple


class Bug(NamedTuple):
    """A line of a room's program, and what stands in its place.

    Attributes:
        room: the module of this package that has the right program.
        right: the line, without its indentation; the program has it once.
        wrong: the line in its place; ``pass`` where a line is forgotten.
        test: a test cell of an assignment, as ``chapter: task-checks``, or a test of this repository.
        variant: the wrong answer of the same chapter that the test cell catches; none for another test.
    """

    room: str
    right: str
    wrong: str
    test: str
    variant: str = ""


ALONE = "tests/models/test_classifier.py::test_a_padded_batch_gives_what_its_items_give_alone"
LOOP = "tests/training/test_loop.py::test_a_forgotten_zero_grad_or_clipping_would_be_caught"

BUGS = {
    # chapter 5
    "padding read": Bug(
        "messages",
        "last = output[torch.arange(len(tokens)), lengths - 1]",
        "last = output[:, -1]",
        "05-messages: states-last",
        "last_column",
    ),
    "sigmoid twice": Bug(
        "messages",
        "logits = self.head(self.dropout(last)).squeeze(1)",
        "logits = torch.sigmoid(self.head(self.dropout(last)).squeeze(1))",
        "05-messages: training-losses",
        "trained_with_sigmoid_twice",
    ),
    "threshold on logits": Bug(
        "messages",
        "said = model(tokens, lengths) > 0",
        "said = model(tokens, lengths) > 0.5",
        "05-messages: threshold-decide",
        "threshold_on_logits",
    ),
    "gradients not zeroed": Bug(
        "messages", "optimizer.zero_grad()", "pass", "05-messages: training-losses", "gradients_not_zeroed"
    ),
    "dropout left on": Bug(
        "messages", "model.eval()", "pass", "05-messages: training-losses", "judged_in_training_mode"
    ),
    "test words known": Bug(
        "messages",
        'seen = data["train"]',
        'seen = data["train"] + data["test"]',
        "05-messages: batches-vocabulary",
        "vocabulary_of_all_splits",
    ),
    "unknown is padding": Bug(
        "messages",
        "return torch.tensor([index.get(word, UNK) for word in words])",
        "return torch.tensor([index.get(word, PAD) for word in words])",
        "05-messages: batches-collate",
        "unknown_words_are_padding",
    ),
    "labels left behind": Bug(
        "messages",
        "rows = [numbers(words, index) for words, _ in items]",
        "rows = sorted((numbers(words, index) for words, _ in items), key=len)",
        "05-messages: batches-collate",
        "rows_sorted_labels_not",
    ),
    # chapter 6
    "softmax twice": Bug(
        "names",
        "loss = F.cross_entropy(logits, labels)",
        "loss = F.cross_entropy(logits.softmax(dim=1), labels)",
        "06-names: broken-steps",
        "softmax_before_the_loss",
    ),
    "softmax over the batch": Bug(
        "names",
        "loss = F.cross_entropy(logits, labels)",
        "loss = F.nll_loss(logits.log_softmax(dim=0), labels)",
        "06-names: loss-loss",
        "softmax_over_the_batch",
    ),
    "class 0 ignored": Bug(
        "names",
        "loss = F.cross_entropy(logits, labels)",
        "loss = F.cross_entropy(logits, labels, ignore_index=0)",
        "06-names: loss-loss",
        "class_0_ignored",
    ),
    "loss summed": Bug(
        "names",
        "loss = F.cross_entropy(logits, labels)",
        'loss = F.cross_entropy(logits, labels, reduction="sum")',
        "06-names: loss-loss",
        "loss_summed",
    ),
    "axes exchanged": Bug(
        "names", "self.gru = nn.GRU(32, 64, batch_first=True)", "self.gru = nn.GRU(32, 64)", ALONE
    ),
    "state carried over": Bug(
        "names",
        "logits, _ = model(tokens, lengths)",
        "logits, state = model(tokens, lengths, state)",
        "06-names: letters-batch",
        "state_carried_to_the_next_name",
    ),
    "never shuffled": Bug(
        "names",
        'order = torch.randperm(len(items["train"]))',
        'order = torch.arange(len(items["train"]))',
        "tests/text/test_buckets.py::test_a_new_order_in_every_epoch_and_other_company",
    ),
    # chapter 7
    "mean over padding": Bug(
        "sentiment",
        "pooled = (states * mask.unsqueeze(2)).sum(dim=1) / lengths.unsqueeze(1)",
        "pooled = states.mean(dim=1)",
        "07-sentiment: pooling-mean_max",
        "mean_over_the_padding",
    ),
    "epoch chosen on the test": Bug(
        "sentiment",
        'score = accuracy(model, items["valid"])',
        'score = accuracy(model, items["test"])',
        "05-messages: training-causes",
        "causes_of_two_leaks_exchanged",
    ),
    "best weights not copied": Bug(
        "sentiment",
        "best, kept = score, copy.deepcopy(model.state_dict())",
        "best, kept = score, model.state_dict()",
        "05-messages: training-best",
        "best_weights_not_copied",
    ),
    "gradient not clipped": Bug(
        "sentiment", "nn.utils.clip_grad_norm_(model.parameters(), 1.0)", "pass", LOOP
    ),
    # chapter 8
    "no mask": Bug(
        "translation",
        "weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)",
        "weights = scores.softmax(dim=1)",
        "08-translation: attention-padding",
        "no_mask",
    ),
    "target not shifted": Bug(
        "translation",
        "loss = F.cross_entropy(logits, writes.flatten(), ignore_index=PAD)",
        "loss = F.cross_entropy(logits, reads.flatten(), ignore_index=PAD)",
        "08-translation: loss-shifted",
        "target_not_shifted",
    ),
    "loss over padding": Bug(
        "translation",
        "loss = F.cross_entropy(logits, writes.flatten(), ignore_index=PAD)",
        "loss = F.cross_entropy(logits, writes.flatten())",
        "08-translation: loss-padding",
        "loss_over_the_padding",
    ),
    "no end in the targets": Bug(
        "translation",
        "writes = pad_sequence([F.pad(y, (0, 1), value=EOS) for _, y in items], batch_first=True)",
        "writes = pad_sequence([F.pad(y, (0, 1), value=PAD) for _, y in items], batch_first=True)",
        "08-translation: loss-shifted",
        "no_end_in_the_targets",
    ),
    "encoder reads padding": Bug(
        "translation",
        "packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)",
        "packed = pack_padded_sequence(embedded, [source.shape[1]] * len(source), batch_first=True)",
        "08-translation: decoder-first_state",
        "first_state_after_the_padding",
    ),
    "teacher forced in the test": Bug(
        "translation",
        "said = model.greedy(source, lengths)",
        "said = model(source, lengths, reads).argmax(dim=2)",
        "08-translation: decoder-free",
        "teacher_forcing_in_evaluation",
    ),
    "state not handed on": Bug(
        "translation",
        "state = after",
        "pass",
        "08-translation: greedy-feeds_back",
        "greedy_state_not_handed_on",
    ),
    "BLEU exchanged": Bug(
        "translation",
        'bleu = corpus_bleu(texts, [[one] for one in references], tokenize="none")',
        'bleu = corpus_bleu(references, [[one] for one in texts], tokenize="none")',
        "08-translation: bleu-score",
        "bleu_arguments_exchanged",
    ),
}
