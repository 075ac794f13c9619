/* Rows to pixels.  Where a row has pixels of its own, they show its own waits; where rows are thinner
 * than a pixel, it has the colour of what most of its sessions wait for just then, the paler the
 * fewer of them wait.  Nothing depends on the order of drawing.  Pure.
 *
 * A view is {from, to} in milliseconds and {low, high} in rows; lines are counted from the bottom up. */
stretto.raster = (() => {
  const { crowd } = stretto;
  const KINDS = 4;
  const OPEN = 4; // channels 4..7: the same kinds, where no answer came
  const LIFE = 8;
  const CHANNELS = 9;
  const NEXT_TO_NOTHING = 1e-4; // of a pixel: what is left of a sum of fractions

  // A line of pixels, as what covers them: [channel][x].
  function lineOf(width) {
    return { width, used: 0, low: width, high: 0, cover: Array.from({ length: CHANNELS }, () => new Float32Array(width + 2)) };
  }

  // Adds from..to (pixels, with fractions): its two ends by what they cover, what lies between as a
  // difference, summed up by the reader.
  function add(line, channel, from, to) {
    if (to <= 0 || from >= line.width || to <= from) return;
    const cover = line.cover[channel];
    const a = Math.max(from, 0);
    const b = Math.min(to, line.width);
    const x = Math.floor(a);
    const last = Math.floor(b);
    line.used |= 1 << channel;
    if (x < line.low) line.low = x;
    if (last + 2 > line.high) line.high = last + 2;
    if (x === last) {
      cover[x] += b - a;
      cover[x + 1] -= b - a;
      return;
    }
    const head = 1 - (a - x);
    const tail = b - last;
    cover[x] += head;
    cover[x + 1] += 1 - head;
    cover[last] += tail - 1;
    cover[last + 1] -= tail;
  }

  function addSession(line, build, s, zero, scale) {
    const { first, begin, end, wait, left } = crowd.segments(build);
    const { kinds, waits } = build;
    add(line, LIFE, (build.start[s] - zero) * scale, (left[s] - zero) * scale);
    for (let i = first[s]; i < first[s + 1]; i++) {
      const channel = kinds[waits.step[wait[i]]] + (waits.open[wait[i]] ? OPEN : 0);
      add(line, channel, (begin[i] - zero) * scale, (end[i] - zero) * scale);
    }
  }

  const mix = (from, to, share) => from + share * (to - from);

  // Colours are [red, green, blue].  Writes pixels from `at` on, and empties the line.
  function finish(line, sessions, colours, out, at, hatch) {
    const sum = new Float64Array(CHANNELS);
    const { cover, width } = line;
    const { life } = colours;
    const waits = cover.map((_, c) => c).filter((c) => c !== LIFE && line.used >> c & 1);
    for (let x = line.low; x < Math.min(line.high, width); x++) {
      let waiting = 0;
      let best = -1;
      sum[LIFE] += cover[LIFE][x];
      for (const c of waits) {
        sum[c] += cover[c][x];
        if (sum[c] < NEXT_TO_NOTHING) continue;
        waiting += sum[c];
        if (best < 0 || sum[c] > sum[best] + NEXT_TO_NOTHING) best = c;
      }
      const alive = Math.max(sum[LIFE], waiting);
      if (alive < NEXT_TO_NOTHING) continue;
      let share = Math.sqrt(Math.min(1, waiting / alive)); // a few are to be seen, too
      if (best >= OPEN) share *= (x + hatch) % 6 < 2 ? 0.85 : 0.3;
      const colour = best < 0 ? life : colours.kinds[best % KINDS];
      out[at + x] = (Math.round(255 * Math.min(1, alive / sessions)) << 24 | Math.round(mix(life[2], colour[2], share)) << 16 |
        Math.round(mix(life[1], colour[1], share)) << 8 | Math.round(mix(life[0], colour[0], share))) >>> 0;
    }
    empty(line);
  }

  function empty(line) {
    for (const cover of line.cover) cover.fill(0, line.low, line.high);
    Object.assign(line, { used: 0, low: line.width, high: 0 });
  }

  // Which rows [low, high) share pixel line 0, 1, ... from the bottom up.
  function rowsOfLine(view, height, line) {
    const each = (view.high - view.low) / height;
    return each <= 1 ? null : [Math.ceil(view.low + line * each - 1e-9), Math.ceil(view.low + (line + 1) * each - 1e-9)];
  }

  // The pixel lines [from, beyond) of a row that has some of its own, from the bottom up, with a gap
  // between rows that are thick enough for one.
  function linesOfRow(view, height, row) {
    const each = height / (view.high - view.low);
    const from = Math.round((row - view.low) * each);
    const beyond = Math.round((row + 1 - view.low) * each);
    const gap = each >= 3 ? Math.max(1, Math.round(each * 0.14)) : 0;
    return [from + Math.floor(gap / 2), Math.max(from + 1, beyond - Math.ceil(gap / 2))];
  }

  // The pixels of a panel, to be read as RGBA.
  function draw(build, rows, view, width, height, colours) {
    const out = new Uint32Array(width * height);
    const line = lineOf(width);
    const scale = width / (view.to - view.from);
    const fill = (row) => {
      for (let i = rows.first[row]; i < rows.first[row + 1]; i++)
        addSession(line, build, rows.sessions[i], view.from + crowd.shift(build, rows, rows.sessions[i]), scale);
    };
    if (rowsOfLine(view, height, 0)) drawBundles(line, rows, view, height, colours, out, fill);
    else drawRows(line, rows, view, height, colours, out, fill);
    return out;
  }

  function drawBundles(line, rows, view, height, colours, out, fill) {
    for (let y = 0; y < height; y++) {
      const [low, high] = rowsOfLine(view, height, y);
      for (let row = low; row < Math.min(high, rows.count); row++) fill(row);
      finish(line, high - low, colours, out, line.width * (height - 1 - y), y);
    }
  }

  function drawRows(line, rows, view, height, colours, out, fill) {
    for (let row = Math.max(0, Math.floor(view.low)); row < Math.min(rows.count, Math.ceil(view.high)); row++) {
      const [from, beyond] = linesOfRow(view, height, row).map((y) => Math.min(height, Math.max(0, y)));
      if (beyond <= from) continue;
      fill(row);
      paint(line, out, line.width, height, from, beyond, colours);
    }
  }

  // One row over several lines: computed once unless it is hatched.
  function paint(line, out, width, height, from, beyond, colours) {
    const hatched = line.used >> OPEN & 0xf;
    const kept = hatched ? line.cover.map((cover) => cover.slice()) : null;
    const { used, low, high } = line;
    const at = (y) => width * (height - 1 - y);
    finish(line, 1, colours, out, at(from), from);
    for (let y = from + 1; y < beyond; y++) {
      if (!hatched) {
        out.copyWithin(at(y), at(from), at(from) + width);
        continue;
      }
      line.cover.forEach((cover, c) => cover.set(kept[c]));
      Object.assign(line, { used, low, high });
      finish(line, 1, colours, out, at(y), y);
    }
  }

  return { draw, linesOfRow, rowsOfLine };
})();
