# ruff: noqa
# onnxruntime computes an LSTM.
# of: lstm_and_gru

# %% task="masked"
import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def alone(cell, steps):
    n = cell.hidden_size
    turn = lambda W: torch.cat([W.split(n)[k] for k in (0, 3, 1, 2)])[None]
    inputs = {
        "X": steps[:, None],
        "W": turn(cell.weight_ih),
        "R": turn(cell.weight_hh),
        "B": torch.cat((turn(cell.bias_ih), turn(cell.bias_hh)), 1),
    }
    infos = [helper.make_tensor_value_info(k, TensorProto.FLOAT, list(v.shape)) for k, v in inputs.items()]
    outs = [helper.make_tensor_value_info(k, TensorProto.FLOAT, None) for k in ("Y", "Y_h", "Y_c")]
    node = helper.make_node("LSTM", list(inputs), ["Y", "Y_h", "Y_c"], hidden_size=n)
    model = helper.make_model(
        helper.make_graph([node], "g", infos, outs), opset_imports=[helper.make_opsetid("", 14)], ir_version=8
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    found, h, c = session.run(None, {k: v.detach().numpy() for k, v in inputs.items()})
    return torch.from_numpy(found)[:, 0, 0], torch.from_numpy(h).flatten(), torch.from_numpy(c).flatten()


def run_masked(cell, x, lengths, reverse=False):
    outputs, last = [], []
    for item, length in zip(x, lengths.tolist()):
        steps = item[:length].flip(0) if reverse else item[:length]
        found, h, c = alone(cell, steps)
        found = found.flip(0) if reverse else found
        outputs.append(torch.nn.functional.pad(found, (0, 0, 0, x.shape[1] - length)))
        last.append(torch.stack((h, c)))
    states = torch.stack(last)
    return torch.stack(outputs), states[:, 0], states[:, 1]
