// Runs in Chromium on a page of the built site. From a page's HTML it makes what other formats need: XHTML without scripts,
// folds open, and each id and link with the name of its page before it.

const DROPPED = 'script, style, button, input, label, .headerlink, .live, .live-names, [hidden], .sd-summary-state-marker, ' +
  '.sd-summary-icon, .docutils.container:empty, span[id^="index-"]:empty';

// name: of the page, as in the table of contents; names: of all pages; hide: a selector of what this format leaves out
function convertPage({html, name, names, hide}) {
  const article = new DOMParser().parseFromString(html, 'text/html').querySelector('article');
  article.querySelectorAll(DROPPED + (hide ? `, ${hide}` : '')).forEach(element => element.remove());
  article.querySelectorAll('.cell').forEach(cell => { if (!cell.textContent.trim() && !cell.querySelector('img, svg')) cell.remove(); });
  article.querySelectorAll('details').forEach(fold => { fold.open = true; });
  article.querySelectorAll('details.hide > summary').forEach(title => { title.textContent = 'Code'; });
  article.querySelectorAll('summary > p').forEach(title => rename(title, 'span'));
  article.querySelectorAll('[role]').forEach(element => element.removeAttribute('role'));
  article.querySelectorAll('*').forEach(element => {  // a token like <pad> that a cell has printed as it stands
    if (element instanceof HTMLUnknownElement) element.replaceWith(`<${element.localName}>`, ...element.childNodes);
  });
  article.querySelectorAll('.math').forEach(convertFormula);
  const id = name.replaceAll('/', '-');
  article.querySelectorAll('[id]').forEach(element => { element.id = `${id}--${safe(element.id)}`; });
  article.querySelectorAll('[for], [name]').forEach(element => { element.removeAttribute('for'); element.removeAttribute('name'); });
  article.querySelectorAll('[aria-labelledby], [aria-describedby]').forEach(element => {
    element.removeAttribute('aria-labelledby');
    element.removeAttribute('aria-describedby');
  });
  article.querySelectorAll('a').forEach(link => convertLink(link, name, names));
  article.querySelectorAll('img').forEach(image => {
    image.removeAttribute('loading');
    image.setAttribute('src', new URL(image.getAttribute('src'), `file:///${name}.html`).pathname.slice(1));
  });
  const heading = article.querySelector('h1');
  heading.id = id;
  const number = heading.querySelector('.section-number');
  const title = heading.textContent.trim();
  const section = document.createElement('section');
  section.append(...article.childNodes);
  return {
    name, id, title, number: number ? number.textContent.trim().replace(/\.$/, '') : '',
    images: [...section.querySelectorAll('img')].map(image => image.getAttribute('src')),
    xhtml: new XMLSerializer().serializeToString(section),
  };
}

function rename(element, name) {
  const other = document.createElement(name);
  other.className = element.className;
  other.append(...element.childNodes);
  element.replaceWith(other);
}

function safe(id) {
  return id.replace(/[^\w.-]/g, '-');
}

function convertLink(link, name, names) {
  const href = link.getAttribute('href');
  if (!href || /^(https?|mailto):/.test(href)) return;
  const url = new URL(href, `file:///${name}.html`);
  const page = decodeURIComponent(url.pathname).slice(1).replace(/\.html$/, '');
  if (names.includes(page)) {
    const id = page.replaceAll('/', '-');
    link.setAttribute('href', url.hash ? `#${id}--${safe(decodeURIComponent(url.hash.slice(1)))}` : `#${id}`);
    link.removeAttribute('download');
  } else {
    link.replaceWith(...link.childNodes);  // a download: it is on the site alone
  }
}

function convertFormula(element) {
  const number = element.querySelector('.eqno');
  element.className = element.localName === 'div' ? 'math display' : 'math';
  element.replaceChildren(element.querySelector('math'), ...(number ? [number] : []));
}
