/* The part of the page that shows the crowd: its replay, its Gantt chart, a session by itself. */
stretto.ready.then((data) => {
  const host = document.getElementById('crowd-view');
  if (!data.builds.some(({ count }) => count > 0)) return;
  const replay = stretto.el('div', { class: 'replay' });
  const chart = stretto.el('div', { class: 'gantt' });
  host.append(replay, chart);
  const open = stretto.sessionView(data);
  const gantt = stretto.gantt(chart, data);
  stretto.replay(replay, data, gantt);
  for (const part of [replay, chart]) part.addEventListener('stretto:open', ({ detail: { build, s } }) => open(build, s));
}, () => {});
