// What the report's pictures of the crowd decide, without a browser: which wait a person sees, what stands
// in which row and pixel, who waits at a moment.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { assert, join, source } from './lib.mjs';

const page = (name) => readFileSync(join(source, 'analyzer/page', name), 'utf8');
const head = `const stretto = { outcomes: ['done', 'failed', 'unfinished'], kindClasses: ['home', 'asset', 'start', 'calc'],
  kinds: ['homepage', 'scripts and styles', 'session start', 'calculation'] };`;
const { crowd, words, raster, moment } =
  vm.runInThisContext([head, ...['dom.js', 'words.js', 'crowd.js', 'raster.js', 'moment.js'].map(page), 'stretto'].join('\n'));

const HOME = 0;
const ASSET = 1;
const CALC = 3;

// A build of sessions {user, start, length, outcome, waits: [[step, start, length, open], ...]}; step n is of kind n.
function build(sessions, ideal = []) {
  const waits = sessions.flatMap((session) => session.waits);
  const column = (Type, list, pick) => Type.from(list, pick);
  const firstWait = [0];
  for (const session of sessions) firstWait.push(firstWait.at(-1) + session.waits.length);
  return {
    label: 'sync', count: sessions.length, total: sessions.length, kinds: Uint8Array.of(0, 1, 2, 3), stepLabel: (step) => `step ${step}`,
    place: column(Uint32Array, sessions, (_, i) => i), id: column(Float64Array, sessions, (_, i) => i + 100),
    user: column(Float64Array, sessions, (one, i) => one.user ?? i), start: column(Float64Array, sessions, (one) => one.start),
    length: column(Float64Array, sessions, (one) => one.length), outcome: column(Uint8Array, sessions, (one) => one.outcome ?? 0),
    line: column(Uint32Array, sessions, (one) => (one.outcome === 1 ? 17 : 0)), reason: column(Uint16Array, sessions, (one) => (one.outcome === 1 ? 1 : 0)),
    reasons: ['', 'refused'], firstWait: Uint32Array.from(firstWait), late: [], steady: null,
    waits: { step: column(Uint32Array, waits, (wait) => wait[0]), start: column(Float64Array, waits, (wait) => wait[1]),
      length: column(Float64Array, waits, (wait) => wait[2]), open: column(Uint8Array, waits, (wait) => wait[3] ?? 0) },
    ideal: { total: 1000, count: ideal.length, step: column(Uint32Array, ideal, (wait) => wait[0]), start: column(Float64Array, ideal, (wait) => wait[1]),
      length: column(Float64Array, ideal, (wait) => wait[2]) },
  };
}
const one = (...waits) => build([{ start: 1000, length: 100, waits }]);

function each(cases, check) {
  for (const [name, ...rest] of cases) {
    try {
      check(...rest);
    } catch (error) {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    }
  }
}

// Segments as [begin, end, wait], since the session's start.
each([
  ['one after another', [[0, 0, 10], [1, 10, 5], [3, 40, 20]], [[0, 10, 0], [10, 15, 1], [40, 60, 2]], 35],
  ['side by side: the first goes on', [[1, 0, 10], [1, 2, 12], [1, 3, 4]], [[0, 10, 0], [10, 14, 1]], 14],
  ['not in order of start', [[3, 50, 10], [0, 0, 10]], [[0, 10, 1], [50, 60, 0]], 20],
  ['no time at all', [[0, 5, 0]], [], 0],
  ['none', [], [], 0],
], (waits, wanted, total) => {
  const { first, begin, end, wait, total: sum } = crowd.segments(one(...waits));
  const got = Array.from({ length: first[1] }, (_, i) => [begin[i] - 1000, end[i] - 1000, wait[i]]);
  assert.deepEqual(got, wanted);
  assert.equal(sum[0], total);
});

