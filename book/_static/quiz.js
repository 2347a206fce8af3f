// Lets one answer the questions of a page: what is chosen is told right or not, with its reason, and stays in this browser.
// Without this script a question is a list of answers, and the reasons are a fold below it.
(() => {
  const KEPT = "course-quiz"; // {question: [each answer that was chosen]}, in their words: one that changes is forgotten

  function read() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) ?? {};
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
      const isRight = text.querySelector("strong").textContent === letter;
      const button = make("button", "option", ...text.childNodes), reason = make("p", "reason");
      button.type = "button";
      button.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
      reason.setAttribute("aria-live", "polite");
      text.replaceWith(button, reason);
      return { button, words: wordsOf(button).replace(/^\(.\) /, ""), show(isChosen) {
        button.setAttribute("aria-pressed", isChosen);
        button.classList.toggle("right", isChosen && isRight);
        button.classList.toggle("wrong", isChosen && !isRight);
        reason.replaceChildren(...(isChosen ? told(reasons[index], isRight) : []));
      } };
    });

    let chosen = [];
    function choose(words) {
      chosen = words;
      options.forEach((option) => option.show(words.includes(option.words)));
      box.classList.toggle("solved", options.some(({ button }) => button.classList.contains("right")));
      again.hidden = !words.length;
    }
    function choosing(words) {
      choose(words);
      keep(question, words);
    }
    options.forEach(({ button, words }) => button.addEventListener("click", () => choosing([...new Set([...chosen, words])])));
    again.addEventListener("click", () => {
      choosing([]);
      options[0].button.focus(); // the button that had the focus is gone
    });
    list.after(again);
    list.classList.add("options");
    const before = read()[question];
    choose(Array.isArray(before) ? before : []);
  }

  document.querySelectorAll(".quiz").forEach(build);
})();
