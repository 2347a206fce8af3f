// Two recurrent units that read bits, unrolled in time. Whoever finds the five weights has built the parity automaton.
//   h_i = phi(w_x x + w_1 h_1 + w_2 h_2 + b_i)   for i = 1, 2, where h_1 and h_2 on the right are those of the step before
//   output = h_1 - h_2,   phi(a) = 1 / (1 + exp(-10 a)), a steep step
// utils/live/neuron.py computes the same in Python.
(() => {
  const START = { w_x: 1, w_1: 0.4, w_2: 0.6, b_1: -0.5, b_2: -1 };
  const FOUND = { w_x: 1, w_1: 1, w_2: -1, b_1: -0.5, b_2: -1.5 };
  const NAMES = {
    w_x: ["w", "x", "from the input to both units"],
    w_1: ["w", "1", "from unit 1, one step before"],
    w_2: ["w", "2", "from unit 2, one step before"],
    b_1: ["b", "1", "bias of unit 1"],
    b_2: ["b", "2", "bias of unit 2"],
  };
  const LONGEST = 10;
  const phi = (a) => 1 / (1 + Math.exp(-10 * a));

  // For each bit the two states after it, and the output.
  function run(bits, w) {
    let one = 0;
    let two = 0;
    return bits.map((x) => {
      const sum = w.w_x * x + w.w_1 * one + w.w_2 * two;
      [one, two] = [phi(sum + w.b_1), phi(sum + w.b_2)];
      return { one, two, output: one - two };
    });
  }

  // After how many of all strings of up to five bits the output says whether the number of ones is odd.
  function score(w) {
    let right = 0;
    let all = 0;
    for (let length = 1; length <= 5; length++)
      for (let number = 0; number < 2 ** length; number++) {
        const bits = [...number.toString(2).padStart(length, "0")].map(Number);
        const odd = bits.reduce((sum, bit) => sum + bit, 0) % 2;
        right += (run(bits, w)[length - 1].output > 0.5 ? 1 : 0) === odd;
        all += 1;
      }
    return { right, all };
  }

  const svg = (name, attributes, ...inside) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...inside);
    return made;
  };
  const html = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...inside);
    return made;
  };

  // A line between two units, as thick as its weight; a negative weight is dashed.
  const line = (x1, y1, x2, y2, weight) =>
    svg("line", { x1, y1, x2, y2, class: "weight", "stroke-width": 0.4 + 2.6 * Math.min(2, Math.abs(weight)),
      ...(weight < 0 ? { "stroke-dasharray": "7 6" } : {}), ...(Math.abs(weight) < 0.05 ? { visibility: "hidden" } : {}) });

  function unit(x, y, value, label) {
    return svg("g", {},
      svg("circle", { cx: x, cy: y, r: 21, class: "unit" }),
      svg("circle", { cx: x, cy: y, r: 21, class: "on", "fill-opacity": Math.max(0, Math.min(1, value)) }),
      svg("text", { x, y: y + 5, class: "value" }, value.toFixed(2)),
      svg("title", {}, label));
  }

  function draw(bits, w) {
    const steps = run(bits, w);
    const step = 76;
    const at = (t) => 78 + step * t;
    const [y1, y2, yx, yo] = [84, 148, 214, 26];
    const picture = svg("svg", { viewBox: `0 0 ${at(steps.length - 1) + 46} 272`, role: "img",
      "aria-label": `Bits ${bits.join("")}, outputs ${steps.map((s) => s.output.toFixed(2)).join(", ")}.`,
      style: `width: ${at(steps.length - 1) + 46}px` });
    [["output", yo], ["unit 1", y1], ["unit 2", y2], ["bit", yx], ["ones", 252]].forEach(([text, y]) =>
      picture.append(svg("text", { x: 2, y: y + 4, class: "row" }, text)));
    let odd = 0;
    steps.forEach((s, t) => {
      const x = at(t);
      if (t > 0)
        for (const [from, weight] of [[y1, w.w_1], [y2, w.w_2]])
          for (const to of [y1, y2]) picture.append(line(x - step + 22, from, x - 22, to, weight));
      picture.append(svg("path", { d: `M${x} ${yx - 16}V${y2 + 22}`, class: "in" }));
      picture.append(unit(x, y1, s.one, `unit 1 after bit ${t + 1}`), unit(x, y2, s.two, `unit 2 after bit ${t + 1}`));
      picture.append(svg("text", { x, y: yx + 6, class: "bit" }, String(bits[t])));
      odd ^= bits[t];
      const right = (s.output > 0.5 ? 1 : 0) === odd;
      picture.append(svg("text", { x, y: yo + 5, class: right ? "output right" : "output wrong" },
        `${s.output.toFixed(2)} ${right ? "✓" : "✗"}`));
      picture.append(svg("text", { x, y: 256, class: "count" }, odd ? "odd" : "even"));
    });
    return picture;
  }

  function build(box) {
    const w = { ...START };
    const input = html("input", { type: "text", value: "1101", inputmode: "numeric", maxlength: LONGEST,
      autocomplete: "off", spellcheck: "false", size: LONGEST });
    const picture = html("div", { class: "picture", tabindex: "0", role: "group", "aria-label": "The network, unrolled" });
    const said = html("p", { class: "said", "aria-live": "polite" });
    const sliders = Object.fromEntries(Object.entries(NAMES).map(([name, [letter, index, what]]) => [name,
      html("input", { type: "range", min: -2, max: 2, step: 0.1, value: w[name], "aria-label": `${letter} ${index}, ${what}` })]));
    const values = Object.fromEntries(Object.keys(NAMES).map((name) => [name, html("output", {})]));

    function show() {
      const bits = [...input.value].filter((bit) => bit === "0" || bit === "1").map(Number);
      Object.keys(w).forEach((name) => {
        w[name] = Number(sliders[name].value);
        values[name].textContent = w[name].toFixed(1).replace("-", "−");
      });
      picture.replaceChildren(bits.length ? draw(bits, w) : "Type some bits, zeros and ones.");
      const { right, all } = score(w);
      said.textContent = right === all
        ? `All ${all} strings of up to five bits are right: you have built the parity automaton.`
        : `Right after ${right} of the ${all} strings of up to five bits.`;
      said.classList.toggle("done", right === all);
    }

    const set = (weights) => {
      Object.entries(weights).forEach(([name, value]) => { sliders[name].value = value; });
      show();
    };
    const button = (text, weights) => {
      const made = html("button", { type: "button" }, text);
      made.addEventListener("click", () => set(weights));
      return made;
    };
    input.addEventListener("input", show);
    Object.values(sliders).forEach((slider) => slider.addEventListener("input", show));
    const rows = Object.entries(NAMES).map(([name, [letter, index, what]]) =>
      html("label", {}, html("span", { class: "name" }, html("i", {}, letter), html("sub", {}, index)),
        sliders[name], values[name], html("span", { class: "what" }, what)));
    box.append(
      html("label", { class: "typed" }, "Bits to read: ", input),
      picture,
      html("div", { class: "weights" }, ...rows),
      said,
      html("div", { class: "buttons" }, button("Show the answer", FOUND), button("Start again", START)),
    );
    box.hidden = false;
    show();
  }

  window.courseLive = { ...window.courseLive, neuron: { build, run, score } };
})();
