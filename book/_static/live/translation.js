// Translates what one types with the encoder and decoder of chapter 8, and shows where each word looked and which
// beginnings the beam kept.
(() => {
  const { dataOf, numbersOf, row, zeros, linear, gruStep, softmax, attend, html, percent, heat, word, field, scrolling,
    announced, strangers } = window.courseLive.networks;
  const UNKNOWN = 1;
  const LONGEST = 12; // words of a source
  const tokenise = (text) => text.toLowerCase().replaceAll("’", "'").match(/[\p{L}\p{N}_]+'?|[^\p{L}\p{N}_\s]/gu) ?? [];
  const join = (...vectors) => Float64Array.from(vectors.flatMap((vector) => [...vector]));

  // The source's states h_j, their keys, and the decoder's first state.
  function encode(w, tokens) {
    const size = w["encoder.rnn.weight_hh_l0"].columns;
    const walk = (order, of) => {
      let h = zeros(size);
      const states = [];
      for (const j of order) {
        h = gruStep(w, "encoder.rnn", row(w["encoder.embedding.weight"], tokens[j]), h, of);
        states[j] = h;
      }
      return { states, last: h };
    };
    const places = [...tokens.keys()];
    const forwards = walk(places, "l0");
    const backwards = walk(places.reverse(), "l0_reverse");
    const values = forwards.states.map((h, j) => join(h, backwards.states[j]));
    return { values, keys: values.map((h) => linear(w, "decoder.attention.W", h)),
      s: linear(w, "first_state.linear", join(forwards.last, backwards.last)).map(Math.tanh) };
  }

  // One step of the decoder: log-probabilities of the next word, the new state, and where it looked.
  function step(w, token, s, { values, keys }) {
    const { alpha, context } = attend(w, "decoder.attention", s, values, keys);
    const next = gruStep(w, "decoder.rnn", join(row(w["decoder.embedding.weight"], token), context), s);
    return { logs: softmax(linear(w, "decoder.head", next)).map(Math.log), s: next, alpha };
  }

  // Beam search as in utils.models.decoding: score = log p / length ** penalty. For each step the beginnings that stayed
  // and the sentences that ended; and the best sentence.
  function search(net, tokens, size, penalty) {
    const { weights: w, bos, eos, limit } = net;
    const memory = encode(w, tokens);
    let beam = [{ tokens: [], log: 0, s: memory.s, alphas: [] }];
    let best = { score: -Infinity };
    const steps = [];
    for (let length = 1; length <= limit; length++) {
      const continued = beam.flatMap((old) => {
        const { logs, s, alpha } = step(w, old.tokens[length - 2] ?? bos, old.s, memory);
        const likely = [...logs.keys()].sort((a, b) => logs[b] - logs[a]).slice(0, size);
        return likely.map((token) => ({ tokens: [...old.tokens, token], log: old.log + logs[token], s, alphas: [...old.alphas, alpha] }));
      }).sort((a, b) => b.log - a.log).slice(0, size);
      const ends = ({ tokens: written }) => length === limit || written[length - 1] === eos;
      const ended = continued.filter(ends).map((one) => ({ ...one, score: one.log / length ** penalty }));
      ended.forEach((one) => { if (one.score > best.score) best = one; });
      beam = continued.filter((one) => !ends(one));
      steps.push({ beam, ended });
      if (!beam.length || beam[0].log / limit ** penalty <= best.score) break;
    }
    return { steps, best };
  }

  function translate(net, text, size, penalty) {
    const numbers = numbersOf(net.source);
    const source = tokenise(text).slice(0, LONGEST).map((token) => ({ token, known: numbers.has(token) }));
    if (!source.length) return null;
    const { steps, best } = search(net, source.map(({ token }) => numbers.get(token) ?? UNKNOWN), size, penalty);
    return { source, steps, best, words: wordsOf(net, best) };
  }
  const wordsOf = (net, { tokens }) => tokens.filter((token) => token !== net.eos).map((token) => net.target[token]);

  function alignment({ source, best, words }) {
    const head = html("tr", {}, html("td", {}), ...words.map((written) => html("th", { scope: "col" }, written)));
    const rows = source.map(({ token, known }, j) => html("tr", {}, html("th", { scope: "row" }, word(token, known)),
      ...words.map((_, t) => heat(best.alphas[t][j], best.alphas[t][j] >= 0.005 ? String(Math.round(100 * best.alphas[t][j])) : ""))));
    return html("table", { class: "letters alignment" }, html("thead", {}, head), html("tbody", {}, ...rows));
  }

  const number = (value) => value.toFixed(2).replace("-", "−");

  // What the beam holds after so many steps, and what has ended by then.
  function beamTable(net, { steps, best }, until) {
    const line = (one, mark, score) => html("tr", one.tokens === best.tokens ? { class: "best" } : {}, html("td", {}, mark),
      html("td", {}, wordsOf(net, one).join(" ") || "(nothing)"), html("td", {}, number(one.log)), html("td", {}, score));
    const ended = steps.slice(0, until).flatMap((each) => each.ended).sort((a, b) => b.score - a.score);
    const rows = [...ended.map((one) => line(one, "ended", number(one.score))), ...steps[until - 1].beam.map((one) => line(one, "in the beam", ""))];
    const head = html("tr", {}, ...["state", "French", "log p", "score"].map((name) => html("th", { scope: "col" }, name)));
    return html("table", { class: "beams" }, html("thead", {}, head), html("tbody", {}, ...rows));
  }

  function range(text, attributes, write = String) {
    const input = html("input", { type: "range", ...attributes });
    const output = html("output", {});
    const label = html("label", { class: "start" }, html("span", {}, text), input, output);
    const tell = () => { output.textContent = write(input.value); };
    return { input, label, tell };
  }

  function build(box) {
    const net = dataOf(box);
    const { input, label } = field("English: ", net.first, 90);
    label.classList.add("wide");
    const width = range("width of the beam", { min: 1, max: 10, step: 1, value: 1 });
    const penalty = range("length penalty λ", { min: 0, max: 1.5, step: 0.1, value: net.penalty }, (value) => Number(value).toFixed(1));
    const at = range("look at step", { min: 1, step: 1 }, (value) => `${value}`);
    const said = announced();
    const table = scrolling("Attention in per cent: a row for each English word, a column for each French word");
    const beams = scrolling("The beam");
    const note = html("div", {});
    const known = net.source.filter((token) => /[\p{L}]/u.test(token) && !/^</.test(token)).sort();
    let found = null;

    function look() {
      at.tell();
      beams.replaceChildren(beamTable(net, found, Number(at.input.value)));
    }
    function show() {
      width.tell();
      penalty.tell();
      found = translate(net, input.value, Number(width.input.value), Number(penalty.input.value));
      at.input.disabled = !found;
      if (!found) {
        [table, beams, note].forEach((place) => place.replaceChildren());
        said.textContent = "Type some words.";
        return;
      }
      at.input.max = found.steps.length;
      at.input.value = found.steps.length;
      look();
      table.replaceChildren(found.words.length ? alignment(found) : "");
      note.replaceChildren(strangers(found.source.some((one) => !one.known),
        "a word that the network has not learnt. It reads all such words alike."));
      said.textContent = `It writes: ${found.words.join(" ") || "nothing"} (log p = ${number(found.best.log)}).`;
    }
    [input, width.input, penalty.input].forEach((each) => each.addEventListener("input", show));
    at.input.addEventListener("input", look);
    box.append(label, html("div", { class: "weights" }, width.label, penalty.label), said, table,
      html("div", { class: "weights" }, at.label), beams, note,
      html("details", {}, html("summary", {}, `The ${known.length} English words it knows`), html("p", {}, known.join(", "))));
    box.hidden = false;
    show();
  }

  window.courseLive = { ...window.courseLive, translation: { build, translate } };
})();
