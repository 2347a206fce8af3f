# ruff: noqa
# onnx computes an LSTM and a GRU by its reference.
# of: lstm_and_gru

# %% task="lstm"
import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def run(kind, size, inputs, attributes):
    names = list(inputs)
    node = helper.make_node(
        kind, names, ["Y", "Y_h"] + (["Y_c"] if kind == "LSTM" else []), hidden_size=size, **attributes
    )
    infos = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, list(v.shape)) for n, v in inputs.items() if n
    ]
    outs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in node.output]
    model = helper.make_model(
        helper.make_graph([node], "g", infos, outs), opset_imports=[helper.make_opsetid("", 14)]
    )
    return [
        torch.from_numpy(np.asarray(v))
        for v in ReferenceEvaluator(model).run(None, {n: v.detach().numpy() for n, v in inputs.items() if n})
    ]


def lstm_step(x, h, c, W_ih, W_hh, b):
    n = h.shape[1]
    order = [0, 3, 1, 2]
    turn = lambda W: torch.cat([W.split(n)[k] for k in order])[None]
    inputs = {
        "X": x[None],
        "W": turn(W_ih),
        "R": turn(W_hh),
        "B": torch.cat((turn(b)[0], torch.zeros(4 * n)))[None],
        "": None,
        "H": h[None],
        "C": c[None],
    }
    _, h_t, c_t = run("LSTM", n, inputs, {})
    return h_t[0], c_t[0]


# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    n = h.shape[1]
    turn = lambda W: torch.cat([W.split(n)[k] for k in (1, 0, 2)])
    inputs = {
        "X": x[None],
        "W": turn(W_ih)[None],
        "R": turn(W_hh)[None],
        "B": torch.cat((turn(b_ih), turn(b_hh)))[None],
        "": None,
        "H": h[None],
    }
    return run("GRU", n, inputs, {"linear_before_reset": 1})[1][0]
