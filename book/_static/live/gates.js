// Shows the gates and the cell of the LSTM of chapter 4 while it reads a text: a strip for each, a row for each of a few
// units, a column for each word.
(() => {
  const { dataOf, numbersOf, row, sum, zeros, linear, lstmStep, softmax, html, percent, heat, field, button, scrolling,
    announced, strangers } = window.courseLive.networks;
  const UNKNOWN = 0;
  const LONGEST = 400; // letters
  const STRIPS = { f: ["forget", "f"], i: ["input", "i"], o: ["output", "o"], c: ["cell", "tanh c"] };

  // For each word the gates, tanh of the cell, and the probabilities of the languages, if the text ended there.
  function read({ vocabulary, weights: w }, text) {
    const numbers = numbersOf(vocabulary);
    const size = w["layer.weight_hh_l0"].columns;
    let state = { h: zeros(size), c: zeros(size) };
    return (text.toLowerCase().match(/[a-z]+/g) ?? []).map((token) => {
      state = lstmStep(w, "layer", row(w["embedding.weight"], numbers.get(token) ?? UNKNOWN), state);
      const { i, f, o, c, h } = state;
      return { token, known: numbers.has(token), i, f, o, c: c.map(Math.tanh), p: softmax(linear(w, "head", h)) };
    });
  }

  // The word at which the cells of these units changed most.
  function turn(steps, units) {
    const changes = steps.map(({ c }, t) => sum(units.map((unit) => Math.abs(c[unit] - (t ? steps[t - 1].c[unit] : 0)))));
    return changes.indexOf(Math.max(...changes));
  }

  const [LEFT, WIDE, TALL, GAP, TOP] = [74, 22, 9, 16, 8];

  function draw(steps, units, chosen) {
    const band = units.length * TALL;
    const names = Object.keys(STRIPS);
    const bottom = TOP + names.length * (band + GAP) - GAP;
    const width = LEFT + steps.length * WIDE + 6;
    const height = bottom + 92;
    const pieces = names.map((name, place) => {
      const top = TOP + place * (band + GAP);
      const cells = steps.map((step, t) => units.map((unit, k) => {
        const value = step[name][unit];
        return `<rect class="${value < 0 ? "minus" : "plus"}" x="${LEFT + t * WIDE}" y="${top + k * TALL}" width="${WIDE - 1}" ` +
          `height="${TALL - 1}" fill-opacity="${Math.abs(value).toFixed(3)}"><title>${step.token}, unit ${unit + 1}: ` +
          `${STRIPS[name][1]} = ${value.toFixed(2)}</title></rect>`;
      }).join("")).join("");
      const [first, second] = STRIPS[name];
      return `<rect class="ground" x="${LEFT - 1}" y="${top - 1}" width="${steps.length * WIDE + 1}" height="${band + 1}"/>${cells}` +
        `<text class="row" x="0" y="${top + band / 2 - 2}">${first}</text><text class="row symbol" x="0" y="${top + band / 2 + 14}">${second}</text>`;
    });
    const words = steps.map(({ token, known }, t) => {
      const x = LEFT + t * WIDE + WIDE / 2 + 4;
      return `<text class="word ${known ? "" : "unknown"} ${t === chosen ? "chosen" : ""}" transform="translate(${x} ${bottom + 10}) rotate(-90)">${token.slice(0, 12)}</text>`;
    });
    const frame = `<rect class="frame" x="${LEFT + chosen * WIDE - 1.5}" y="${TOP - 4}" width="${WIDE + 2}" height="${bottom - TOP + 8}"/>`;
    return `<svg viewBox="0 0 ${width} ${height}" style="width: ${width}px" role="img" aria-label="Gates and cell of ` +
      `${units.length} units at ${steps.length} words. The slider below reads them word by word.">${pieces.join("")}${words.join("")}${frame}</svg>`;
  }

  // The numbers of one word.
  function table(step, units) {
    const head = html("tr", {}, html("th", { scope: "col" }, "unit"), ...units.map((unit) => html("th", { scope: "col" }, String(unit + 1))));
    const cell = (value) => heat(Math.abs(value), value.toFixed(2).replace("-", "−"), value < 0 ? "minus" : "plus");
    const rows = Object.entries(STRIPS).map(([name, [, symbol]]) => html("tr", {},
      html("th", { scope: "row" }, html("i", {}, symbol)), ...units.map((unit) => cell(step[name][unit]))));
    return html("table", { class: "letters" }, html("thead", {}, head), html("tbody", {}, ...rows));
  }

  function build(box) {
    const net = dataOf(box);
    const [first] = Object.values(net.texts);
    const { input, label } = field("A text: ", first, LONGEST);
    label.classList.add("wide");
    const picture = scrolling("Gates and cell, word by word");
    const slider = html("input", { type: "range", min: 1, step: 1 });
    const values = html("p", { class: "figures" });
    const numbers = scrolling("Gates and cell at this word");
    const said = announced();
    const note = html("div", {});
    let steps = [];

    const answer = ({ p }) => {
      const best = p.indexOf(Math.max(...p));
      return `${net.languages[best]}, ${percent(p[best])}`;
    };

    function look() {
      const t = Number(slider.value) - 1;
      const step = steps[t];
      const scrolled = picture.scrollLeft;
      picture.innerHTML = draw(steps, net.units, t);
      picture.scrollLeft = scrolled;
      values.textContent = `Word ${t + 1}, “${step.token}”. Asked here, it would say: ${answer(step)}.`;
      numbers.replaceChildren(table(step, net.units));
      slider.setAttribute("aria-valuetext", `word ${t + 1}, ${step.token}`);
    }
    function show() {
      steps = read(net, input.value);
      note.replaceChildren(strangers(steps.some(({ known }) => !known),
        "a word that the network does not know. It reads all such words alike."));
      slider.disabled = !steps.length;
      if (!steps.length) {
        [picture, numbers].forEach((place) => place.replaceChildren());
        values.textContent = "";
        said.textContent = "Type a text.";
        return;
      }
      slider.max = steps.length;
      slider.value = turn(steps, net.units) + 1;
      look();
      said.textContent = `At the end it says: ${answer(steps[steps.length - 1])}.`;
    }
    input.addEventListener("input", show);
    slider.addEventListener("input", () => {
      look();
      follow();
    });
    // The chosen word stays in sight.
    function follow() {
      const x = LEFT + (Number(slider.value) - 0.5) * WIDE;
      if (x < picture.scrollLeft + LEFT || x > picture.scrollLeft + picture.clientWidth - WIDE)
        picture.scrollLeft = x - picture.clientWidth / 2;
    }
    const buttons = Object.entries(net.texts).map(([name, text]) => button(name, () => {
      input.value = text;
      show();
    }));
    box.append(label, html("div", { class: "buttons" }, ...buttons), picture,
      html("label", { class: "slide" }, html("span", {}, "Look at a word: "), slider), values, numbers, said, note);
    box.hidden = false;
    show();
  }

  window.courseLive = { ...window.courseLive, gates: { build, read } };
})();
