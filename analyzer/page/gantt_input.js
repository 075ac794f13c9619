/* What a pointer, a finger and the keyboard do to the Gantt chart (gantt.js).
 *
 * Pointer   rests: tells what is there.  Click: opens the session.  Drag: zooms to what it framed.
 *           Wheel with Ctrl: zooms; over the numbers of an axis only along that axis.  Double: shows all.
 * Finger    tap: tells, tap again: opens.  Two fingers: zoom.
 * Keys      arrows choose a session and its waits, Home, End, Page keys; Enter opens; + - 0 and Esc zoom. */
stretto.ganttInput = (gantt) => {
  const { crowd, raster, words, el, ganttPaint } = stretto;
  const { panels, state } = gantt;
  const CLICK = 4; // pixels: who moves further drags
  const NEAR = 3; // pixels: a wait may be thinner than a pointer
  const DOUBLE = 300; // milliseconds

  const scaleOf = (panel) => ganttPaint.scale(panel, state);
  const at = (panel, event) => {
    const { left, top } = panel.canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  // The session and wait under a point of a panel, or null; rows: how many share its pixel.
  function find(panel, { x, y }) {
    const to = scaleOf(panel);
    const { box } = to;
    if (x < box.x || x >= box.x + box.width || y < box.y || y >= box.y + box.height) return null;
    const time = to.time(x);
    const bundle = raster.rowsOfLine(state.view, box.height * state.ratio, Math.floor((box.y + box.height - y) * state.ratio));
    const row = Math.floor(to.row(y));
    const [low, high] = bundle ?? [row, row + 1];
    const last = Math.min(high, panel.rows.count);
    if (low >= last) return null;
    const s = bundle ? crowd.worstAt(panel.build, panel.rows, low, last, time) : crowd.sessionAt(panel.build, panel.rows, row, time);
    if (s < 0) return null;
    const ms = time + crowd.shift(panel.build, panel.rows, s);
    const [inside] = crowd.waitsAt(panel.build, s, ms);
    const wait = inside ?? crowd.nearestWait(panel.build, s, ms, NEAR * (state.view.to - state.view.from) / box.width);
    return { panel, s, wait, ms, rows: last - low };
  }

  function lines({ panel: { build }, s, wait, ms, rows }) {
    const { waits } = build;
    const out = [];
    if (wait >= 0) {
      const kind = crowd.kindOf(build, wait);
      const beside = crowd.waitsAt(build, s, build.start[s] + waits.start[wait]).length - 1;
      out.push(el('strong', {}, build.stepLabel(waits.step[wait])),
        el('span', {}, el('span', { class: `key ${stretto.kindClasses[kind]}` }),
          `${stretto.kinds[kind]}, ${stretto.duration(waits.length[wait])}${waits.open[wait] ? ', no answer came' : ''}`),
        `at ${words.clock(build.start[s] + waits.start[wait])}, ${stretto.duration(waits.start[wait])} into the session`);
      if (beside > 0) out.push(`${beside} more at the same time`);
    } else {
      const there = ms >= build.start[s] && ms < build.start[s] + build.length[s];
      out.push(el('strong', {}, there ? 'nothing to wait for' : 'not there'), `at ${words.clock(Math.max(0, ms))}`);
    }
    out.push(words.session(build, s), `${stretto.number(crowd.activeAt(build, ms))} sessions active`);
    if (build.outcome[s]) out.push(words.outcome(build, s));
    if (rows > 1) out.push(`${rows} rows share this pixel; this one waits longest`);
    return out;
  }

  function showTip(found, event) {
    stretto.tip.show(el('div', {}, ...lines(found).map((line) => el('div', {}, line))), event.clientX, event.clientY);
  }

  function hover(panel, event) {
    const found = find(panel, at(panel, event));
    panel.canvas.classList.toggle('over', !!found);
    if (found) showTip(found, event);
    else stretto.tip.hide();
    state.hover = found;
    gantt.redraw();
  }

  function leave() {
    stretto.tip.hide();
    state.hover = null;
    gantt.redraw();
  }

  // A click opens at once where it cannot be half of a double click that shows all again.
  let waiting = 0;
  function click(panel, event) {
    const found = find(panel, at(panel, event));
    clearTimeout(waiting);
    const touch = event.pointerType === 'touch';
    if (!found || (event.detail > 1 && !touch)) return;
    const { selected } = state;
    const again = selected?.panel === panel && selected.s === found.s;
    gantt.select(panel.build, found.s, found.wait);
    if (touch && !again) {
      hover(panel, event);
      return;
    }
    const open = () => { leave(); gantt.open(found); };
    if (state.view === state.whole) open();
    else waiting = setTimeout(open, DOUBLE);
  }

  function brushTo(panel, from, event) {
    const { box } = scaleOf(panel);
    const point = at(panel, event);
    const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
    const x = clamp(point.x, box.x, box.x + box.width);
    const y = clamp(point.y, box.y, box.y + box.height);
    // A narrow frame means one axis: all rows of a time, or all the time of some rows.
    const flat = Math.abs(y - from.y) < 12;
    const thin = Math.abs(x - from.x) < 12;
    state.brush = { panel, x1: thin && !flat ? box.x : Math.min(x, from.x), x2: thin && !flat ? box.x + box.width : Math.max(x, from.x),
      y1: flat ? box.y : Math.min(y, from.y), y2: flat ? box.y + box.height : Math.max(y, from.y) };
    gantt.redraw();
  }

  function zoomToBrush(panel) {
    const to = scaleOf(panel);
    const { x1, x2, y1, y2 } = state.brush;
    state.brush = null;
    gantt.setView({ from: to.time(x1), to: to.time(x2), low: to.row(y2), high: to.row(y1) });
  }

  // Two fingers: what lay under them stays under them, along the time.
  function pinch(panel, fingers, event) {
    const before = [...fingers.values()].map(({ x }) => x);
    fingers.set(event.pointerId, at(panel, event));
    const after = [...fingers.values()].map(({ x }) => x);
    const apart = ([a, b]) => Math.max(10, Math.abs(a - b));
    const to = scaleOf(panel);
    gantt.zoom(apart(before) / apart(after), { time: to.time((after[0] + after[1]) / 2), rows: false });
  }

  function wheel(panel, event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const to = scaleOf(panel);
    const { x, y } = at(panel, event);
    gantt.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008), { time: to.time(x), row: to.row(y),
      times: x >= to.box.x, rows: y < to.box.y + to.box.height });
    leave();
  }

  function watch(panel) {
    const { canvas } = panel;
    const fingers = new Map();
    let down = null;
    let clicked = ''; // by what: no drag
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, at(panel, event));
      down = fingers.size === 1 ? at(panel, event) : null;
      clicked = '';
      state.brush = null;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (fingers.size === 2) return pinch(panel, fingers, event);
      const { x, y } = at(panel, event);
      if (!down || (!state.brush && Math.hypot(x - down.x, y - down.y) < CLICK)) return hover(panel, event);
      leave();
      brushTo(panel, down, event);
    });
    const end = (event) => {
      const last = fingers.delete(event.pointerId) && fingers.size === 0;
      if (event.type === 'pointerup' && last && state.brush) zoomToBrush(panel);
      else if (event.type === 'pointerup' && last && down) clicked = event.pointerType;
      state.brush = null;
      down = null;
    };
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
    canvas.addEventListener('pointerleave', leave);
    canvas.addEventListener('click', (event) => {
      if (clicked) click(panel, event);
    });
    canvas.addEventListener('dblclick', () => clicked !== 'touch' && gantt.setView(state.whole));
    canvas.addEventListener('wheel', (event) => wheel(panel, event), { passive: false });
    canvas.addEventListener('keydown', (event) => key(panel, event));
  }

  // Of this panel: what is chosen, else nothing.
  const chosen = (panel) => (state.selected?.panel === panel ? state.selected : null);

  function toRow(panel, row) {
    const { rows, build } = panel;
    const at = Math.max(0, Math.min(rows.count - 1, row));
    const mine = chosen(panel);
    const time = mine ? gantt.place(mine).time : state.view.from;
    const s = crowd.sessionAt(build, rows, at, time);
    gantt.select(build, s, mine && mine.wait >= 0 ? crowd.nearestWait(build, s, time + crowd.shift(build, rows, s), Infinity) : -1);
  }

  // The next wait of the session, or the one before; behind its last one the row's next session.
  function toWait(panel, by) {
    const mine = chosen(panel);
    if (!mine) return toRow(panel, Math.floor(state.view.low));
    const { build, rows } = panel;
    const wait = mine.wait < 0 ? (by > 0 ? build.firstWait[mine.s] : build.firstWait[mine.s + 1] - 1) : mine.wait + by;
    if (wait >= build.firstWait[mine.s] && wait < build.firstWait[mine.s + 1]) return gantt.select(build, mine.s, wait);
    const row = rows.rowOf[mine.s];
    const next = rows.sessions.indexOf(mine.s) + by;
    if (next < rows.first[row] || next >= rows.first[row + 1]) return undefined;
    const s = rows.sessions[next];
    return gantt.select(build, s, by > 0 ? build.firstWait[s] : build.firstWait[s + 1] - 1);
  }

  const byRows = (by) => (panel) => toRow(panel, chosen(panel) ? panel.rows.rowOf[chosen(panel).s] + by : Math.floor(state.view.low));
  const all = () => gantt.setView(state.whole);
  const keys = {
    ArrowUp: byRows(1),
    ArrowDown: byRows(-1),
    PageUp: byRows(10),
    PageDown: byRows(-10),
    Home: (panel) => toRow(panel, 0),
    End: (panel) => toRow(panel, panel.rows.count - 1),
    ArrowRight: (panel) => toWait(panel, 1),
    ArrowLeft: (panel) => toWait(panel, -1),
    Enter: (panel) => chosen(panel) && gantt.open(chosen(panel)),
    '+': () => gantt.zoom(1 / 1.6),
    '=': () => gantt.zoom(1 / 1.6),
    '-': () => gantt.zoom(1.6),
    0: all,
    Escape: all,
  };

  function key(panel, event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key](panel);
  }

  panels.forEach(watch);
};