// Who waits at a moment: from the beginning of a wait on, no longer at its end.
each([
  ['before', 999, -1, []],
  ['at its begin', 1010, 0, [0]],
  ['in two', 1025, 0, [0, 1]],
  ['behind the first', 1030, 1, [1]],
  ['at its end', 1050, -1, []],
], (ms, segment, waits) => {
  const b = one([1, 10, 20], [3, 20, 30]);
  assert.equal(crowd.segmentAt(b, 0, ms), segment);
  assert.deepEqual(crowd.waitsAt(b, 0, ms), waits);
});
each([
  ['inside', 15, 0, 0],
  ['just beside', 33, 3, 0],
  ['too far', 34, 3, -1],
  ['between two: the nearer', 37, 10, 0],
  ['as near to both: the first', 40, 100, 0],
], (own, most, wanted) => assert.equal(crowd.nearestWait(one([1, 10, 20], [3, 50, 10]), 0, 1000 + own, most), wanted));

// Rows of each order, from the bottom up.
const three = build([
  { user: 7, start: 0, length: 300, waits: [] }, { user: 2, start: 10, length: 100, waits: [] },
  { user: 7, start: 400, length: 200, waits: [] }, { user: 2, start: 500, length: 100, waits: [] },
]);
each([
  ['by start', 'sessions', [[0], [1], [2], [3]], [0, 1, 2, 3]],
  ['by user', 'users', [[1, 3], [0, 2]], [1, 0, 1, 0]],
  ['by length', 'aligned', [[1], [3], [2], [0]], [3, 0, 2, 1]],
], (order, wanted, rowOf) => {
  const rows = crowd.rowsOf(three, order);
  assert.deepEqual(Array.from({ length: rows.count }, (_, r) => [...rows.sessions.slice(rows.first[r], rows.first[r + 1])]), wanted);
  assert.deepEqual([...rows.rowOf], rowOf);
});
assert.equal(crowd.playedAgain(three), true);
assert.equal(crowd.playedAgain(one()), false);
const byUser = crowd.rowsOf(three, 'users');
each([['in a session', 20, 1], ['in the next', 550, 3], ['between: the nearer', 200, 1], ['behind all', 9999, 3]],
  (time, wanted) => assert.equal(crowd.sessionAt(three, byUser, 0, time), wanted));
each([
  ['as long as the longest session', 'sessions', 0, 612],
  ['from their own starts', 'aligned', 0, 1020],
  ['the mark belongs on it', 'aligned', 1500, 1530],
  ['but not at any price', 'aligned', 2500, 1020],
], (order, mark, wanted) => assert.equal(Math.round(crowd.span([three], order, mark)), wanted));
each([['none yet', -1, 0], ['one', 5, 1], ['two', 50, 2], ['an end is no longer active', 110, 1], ['over', 700, 0]],
  (ms, wanted) => assert.equal(crowd.activeAt(three, ms), wanted));

// A session beside the script: what either lacks.
{
  const b = build([{ start: 0, length: 100, waits: [[0, 0, 30], [2, 40, 5]] }], [[0, 0, 10], [3, 50, 20]]);
  assert.deepEqual(crowd.compare(b, 0).map(({ step, own, ideal, more }) => [step, own, ideal, more]),
    [[0, 0, 0, 20], [2, 1, -1, NaN], [3, -1, 1, NaN]]);
  assert.equal(crowd.together(b.ideal), 30);
  assert.equal(crowd.together({ count: 2, start: [0, 5], length: [10, 10] }), 15);
}

