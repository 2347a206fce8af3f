# ruff: noqa
# A computer algebra system, which torch brings along, differentiates.
# of: bptt

# %% task="output"
def output_layer(states, U, b_2, targets):
    import sympy as sp

    V, H = U.shape
    h, u, b = sp.symbols(f"h:{H}"), sp.symbols(f"u:{V * H}"), sp.symbols(f"b:{V}")
    N, T, _ = states.shape
    total, d_states, d_U, d_b = 0.0, torch.zeros_like(states), torch.zeros_like(U), torch.zeros_like(b_2)
    o = [sum(u[v * H + i] * h[i] for i in range(H)) + b[v] for v in range(V)]
    logsum = sp.log(sum(sp.exp(value) for value in o))
    made = {}
    for n in range(N):
        for t in range(T):
            y = int(targets[n, t])
            if y not in made:
                loss = logsum - o[y]
                made[y] = sp.lambdify(
                    (h, u, b), [loss] + [sp.diff(loss, s) for s in (*h, *u, *b)], "math", cse=True
                )
            got = made[y](states[n, t].tolist(), U.flatten().tolist(), b_2.tolist())
            got = torch.tensor(got) / (N * T)
            total += got[0]
            d_states[n, t] = got[1 : 1 + H]
            d_U += got[1 + H : 1 + H + V * H].reshape(V, H)
            d_b += got[1 + H + V * H :]
    return total, d_states, d_U, d_b
