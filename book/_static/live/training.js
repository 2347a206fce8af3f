// A recurrent network that learns in the page to remember the first number of a sequence, while bars show how much
// gradient reaches each step. utils/live/training.py computes the same with PyTorch.
//   data:  at each step of training 32 new sequences of 24 numbers; the first is -1 or 1, the others are noise in [-1, 1]
//   RNN:   h_t = tanh(W_x x_t + W_h h_{t-1} + b), W_h orthogonal times the chosen size
//   LSTM:  gates i, f, g, o in this order; the chosen number is the bias of f
//   loss:  binary cross-entropy of one logit after the last step; gradient descent with learning rate 0.5
(() => {
  const [N, T, H, RATE, LAST] = [32, 24, 8, 0.5, 400];
  const sigmoid = (a) => 1 / (1 + Math.exp(-a));
  const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

  // Numbers in [0, 1) that are the same in JavaScript and Python: mulberry32.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  function makeData(random) {
    return Array.from({ length: N }, (_, n) => {
      const target = n % 2;
      return { target, x: Array.from({ length: T }, (_, t) => (t ? 2 * random() - 1 : 2 * target - 1)) };
    });
  }

  // An orthogonal matrix, row after row, by Gram and Schmidt.
  function orthogonal(random) {
    const rows = [];
    while (rows.length < H) {
      let row = Array.from({ length: H }, () => 2 * random() - 1);
      rows.forEach((other) => {
        const along = row.reduce((sum, value, j) => sum + value * other[j], 0);
        row = row.map((value, j) => value - along * other[j]);
      });
      const length = norm(row);
      rows.push(row.map((value) => value / length));
    }
    return rows;
  }

  // A network at its start, its weights as flat arrays, and the first data that it reads.
  function start(cell, size, seed = 1) {
    const random = generator(seed);
    const data = makeData(random);
    const gates = cell === "LSTM" ? 4 : 1;
    const even = (count, width) => Float64Array.from({ length: count }, () => width * (2 * random() - 1));
    const w = { x: even(gates * H, 0.5), h: null, b: new Float64Array(gates * H), out: even(H, 0.5), c: new Float64Array(1) };
    if (cell === "LSTM") {
      w.h = even(gates * H * H, 1 / Math.sqrt(H));
      w.b.fill(size, H, 2 * H);
    } else {
      w.h = Float64Array.from(orthogonal(random).flat(), (value) => size * value);
    }
    return { cell, data, w, random, steps: 0 };
  }

  function forward(net, x) {
    const { cell, w } = net;
    let h = new Float64Array(H);
    let c = new Float64Array(H);
    const kept = x.map((x_t) => {
      const a = new Float64Array(w.b.length);
      for (let k = 0; k < a.length; k++) {
        a[k] = w.b[k] + w.x[k] * x_t;
        for (let j = 0; j < H; j++) a[k] += w.h[k * H + j] * h[j];
      }
      const before = { h, c, x_t };
      if (cell === "LSTM") {
        const gate = a.map((value, k) => (k >= 2 * H && k < 3 * H ? Math.tanh(value) : sigmoid(value)));
        c = c.map((value, k) => gate[H + k] * value + gate[k] * gate[2 * H + k]);
        h = c.map((value, k) => gate[3 * H + k] * Math.tanh(value));
        return { ...before, gate, next: h, cell: c };
      }
      h = a.map(Math.tanh);
      return { ...before, next: h };
    });
    return { kept, logit: w.c[0] + h.reduce((sum, value, k) => sum + w.out[k] * value, 0) };
  }

  // Loss, share of right answers, gradients, and for each step the norm of the gradient that reaches what is remembered:
  // the state of an RNN, the cell of an LSTM.
  function gradients(net) {
    const { cell, data, w } = net;
    const g = Object.fromEntries(Object.entries(w).map(([name, values]) => [name, new Float64Array(values.length)]));
    const squares = new Array(T).fill(0);
    let [loss, right] = [0, 0];
    data.forEach(({ x, target }) => {
      const { kept, logit } = forward(net, x);
      loss += (Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)))) / N;
      right += (logit > 0 ? 1 : 0) === target ? 1 / N : 0;
      const slope = (sigmoid(logit) - target) / N;
      g.c[0] += slope;
      let dh = w.out.map((value, k) => {
        g.out[k] += slope * kept[T - 1].next[k];
        return slope * value;
      });
      let dc = new Float64Array(H);
      for (let t = T - 1; t >= 0; t--) {
        const step = kept[t];
        let da;
        if (cell === "LSTM") {
          da = new Float64Array(4 * H);
          const earlier = new Float64Array(H);
          for (let k = 0; k < H; k++) {
            const [i, f, content, o] = [0, 1, 2, 3].map((gate) => step.gate[gate * H + k]);
            const inner = Math.tanh(step.cell[k]);
            const slopeOfCell = dc[k] + dh[k] * o * (1 - inner * inner);
            squares[t] += slopeOfCell * slopeOfCell;
            da[k] = slopeOfCell * content * i * (1 - i);
            da[H + k] = slopeOfCell * step.c[k] * f * (1 - f);
            da[2 * H + k] = slopeOfCell * i * (1 - content * content);
            da[3 * H + k] = dh[k] * inner * o * (1 - o);
            earlier[k] = slopeOfCell * f;
          }
          dc = earlier;
        } else {
          squares[t] += dh.reduce((sum, value) => sum + value * value, 0);
          da = dh.map((value, k) => value * (1 - step.next[k] ** 2));
        }
        const before = new Float64Array(H);
        const [into, from, weights] = [g.h, step.h, w.h];
        for (let k = 0; k < da.length; k++) {
          g.b[k] += da[k];
          g.x[k] += da[k] * step.x_t;
          for (let j = 0; j < H; j++) {
            into[k * H + j] += da[k] * from[j];
            before[j] += da[k] * weights[k * H + j];
          }
        }
        dh = before;
      }
    });
    return { loss, right, g, norms: squares.map(Math.sqrt) };
  }

  // One step of gradient descent, and new data; returns what gradients() gave before it.
  function train(net, clip) {
    const result = gradients(net);
    const length = Math.sqrt(Object.values(result.g).reduce((sum, values) => sum + norm(values) ** 2, 0));
    const rate = clip ? RATE * Math.min(1, 1 / (length + 1e-6)) : RATE; // as torch does it
    Object.entries(result.g).forEach(([name, values]) => values.forEach((value, k) => { net.w[name][k] -= rate * value; }));
    net.steps += 1;
    net.data = makeData(net.random);
    return result;
  }

  const [TOP, BOTTOM, LEFT] = [12, 172, 46];
  const height = (value) => Math.max(0, Math.min(1, (Math.log10(Math.max(value, 1e-30)) + 8) / 10)) * (BOTTOM - TOP);

  function picture(cell, norms, width) {
    const wide = (width - LEFT - 4) / T;
    const bars = norms.map((value, t) =>
      `<rect class="${value > 10 ? "bar large" : "bar"}" x="${LEFT + t * wide + 1}" y="${BOTTOM - height(value)}" ` +
      `width="${wide - 1.5}" height="${height(value)}"><title>step ${t + 1}: ${value.toExponential(1)}</title></rect>`);
    const lines = [2, 0, -2, -4, -6, -8].map((power) => {
      const y = BOTTOM - height(10 ** power);
      const name = power === 0 ? "1" : `10<tspan dy="-5" font-size="9">${String(power).replace("-", "−")}</tspan>`;
      return `<path class="grid" d="M${LEFT} ${y}H${width}"/><text class="tick" x="${LEFT - 6}" y="${y + 4}">${name}</text>`;
    });
    const what = cell === "LSTM" ? "∂L/∂c" : "∂L/∂h";
    return `<svg viewBox="0 0 ${width} 214" role="img" style="width:100%;max-width:${width}px" aria-label="Norms of the gradient by step: ` +
      `${norms[0].toExponential(1)} at the first, ${norms[T - 1].toExponential(1)} at the last.">${lines.join("")}${bars.join("")}` +
      `<text class="row" x="${LEFT}" y="190">step 1</text><text class="tick" x="${width}" y="190">step ${T}</text>` +
      `<text x="${(LEFT + width) / 2}" y="208">‖${what}<tspan dy="4" font-size="10">t</tspan><tspan dy="-4">‖ of each step</tspan></text></svg>`;
  }

  const CELLS = {
    RNN: { label: "size of the recurrent weights", min: 0.4, max: 1.8, step: 0.05, value: 0.9 },
    LSTM: { label: "bias of the forget gate", min: -2, max: 4, step: 0.25, value: 0 },
  };

  const calm = matchMedia("(prefers-reduced-motion: reduce)"); // then bars are drawn when they stand still
  let boxes = 0;
  function build(box) {
    const name = `live-training-${(boxes += 1)}`;
    const place = document.createElement("div");
    place.innerHTML =
      `<div class="buttons" role="radiogroup" aria-label="cell">` +
      Object.keys(CELLS).map((cell, k) =>
        `<label><input type="radio" name="${name}" value="${cell}" ${k ? "" : "checked"}> ${cell}</label>`).join("") +
      `<label><input type="checkbox" class="clip"> clip the gradient at 1</label></div>` +
      `<div class="weights"><label class="start"><span class="label"></span><input type="range"><output></output></label></div>` +
      `<div class="picture" role="group" aria-label="Gradient by step"></div>` +
      `<p class="figures"></p><p class="said" aria-live="polite"></p>` +
      `<div class="buttons"><button type="button" class="go">Train</button><button type="button" class="again">Start again</button></div>`;
    box.append(...place.childNodes);
    const find = (selector) => box.querySelector(selector);
    const slider = find("input[type=range]");
    let [net, running, shown] = [null, false, null];
    const cell = () => find("input[type=radio]:checked").value;

    function show(result, say = "") {
      shown = result;
      const width = Math.max(280, Math.min(560, find(".picture").clientWidth || 560));
      find(".picture").innerHTML = picture(net.cell, result.norms, width);
      const share = result.norms[0] / result.norms[T - 1];
      find(".figures").textContent = `After ${net.steps} steps of training: loss ${result.loss.toFixed(3)}, ` +
        `${Math.round(100 * result.right)} % right. Of the gradient at the last step, ` +
        `${share < 0.001 || share >= 1000 ? share.toExponential(1) : share.toPrecision(2)} times as much reaches the first.`;
      if (say) find(".said").textContent = say;
    }
    function pause(say) {
      running = false;
      find(".go").textContent = "Train";
      if (shown) show(shown, say);
    }
    function reset() {
      pause("");
      find("output").textContent = Number(slider.value).toFixed(2).replace("-", "−");
      net = start(cell(), Number(slider.value));
      find(".said").textContent = "";
      show(gradients(net));
    }
    function choose() {
      const { label, ...limits } = CELLS[cell()];
      Object.entries(limits).forEach(([key, value]) => { slider[key] = value; });
      find(".label").textContent = label;
      reset();
    }
    function go() {
      if (!running) return;
      for (let k = 0; k < 2 && net.steps < LAST; k++) train(net, find(".clip").checked);
      const result = gradients(net);
      if (!calm.matches || net.steps >= LAST) show(result);
      if (net.steps < LAST) requestAnimationFrame(go);
      else pause(result.right > 0.99 ? "It has learnt to remember." : "It has not learnt it. Another start, or another cell?");
    }
    find(".go").addEventListener("click", () => {
      if (running) {
        show(gradients(net));
        pause("Paused.");
        return;
      }
      if (net.steps >= LAST) reset();
      running = true;
      find(".go").textContent = "Pause";
      find(".said").textContent = "Training …";
      requestAnimationFrame(go);
    });
    find(".again").addEventListener("click", reset);
    slider.addEventListener("input", reset);
    box.querySelectorAll("input[type=radio]").forEach((radio) => radio.addEventListener("change", choose));
    box.hidden = false; // before it is drawn, so that its width is known
    choose();
  }

  window.courseLive = { ...window.courseLive, training: { build, start, train, gradients } };
})();
