// Runs in Chromium on an empty page that has the style of the slides. From the pages of a chapter it makes slides of
// 1280 × 720: headings, figures, formulas, code and tables as they are, prose cut to its first sentence. What does not
// fit on a slide goes on on the next one.

const ROOM = 720 - 36;  // down to here may a slide be filled

// pages: [{title, number, level, xhtml}]; gives back the slides as HTML
async function makeSlides(pages) {
  const slides = [];
  for (const page of pages) {
    const section = new DOMParser().parseFromString(page.xhtml, 'text/html').body.firstElementChild;
    await Promise.all([...section.querySelectorAll('img')].map(setSize));
    const groups = groupsOf(section, page.title);
    const opening = groups[0].blocks[0].localName === 'p' ? groups[0].blocks.shift() : null;
    const time = opening?.querySelector('em');
    if (/^(Core|Further)\b/.test(time?.textContent)) time.remove();  // how long one reads
    slides.push(`<section class="title${page.level === 1 ? ' chapter' : ''}"><h1>${escape(page.title)}</h1>` +
      `${opening ? `<p>${opening.innerHTML}</p>` : ''}${notesOf(groups[0])}</section>`);
    for (const group of groups) slides.push(...layOut(group));
  }
  return slides;
}

function escape(text) {
  return new Option(text).innerHTML;
}

// How large a figure is shown, so that it has its place before it is drawn.
async function setSize(image) {
  const shown = new Image();
  shown.src = image.getAttribute('src');
  await shown.decode();
  const scale = Math.min(1.6, 1100 / shown.naturalWidth, 420 / shown.naturalHeight);
  image.width = Math.round(scale * shown.naturalWidth);
  image.height = Math.round(scale * shown.naturalHeight);
}

function notesOf({notes}) {
  return notes.length ? `<aside class="notes">${notes.map(note => `<p>${escape(note)}</p>`).join('')}</aside>` : '';
}

// What stands under one heading: {title, blocks, notes}
function groupsOf(section, title) {
  const groups = [{title, blocks: [], notes: []}];
  const walk = (parent, whole) => {
    for (const element of [...parent.children]) {
      const last = groups[groups.length - 1];
      if (/^h[1-6]$/.test(element.localName)) {
        if (element.localName !== 'h1') groups.push({title: element.innerHTML, blocks: [], notes: []});
      } else if (element.matches('details:not(.hide)')) {
        last.notes.push(element.textContent.replace(/\s+/g, ' '));  // a solution is the lecturer's
      } else if (element.matches('details, .toctree-wrapper') || /^\s*This page ran in/.test(element.textContent)) {
        continue;  // code that only prepares the page, and how long it ran
      } else if (element.matches('.admonition')) {
        const name = element.querySelector('.admonition-title');
        groups.push({title: name.innerHTML, blocks: [], notes: []});
        name.remove();
        walk(element, true);  // an exercise or a question is read as a whole
        groups.push({title: last.title, blocks: [], notes: []});
      } else if (element.matches('p')) {
        last.notes.push(element.textContent.replace(/\s+/g, ' '));
        last.blocks.push(whole ? element : firstSentence(element));
      } else if (element.matches('ul, ol')) {
        last.blocks.push(...[...element.children].map((item, index) => listOf(element, item, index, whole)));
      } else if (element.matches('figure, table, pre, .math, dl, .text_html, blockquote')) {
        if (element.closest('.cell_output')) element.classList.add('output');
        last.blocks.push(element);
      } else {
        walk(element, whole);
      }
    }
  };
  walk(section, false);
  return groups.filter(group => group.blocks.length);
}

function listOf(list, item, index, whole) {
  const one = document.createElement(list.localName);
  if (list.localName === 'ol') one.start = index + 1;
  const copy = item.cloneNode(true);
  if (!whole) copy.querySelectorAll('p').forEach((paragraph, place) => { if (place) paragraph.remove(); else paragraph.replaceWith(firstSentence(paragraph)); });
  one.append(copy);
  return one;
}

// A copy of a paragraph up to the end of its first sentence; a sentence that is set in bold opens the next one.
function firstSentence(paragraph) {
  const copy = paragraph.cloneNode(true);
  const bold = copy.firstElementChild;
  const opening = bold && bold.localName === 'strong' && !copy.firstChild.textContent.trim().replace(bold.textContent.trim(), '') ? bold : null;
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest('code, svg') || opening?.contains(node)) continue;
    const end = node.data.search(/(?<!\b(?:al|Fig|Eq|e\.g|i\.e|vs|cf|pp?|Dr|[A-Z]))[.?!][”’)]*(?=\s+\S)/);
    if (end < 0) continue;
    const length = node.data.slice(end).match(/^[.?!][”’)]*/)[0].length;
    const rest = document.createRange();
    rest.setStart(node, end + length);
    rest.setEndAfter(copy.lastChild);
    rest.deleteContents();
    break;
  }
  return copy;
}

