// What the pages need beside the theme: the site's own address, the live figures, and help for those who do not use a mouse
// or do not see.
const ownScript = document.currentScript.src;

// Where a page says https://BOOK/, this site's address is meant. Served from somewhere, a page knows it.
function fillInAddress() {
  if (!location.protocol.startsWith("http")) return;
  const root = new URL("..", ownScript).href;
  document.querySelectorAll("article pre, article code").forEach((place) => {
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.data.includes("https://BOOK/")) text.data = text.data.replaceAll("https://BOOK/", root);
    }
  });
}

// <div class="live" data-live="NAME" hidden> gets what live/NAME.js builds, when it comes near the window. Scripts that it
// needs are named before it: data-live="networks NAME".
function watchLiveFigures() {
  const watch = new IntersectionObserver((seen) => seen.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    watch.unobserve(target);
    const box = target.nextElementSibling;
    const names = box.dataset.live.split(" ");
    const scripts = names.map((name) => {
      const script = document.createElement("script");
      script.async = false; // they run in this order
      script.src = new URL(`live/${name}.js`, ownScript).href;
      return script;
    });
    scripts.at(-1).onload = () => window.courseLive[names.at(-1)].build(box);
    scripts.at(-1).onerror = () => box.style.setProperty("display", "none", "important");
    document.head.append(...scripts);
  }), { rootMargin: "600px" });
  document.querySelectorAll(".live[data-live]").forEach((box) => {
    const place = document.createElement("div"); // a hidden box is never seen
    box.before(place);
    watch.observe(place);
  });
}

// A table that is wider than its place scrolls; so that the keyboard can scroll it, it can have the focus. (The theme does
// the same for code and formulas.)
function openTablesToTheKeyboard() {
  document.querySelectorAll("article table").forEach((table) => {
    if (table.scrollWidth > table.clientWidth && getComputedStyle(table).overflowX === "auto") table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  });
}

document.addEventListener("DOMContentLoaded", () => {
  fillInAddress();
  watchLiveFigures();
  document.querySelectorAll("article").forEach((article) => new ResizeObserver(openTablesToTheKeyboard).observe(article));
});
