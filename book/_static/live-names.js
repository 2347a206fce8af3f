// A box on a page of chapter 6: reads a name letter by letter with a GRU whose weights stand in the page (utils/live/typed_names.py).
document.addEventListener("DOMContentLoaded", () =>
  document.querySelectorAll(".live-names").forEach((box) => {
    const net = JSON.parse(box.querySelector("script").textContent);
    const input = box.querySelector("input");
    const out = box.querySelector(".live-names-out");
    const number = new Map(net.letters.map((letter, index) => [letter, index]));
    const times = (matrix, vector, bias) =>
      matrix.map((row, k) => row.reduce((sum, weight, j) => sum + weight * vector[j], bias[k]));
    const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  
    function step(letter, h) {
      const size = h.length;
      const x = times(net.weight_ih, net.embedding[number.get(letter) ?? 1], net.bias_ih);
      const s = times(net.weight_hh, h, net.bias_hh);
      return h.map((old, k) => {
        const r = sigmoid(x[k] + s[k]);
        const z = sigmoid(x[size + k] + s[size + k]);
        const n = Math.tanh(x[2 * size + k] + r * s[2 * size + k]);
        return (1 - z) * n + z * old;
      });
    }
  
    function probabilities(h) {
      const z = times(net.head, h, net.head_bias);
      const highest = Math.max(...z);
      const e = z.map((value) => Math.exp(value - highest));
      const sum = e.reduce((a, b) => a + b, 0);
      return e.map((value) => value / sum);
    }
  
    function show() {
      let h = new Array(net.weight_hh[0].length).fill(0);
      const steps = [...input.value.normalize("NFC").trim()].map((letter) => {
        h = step(letter, h);
        return [letter, probabilities(h)];
      });
      out.replaceChildren();
      if (!steps.length) return;
      const last = steps[steps.length - 1][1];
      const leading = last.map((p, k) => [p, k]).sort((a, b) => b[0] - a[0]).slice(0, 4);
      const table = document.createElement("table");
      const head = table.insertRow();
      head.insertCell();
      steps.forEach(([letter]) => {
        const cell = head.insertCell();
        cell.textContent = letter;
        if (!number.has(letter)) cell.style.textDecoration = "underline dotted";
      });
      leading.forEach(([, k]) => {
        const row = table.insertRow();
        row.insertCell().textContent = net.languages[k];
        steps.forEach(([, p]) => {
          const cell = row.insertCell();
          cell.textContent = p[k] >= 0.095 ? Math.round(100 * p[k]) : "";
          cell.style.background = `rgba(0, 114, 178, ${p[k].toFixed(2)})`;
          if (p[k] > 0.9) cell.style.color = "white"; // on lighter blue, black is easier to read
        });
      });
      const scroll = document.createElement("div");
      scroll.className = "live-names-scroll";
      scroll.append(table);
      out.append(scroll);
      if (steps.some(([letter]) => !number.has(letter)))
        out.append("Dotted: no training name has this letter. The network reads all such letters alike.");
    }
  
    input.addEventListener("input", show);
    box.hidden = false;
    show();
  })
);
