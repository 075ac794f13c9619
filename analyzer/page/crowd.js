/* The crowd as its pictures ask for it: rows, places in time, what a session waits for.  Pure: no
 * document, no canvas.  Builds, and times in milliseconds, are as data.js has them; s is a session,
 * a moment counts since the run began. */
stretto.crowd = (() => {
  function areInOrder({ start }, from, beyond) {
    for (let i = from + 1; i < beyond; i++) if (start[i] < start[i - 1]) return false;
    return true;
  }

  // The waits from..beyond in order of their start; most sessions have them so already.
  function inOrder(waits, from, beyond) {
    const { start } = waits;
    const list = Array.from({ length: beyond - from }, (_, i) => from + i);
    return areInOrder(waits, from, beyond) ? list : list.sort((a, b) => start[a] - start[b] || a - b);
  }

  // Which waits a person sees: where several of a session run side by side, the one that began first
  // goes on until it ends.  So no moment counts twice.  Session s has segments first[s] up to
  // first[s + 1], each a part (begin, end) of a `wait`; before: how long it had waited until then.
  function segmentsOf({ count, start, length, firstWait, waits }) {
    const most = firstWait[count];
    const out = {
      count: 0,
      first: new Uint32Array(count + 1),
      begin: new Float64Array(most),
      end: new Float64Array(most),
      wait: new Uint32Array(most),
      before: new Float64Array(most),
      total: new Float64Array(count), // a session: of all its waits
      left: start.map((ms, s) => ms + length[s]), // a session: when it ended
    };
    for (let s = 0; s < count; s++) {
      const from = firstWait[s];
      const beyond = firstWait[s + 1];
      const order = areInOrder(waits, from, beyond) ? null : inOrder(waits, from, beyond);
      let covered = -Infinity;
      for (let n = from; n < beyond; n++) {
        const i = order ? order[n - from] : n;
        const end = start[s] + waits.start[i] + waits.length[i];
        const begin = Math.max(start[s] + waits.start[i], covered);
        if (end <= begin) continue;
        const at = out.count++;
        out.begin[at] = begin;
        out.end[at] = covered = end;
        out.wait[at] = i;
        out.before[at] = out.total[s];
        out.total[s] += end - begin;
      }
      out.first[s + 1] = out.count;
    }
    return out;
  }

  // How long the script alone waits, times in which several of its waits run side by side counted once.
  function together(ideal) {
    let covered = 0;
    let total = 0;
    for (const i of inOrder(ideal, 0, ideal.count)) {
      total += Math.max(0, ideal.start[i] + ideal.length[i] - Math.max(covered, ideal.start[i]));
      covered = Math.max(covered, ideal.start[i] + ideal.length[i]);
    }
    return total;
  }

  const known = new WeakMap();
  // Made when first asked for, kept as long as the build.
  function segments(build) {
    if (!known.has(build)) known.set(build, segmentsOf(build));
    return known.get(build);
  }

  // The last i of from..beyond with list[i] <= value; from - 1 where there is none.
  function lastUpTo(list, value, from, beyond) {
    while (from < beyond) {
      const middle = (from + beyond) >> 1;
      if (list[middle] <= value) from = middle + 1;
      else beyond = middle;
    }
    return from - 1;
  }

  const kindOf = (build, wait) => build.kinds[build.waits.step[wait]];

  // The segment in which a session waits at a moment, or -1.
  function segmentAt(build, s, ms) {
    const { first, begin, end } = segments(build);
    const at = lastUpTo(begin, ms, first[s], first[s + 1]);
    return at >= first[s] && ms < end[at] ? at : -1;
  }

  // All waits of a session at a moment, the oldest first.
  function waitsAt(build, s, ms) {
    const { start, firstWait, waits } = build;
    const own = ms - start[s];
    return inOrder(waits, firstWait[s], firstWait[s + 1])
      .filter((i) => waits.start[i] <= own && own < waits.start[i] + waits.length[i]);
  }

  // The wait of a session that is nearest to a moment and no further than that away, or -1.
  function nearestWait(build, s, ms, most) {
    const { firstWait, waits } = build;
    const own = ms - build.start[s];
    let best = -1;
    let away = most;
    for (let i = firstWait[s]; i < firstWait[s + 1]; i++) {
      const distance = Math.max(waits.start[i] - own, own - waits.start[i] - waits.length[i], 0);
      if (distance > away || (distance === away && best >= 0)) continue;
      away = distance;
      best = i;
    }
    return best;
  }

  // How many sessions were active at a moment.
  function activeAt(build, ms) {
    const { left } = segments(build);
    let active = 0;
    for (let s = 0; s < build.count && build.start[s] <= ms; s++) active += ms < left[s];
    return active;
  }

  // Did any user play more than one session?
  const playedAgain = (build) => new Set(build.user).size < build.count;

  // Which sessions stand in which row, from the bottom up: row r has sessions[first[r]] up to
  // sessions[first[r + 1]].  rowOf tells it the other way round; users: whose row it is.
  function rowsOf({ count, user, length }, order) {
    const sessions = Uint32Array.from({ length: count }, (_, s) => s);
    if (order === 'aligned') sessions.sort((a, b) => length[a] - length[b] || a - b);
    if (order === 'users') sessions.sort((a, b) => user[a] - user[b] || a - b);
    const rowOf = new Uint32Array(count);
    const first = [];
    sessions.forEach((s, i) => {
      if (order !== 'users' || i === 0 || user[s] !== user[sessions[i - 1]]) first.push(i);
      rowOf[s] = first.length - 1;
    });
    const rows = first.length;
    const users = first.map((i) => user[sessions[i]]);
    return { order, count: rows, first: Uint32Array.from([...first, count]), sessions, rowOf, users };
  }

  // What is taken from a session's moments to place them in its row.
  const shift = (build, rows, s) => (rows.order === 'aligned' ? build.start[s] : 0);

  // How long the time axis of all builds is.  The mark belongs on it unless it would squeeze the rest.
  function span(builds, order, mark) {
    const aligned = order === 'aligned';
    let most = 1;
    for (const { count, start, length, ideal } of builds) {
      for (let s = 0; s < count; s++) most = Math.max(most, length[s] + (aligned ? 0 : start[s]));
      if (aligned) most = Math.max(most, ideal.total);
    }
    if (aligned && mark > most && mark < 2 * most) most = mark;
    return most * 1.02;
  }

  // The session of a row that was there at a time of the row, else the nearest; -1 in an empty row.
  function sessionAt(build, rows, row, time) {
    const { left } = segments(build);
    let best = -1;
    let away = Infinity;
    for (let i = rows.first[row]; i < rows.first[row + 1]; i++) {
      const s = rows.sessions[i];
      const ms = time + shift(build, rows, s);
      const distance = Math.max(build.start[s] - ms, ms - left[s], 0);
      if (distance >= away) continue;
      away = distance;
      best = s;
    }
    return best;
  }

  // Of several rows that share a pixel: the session that waits longest just then, else the first.
  function worstAt(build, rows, low, high, time) {
    let best = -1;
    let longest = -1;
    for (let row = low; row < high; row++) {
      const s = sessionAt(build, rows, row, time);
      if (s < 0) continue;
      const segment = segmentAt(build, s, time + shift(build, rows, s));
      const length = segment < 0 ? -1 : build.waits.length[segments(build).wait[segment]];
      if (best >= 0 && length <= longest) continue;
      longest = length;
      best = s;
    }
    return best;
  }

  // Each wait of a session beside the script's own, by step.  What the script lacks has no `ideal`,
  // what the session never came to has no `own` (a wait); `more`: how much longer it was.
  function compare(build, s) {
    const { firstWait, waits, ideal } = build;
    const alone = new Map(Array.from(ideal.step, (step, i) => [step, i]));
    const list = inOrder(waits, firstWait[s], firstWait[s + 1]).map((own) => {
      const step = waits.step[own];
      const match = alone.get(step) ?? -1;
      alone.delete(step);
      return { step, own, ideal: match, more: match < 0 ? NaN : waits.length[own] - ideal.length[match] };
    });
    return [...list, ...Array.from(alone, ([step, at]) => ({ step, own: -1, ideal: at, more: NaN }))];
  }

  return { segments, together, lastUpTo, kindOf, segmentAt, waitsAt, nearestWait, activeAt, playedAgain, rowsOf, shift, span,
    sessionAt, worstAt, compare };
})();
