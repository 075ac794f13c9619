/* The Gantt chart of all sessions: a canvas a build, side by side on shared scales.
 *
 * stretto.gantt(host, data)   draws it below host and returns
 *   cursor(ms)                shows a moment of the run; null: none
 *   select(build, s, wait)    chooses a session, and one of its waits (-1: none), and says which
 *   redraw()                  soon, once
 * It sends `stretto:open` ({build, s}) to the document when a session is to be seen by itself. */
stretto.gantt = (host, data) => {
  const { crowd, words, el, ganttPaint: paint } = stretto;
  const { builds } = data;
  const orders = [['sessions', 'By start'], ['users', 'By user'], ['aligned', 'From each one\u2019s own start']]
    .filter(([order]) => order !== 'users' || builds.some(crowd.playedAgain));
  const hows = {
    sessions: 'A row is a session, in order of start. The left edge shows how fast users came, the right edge how fast they were done.',
    users: 'A row is a user, with one session after another.',
    aligned: 'All sessions begin at the left, the shortest at the bottom. Under them the script: what a user gets who is alone.',
  };
  const state = { order: 'sessions', mark: data.summary.mark_us / 1000, view: null, whole: null, cursor: null, hover: null,
    selected: null, brush: null, paper: false, ratio: 1, theme: 0, colours: null };

  const said = el('p', { class: 'gantt-said', role: 'status' });
  const how = el('p', { class: 'how' });
  const panels = builds.map((build) => panelOf(build));

  function panelOf(build) {
    const ended = build.outcome.reduce((counts, outcome) => { counts[outcome]++; return counts; }, [0, 0, 0]);
    const counts = stretto.outcomes.map((name, i) => (ended[i] ? `${stretto.number(ended[i])} ${name}` : '')).filter(Boolean).join(', ');
    const canvas = el('canvas', { tabindex: 0, role: 'application', 'aria-roledescription': 'Gantt chart',
      'aria-label': `${build.label}: ${stretto.number(build.count)} sessions, ${counts}. Arrow keys choose a session and a wait, `
        + 'Enter opens it, plus and minus zoom, 0 shows all.' },
    'A row a session, a rectangle a wait. The same sessions are in the table below, and all their waits in events.csv.');
    const few = build.count < build.total ? `${stretto.number(build.count)} of ${stretto.number(build.total)} sessions shown` : counts;
    const figure = el('figure', { class: 'gantt-build' },
      el('figcaption', {}, el('strong', {}, build.label), ` ${few}`), canvas);
    return { build, canvas, figure, image: document.createElement('canvas'), rows: null, width: 0, height: 0 };
  }

  function orderControl() {
    const choice = ([order, text]) => {
      const input = el('input', { type: 'radio', name: 'gantt-order', value: order, checked: order === state.order });
      input.addEventListener('change', () => setOrder(order));
      return el('label', {}, input, el('span', {}, text));
    };
    return el('fieldset', { class: 'segments' }, el('legend', {}, 'Rows'), ...orders.map(choice));
  }

  function zoomButtons() {
    const button = (text, label, act) => stretto.button(text, act, { 'aria-label': label, title: label });
    return el('div', { class: 'gantt-zoom', role: 'group', 'aria-label': 'Zoom' },
      button('\u2212', 'Zoom out', () => zoom(1.6)), button('+', 'Zoom in', () => zoom(1 / 1.6)),
      button('All', 'Show all', () => setView(state.whole)));
  }

  function setOrder(order) {
    state.order = order;
    for (const panel of panels) panel.rows = crowd.rowsOf(panel.build, order);
    state.whole = { from: 0, to: crowd.span(builds, order, state.mark), low: 0, high: Math.max(1, ...panels.map(({ rows }) => rows.count)) };
    state.view = state.whole;
    state.hover = null;
    how.textContent = hows[order];
    fit();
  }

  // A part of the whole, moved back inside where it sticks out.
  function setView({ from, to, low, high }) {
    const { whole } = state;
    const clamp = (a, b, least, most, smallest) => {
      const size = Math.min(most - least, Math.max(smallest, b - a));
      const at = Math.min(most - size, Math.max(least, (a + b - size) / 2));
      return [at, at + size];
    };
    [from, to] = clamp(from, to, whole.from, whole.to, 1);
    [low, high] = clamp(low, high, whole.low, whole.high, Math.min(2, whole.high));
    state.view = { from, to, low, high };
    redraw();
  }

  // By a factor, around a time and a row (the middle, or what is selected), along the axes asked for.
  function zoom(factor, { time, row, times = true, rows = true } = {}) {
    const { view, selected } = state;
    const chosen = selected && place(selected);
    const t = time ?? chosen?.time ?? (view.from + view.to) / 2;
    const r = row ?? chosen?.row ?? (view.low + view.high) / 2;
    const around = (at, from, to, used) => (used ? [at - (at - from) * factor, at + (to - at) * factor] : [from, to]);
    const [from, to] = around(t, view.from, view.to, times);
    const [low, high] = around(r, view.low, view.high, rows);
    setView({ from, to, low, high });
  }

  // Where what is chosen stands: the middle of its wait, its row.
  function place({ panel: { build, rows }, s, wait }) {
    const own = wait < 0 ? 0 : build.waits.start[wait] + build.waits.length[wait] / 2;
    return { time: build.start[s] + own - crowd.shift(build, rows, s), row: rows.rowOf[s] + 0.5 };
  }

  function select(build, s, wait = -1) {
    const panel = panels.find((one) => one.build === build);
    state.selected = s < 0 ? null : { panel, s, wait };
    said.textContent = s < 0 ? '' : words.sentence(build, s, wait);
    if (s >= 0) show(state.selected);
    redraw();
  }

  // Moves the view, where it must, to what is chosen.
  function show(chosen) {
    const { view } = state;
    const { time, row } = place(chosen);
    const moved = (at, from, to) => (at < from || at > to ? at - (from + to) / 2 : 0);
    const [dt, dr] = [moved(time, view.from, view.to), moved(row, view.low, view.high)];
    if (dt || dr) setView({ from: view.from + dt, to: view.to + dt, low: view.low + dr, high: view.high + dr });
  }

  function colours() {
    const rgb = (name) => stretto.colour(name).match(/[\d.]+/g).slice(0, 3).map(Number);
    const text = { life: stretto.colour('--life'), kinds: stretto.kindClasses.map((name) => stretto.colour(`--${name}`)) };
    return { life: rgb('--life'), kinds: stretto.kindClasses.map((name) => rgb(`--${name}`)), text, ink: stretto.colour('--ink'),
      soft: stretto.colour('--ink-soft'), grid: stretto.colour('--grid'), limit: stretto.colour('--limit'),
      limitInk: stretto.colour('--limit-ink'), accent: stretto.colour('--accent') };
  }

  // Gives the canvases the size that they have on the page, and the rows the height that they need.
  function fit() {
    state.ratio = devicePixelRatio;
    const narrow = panels.length > 1 && panels[0].figure.offsetTop !== panels[1].figure.offsetTop;
    const { margin } = paint;
    const last = Math.max(...panels.map(({ build }) => (build.place.at(-1) ?? 0) + 1));
    margin.left = Math.max(44, 12 + 7 * stretto.number(last).length);
    const rows = Math.max(130, Math.min(narrow ? 300 : 500, state.whole.high * 11));
    const height = rows + margin.top + margin.bottom + (state.order === 'aligned' ? margin.foot : 0);
    for (const panel of panels) stretto.fitCanvas(panel, () => height);
    drawNow();
  }

  let asked = 0;
  function redraw() {
    asked ||= requestAnimationFrame(drawNow);
  }

  function drawNow() {
    cancelAnimationFrame(asked);
    asked = 0;
    state.colours ??= colours();
    for (const panel of panels) if (panel.width > 0) paint.panel(panel, state);
  }

  function recolour() {
    Object.assign(state, { colours: null, hatch: null, theme: state.theme + 1 });
    drawNow();
  }

  function open({ panel, s }) {
    document.dispatchEvent(new CustomEvent('stretto:open', { detail: { build: panel.build, s } }));
  }

  const gantt = { host, panels, state, redraw, setView, zoom, select, open, place,
    cursor: (ms) => { state.cursor = ms; redraw(); } };

  host.append(el('div', { class: 'gantt-bar' }, orderControl(), zoomButtons()), how,
    el('div', { class: 'columns' }, ...panels.map(({ figure }) => figure)), said,
    el('p', { class: 'hint' }, 'Click a session to see it beside the script. Drag to zoom, or turn the wheel with Ctrl held; '
      + 'double click or Esc shows all.'));
  stretto.ganttInput(gantt);
  document.addEventListener('stretto:theme', recolour);
  // On paper nothing moves, so there is no moment to mark.
  for (const [event, paper] of [['beforeprint', true], ['afterprint', false]]) {
    addEventListener(event, () => {
      state.paper = paper;
      drawNow();
    });
  }
  setOrder('sessions');
  stretto.whenResized(host, panels, fit);
  return gantt;
};
