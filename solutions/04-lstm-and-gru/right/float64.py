# ---
# jupyter:
#   course:
#     way: "Everything in double precision, with a warning on the way."
# ---

# %% task="backward"
import warnings


def gru_backward(x, h, W_ih, W_hh, b, d_new):
    warnings.warn("computing in double precision", stacklevel=2)
    x, h, W_ih, W_hh, b, d_new = (value.double() for value in (x, h, W_ih, W_hh, b, d_new))
    W_r, W_z, W_n = W_hh.chunk(3)
    a_r, a_z, a_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r, z = torch.sigmoid(a_r + h @ W_r.T), torch.sigmoid(a_z + h @ W_z.T)
    n = torch.tanh(a_n + (r * h) @ W_n.T)
    e_n = (d_new - d_new * z) * (1 - n * n)
    e_z = d_new * (h - n) * (z - z * z)
    e_r = (e_n @ W_n) * h * (r - r * r)
    e = torch.cat([e_r, e_z, e_n], 1)
    d_h = d_new * z + (e_n @ W_n) * r + torch.cat([e_r, e_z], 1) @ torch.cat([W_r, W_z])
    d_W_hh = torch.cat([torch.cat([e_r, e_z], 1).T @ h, e_n.T @ (r * h)])
    return e @ W_ih, d_h, e.T @ x, d_W_hh, e.sum(0)


# %% task="convert"
def to_pytorch(weights, update, reset):
    size = weights["W_hh"].shape[1]
    W_n = weights["W_hh"][-size:]
    if reset == "before" and (W_n - torch.diag(torch.diag(W_n))).any():
        return None
    sign = torch.ones(3 * size, dtype=torch.float64)
    if update == "takes":
        sign[size : 2 * size] = -1
    found = {name: (sign * value.double().T).T for name, value in weights.items()}
    if reset == "before":
        found["b_ih"][-size:] += found["b_hh"][-size:]
        found["b_hh"][-size:] = 0
    gru = nn.GRU(weights["W_ih"].shape[1], size, batch_first=True, dtype=torch.float64)
    names = {"W_ih": "weight_ih_l0", "W_hh": "weight_hh_l0", "b_ih": "bias_ih_l0", "b_hh": "bias_hh_l0"}
    gru.load_state_dict({names[name]: value for name, value in found.items()})
    return gru
