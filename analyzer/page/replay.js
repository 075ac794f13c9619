/* The run again: a slider through its time, and a crowd a build.  Who has nothing to wait for is small and
 * grey; who waits has the colour of what it waits for, and grows.
 *
 * stretto.replay(host, data, gantt): draws it below host, moves the cursor of the Gantt chart, and sends
 * `stretto:open` ({build, s}) to the document when a figure is clicked. */
stretto.replay = (host, data, gantt) => {
  const { crowd, moment, words, el, crowdPaint } = stretto;
  const { builds } = data;
  const span = Math.max(1, ...builds.map(({ end }) => end));
  const mark = data.summary.mark_us / 1000;
  const cells = Math.max(1, ...builds.map((build) => moment.places(build).count));
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const { best, list } = moment.speedsFor(span);
  const state = { now: moment.fullest(builds, span), playing: false, touched: false, speed: best, before: 0, colours: null };

  const play = stretto.button('Play', () => setPlaying(!state.playing), { class: 'replay-play' });
  const slider = el('input', { type: 'range', min: 0, max: Math.ceil(span), step: Math.max(1, Math.round(span / 2000)),
    'aria-label': 'Moment of the run' });
  const clock = el('output', { class: 'replay-clock' });
  const speed = el('select', { 'aria-label': 'Speed' },
    ...list.map((times) => el('option', { value: times, selected: times === best }, `${times}\u00d7`)));
  const panels = builds.map((build) => {
    const canvas = el('canvas', { role: 'img', 'aria-label': `The crowd of ${build.label} at this moment; the sentence above tells its numbers.` });
    const count = el('p', { class: 'replay-count' });
    const more = el('p', { class: 'replay-more' });
    const figure = el('figure', { class: 'replay-build' }, el('figcaption', {}, el('strong', {}, build.label)), count, canvas, more);
    return { build, canvas, figure, count, more, width: 0, height: 0, waiting: null };
  });

  const several = (n, one) => `${stretto.number(n)} ${one}${n === 1 ? '' : 's'}`;

  function tell(panel, seen) {
    const longest = seen.waiting ? `, longest ${stretto.duration(seen.longest)}` : '';
    panel.count.replaceChildren('waiting now: ', el('strong', {}, `${stretto.number(seen.waiting)} of ${stretto.number(seen.active)}`), longest);
    const ended = seen.ended.map((n, i) => (n ? `${stretto.number(n)} ${stretto.outcomes[i]}` : '')).filter(Boolean);
    panel.more.textContent = [...ended, `waited so far, all together: ${stretto.duration(seen.waited)}`].join(' \u00b7 ');
    return `${panel.build.label}: ${several(seen.waiting, 'session')} of ${seen.active} waiting${longest}`;
  }

  // Everything that shows the moment; nothing depends on the one before.
  function draw() {
    state.colours ??= crowdPaint.colours();
    const said = panels.map((panel) => {
      const { seen, figures } = crowdPaint.look(panel.build, state.now);
      if (panel.width > 0) crowdPaint.draw(panel, figures, { ...state, cells, mark, span });
      return tell(panel, seen);
    });
    clock.textContent = `${words.clock(state.now)} of ${words.clock(span)}`;
    slider.value = state.now;
    slider.setAttribute('aria-valuetext', `${words.clock(state.now)}. ${said.join('. ')}`);
    gantt.cursor(state.now);
  }

  function frame(time) {
    if (!state.playing) return;
    const passed = state.before ? time - state.before : 0;
    // Who asked for less motion sees a picture a second.
    if (!calm.matches || passed >= 1000 || !state.before) {
      state.now = Math.min(span, state.now + passed * state.speed);
      state.before = time;
      draw();
    }
    if (state.now >= span) setPlaying(false);
    else requestAnimationFrame(frame);
  }

  function setPlaying(playing) {
    if (playing && (!state.touched || state.now >= span)) state.now = 0;
    Object.assign(state, { playing, before: 0, touched: true });
    play.textContent = playing ? 'Pause' : 'Play';
    if (playing) requestAnimationFrame(frame);
  }

  function fit() {
    for (const panel of panels) {
      stretto.fitCanvas(panel, (width) => crowdPaint.height(cells, width));
      panel.strip = null;
    }
    draw();
  }

  // The figure under the pointer, or nothing.
  function under(panel, event) {
    const { left, top } = panel.canvas.getBoundingClientRect();
    return crowdPaint.find(panel, crowdPaint.look(panel.build, state.now).figures, cells, event.clientX - left, event.clientY - top);
  }

  function hover(panel, event) {
    const figure = under(panel, event);
    panel.canvas.classList.toggle('over', !!figure);
    if (!figure) {
      stretto.tip.hide();
      return;
    }
    const { s, kind, since } = figure;
    const does = kind < 0 ? 'nothing to wait for' : `${stretto.kinds[kind]}, for ${stretto.duration(state.now - since)} now`;
    stretto.tip.show(`${words.session(panel.build, s)}\n${does}`, event.clientX, event.clientY);
  }

  function openAt(panel, event) {
    const s = under(panel, event)?.s ?? -1;
    if (s >= 0) document.dispatchEvent(new CustomEvent('stretto:open', { detail: { build: panel.build, s } }));
  }

  slider.addEventListener('input', () => {
    Object.assign(state, { now: Math.min(span, Number(slider.value)), touched: true });
    draw();
  });
  speed.addEventListener('change', () => { state.speed = Number(speed.value); });
  document.addEventListener('stretto:theme', () => {
    state.colours = null;
    for (const panel of panels) panel.strip = null;
    draw();
  });
  for (const panel of panels) {
    panel.canvas.addEventListener('click', (event) => openAt(panel, event));
    panel.canvas.addEventListener('pointermove', (event) => hover(panel, event));
    panel.canvas.addEventListener('pointerleave', () => stretto.tip.hide());
  }
  const how = 'The run again. Who waits has the colour of what for, and grows the longer it takes; who is small and grey has nothing to wait for. '
    + 'Below each crowd: how many waited, over the whole run.';
  host.append(el('p', { class: 'how' }, how), el('div', { class: 'replay-bar' }, play, slider, clock, speed),
    el('div', { class: 'columns' }, ...panels.map(({ figure }) => figure)));
  fit();
  stretto.whenResized(host, panels, fit);
};
