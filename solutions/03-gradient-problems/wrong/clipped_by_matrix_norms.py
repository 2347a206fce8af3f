# ---
# jupyter:
#   course:
#     misconception: >-
#       The norm of a gradient that is a matrix is its largest singular value, not the length of all its
#       numbers.
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "What is the length of a matrix's numbers, taken as one vector?"
#     keeps:  # points of the tasks that lose some, least and most
#       clip: [0, 0]
# ---

# %% task="clip"
def clip_by_norm(parameters: list[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients to a joint length of at most max_norm; the length before."""
    with_grad = [p for p in parameters if p.grad is not None]
    lengths = [torch.linalg.norm(p.grad, 2) for p in with_grad]
    total = torch.sqrt(sum((length**2 for length in lengths), torch.tensor(0.0)))
    factor = min(1.0, max_norm / float(total)) if total > 0 else 1.0
    for p in with_grad:
        p.grad *= factor
    return total
