/* One session by itself, beside the script's ideal: a dialog.
 *
 * stretto.sessionView(data) returns open(build, s).  The page's address names it: #session=sync/17, and a
 * page that is opened with such an address opens it. */
stretto.sessionView = (data) => {
  const { crowd, words, el, button } = stretto;
  const { builds } = data;
  const svg = (tag, attributes, ...children) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  const title = el('h2', { id: 'session-title', tabindex: -1 });
  const about = el('p', { class: 'session-about' });
  const picture = el('div', { class: 'session-picture' });
  const table = el('div', { class: 'session-table', tabindex: 0, role: 'region', 'aria-label': 'Waits of this session' });
  const buttons = [button('Previous', () => step(-1)), button('Next', () => step(1)), button('Slowest', slowest)];
  const dialog = el('dialog', { class: 'session-view', 'aria-labelledby': 'session-title' },
    el('div', { class: 'session-top' }, title, el('div', { role: 'group', 'aria-label': 'Sessions of this build' }, ...buttons),
      button('Close', () => dialog.close(), { 'aria-label': 'Close this session' })),
    about, picture, table);
  document.body.append(dialog);
  let shown = null; // {build, s}
  let sort = 'order';

  // What a session and the script waited for in one step, as a row of the table and two rectangles.
  function pairs({ build, s }) {
    const list = crowd.compare(build, s).map((pair, i) => ({ ...pair, number: i + 1, kind: build.kinds[pair.step] }));
    const more = (pair) => (Number.isNaN(pair.more) ? -Infinity : pair.more);
    return sort === 'order' ? list : list.sort((a, b) => more(b) - more(a) || a.number - b.number);
  }

  function draw() {
    const { build, s } = shown;
    const waited = crowd.segments(build).total[s];
    const alone = crowd.together(build.ideal);
    title.textContent = `${build.label}: session ${build.id[s]}`;
    about.replaceChildren(`User ${build.user[s]}, `, build.iteration[s] ? `session ${build.iteration[s] + 1} of this user, ` : '',
      `started at ${words.clock(build.start[s])}; ${words.outcome(build, s)}. `,
      el('strong', {}, `It waited ${stretto.duration(waited)} in total`), `; a user who is alone waits ${stretto.duration(alone)}.`);
    buttons[0].disabled = s === 0;
    buttons[1].disabled = s === build.count - 1;
    const list = pairs(shown);
    picture.replaceChildren(drawPicture(list));
    table.replaceChildren(drawTable(list));
  }

  // A rectangle of a row, with what is written on it where there is room: its step, else its number.
  function bar(pair, { from, length, open }, y, scale, text) {
    const x = scale(from);
    const width = Math.max(1, scale(from + length) - x);
    const group = svg('g', { class: `bar ${stretto.kindClasses[pair.kind]}${open ? ' unanswered' : ''}`, 'data-number': pair.number },
      svg('rect', { x, y, width, height: 34 }), svg('title', {}, `${pair.number}. ${text}: ${stretto.duration(length)}`));
    const room = Math.floor((width - 8) / 6.8);
    const written = room >= Math.min(text.length, 7) ? shorten(text, room) : room >= String(pair.number).length - 0.5 ? pair.number : '';
    if (written !== '') group.append(svg('text', { x: x + width / 2, y: y + 22, 'text-anchor': 'middle' }, String(written)));
    return group;
  }

  const shorten = (text, most) => (text.length <= most ? text : `${Array.from(text).slice(0, most - 1).join('')}\u2026`);

  function drawPicture(list) {
    const { build, s } = shown;
    const { ideal, waits } = build;
    const left = 92;
    const width = Math.max(320, (picture.clientWidth || 900) - 2);
    const span = Math.max(build.length[s], ideal.total) * 1.01;
    const scale = (ms) => left + ms / span * (width - left - 8);
    const all = svg('svg', { width, height: 136, viewBox: `0 0 ${width} 136`, role: 'img',
      'aria-label': `Two rows on one time axis: session ${build.id[s]} lasted ${stretto.duration(build.length[s])}, the script alone ${stretto.duration(ideal.total)}.` });
    const step = words.timeStep(span, (width - left) / 70);
    const { unit, text: tick } = words.ticks(span, step);
    for (let ms = 0; ms <= span; ms += step) {
      all.append(svg('line', { class: 'grid', x1: scale(ms), x2: scale(ms), y1: 6, y2: 114 }),
        svg('text', { class: 'tick', x: scale(ms), y: 130, 'text-anchor': 'middle' }, `${tick(ms)}${ms || unit !== 's' ? '' : ' s'}`));
    }
    const row = (y, name, length) => all.append(svg('text', { class: 'name', x: left - 8, y: y + 22, 'text-anchor': 'end' }, name),
      svg('rect', { class: 'life', x: scale(0), y, width: scale(length) - scale(0), height: 34 }));
    row(14, `session ${build.id[s]}`, build.length[s]);
    row(74, 'script alone', ideal.total);
    for (const pair of list) {
      const text = build.stepLabel(pair.step);
      if (pair.own >= 0 && pair.ideal >= 0) all.append(link(pair, scale));
      if (pair.own >= 0)
        all.append(bar(pair, { from: waits.start[pair.own], length: waits.length[pair.own], open: waits.open[pair.own] }, 14, scale, text));
      if (pair.ideal >= 0) all.append(bar(pair, { from: ideal.start[pair.ideal], length: ideal.length[pair.ideal] }, 74, scale, text));
    }
    return all;
  }

  // Between the rows: where the same wait lies in each.
  function link(pair, scale) {
    const { waits, ideal } = shown.build;
    const [a, b] = [waits.start[pair.own], waits.start[pair.own] + waits.length[pair.own]].map(scale);
    const [c, d] = [ideal.start[pair.ideal], ideal.start[pair.ideal] + ideal.length[pair.ideal]].map(scale);
    return svg('path', { class: `link ${stretto.kindClasses[pair.kind]}`, 'data-number': pair.number,
      d: `M${a} 48 L${Math.max(b, a + 1)} 48 L${Math.max(d, c + 1)} 74 L${c} 74 Z` });
  }

  function drawTable(list) {
    const longest = Math.max(1, ...list.map(({ more }) => more).filter((more) => more > 0));
    const heads = [['number', 'order', '#'], ['', '', 'Wait'], ['number', '', 'At'], ['number', '', 'Alone'], ['number', '', 'This session'],
      ['number', 'more', 'Difference'], ['', '', '']];
    const head = el('tr', {}, ...heads.map(([className, by, text]) => {
      const sorted = { 'aria-sort': sort !== by ? 'none' : by === 'more' ? 'descending' : 'ascending' };
      return by ? el('th', { class: className, scope: 'col', ...sorted }, button(text, () => resort(by), { id: `sort-${by}` }))
        : el(text ? 'th' : 'td', { class: className, ...(text ? { scope: 'col' } : {}) }, text);
    }));
    const body = el('tbody', {}, ...list.map((pair) => tableRow(pair, longest)));
    for (const event of ['pointerover', 'pointerout']) body.addEventListener(event, (e) => light(e, event === 'pointerover'));
    return el('table', {}, el('caption', { class: 'unseen' }, 'Each wait beside the same wait of a user who is alone'),
      el('thead', {}, head), body);
  }

  function tableRow(pair, longest) {
    const { build } = shown;
    const { waits, ideal } = build;
    const time = (ms) => el('td', { class: 'number' }, Number.isNaN(ms) ? '' : words.more(ms));
    const of = ({ length }, i) => (i < 0 ? NaN : length[i]);
    const own = time(of(waits, pair.own));
    if (pair.own >= 0 && waits.open[pair.own]) own.append(' no answer');
    if (pair.own < 0) own.textContent = 'not reached';
    const bar = el('span', { class: 'more' });
    bar.style.width = `${pair.more > 0 ? 100 * pair.more / longest : 0}%`;
    const row = el('tr', {}, el('td', { class: 'number' }, pair.number),
      el('td', { class: 'step' }, el('span', { class: `key ${stretto.kindClasses[pair.kind]}`, title: stretto.kinds[pair.kind] }),
        build.stepLabel(pair.step)),
      el('td', { class: 'number' }, pair.own < 0 ? '' : words.more(waits.start[pair.own])),
      time(of(ideal, pair.ideal)), own, time(pair.more), el('td', { class: 'bars' }, bar));
    row.dataset.number = pair.number;
    return row;
  }

  // The rectangles of the row under the pointer.
  function light(event, on) {
    const number = event.target.closest('tr')?.dataset.number;
    if (!number) return;
    for (const bar of picture.querySelectorAll(`[data-number="${number}"]`)) bar.classList.toggle('lit', on);
  }

  function resort(by) {
    sort = by;
    draw();
    table.querySelector(`#sort-${by}`).focus();
  }

  const address = ({ build, s }) => `#session=${encodeURIComponent(build.label)}/${build.id[s]}`;

  function open(build, s) {
    shown = { build, s };
    if (!dialog.open) dialog.showModal();
    draw();
    title.focus();
    dialog.scrollTop = 0;
    if (location.hash !== address(shown)) history.replaceState(null, '', address(shown));
  }

  function step(by) {
    open(shown.build, Math.max(0, Math.min(shown.build.count - 1, shown.s + by)));
  }

  // The one that waited longest in all.
  function slowest() {
    const { total } = crowd.segments(shown.build);
    open(shown.build, total.indexOf(Math.max(...total)));
  }

  function fromAddress() {
    const [, label, id] = /^#session=(.+)\/(-?\d+)$/.exec(location.hash) ?? [];
    if (label === undefined) return;
    const build = builds.find((one) => encodeURIComponent(one.label) === label || one.label === label);
    const s = build ? Array.from(build.id).indexOf(Number(id)) : -1;
    if (s >= 0) open(build, s);
  }

  dialog.addEventListener('close', () => history.replaceState(null, '', `${location.pathname}${location.search}`));
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  window.addEventListener('hashchange', fromAddress);
  new ResizeObserver(() => dialog.open && picture.replaceChildren(drawPicture(pairs(shown)))).observe(picture);
  fromAddress();
  return open;
};
