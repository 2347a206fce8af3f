// Lets one answer the questions of a page: what is chosen is told right or not, with its reason, and stays in this browser.
// Without this script a question is a list of answers, and the reasons are a fold below it.
(() => {
  const KEPT = "course-quiz"; // {question: [each answer that was chosen]}, in their words: one that changes is forgotten

  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(KEPT));
      return found instanceof Object && !Array.isArray(found) ? found : {};
    } catch { // a browser that keeps nothing, or what is no JSON
      return {};
    }
  }

  function keep(question, answers) {
    const all = read();
    if (answers.length) all[question] = answers;
    else delete all[question];
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
    } catch { /* it is shown all the same */ }
  }

  const wordsOf = (element) => element.textContent.replace(/\s+/g, " ").trim();

  function make(name, className, ...inside) {
    const element = Object.assign(document.createElement(name), { className });
    element.append(...inside);
    return element;
  }

  // A formula in words: a browser leaves formulas out of the name of a button.
  function spoken(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const parts = [...node.childNodes].filter(({ localName }) => localName !== "annotation").map(spoken);
    return parts.join({ msub: " sub ", msup: " to the ", mfrac: " over " }[node.localName] ?? " ");
  }

  // A reason without the letter that it begins with, which stands right above it now.
  function told(reason, isRight) {
    const copy = reason.cloneNode(true);
    copy.querySelector("strong").replaceWith(make("strong", "", isRight ? "Right." : "Not this one."));
    copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    return copy.childNodes;
  }

  function build(box) {
    const [list, fold] = [box.querySelector(":scope > ul"), box.querySelector(":scope > details")];
    const question = [...box.children].filter((part) => !part.matches(".admonition-title, ul, details")).map(wordsOf).join(" ");
    const letter = fold.querySelector("strong").textContent; // the fold begins with that of the right answer
    const reasons = fold.querySelectorAll("li > p");
    const again = make("button", "again", "Start again");
    again.type = "button";

    const options = [...list.querySelectorAll(":scope > li > p")].map((text, index) => {
      const isRight = text.querySelector("strong").textContent === letter, words = wordsOf(text).replace(/^\(.\) /, "");
      const button = make("button", "option", ...text.childNodes), reason = make("p", "reason");
      button.type = "button";
      button.querySelectorAll("math").forEach((formula) => {
        formula.setAttribute("aria-hidden", "true");
        formula.after(make("span", "spoken", spoken(formula).replace(/\s+/g, " ").trim()));
      });
      button.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
      reason.setAttribute("aria-live", "polite");
      text.replaceWith(button, reason);
      return { button, words, show(isChosen) {
        if (button.getAttribute("aria-pressed") === String(isChosen)) return; // what is not new is not said again
        button.setAttribute("aria-pressed", isChosen);
        button.classList.toggle("right", isChosen && isRight);
        button.classList.toggle("wrong", isChosen && !isRight);
        reason.replaceChildren(...(isChosen ? told(reasons[index], isRight) : []));
      } };
    });

    const words = options.map((option) => option.words);
    let chosen = [];
    function choose(answers) {
      chosen = Array.isArray(answers) ? answers.filter((answer) => words.includes(answer)) : [];
      options.forEach((option) => option.show(chosen.includes(option.words)));
      box.classList.toggle("solved", options.some(({ button }) => button.classList.contains("right")));
      again.hidden = !chosen.length;
    }
    function choosing(answers) {
      choose(answers);
      keep(question, chosen);
    }
    options.forEach((option) => option.button.addEventListener("click", () => {
      const others = chosen.filter((answer) => answer !== option.words);
      choosing(others.length < chosen.length ? others : [...chosen, option.words]);
    }));
    again.addEventListener("click", () => {
      choosing([]);
      options[0].button.focus(); // the button that had the focus is gone
    });
    window.addEventListener("storage", ({ key }) => { // another window of this browser
      if (key === KEPT || key === null) choose(read()[question]);
    });
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", wordsOf(box.querySelector(".admonition-title")));
    list.after(again);
    list.classList.add("options");
    choose(read()[question]);
  }

  document.querySelectorAll(".quiz").forEach(build);
})();
