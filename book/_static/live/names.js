// Reads a name letter by letter with the GRU of chapter 6, and says after each letter which languages it thinks of.
(() => {
  const { dataOf, numbersOf, row, zeros, linear, gruStep, softmax, html, percent, heat, word, field, scrolling, announced,
    strangers } = window.courseLive.networks;
  const SHOWN = 4; // languages
  const UNKNOWN = 1;

  // For each letter the probabilities of the languages, if the name ended there.
  function read({ vocabulary, weights: w }, text) {
    const numbers = numbersOf(vocabulary);
    let h = zeros(w["encoder.rnn.weight_hh_l0"].columns);
    return [...text.normalize("NFC").trim()].map((letter) => {
      h = gruStep(w, "encoder.rnn", row(w["encoder.embedding.weight"], numbers.get(letter) ?? UNKNOWN), h);
      return { letter, known: numbers.has(letter), p: softmax(linear(w, "head", h)) };
    });
  }

  // The numbers of the languages, those with the largest values first.
  const ranked = (values) => [...values.keys()].sort((a, b) => values[b] - values[a]);

  // The language of the answer, and below it those that were most probable after some letter.
  function shown(steps) {
    const [answer] = ranked(steps[steps.length - 1].p);
    const others = ranked([...steps[0].p.keys()].map((k) => Math.max(...steps.map(({ p }) => p[k])))).filter((k) => k !== answer);
    return [answer, ...others].slice(0, SHOWN);
  }

  function table(steps, languages) {
    const head = html("tr", {}, html("td", {}), ...steps.map(({ letter, known }) => html("th", { scope: "col" }, word(letter, known))));
    const rows = shown(steps).map((k) => html("tr", {}, html("th", { scope: "row" }, languages[k]),
      ...steps.map(({ p }) => heat(p[k], p[k] >= 0.095 ? String(Math.round(100 * p[k])) : ""))));
    return html("table", { class: "letters" }, html("thead", {}, head), html("tbody", {}, ...rows));
  }

  function build(box) {
    const net = dataOf(box);
    const { input, label } = field("A name: ", net.first, 24);
    const picture = scrolling("Probabilities in per cent, after each letter");
    const said = announced();

    function show() {
      const steps = read(net, input.value);
      if (!steps.length) {
        picture.replaceChildren();
        said.textContent = "Type a name.";
        return;
      }
      picture.replaceChildren(table(steps, net.languages),
        strangers(steps.some(({ known }) => !known), "no training name has this letter. The network reads all such letters alike."));
      const { p } = steps[steps.length - 1];
      const [first, second] = ranked(p);
      said.textContent = `${input.value.trim()}: ${net.languages[first]}, ${percent(p[first])}` +
        (p[second] >= 0.005 ? `; next is ${net.languages[second]}, ${percent(p[second])}.` : ".");
    }
    input.addEventListener("input", show);
    box.append(label, picture, said);
    box.hidden = false;
    show();
  }

  window.courseLive = { ...window.courseLive, names: { build, read } };
})();