// The slides of one group: as many blocks on each as fit.
function layOut({title, blocks, notes}) {
  const slides = [];
  let slide = null, waiting = [...blocks];
  const begin = () => {
    slide = document.createElement('section');
    slide.innerHTML = `<h2>${title}${slides.length ? ' <small>(continued)</small>' : ''}</h2>`;
    document.querySelector('.slides').replaceChildren(slide);
  };
  const end = () => {
    if (slide.children.length > 1) {
      slides.push(`<section>${slide.innerHTML}${slides.length ? '' : notesOf({notes})}</section>`);
    }
  };
  begin();
  while (waiting.length) {
    const block = waiting.shift();
    slide.append(block);
    fitWidth(block);
    if (fits(slide)) continue;
    block.remove();
    const [some, more] = split(block, part => {
      slide.append(part);
      const well = fits(slide);
      part.remove();
      return well;
    }, slide.children.length > 1);
    if (some) slide.append(some);
    if (more) waiting.unshift(more);
    if (!some && slide.children.length === 1) {  // as a whole it is higher than a slide
      slide.append(more);
      shrink(more, slide);
      waiting.shift();
    }
    if (waiting.length) {
      end();
      begin();
    }
  }
  end();
  return slides;
}

function fits(slide) {
  const last = slide.lastElementChild;
  return last.getBoundingClientRect().bottom - slide.getBoundingClientRect().top <= ROOM;
}

// A formula or a table that is wider than the slide is made smaller.
function fitWidth(block) {
  for (const element of [block, ...block.querySelectorAll('table')]) {
    if (!element.matches('table, .math.display')) continue;
    const room = element.parentElement.clientWidth, wide = Math.max(element.scrollWidth, ...[...element.children].map(child => child.scrollWidth || child.getBoundingClientRect().width));
    if (wide > room) element.style.fontSize = `${0.95 * room / wide}em`;
  }
}

function shrink(block, slide) {
  for (let size = 95; size >= 40 && !fits(slide); size -= 5) block.style.zoom = `${size}%`;
}

// A block in two parts, the first of which fits; code and output between lines, tables between rows. A few lines alone
// are not worth it where the slide holds something else.
function split(block, fitting, begun) {
  const kind = block.localName;
  const count = kind === 'pre' ? linesOf(block).length : kind === 'table' ? block.querySelectorAll('tbody tr').length : 0;
  const least = begun ? 6 : 1;
  for (let length = count - 1; length >= least; length--) {
    const [some, more] = kind === 'pre' ? splitLines(block, length) : splitRows(block, length);
    if (fitting(some)) return begun && count - length < 2 ? [null, block] : betterEnd(block, length, least, [some, more]);
  }
  return [null, block];
}

function linesOf(pre) {
  return pre.innerHTML.replace(/\n$/, '').split('\n');
}

// In the second half of what fits, an empty line is a better place to cut; otherwise the end of a statement.
function betterEnd(block, length, least, parts) {
  if (block.localName !== 'pre') return parts;
  const texts = block.textContent.replace(/\n$/, '').split('\n');
  const places = [];
  for (let line = length; line >= Math.max(least, length / 2); line--) places.push(line);
  const closed = line => {  // as many brackets are closed as opened
    const code = texts.slice(0, line).join('');
    return code.match(/[([{]/g)?.length === code.match(/[)\]}]/g)?.length;
  };
  const place = places.find(line => !texts[line - 1].trim()) ?? places.find(line => closed(line));
  return place ? splitLines(block, place) : parts;
}

// Highlighted code has a span for each word, also over several lines, as a docstring has; such a span is opened anew.
function splitLines(pre, length) {
  return [[0, length], [length]].map(([from, to]) => {
    const lines = linesOf(pre), part = pre.cloneNode(false);
    const open = [];
    for (const tag of lines.slice(0, from).join('\n').matchAll(/<(\/?)span[^>]*>/g)) tag[1] ? open.pop() : open.push(tag[0]);
    part.innerHTML = open.join('') + lines.slice(from, to).join('\n').replace(/^\n+/, '');
    return part;
  });
}

function splitRows(table, length) {
  return [[0, length], [length]].map(([from, to]) => {
    const part = table.cloneNode(true);
    const rows = [...part.querySelectorAll('tbody tr')];
    rows.forEach((row, index) => { if (index < from || (to !== undefined && index >= to)) row.remove(); });
    return part;
  });
}
