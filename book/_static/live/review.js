// Reads a review word by word with the GRU of chapter 7, and says after each word how probable praise is.
(() => {
  const { dataOf, numbersOf, row, zeros, linear, gruStep, sigmoid, html, percent, word, field, announced,
    strangers } = window.courseLive.networks;
  const UNKNOWN = 1;
  // Marks become words of their own, or nothing, as in torchtext's "basic_english".
  const tokenise = (text) => text.toLowerCase().replace(/"/g, "").replace(/<br \/>|[;:]/g, " ").replace(/['.,()!?]/g, " $& ")
    .split(/\s+/).filter(Boolean);

  // For each word the probability of praise, if the review ended there.
  function read({ vocabulary, weights: w }, text) {
    const numbers = numbersOf(vocabulary);
    let h = zeros(w["encoder.rnn.weight_hh_l0"].columns);
    return tokenise(text).map((token) => {
      h = gruStep(w, "encoder.rnn", row(w["encoder.embedding.weight"], numbers.get(token) ?? UNKNOWN), h);
      return { token, known: numbers.has(token), p: sigmoid(linear(w, "head", h)[0]) };
    });
  }

  // The word that changed the verdict most, and what it was before and after.
  function turn(steps) {
    const changes = steps.slice(1).map(({ token, p }, k) => ({ token, from: steps[k].p, to: p }));
    return changes.reduce((most, one) => (Math.abs(one.to - one.from) > Math.abs(most.to - most.from) ? one : most), changes[0]);
  }

  const verdict = (p) => (p > 0.5 ? `praise, ${percent(p)}` : `blame, ${percent(1 - p)}`);

  function chip({ token, known, p }) {
    const sign = p > 0.5 ? "plus" : "minus";
    return html("li", { class: `heat ${sign}`, style: `--p: ${Math.abs(2 * p - 1).toFixed(3)}` },
      word(token, known), html("span", { class: "number" }, html("span", { class: "for-ears" }, ": praise "), percent(p)));
  }

  function build(box) {
    const net = dataOf(box);
    const { input, label } = field("A review: ", net.first, 300);
    label.classList.add("wide");
    const words = html("ol", { class: "words", "aria-label": "Probability of praise after each word" });
    const said = announced();
    const note = html("div", {});

    function show() {
      const steps = read(net, input.value);
      words.replaceChildren(...steps.map(chip));
      note.replaceChildren(strangers(steps.some(({ known }) => !known),
        "a word that the network has not learnt. It reads all such words alike."));
      if (!steps.length) {
        said.textContent = "Type a review.";
        return;
      }
      const most = turn(steps);
      said.textContent = `In the end: ${verdict(steps[steps.length - 1].p)}.` +
        (most ? ` “${most.token}” changed most, from ${percent(most.from)} for praise to ${percent(most.to)}.` : "");
    }
    input.addEventListener("input", show);
    box.append(label, words, said, note);
    box.hidden = false;
    show();
  }

  window.courseLive = { ...window.courseLive, review: { build, read } };
})();
