/* The table of sessions, the slowest first.  Its rows are made as they come into sight: there may be
 * tens of thousands.  A click on one opens it beside the script (crowd_view.js hears of it). */
{
  const COLUMNS = ['#Session', '#User', 'Build', '#Began at', '#Took', '#Against alone', '#Longest wait', 'For', 'Ended'];

  // The number of each session's longest wait, or -1.
  function longestWaits({ count, firstWait, waits }) {
    const longest = new Int32Array(count).fill(-1);
    for (let s = 0; s < count; s++) {
      for (let w = firstWait[s]; w < firstWait[s + 1]; w++) {
        if (longest[s] < 0 || waits.length[w] > waits.length[longest[s]]) longest[s] = w;
      }
    }
    return longest;
  }

  function rowsOf(builds) {
    const rows = [];
    for (const build of builds) {
      const longest = longestWaits(build);
      for (let s = 0; s < build.count; s++) rows.push({ build, s, wait: longest[s] });
    }
    return rows;
  }

  const values = [
    ({ build, s }) => build.id[s],
    ({ build, s }) => build.user[s],
    ({ build }) => build.label.toLowerCase(),
    ({ build, s }) => build.start[s],
    ({ build, s }) => build.length[s],
    ({ build, s }) => build.length[s] / build.ideal.total,
    ({ build, wait }) => (wait < 0 ? NaN : build.waits.length[wait]),
    ({ build, wait }) => (wait < 0 ? '' : build.stepLabel(build.waits.step[wait]).toLowerCase()),
    (row) => ended(row).toLowerCase(),
  ];

  function ended({ build, s }) {
    const why = build.reasons[build.reason[s]];
    return stretto.outcomes[build.outcome[s]] + (why ? `: ${why}` : '');
  }

  function number(value, text) {
    return stretto.el('td', {}, stretto.el('data', { value }, text));
  }

  function open({ build, s }) {
    document.dispatchEvent(new CustomEvent('stretto:open', { detail: { build, s } }));
  }

  function rowElement(row) {
    const { el, duration } = stretto;
    const { build, s, wait } = row;
    const against = build.length[s] / build.ideal.total;
    const name = stretto.button(String(build.id[s]), () => open(row), { class: 'open', title: 'Show it beside the script' });
    return el('tr', { class: stretto.outcomes[build.outcome[s]] },
      el('th', { scope: 'row' }, name),
      number(build.user[s], String(build.user[s])),
      el('td', {}, el('bdi', { class: `named ${build.colour}` }, build.label)),
      number(build.start[s], duration(build.start[s])),
      number(build.length[s], duration(build.length[s])),
      Number.isFinite(against) ? number(against, `\u00d7\u00a0${against.toFixed(2)}`) : el('td'),
      wait < 0 ? el('td') : number(build.waits.length[wait], duration(build.waits.length[wait])),
      el('td', {}, wait < 0 ? '' : build.stepLabel(build.waits.step[wait])),
      el('td', { class: 'ended' }, ended(row)));
  }

  // "sync: 5,048 of 10,000 sessions" where not all of them are here.
  function sampled({ builds, every }) {
    const some = builds.filter((build) => build.count < build.total).map((build) =>
      `${stretto.number(build.count)} of ${stretto.number(build.total)} of ${build.label}`);
    return `They are too many for a page: here is one in ${every} and the slowest (${some.join('; ')}). `
      + 'The numbers and pictures are of all of them.';
  }

  stretto.ready.then((data) => {
    const { el } = stretto;
    const rows = rowsOf(data.builds);
    const table = el('table', { id: 'table-sessions', 'data-what': 'sessions' },
      el('caption', {}, 'Every session, the slowest first'),
      el('thead', {}, el('tr', {}, ...COLUMNS.map((name) =>
        el('th', { scope: 'col', class: name[0] === '#' && 'number' }, name.replace('#', ''))))),
      el('tbody'));
    const section = document.getElementById('sessions');
    if (data.every > 1) section.append(el('p', { class: 'explain' }, sampled(data)));
    section.append(el('div', { class: 'scroll' }, table));
    stretto.table(table, {
      count: rows.length,
      value: (i, column) => values[column](rows[i]),
      text: (i) => [0, 1, 2, 7, 8].map((column) => values[column](rows[i])).join(' '),
      build: (i) => rows[i].build.label,
      row: (i) => rowElement(rows[i]),
      sorted: { column: 4, down: true },
    });
  });
}
