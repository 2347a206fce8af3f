"""Who else looks at a computation: a compiler, torch.func, forward-mode differentiation.

They follow plain operations, but neither a fused kernel, nor a derivative that is written out, nor a question
about the values of a tensor.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.autograd import forward_ad


def is_transformed(tensors: Iterable[Tensor]) -> bool:
    """Whether the computation is compiled, traced or exported, runs under torch.func or vmap, or carries
    forward-mode tangents in one of these ``tensors``, which are looked at in forward mode alone."""
    if is_traced():
        return True
    # asked before every call of a layer; unpack_dual finds no tangent outside of a level, either
    if forward_ad._current_level < 0:
        return False
    return any(forward_ad.unpack_dual(tensor).tangent is not None for tensor in tensors)


def is_traced() -> bool:
    """Whether a tensor may stand here for values that are not known, as in a compiler or under vmap."""
    # torch.autograd.Function asks the last of these before it runs; there is no public name for it
    return (
        torch.compiler.is_compiling() or torch.jit.is_tracing() or torch._C._are_functorch_transforms_active()
    )


def is_vectorized(*tensors: Tensor) -> bool:
    """Whether one of the gradients ``tensors`` stands for many at a time: ``is_grads_batched`` of
    ``torch.autograd.grad``, ``vectorize`` of ``torch.autograd.functional``."""
    asked = getattr(torch._C._functorch, "is_legacy_batchedtensor", None)  # no public name, either
    return is_traced() or (asked is not None and any(map(asked, tensors)))