// Pixels.
const colours = { life: [240, 240, 240], kinds: [[200, 0, 0], [250, 160, 180], [40, 170, 110], [60, 130, 200]] };
const pixel = (pixels, width, x, y) => [0, 8, 16, 24].map((bits) => pixels[y * width + x] >>> bits & 255);
const solid = (kind) => [...colours.kinds[kind], 255];
const life = [...colours.life, 255];
const nothing = [0, 0, 0, 0];
{
  // Two rows of 10 pixels, 1 a millisecond: the second session lies above the first.
  const b = build([{ start: 0, length: 50, waits: [[HOME, 0, 10], [CALC, 20, 20]] }, { start: 30, length: 60, waits: [[ASSET, 0, 40], [ASSET, 5, 30]] }]);
  const draw = (order, view) => raster.draw(b, crowd.rowsOf(b, order), view, 100, 20, colours);
  const whole = draw('sessions', { from: 0, to: 100, low: 0, high: 2 });
  each([
    ['homepage', 5, 15, solid(HOME)], ['thinks', 15, 15, life], ['calculation', 39, 15, solid(CALC)], ['thinks again', 40, 15, life],
    ['gone', 50, 15, nothing], ['a gap between rows', 5, 10, nothing], ['not there yet', 29, 5, nothing], ['scripts', 69, 5, solid(ASSET)], ['alive', 89, 5, life],
  ], (x, y, wanted) => assert.deepEqual(pixel(whole, 100, x, y), wanted));
  const zoomed = draw('sessions', { from: 20, to: 30, low: 0, high: 1 });
  each([['zoomed in', 50, 10], ['its left edge', 0, 10]], (x, y) => assert.deepEqual(pixel(zoomed, 100, x, y), solid(CALC)));
  const aligned = draw('aligned', { from: 0, to: 100, low: 0, high: 2 });
  each([['moved to its start', 0, 5, solid(ASSET)], ['no longer', 45, 5, life]], (x, y, wanted) => assert.deepEqual(pixel(aligned, 100, x, y), wanted));
}
{
  // A wait that got no answer is paler and hatched: it is in more than one shade, none of them the full one.
  const b = build([{ start: 0, length: 100, outcome: 1, waits: [[CALC, 0, 100, 1]] }]);
  const pixels = raster.draw(b, crowd.rowsOf(b, 'sessions'), { from: 0, to: 100, low: 0, high: 1 }, 100, 10, colours);
  const shades = new Set(Array.from({ length: 100 }, (_, x) => String(pixel(pixels, 100, x, 5))));
  assert.equal(shades.size, 2);
  assert.ok(!shades.has(String(solid(CALC))) && !shades.has(String(life)));
}
{
  // 300 rows in 3 pixels: most of the first hundred calculate, whichever comes first or last.
  const sessions = Array.from({ length: 300 }, (_, i) => ({ start: 0, length: 100, waits: i % 10 < 3 ? [[HOME, 0, 100]] : i < 200 ? [[CALC, 0, 100]] : [] }));
  const b = build(sessions);
  const pixels = raster.draw(b, crowd.rowsOf(b, 'sessions'), { from: 0, to: 100, low: 0, high: 300 }, 10, 3, colours);
  assert.deepEqual(pixel(pixels, 10, 5, 2), solid(CALC));
  assert.deepEqual(pixel(pixels, 10, 5, 1), solid(CALC));
  const [red, green] = pixel(pixels, 10, 5, 0); // three in ten wait: red, but pale
  assert.ok(red > 200 && red < 240 && green > 20 && green < 200, `${red} ${green}`);
}
// Every line of pixels belongs to one row, and every row has some, at any height.
for (const height of [7, 20, 33, 100, 333]) {
  for (const [low, high] of [[0, 7], [0.5, 6.2], [0, 1], [2, 29]]) {
    const view = { low, high };
    if (high - low <= height) {
      const lines = Array.from({ length: Math.ceil(high) - Math.floor(low) }, (_, i) => raster.linesOfRow(view, height, Math.floor(low) + i));
      lines.forEach(([from, beyond], i) => assert.ok(beyond > from && (!i || from >= lines[i - 1][1]), `${lines[i]} of ${height}`));
    } else {
      const shared = Array.from({ length: height }, (_, y) => raster.rowsOfLine(view, height, y));
      shared.forEach(([from, beyond], y) => assert.ok(beyond > from && (!y || from === shared[y - 1][1])));
    }
  }
}

