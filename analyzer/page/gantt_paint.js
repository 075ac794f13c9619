/* One panel of the Gantt chart on its canvas: a build, its rows, what lies over them.
 *
 * A panel is {build, rows, canvas, image, width, height}, lengths in CSS pixels; `state` is what all
 * panels share (gantt.js): view, order, mark, ratio, theme, colours, cursor, paper (it is printed), hover, selected, brush. */
stretto.ganttPaint = (() => {
  const { crowd, raster, words } = stretto;
  // On the left as much as the longest number of a row needs (gantt.js).
  const margin = { left: 44, right: 10, top: 20, bottom: 40, foot: 30 };
  const font = (size, weight = '') => `${weight} ${size}px system-ui, "DejaVu Sans", sans-serif`;

  // Where the rows lie; whole pixels, so that none of them is blurred.
  function area(panel, state) {
    const foot = state.order === 'aligned' ? margin.foot : 0;
    return { x: margin.left, y: margin.top, width: Math.max(1, Math.floor(panel.width - margin.left - margin.right)),
      height: Math.max(1, Math.floor(panel.height - margin.top - margin.bottom - foot)) };
  }

  const scale = (panel, state) => {
    const box = area(panel, state);
    const { from, to, low, high } = state.view;
    return {
      box,
      x: (time) => box.x + (time - from) / (to - from) * box.width,
      y: (row) => box.y + box.height - (row - low) / (high - low) * box.height,
      time: (x) => from + (x - box.x) / box.width * (to - from),
      row: (y) => low + (box.y + box.height - y) / box.height * (high - low),
    };
  };

  // The rows as pixels; drawn anew only when something about them has changed.
  function image(panel, state) {
    const box = area(panel, state);
    const [width, height] = [box.width, box.height].map((side) => Math.round(side * state.ratio));
    const { from, to, low, high } = state.view;
    const key = [state.order, from, to, low, high, width, height, state.theme].join();
    if (panel.imageKey !== key) {
      const pixels = raster.draw(panel.build, panel.rows, state.view, width, height, state.colours);
      Object.assign(panel.image, { width, height });
      panel.image.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
      panel.imageKey = key;
    }
    return panel.image;
  }

  function line(c, x1, y1, x2, y2) {
    c.beginPath();
    c.moveTo(x1, y1);
    c.lineTo(x2, y2);
    c.stroke();
  }

  const sharp = (x) => Math.round(x) + 0.5;

  function times(c, to, state) {
    const { box } = to;
    const { view, colours } = state;
    const step = words.timeStep(view.to - view.from, box.width / 62);
    const { unit, text } = words.ticks(view.to, step);
    c.strokeStyle = colours.grid;
    c.fillStyle = colours.soft;
    c.textAlign = 'center';
    c.font = font(12);
    for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
      line(c, sharp(to.x(time)), box.y, sharp(to.x(time)), state.bottom);
      c.fillText(text(time), to.x(time), state.bottom + 16);
    }
    c.fillText(state.order === 'aligned' ? `time since the session started (${unit})` : `time since the first session started (${unit})`,
      box.x + box.width / 2, state.bottom + 33);
  }

  // The numbers of rows: of the session in order of start, of which some may be left out; of the user; from
  // the shortest on.  Users count from 0.
  function rowNumbers({ build, rows }, { order }) {
    if (order === 'users') return { of: (row) => build.user[rows.sessions[rows.first[row]]], row: (n) => crowd.lastUpTo(rows.users, n, 0, rows.count) };
    if (order === 'aligned') return { of: (row) => row + 1, row: (n) => n - 1 };
    return { of: (row) => build.place[row] + 1, row: (n) => crowd.lastUpTo(build.place, n - 1, 0, build.count) };
  }

  function numbers(c, to, panel, state) {
    const { box } = to;
    const { low, high } = state.view;
    const number = rowNumbers(panel, state);
    const most = panel.rows.count - 1;
    const [first, last] = [low, high].map((row) => number.of(Math.max(0, Math.min(most, Math.floor(row)))));
    const room = to.y(Math.max(0, low)) - to.y(Math.min(panel.rows.count, high));
    const step = words.countStep((last - first) / Math.max(1, room / 24));
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    for (let n = Math.ceil(first / step) * step; n <= last; n += step) {
      const row = number.row(n);
      const y = to.y(row + 0.5);
      if (row < 0 || y < box.y || y > box.y + box.height) continue;
      line(c, box.x, sharp(y), box.x + box.width, sharp(y));
      c.fillText(stretto.number(n), box.x - 7, y);
    }
    c.textBaseline = 'alphabetic';
  }

  // Slanting lines, as a pattern: time in which the player was late.
  function hatch(c, state) {
    const tile = document.createElement('canvas');
    const side = tile.width = tile.height = 8;
    const t = tile.getContext('2d');
    t.strokeStyle = state.colours.soft;
    for (const x of [-side, 0, side]) line(t, x, side, x + side, 0);
    return c.createPattern(tile, 'repeat');
  }

  function veil(c, state, boxes) {
    if (!boxes.length) return;
    c.beginPath();
    for (const box of boxes) c.rect(...box);
    c.globalAlpha = 0.22;
    c.fillStyle = state.colours.soft;
    c.fill();
    c.globalAlpha = 0.55;
    c.fillStyle = state.hatch ??= hatch(c, state);
    c.fill();
    c.globalAlpha = 1;
  }

  // On one clock a late moment lies across all rows; rows from their own start have each their part.
  function late(c, to, { build, rows }, state) {
    const boxes = [];
    for (const span of build.late) {
      if (state.order !== 'aligned') {
        boxes.push([to.x(span.from), to.box.y, to.x(span.to) - to.x(span.from), to.box.height]);
        continue;
      }
      for (let s = 0; s < build.count && build.start[s] < span.to; s++) {
        const from = Math.max(0, span.from - build.start[s]);
        const end = Math.min(build.length[s], span.to - build.start[s]);
        const top = to.y(rows.rowOf[s] + 1);
        if (end > from) boxes.push([to.x(from), top, to.x(end) - to.x(from), to.y(rows.rowOf[s]) - top]);
      }
    }
    veil(c, state, boxes);
  }

  function label(c, text, x, y, colour, align = 'center') {
    c.font = font(12, '600');
    c.textAlign = align;
    c.fillStyle = colour;
    c.fillText(text, x, y);
  }

  function steady(c, to, panel, state) {
    const { steady } = panel.build;
    if (!steady || state.order === 'aligned') return;
    c.strokeStyle = state.colours.ink;
    c.setLineDash([5, 4]);
    for (const time of [steady.from, steady.to]) line(c, sharp(to.x(time)), to.box.y - 4, sharp(to.x(time)), state.bottom);
    c.setLineDash([]);
    label(c, 'every user is there', to.x((steady.from + steady.to) / 2), to.box.y - 7, state.colours.soft);
  }

  function mark(c, to, panel, state) {
    if (state.order !== 'aligned' || state.mark > state.view.to || state.mark < state.view.from) return;
    c.strokeStyle = state.colours.limit;
    c.lineWidth = 3;
    line(c, to.x(state.mark), to.box.y - 3, to.x(state.mark), state.bottom);
    c.lineWidth = 1;
    label(c, stretto.duration(state.mark), to.x(state.mark), to.box.y - 7, state.colours.limitInk);
  }

  // The script as it was recorded: under the rows, pale.
  function ideal(c, to, panel, state) {
    if (state.order !== 'aligned') return;
    const { ideal: alone, kinds } = panel.build;
    const y = to.box.y + to.box.height + 10;
    const bar = (time, length) => c.fillRect(to.x(time), y, to.x(time + length) - to.x(time), 13);
    c.fillStyle = state.colours.text.life;
    bar(0, alone.total);
    c.globalAlpha = 0.6;
    for (let i = 0; i < alone.count; i++) {
      c.fillStyle = state.colours.text.kinds[kinds[alone.step[i]]];
      bar(alone.start[i], alone.length[i]);
    }
    c.globalAlpha = 1;
  }

  // × where a session failed, › where it had no end.
  function signs(c, to, panel, state) {
    const { build, rows } = panel;
    const size = Math.min(5, Math.max(2.5, (to.y(0) - to.y(1)) * 0.35));
    c.strokeStyle = state.colours.ink;
    c.lineWidth = 1.6;
    c.beginPath();
    for (let s = 0; s < build.count; s++) {
      const row = rows.rowOf[s];
      if (!build.outcome[s] || row < state.view.low - 1 || row > state.view.high) continue;
      const x = to.x(build.start[s] + build.length[s] - crowd.shift(build, rows, s));
      const y = to.y(row + 0.5);
      c.moveTo(x - size, y - size);
      c.lineTo(build.outcome[s] === 1 ? x + size : x, build.outcome[s] === 1 ? y + size : y);
      if (build.outcome[s] === 1) c.moveTo(x + size, y - size);
      c.lineTo(x - size, y + size);
    }
    c.stroke();
    c.lineWidth = 1;
  }

  // A frame around a session's row, and around one of its waits.
  function frame(c, to, panel, state, { s, wait }, colour) {
    const { build, rows } = panel;
    const [from, beyond] = stretto.raster.linesOfRow(state.view, to.box.height, rows.rowOf[s]);
    const height = Math.max(3, beyond - from);
    const middle = to.box.y + to.box.height - (from + beyond) / 2;
    const begin = build.start[s] - crowd.shift(build, rows, s);
    const around = (time, length, by) => c.strokeRect(to.x(time) - by, middle - height / 2 - by,
      to.x(time + length) - to.x(time) + 2 * by, height + 2 * by);
    c.strokeStyle = colour;
    c.lineWidth = 1.5;
    around(begin, build.length[s], 1.5);
    c.lineWidth = 2.5;
    if (wait >= 0) around(begin + build.waits.start[wait], build.waits.length[wait], 1);
    c.lineWidth = 1;
  }

  function cursor(c, to, state) {
    if (state.cursor === null || state.paper || state.order === 'aligned') return;
    const x = to.x(state.cursor);
    c.strokeStyle = c.fillStyle = state.colours.accent;
    c.lineWidth = 2;
    line(c, x, to.box.y - 4, x, state.bottom);
    c.beginPath();
    c.moveTo(x - 5, to.box.y - 10);
    c.lineTo(x + 5, to.box.y - 10);
    c.lineTo(x, to.box.y - 3);
    c.fill();
    c.lineWidth = 1;
  }

  function brush(c, to, state) {
    const { x1, y1, x2, y2 } = state.brush;
    c.globalAlpha = 0.18;
    c.fillStyle = c.strokeStyle = state.colours.accent;
    c.fillRect(x1, y1, x2 - x1, y2 - y1);
    c.globalAlpha = 1;
    c.strokeRect(x1, y1, x2 - x1, y2 - y1);
  }

  const inside = (c, { x, y, width }, bottom) => {
    c.beginPath();
    c.rect(x, y - 20, width, bottom - y + 20);
    c.clip();
  };

  function panel(panel, state) {
    const c = panel.canvas.getContext('2d');
    const to = scale(panel, state);
    state.bottom = to.box.y + to.box.height + (state.order === 'aligned' ? margin.foot : 0);
    c.setTransform(state.ratio, 0, 0, state.ratio, 0, 0);
    c.clearRect(0, 0, panel.width, panel.height);
    c.lineWidth = 1;
    times(c, to, state);
    numbers(c, to, panel, state);
    if (state.order === 'aligned') c.fillText('script', to.box.x - 7, to.box.y + to.box.height + 21);
    c.save();
    inside(c, to.box, state.bottom);
    c.imageSmoothingEnabled = false;
    c.drawImage(image(panel, state), to.box.x, to.box.y, to.box.width, to.box.height);
    for (const draw of [late, steady, ideal, mark, signs]) draw(c, to, panel, state);
    if (state.hover?.panel === panel) frame(c, to, panel, state, state.hover, state.colours.ink);
    if (state.selected?.panel === panel) frame(c, to, panel, state, state.selected, state.colours.accent);
    cursor(c, to, state);
    if (state.brush?.panel === panel) brush(c, to, state);
    c.restore();
  }

  return { panel, scale, area, margin };
})();
