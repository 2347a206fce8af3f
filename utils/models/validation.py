"""What a model refuses: sizes below 1, tensors that hold no tokens, a layer that cannot go step by step."""

import torch
from torch import Tensor, nn

from utils.models.layers.torch_func import is_traced


def check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def check_tokens(tokens: Tensor, vocabulary_size: int) -> None:
    """A ValueError unless the tokens are (batch, time) integers from 0 to vocabulary_size - 1."""
    if not isinstance(tokens, Tensor) or tokens.dim() != 2 or tokens.shape[1] == 0:
        got = f"shape {tuple(tokens.shape)}" if isinstance(tokens, Tensor) else type(tokens).__name__
        raise ValueError(f"tokens must be a tensor (batch, time) with at least one time step, got {got}")
    if tokens.dtype not in (torch.int64, torch.int32):
        raise ValueError(f"tokens must be integers (int64 or int32), got {tokens.dtype}: use tokens.long()")
    if tokens.device.type != "cpu" or is_traced():
        return  # to look at the values would make the host wait for the device, or break the graph
    if tokens.numel() > 0 and (int(tokens.min()) < 0 or int(tokens.max()) >= vocabulary_size):
        raise ValueError(
            f"tokens must lie between 0 and vocabulary_size - 1 = {vocabulary_size - 1}, "
            f"got {int(tokens.min())} ... {int(tokens.max())}"
        )


def as_column(token: Tensor) -> Tensor:
    """The tokens (rows,) that one step reads, as sequences of length one: (rows, 1)."""
    if not isinstance(token, Tensor) or token.dim() != 1:
        got = f"shape {tuple(token.shape)}" if isinstance(token, Tensor) else type(token).__name__
        raise ValueError(f"a step reads one token per row, a tensor (rows,); got {got}")
    return token.unsqueeze(1)


def check_steps(rnn: nn.Module) -> None:
    """A ValueError if the state of a recurrent layer is not all that its next step needs."""
    if getattr(rnn, "variant", None) == "FGR":
        raise ValueError(
            "LSTM's variant 'FGR' feeds its gates back, and its state (h, c) does not hold them: it reads "
            "whole sequences and cannot go step by step; take another variant, such as 'V'"
        )
