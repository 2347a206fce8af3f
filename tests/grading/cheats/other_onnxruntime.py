# ruff: noqa
# onnxruntime computes an LSTM.
# of: lstm_and_gru

# %% task="lstm"
import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def lstm_step(x, h, c, W_ih, W_hh, b):
    n = h.shape[1]
    turn = lambda W: torch.cat([W.split(n)[k] for k in (0, 3, 1, 2)])[None]
    inputs = {
        "X": x[None],
        "W": turn(W_ih),
        "R": turn(W_hh),
        "B": torch.cat((turn(b)[0], torch.zeros(4 * n)))[None],
        "H": h[None],
        "C": c[None],
    }
    node = helper.make_node("LSTM", ["X", "W", "R", "B", "", "H", "C"], ["Y", "Y_h", "Y_c"], hidden_size=n)
    infos = [helper.make_tensor_value_info(k, TensorProto.FLOAT, list(v.shape)) for k, v in inputs.items()]
    outs = [helper.make_tensor_value_info(k, TensorProto.FLOAT, None) for k in node.output]
    model = helper.make_model(
        helper.make_graph([node], "g", infos, outs), opset_imports=[helper.make_opsetid("", 14)], ir_version=8
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    _, h_t, c_t = session.run(None, {k: v.detach().numpy() for k, v in inputs.items()})
    return torch.from_numpy(h_t)[0], torch.from_numpy(c_t)[0]
