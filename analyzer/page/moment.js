/* The run at one moment: who is there, who waits, since when.  A pure function of the time, so that the
 * slider may go either way.  Times in milliseconds. */
stretto.moment = (() => {
  const { crowd } = stretto;

  // A place in the room for each session: the lowest that is free when it comes.  So the room fills as
  // far as sessions pile up.
  function placesOf(build) {
    const { left } = crowd.segments(build);
    const leaving = Uint32Array.from(left.keys()).sort((a, b) => left[a] - left[b] || a - b);
    const place = new Uint32Array(build.count);
    const taken = new Uint8Array(build.count + 1);
    let gone = 0;
    let lowest = 0; // no place below it is free
    let count = 0;
    build.start.forEach((start, s) => {
      for (; leaving[gone] < s && left[leaving[gone]] <= start; gone++) {
        const free = place[leaving[gone]];
        taken[free] = 0;
        lowest = Math.min(lowest, free);
      }
      while (taken[lowest]) lowest++;
      taken[lowest] = 1;
      place[s] = lowest;
      count = Math.max(count, lowest + 1);
    });
    return { place, count };
  }

  const known = new WeakMap();
  function places(build) {
    if (!known.has(build)) known.set(build, placesOf(build));
    return known.get(build);
  }

  // Counts at a moment.  each(s, kind, since) hears of those who are there; kind -1: nothing to wait for.
  function at(build, ms, each) {
    const { count, start, outcome, waits } = build;
    const { first, begin, end, wait, before, total, left } = crowd.segments(build);
    const seen = { started: 0, active: 0, waiting: 0, longest: 0, waited: 0, ended: [0, 0, 0] };
    for (let s = 0; s < count && start[s] <= ms; s++) {
      seen.started++;
      if (left[s] <= ms) {
        seen.ended[outcome[s]]++;
        seen.waited += total[s];
        continue;
      }
      seen.active++;
      const i = crowd.lastUpTo(begin, ms, first[s], first[s + 1]);
      if (i >= first[s]) seen.waited += before[i] + Math.min(ms, end[i]) - begin[i];
      if (i < first[s] || ms >= end[i]) {
        each?.(s, -1, ms);
        continue;
      }
      const since = start[s] + waits.start[wait[i]];
      seen.waiting++;
      seen.longest = Math.max(seen.longest, ms - since);
      each?.(s, crowd.kindOf(build, wait[i]), since);
    }
    return seen;
  }

  // How many waited in each of `count` equal parts of the time from 0 to span, on average.
  function waitingOver(build, span, count) {
    const { begin, end, count: segments } = crowd.segments(build);
    const mean = new Float64Array(count);
    const scale = count / span;
    for (let i = 0; i < segments; i++) {
      const from = begin[i] * scale;
      const to = Math.min(end[i] * scale, count);
      for (let x = Math.floor(from); x < to; x++) mean[x] += Math.min(to, x + 1) - Math.max(from, x);
    }
    return mean;
  }

  // The moment, of so many looked at, in which most wait in all builds together.
  function fullest(builds, span, looks = 200) {
    const sum = new Float64Array(looks);
    for (const build of builds) waitingOver(build, span, looks).forEach((n, i) => { sum[i] += n; });
    return (sum.indexOf(Math.max(...sum)) + 0.5) * span / looks;
  }

  const speeds = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000];
  // Those on offer, and the one with which the run takes about 15 seconds.
  function speedsFor(span) {
    const away = (speed) => Math.abs(Math.log(speed * 15000 / span));
    const best = speeds.reduce((a, b) => (away(b) < away(a) ? b : a));
    return { best, list: speeds.filter((speed) => speed <= Math.max(50, 5 * best)) };
  }

  return { places, at, waitingOver, fullest, speedsFor };
})();
