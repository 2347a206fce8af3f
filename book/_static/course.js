// What the pages need beside the theme: the site's own address, and the live figures.
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

// <div class="live" data-live="NAME" hidden> gets what live/NAME.js builds, when it comes near the window.
function watchLiveFigures() {
  const watch = new IntersectionObserver((seen) => seen.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    watch.unobserve(target);
    const box = target.nextElementSibling;
    const script = document.createElement("script");
    script.src = new URL(`live/${box.dataset.live}.js`, ownScript).href;
    script.onload = () => window.courseLive[box.dataset.live].build(box);
    document.head.append(script);
  }), { rootMargin: "600px" });
  document.querySelectorAll(".live[data-live]").forEach((box) => {
    const place = document.createElement("div"); // a hidden box is never seen
    box.before(place);
    watch.observe(place);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  fillInAddress();
  watchLiveFigures();
});
