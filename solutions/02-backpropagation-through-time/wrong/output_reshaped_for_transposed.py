# ---
# jupyter:
#   course:
#     misconception: >-
#       The errors are brought to (vocabulary, batch · time) by a reshape, which mixes them, and not by
#       transposing.
#     section: "Backpropagation through time, by hand, In code"
#     question: "Which step and which word stand in the second place of a row after your reshape?"
#     keeps:  # points of the tasks that lose some, least and most
#       output: [1, 1]
# ---

# %% task="output"
def output_layer(
    states: Tensor, U: Tensor, b_2: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The loss of the output layer and its gradients: (loss, d_states, d_U, d_b_2)."""
    N, T, H = states.shape
    V = U.shape[0]
    scores = torch.matmul(states, U.t()) + b_2
    loss = F.cross_entropy(scores.reshape(N * T, V), targets.reshape(N * T))
    delta = torch.softmax(scores, dim=2)
    for n in range(N):
        for t in range(T):
            delta[n, t, targets[n, t]] -= 1
    delta = delta / (N * T)
    d_U = delta.reshape(V, N * T) @ states.reshape(N * T, H)
    d_b = delta.sum(0).sum(0)
    return loss, torch.matmul(delta, U), d_U, d_b