// The run at a moment is what counting says, whichever way the slider goes.
{
  let seed = 7;
  const chance = (most) => (seed = (seed * 48271) % 2147483647) % most;
  const b = build(Array.from({ length: 40 }, (_, i) => {
    const waits = [];
    let at = 0;
    for (let w = 0; w < 12; w++) {
      const length = chance(50);
      waits.push([chance(4), at, length]);
      at += chance(90);
    }
    return { start: i * 20, length: at + 60, outcome: i % 7 === 3 ? 1 : 0, waits };
  }));
  const count = (ms) => {
    const there = [...b.start.keys()].filter((s) => b.start[s] <= ms && ms < b.start[s] + b.length[s]);
    const oldest = there.map((s) => crowd.waitsAt(b, s, ms)[0]).filter((wait) => wait !== undefined);
    const began = (wait) => b.start[[...b.firstWait].findLastIndex((first) => first <= wait)] + b.waits.start[wait];
    let waited = 0;
    for (let t = 0; t < ms; t++) for (let s = 0; s < b.count; s++) waited += crowd.waitsAt(b, s, t).length > 0;
    return { active: there.length, waiting: oldest.length, longest: Math.max(0, ...oldest.map((wait) => ms - began(wait))), waited };
  };
  const moments = [0, 19, 400, 777, 1300, 5000];
  for (const ms of [...moments, ...moments.reverse()]) {
    const kinds = [];
    const { active, waiting, longest, waited, started, ended } = moment.at(b, ms, (s, kind) => kinds.push(kind));
    assert.deepEqual({ active, waiting, longest, waited }, count(ms), `at ${ms}`);
    assert.equal(started, active + ended.reduce((sum, n) => sum + n));
    assert.equal(kinds.filter((kind) => kind >= 0).length, waiting);
  }
  assert.deepEqual(moment.at(b, 1e6).ended, [34, 6, 0]);
  const over = moment.waitingOver(b, 1000, 10);
  assert.ok(Math.abs(over[3] * 100 - (count(400).waited - count(300).waited)) < 1e-6);
}

// A place is taken again when it is free, and the lowest one.
{
  const b = build([[0, 100], [10, 20], [20, 100], [30, 10], [35, 100], [110, 5]].map(([start, length]) => ({ start, length, waits: [] })));
  assert.deepEqual([...moment.places(b).place], [0, 1, 2, 1, 3, 0]);
  assert.equal(moment.places(b).count, 4);
}
each([['a minute', 60e3, 5], ['the story', 54e3, 3], ['ten seconds', 10e3, 1], ['ten minutes', 600e3, 50], ['an hour and a half', 5400e3, 300]], (span, best) => {
  const speeds = moment.speedsFor(span);
  assert.equal(speeds.best, best);
  assert.ok(speeds.list[0] === 1 && speeds.list.includes(50) && speeds.list.includes(best));
});

// Words.
each([['to the second', 31900, '0:31'], ['minutes', 605000, '10:05'], ['hours', 3725000, '1:02:05']], (ms, text) => assert.equal(words.clock(ms), text));
each([['longer', 1500, '1.5 s'], ['shorter', -20, '\u221220 ms']], (ms, text) => assert.equal(words.more(ms), text));
each([
  ['a minute', 60000, 6, 10000, '10', 's'], ['parts of a second', 2, 5, 0.5, '0.0005', 's'], ['an hour', 3600000, 6, 600000, '10:00', 'h:min:s'],
  ['days', 864e6, 5, 1728e5, '48:00:00', 'h:min:s'],
], (span, most, step, text, unit) => {
  assert.ok(Math.abs(words.timeStep(span, most) - step) < 1e-9);
  assert.equal(words.ticks(span, step).text(step), text);
  assert.equal(words.ticks(span, step).unit, unit);
});
each([['few', 0.3, 1], ['round', 7, 10], ['exact', 50, 50], ['large', 2100, 5000]], (least, wanted) => assert.equal(words.countStep(least), wanted));
{
  const b = build([{ user: 3, start: 31000, length: 4000, outcome: 1, waits: [[3, 500, 1900, 1]] }]);
  assert.equal(words.sentence(b, 0, 0), 'session 100, user 3: calculation \u2068step 3\u2069, 1.9 s, at 0:31, no answer came');
  assert.equal(words.sentence(b, 0, -1), 'session 100, user 3: failed after 4 s, line 17: refused, started at 0:31');
}
