// What the figures share in which a trained network reads what one types: its weights, as utils/live/weights.py packs
// them, the arithmetic of its layers, as torch.nn has it, and a few pieces of pages.
(() => {
  // A weight is scale * number; a vector is one row.
  function unpack({ shape, scales, data }) {
    const columns = shape[shape.length - 1];
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const values = Float64Array.from(new Int8Array(bytes.buffer), (number, k) => number * scales[Math.floor(k / columns)]);
    return { columns, values };
  }
  const unpackAll = (weights) => Object.fromEntries(Object.entries(weights).map(([name, packed]) => [name, unpack(packed)]));

  // The data that a page put into a figure's box.
  function dataOf(box) {
    const data = JSON.parse(box.querySelector("script").textContent);
    return { ...data, weights: unpackAll(data.weights) };
  }

  const numbersOf = (vocabulary) => new Map(vocabulary.map((token, number) => [token, number]));
  const row = (matrix, k) => matrix.values.subarray(k * matrix.columns, (k + 1) * matrix.columns);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const sigmoid = (a) => 1 / (1 + Math.exp(-a));
  const zeros = (size) => new Float64Array(size);

  // W x + b
  function linear(w, name, x) {
    const { columns, values } = w[`${name}.weight`];
    const bias = w[`${name}.bias`];
    return product(columns, values, x, bias && bias.values);
  }
  function product(columns, values, x, bias) {
    const y = bias ? bias.slice() : zeros(values.length / columns);
    for (let k = 0; k < y.length; k++)
      for (let j = 0; j < columns; j++) y[k] += values[k * columns + j] * x[j];
    return y;
  }
  // What the input and the state before it give to the gates, apart from each other.
  function parts(w, name, x, h, of = "l0") {
    const get = (kind) => w[`${name}.${kind}_${of}`];
    const one = (kind, vector) => product(get(`weight_${kind}`).columns, get(`weight_${kind}`).values, vector, get(`bias_${kind}`).values);
    return [one("ih", x), one("hh", h)];
  }

  //   r = σ(…),  z = σ(…),  n = tanh(W_in x + b_in + r (W_hn h + b_hn)),  the new state (1 - z) n + z h
  function gruStep(w, name, x, h, of) {
    const size = h.length;
    const [a, b] = parts(w, name, x, h, of);
    return h.map((old, k) => {
      const r = sigmoid(a[k] + b[k]);
      const z = sigmoid(a[size + k] + b[size + k]);
      return (1 - z) * Math.tanh(a[2 * size + k] + r * b[2 * size + k]) + z * old;
    });
  }

  //   i, f, o = σ(…),  g = tanh(…),  c = f c + i g,  h = o tanh(c)
  function lstmStep(w, name, x, { h, c }, of) {
    const size = h.length;
    const [a, b] = parts(w, name, x, h, of);
    const gate = (place, squash) => h.map((_, k) => squash(a[place * size + k] + b[place * size + k]));
    const [i, f, g, o] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
    const cell = c.map((old, k) => f[k] * old + i[k] * g[k]);
    return { i, f, o, c: cell, h: cell.map((value, k) => o[k] * Math.tanh(value)) };
  }

  function softmax(z) {
    const highest = Math.max(...z);
    const e = z.map((value) => Math.exp(value - highest));
    const all = sum(e);
    return e.map((value) => value / all);
  }

  //   e_j = v tanh(W h_j + U s),  α = softmax(e),  context = Σ α_j h_j;  keys are the W h_j
  function attend(w, name, s, values, keys) {
    const query = linear(w, `${name}.U`, s);
    const v = w[`${name}.v.weight`].values;
    const alpha = softmax(keys.map((key) => sum(key.map((value, k) => v[k] * Math.tanh(value + query[k])))));
    const context = zeros(values[0].length);
    values.forEach((value, j) => value.forEach((part, k) => { context[k] += alpha[j] * part; }));
    return { alpha, context };
  }

  // An element of a page: its attributes, and what is inside.
  function html(name, attributes, ...inside) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...inside);
    return made;
  }
  const percent = (p) => `${Math.round(100 * p)} %`;
  // A cell of a table, the darker the larger p.
  const heat = (p, text, sign = "plus") => html("td", { class: `heat ${sign}`, style: `--p: ${p.toFixed(3)}` }, text);
  const word = (token, known) => (known ? html("span", {}, token) : html("span", { class: "unknown" }, token));

  // A line to type into, with its label.
  function field(label, value, maxlength) {
    const input = html("input", { type: "text", value, maxlength, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    return { input, label: html("label", { class: "typed" }, html("span", {}, label), input) };
  }
  function button(text, action) {
    const made = html("button", { type: "button" }, text);
    made.addEventListener("click", action);
    return made;
  }
  const scrolling = (label) => html("div", { class: "picture", tabindex: "0", role: "group", "aria-label": label });
  const announced = () => html("p", { class: "said", "aria-live": "polite" });
  // What does not know all words says so.
  const strangers = (some, what) => (some ? html("p", { class: "note" }, `Dotted: ${what}`) : "");

  window.courseLive = { ...window.courseLive, networks: { unpackAll, dataOf, numbersOf, row, sum, zeros, linear, gruStep, lstmStep,
    softmax, sigmoid, attend, html, percent, heat, word, field, button, scrolling, announced, strangers } };
})();
