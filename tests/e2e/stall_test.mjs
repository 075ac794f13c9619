// A stall that a browser would see is seen by the player too: a server that writes an answer in two
// parts, with Nagle's algorithm on, waits before the second for the delayed ACK of the first, as
// long as the connection is kept and the client does nothing clever with its ACKs.  A plain client
// that keeps its connection tells in the same run how long that is.
import { writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, rows, run, serve, source, steps, stretto, work } from './lib.mjs';

const EACH = 15;
const WARM = 3; // a new connection's first ACKs are not delayed
const nagle = join(source, 'tests/e2e/nagle.py');

let clock = 0;
const at = () => new Date(Date.UTC(2026, 10, 21) + clock++).toISOString();
const times = (make) => Array.from({ length: EACH }, make).flat();
const get = (url) => times(() => ({ type: 'REQ_GET', begin: at(), end: at(), status: 200, url }));
const send = (message) => times(() => [
  { type: 'WS_SEND', begin: at(), message },
  { type: 'WS_RECV', begin: at(), message: '{"first":1}' },
  { type: 'WS_RECV', begin: at(), message: '{"second":2}' }]);
const script = join(work, 'stall.log');
writeFileSync(script, ['# version: 2', ...[
  ...get('/two'), ...get('/one'),
  { type: 'WS_OPEN', begin: at(), end: at(), url: '/ws' },
  ...send('2 writes'), ...send('1 write'),
  { type: 'WS_CLOSE', begin: at() }].map((step) => JSON.stringify(step)), ''].join('\n'));

function median(waits) {
  assert.equal(waits.length, EACH);
  return waits.slice(WARM).sort((a, b) => a - b)[(EACH - WARM) >> 1];
}

// The waits of one kind: of a request its own; of a send until the last row of its set.
function waitsOf(played, list, kind) {
  const time = (step, what) => played.find(({ line, event }) => line === step.line && event.endsWith(what)).time;
  return list.flatMap((step, i) => {
    if (step.url === kind) return [time(step, '_END') - time(step, '_START')];
    return step.message === kind ? [time(list[i + 2], '_END') - time(step, '_START')] : [];
  });
}

const server = await serve('python3', [nagle, 'serve']);
const asked = await run('python3', [nagle, 'ask', server.url, String(EACH)]);
assert.equal(asked.code, 0, asked.err);
const plain = JSON.parse(asked.out);

const dir = join(work, 'run');
const { code, err } = await stretto(['play', script, server.url, '--sessions', '1', '--think', '0', '-o', dir]);
assert.equal(code, 0, err);
assert.equal(checkAccounts(dir, script).done, 1);
const connections = Number((await server.stop()).out.trim().split('\n').at(-1));

for (const [kind, two, one] of [['http', '/two', '/one'], ['ws', '2 writes', '1 write']]) {
  const client = { two: median(plain[`${kind}2`]), one: median(plain[`${kind}1`]) };
  const player = { two: median(waitsOf(rows(dir), steps(script), two)), one: median(waitsOf(rows(dir), steps(script), one)) };
  console.log(`${kind}: a plain client waits ${client.two.toFixed(1)} ms, ${client.one.toFixed(1)} for one write; `
    + `the player ${player.two.toFixed(1)} and ${player.one.toFixed(1)}`);
  if (client.two < 4 * client.one) {
    console.log('skipped: on this machine a plain client does not stall');
    process.exit(77);
  }
  assert.ok(player.two > client.two / 2 && player.two < client.two * 2, `${kind}: the player does not see what a client sees`);
  assert.ok(player.one < client.two / 2, `${kind}: the player stalls where no client does`);
}
assert.equal(connections, 4 + 2, 'the plain client has a connection for each kind, the player one for requests and one for its WebSocket');
