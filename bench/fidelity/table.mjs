// Browser against player, as rows of a table: medians, and whether they are near enough.
import { waits } from './waits.mjs';

const NEAR_MS = 5;
const NEAR_SHARE = 0.1;

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const signed = (number, digits = 1) => (number < 0 ? '' : '+') + number.toFixed(digits);

// Of next to nothing any difference is many per cent.
const share = (ours, theirs) => (theirs < 2 ? ''.padStart(7) : `${signed(100 * (ours / theirs - 1), 0).padStart(5)} %`);

// The median of a wait over visits; null where a visit has not had it.
function typical(visits, app, name) {
  const found = visits.map((visit) => waits(visit, app).get(name));
  return found.every((ms) => Number.isFinite(ms)) ? median(found) : null;
}

// What the app saw of the browser; through TLS it could not be seen there, and the page's own counts.
function waitRow(name, app, seen) {
  const page = typical(seen.page, app, name);
  const atApp = typical(seen.browser, app, name);
  const theirs = atApp ?? page;
  const ours = typical(seen.rows, app, name);
  const row = { name, page: page?.toFixed(1), browser: atApp?.toFixed(1),
    script: typical(seen.script, app, name)?.toFixed(1), player: ours?.toFixed(1) };
  if (theirs === null || ours === null) return { ...row, more: 'not always there', pass: false };
  return { ...row, more: `${signed(ours - theirs)} ms${share(ours, theirs)}`,
    pass: Math.abs(ours - theirs) <= Math.max(NEAR_MS, NEAR_SHARE * theirs) };
}

function countRow(name, seen, count) {
  const [theirs, ours] = [seen.browser, seen.player].map((visits) => median(visits.map(count)));
  return { name, browser: String(theirs), player: String(ours), more: theirs === ours ? '' : signed(ours - theirs, 0), pass: theirs === ours };
}

// How many requests were under way at once at most.
function parallel({ requests }) {
  const files = requests.filter(({ path }) => !/websocket/.test(path));
  return Math.max(0, ...files.map(({ begin: at }) => files.filter(({ begin, end }) => begin <= at && at < end).length));
}

// Of the pairs of requests that the browser always makes in the same order, how many the player
// always makes in that order too.
function orderRow(seen) {
  const places = (visits) => visits.map(({ requests }) => new Map(requests.map(({ path }, i) => [path, i])));
  const [theirs, ours] = [places(seen.browser), places(seen.player)];
  const paths = [...theirs[0].keys()].filter((path) => [...theirs, ...ours].every((place) => place.has(path)));
  const always = (list, a, b) => list.every((place) => place.get(a) < place.get(b));
  const pairs = paths.flatMap((a) => paths.map((b) => [a, b])).filter(([a, b]) => always(theirs, a, b));
  const kept = pairs.filter(([a, b]) => always(ours, a, b)).length;
  const more = kept === pairs.length ? '' : signed(kept - pairs.length, 0);
  return { name: 'pairs always in one order', browser: String(pairs.length), player: String(kept), more, pass: !more };
}

export function compare(app, seen) {
  const names = new Set(seen.page.flatMap((visit) => [...waits(visit, app).keys()]));
  const rows = [...names].map((name) => waitRow(name, app, seen));
  rows.push(countRow('connections', seen, ({ connections }) => connections));
  if (!seen.browser[0].requests.length) return rows; // TLS: nothing more was seen
  return [...rows,
    countRow('requests', seen, ({ requests }) => requests.length),
    countRow('requests in parallel', seen, parallel),
    orderRow(seen)];
}

const line = (name, page, browser, script, player, more, verdict) =>
  console.log(name.padEnd(28) + [page, browser, script, player].map((text) => text.padStart(9)).join('') + `${more.padStart(18)}  ${verdict}`);

export function tell(title, rows) {
  console.log();
  line(title, 'in page', 'browser', 'script', 'player', 'difference', '10 % or 5 ms');
  for (const { name, page = '', browser = '', script = '', player = '', more, pass } of rows)
    line(`  ${name}`, page, browser, script, player, more, pass ? 'pass' : 'fail');
}
