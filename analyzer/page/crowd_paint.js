/* The picture of a crowd at a moment: a figure for each session that is there, at the place it took when it
 * came; small crowds as people, large ones as squares, very large ones as pixels.
 *
 * A figure is {s, kind, since}; kind -1: it has nothing to wait for. */
stretto.crowdPaint = (() => {
  const { moment } = stretto;
  const LARGEST = 38; // pixels of a cell
  const PEOPLE = 15; // pixels from which a cell holds a person
  const STRIP = 34; // pixels of the line of waiting under the crowd

  function colours() {
    const { colour, kindClasses } = stretto;
    return { kinds: kindClasses.map((name) => colour(`--${name}`)), calm: colour('--calm'), soft: colour('--ink-soft'), ink: colour('--ink'),
      on: kindClasses.map((name) => colour(`--on-${name}`)), life: colour('--life'), accent: colour('--accent'), limit: colour('--limit') };
  }

  function look(build, now) {
    const figures = [];
    const seen = moment.at(build, now, (s, kind, since) => figures.push({ s, kind, since }));
    return { seen, figures };
  }

  // Cells as large as can be: `cells` of them, in a room of this size.
  function grid(cells, width, height) {
    let side = Math.min(LARGEST, Math.sqrt(width * height / cells));
    while (side > 1 && Math.floor(width / side) * Math.floor(height / side) < cells) side -= side > 4 ? 0.25 : 0.05;
    return { side, columns: Math.max(1, Math.floor(width / side)) };
  }

  const roomHeight = (cells, width) => Math.min(230, Math.max(LARGEST, Math.ceil(cells / Math.max(1, Math.floor(width / LARGEST))) * LARGEST));
  const height = (cells, width) => roomHeight(cells, width) + STRIP + 10;

  // 0: has just begun to wait, 1: has waited as long as the mark and longer.
  const patience = (waited, mark) => Math.min(1, Math.sqrt(waited / mark));

  function person(c, x, y, size) {
    const head = size * 0.2;
    c.beginPath();
    c.arc(x, y - size * 0.27, head, 0, 2 * Math.PI);
    c.moveTo(x - size * 0.34, y + size * 0.5);
    c.arc(x, y + size * 0.3, size * 0.34, Math.PI, 0);
    c.lineTo(x + size * 0.34, y + size * 0.5);
    c.closePath();
    c.fill();
  }

  function square(c, x, y, size) {
    c.fillRect(x - size / 2, y - size / 2, size, size);
  }

  function figure(c, panel, at, { s, kind, since }, state) {
    const { side, columns } = at;
    const place = moment.places(panel.build).place[s];
    const x = (place % columns + 0.5) * side;
    const y = (Math.floor(place / columns) + 0.5) * side;
    const shape = side >= PEOPLE ? person : square;
    const waited = kind < 0 ? 0 : state.now - since;
    c.fillStyle = kind < 0 ? state.colours.calm : state.colours.kinds[kind];
    shape(c, x, y, side * (kind < 0 ? 0.5 : 0.56 + 0.4 * patience(waited, state.mark)));
    if (side < 26 || waited < 1000) return;
    c.fillStyle = state.colours.on[kind];
    c.fillText(String(Math.floor(waited / 1000)), x, y + side * 0.34);
  }

  // How many waited, over the whole run, up to now in colour; the same scale for all builds.
  function strip(c, panel, state, top) {
    const { build, width } = panel;
    const most = state.cells;
    panel.strip ??= moment.waitingOver(build, state.span, width);
    const now = state.now / state.span * width;
    const area = (from, to) => {
      c.beginPath();
      c.moveTo(from, top + STRIP);
      for (let x = from; x < to; x++) c.lineTo(x + 0.5, top + STRIP - panel.strip[x] / most * STRIP);
      c.lineTo(to, top + STRIP);
      c.fill();
    };
    c.fillStyle = state.colours.life;
    c.fillRect(0, top + STRIP - 1, width, 1);
    c.fillStyle = state.colours.calm;
    area(0, width);
    c.fillStyle = state.colours.accent;
    area(0, Math.floor(now));
    c.fillRect(Math.min(width - 2, now - 1), top - 2, 2, STRIP + 2);
  }

  function draw(panel, figures, state) {
    const { canvas, width, ratio } = panel;
    const c = canvas.getContext('2d');
    const room = roomHeight(state.cells, width);
    const at = grid(state.cells, width, room);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, panel.height);
    c.font = `600 ${Math.round(Math.min(13, at.side * 0.34))}px system-ui, "DejaVu Sans", sans-serif`;
    c.textAlign = 'center';
    for (const one of figures) figure(c, panel, at, one, state);
    strip(c, panel, state, room + 10);
  }

  // The figure at a point of the picture, if there is one.
  function find(panel, figures, cells, x, y) {
    const room = roomHeight(cells, panel.width);
    const { side, columns } = grid(cells, panel.width, room);
    const place = Math.floor(y / side) * columns + Math.floor(x / side);
    return y < room ? figures.find(({ s }) => moment.places(panel.build).place[s] === place) : undefined;
  }

  return { colours, look, height, draw, find, grid, roomHeight };
})();
