/* Times and sessions in words, and the steps of axes.  Pure; times in milliseconds. */
stretto.words = (() => {
  const pad = (n) => String(n).padStart(2, '0');

  // How much longer; shorter is told with a minus.
  const more = (ms) => (ms === 0 ? '0' : ms < 0 ? `\u2212${stretto.duration(-ms)}` : stretto.duration(ms));

  // "0:31", "1:02:05": a moment of the run.
  function clock(ms) {
    const s = Math.floor(ms / 1000);
    const minutes = Math.floor(s / 60);
    return s < 3600 ? `${minutes}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(minutes % 60)}:${pad(s % 60)}`;
  }

  const session = (build, s) => `session ${build.id[s]}, user ${build.user[s]}`;

  // How a session ended, and why.
  function outcome(build, s) {
    const { length, line, reason, reasons } = build;
    const failed = build.outcome[s] === 1;
    return `${stretto.outcomes[build.outcome[s]]} after ${stretto.duration(length[s])}${failed && line[s] ? `, line ${line[s]}` : ''}`
      + `${failed && reason[s] ? `: ${reasons[reason[s]]}` : ''}`;
  }

  // One wait, or all of a session where it is -1, in one sentence.
  function sentence(build, s, wait) {
    if (wait < 0) return `${session(build, s)}: ${outcome(build, s)}, started at ${clock(build.start[s])}`;
    const { waits } = build;
    const kind = stretto.kinds[stretto.crowd.kindOf(build, wait)];
    // Isolated: a label may be written from right to left.
    return `${session(build, s)}: ${kind} \u2068${build.stepLabel(waits.step[wait])}\u2069, ${stretto.duration(waits.length[wait])}, `
      + `at ${clock(build.start[s] + waits.start[wait])}${waits.open[wait] ? ', no answer came' : ''}`;
  }

  // Ticks of an axis of time: how far apart, so that there are no more than `most`.
  function timeStep(span, most) {
    const least = span / most;
    const round = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400].map((s) => s * 1000);
    return least < 1000 ? countStep(least, 0.001) : round.find((step) => step >= least) ?? Math.ceil(least / 864e5) * 864e5;
  }

  // The least of 1, 2 and 5 times a power of ten that is no less than this, from `ten` on.
  function countStep(least, ten = 1) {
    for (; ; ten *= 10) {
      for (const n of [1, 2, 5]) if (n * ten >= least) return n * ten;
    }
  }

  // How to write the ticks of an axis that ends there: in seconds, or where those are many as a clock does.
  function ticks(end, step) {
    if (end >= 600000 && step >= 1000) return { unit: end < 3600000 ? 'min:s' : 'h:min:s', text: clock };
    const digits = Math.max(0, Math.ceil(-Math.log10(step / 1000) - 1e-9));
    return { unit: 's', text: (ms) => (ms / 1000).toFixed(digits) };
  }

  return { more, clock, session, outcome, sentence, timeStep, countStep, ticks };
})();
