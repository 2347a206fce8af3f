// Runs in Chromium, in a window as wide as the text on paper, before the book is printed. A table or a formula
// that is too wide is set smaller. Gives back the beginning of whatever still does not fit and would be cut.
(() => {
  for (const wide of document.querySelectorAll('.sheet :is(table, .math.display math)')) {
    const room = wide.parentElement.clientWidth;
    if (wide.scrollWidth > room + 1) wide.style.fontSize = `${Math.max(0.55, room / wide.scrollWidth) * 0.9}em`;
  }
  const edge = document.documentElement.clientWidth + 1;
  return [...document.querySelectorAll('.sheet :is(pre, table, img, math, p, code)')]
    .filter(element => element.getBoundingClientRect().right > edge || element.scrollWidth > element.clientWidth + 1 && element.matches('pre'))
    .map(element => `${element.closest('.sheet').dataset.page}: ${(element.textContent || element.outerHTML).trim().slice(0, 60)}`);
})()
