/* The part of the page that shows the crowd: its replay, its Gantt chart, a session by itself. */
{
  function legend(builds) {
    const { el, kinds, kindClasses } = stretto;
    const item = (key, text) => el('li', {}, el('span', { class: `key ${key}` }), text);
    const list = kinds.map((kind, i) => item(kindClasses[i], kind));
    if (builds.some(({ waits }) => waits.open.includes(1))) list.push(item('unanswered', 'no answer came'));
    if (builds.some(({ outcome }) => outcome.includes(1))) list.push(item('failed', 'failed here'));
    if (builds.some(({ outcome }) => outcome.includes(2))) list.push(item('unfinished', 'unfinished'));
    if (builds.some(({ late }) => late.length)) list.push(item('late', 'the player was late: not to be trusted'));
    return el('ul', { class: 'crowd-legend' }, ...list);
  }

  function show(data) {
    const host = document.getElementById('crowd-view');
    if (!data.builds.some(({ count }) => count > 0)) return;
    const replay = stretto.el('div', { class: 'replay' });
    const chart = stretto.el('div', { class: 'gantt' });
    if (data.every > 1) {
      host.append(stretto.el('p', { class: 'how' }, `There are too many sessions for one page. Shown are one in ${data.every}, and the slowest; `
        + 'what is counted here is these alone.'));
    }
    host.append(legend(data.builds), replay, chart);
    const open = stretto.sessionView(data);
    const gantt = stretto.gantt(chart, data);
    stretto.replay(replay, data, gantt);
    document.addEventListener('stretto:open', ({ detail: { build, s } }) => open(build, s));
  }

  stretto.ready.then(show, () => { /* start.js tells of it */ });
}
