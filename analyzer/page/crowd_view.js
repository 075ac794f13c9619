/* The part of the page that shows the crowd: its replay, its Gantt chart, a session by itself. */
stretto.ready.then((data) => {
  const host = document.getElementById('crowd-view');
  if (!data.builds.some(({ count }) => count > 0)) return;
  const replay = stretto.el('div', { class: 'replay' });
  const chart = stretto.el('div', { class: 'gantt' });
  if (data.every > 1) {
    host.append(stretto.el('p', { class: 'said' }, `There are too many sessions for a page: here are those of which there is one in `
      + `${data.every}, and the slowest. What is counted below are these.`));
  }
  host.append(replay, chart);
  const open = stretto.sessionView(data);
  const gantt = stretto.gantt(chart, data);
  stretto.replay(replay, data, gantt);
  document.addEventListener('stretto:open', ({ detail: { build, s } }) => open(build, s));
}, () => {});
