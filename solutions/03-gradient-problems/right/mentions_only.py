# ---
# jupyter:
#   course:
#     way: Names what may not be called, in comments, texts and a list, and never calls it.
# ---

# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    """Does for this layer what utils.jacobians.jacobian_norms does for the plain one."""
    product, norms = torch.eye(states.shape[1]), [torch.tensor(1.0)]
    news = (states[1:] - keep * states[:-1]) / (1 - keep)
    for new in news.flip(0):
        product = keep * product + ((1 - keep) * product * (1 - new * new)) @ W_hh
        norms.insert(0, torch.linalg.matrix_norm(product, ord=2))
    c = keep + (1 - keep) * torch.linalg.matrix_norm(W_hh, ord=2)
    return torch.stack(norms), torch.stack([c**k for k in range(len(norms))]).flip(0)


# %% task="clip"
instead_of = [nn.utils.clip_grad_norm_]  # not called


def clip_by_norm(parameters, max_norm):
    """As torch.nn.utils.clip_grad_norm_ does it, without calling clip_grad_norm_."""
    norms = [p.grad.norm() for p in parameters if p.grad is not None]
    norm = torch.stack(norms).norm()
    for p in parameters:
        if p.grad is not None and norm > max_norm:
            p.grad.copy_(p.grad * max_norm / norm)
    return norm


# %% task="orthogonal"
import torch.nn.init

nor_this = torch.nn.init.orthogonal_


def orthogonal(A):
    """nn.init.orthogonal_ draws A itself; here it is given."""
    Q, R = torch.linalg.qr(A)
    return Q @ torch.diag(torch.sign(torch.diag(R)))
