// 1,000 sessions at the same time from 2 worker processes against a trivial server: all done.  Prints
// what a session costs in memory; no figure fails the test.
import { writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, releaseBin, rows, run, scripted, work } from './lib.mjs';

// A page, a style, a WebSocket, a question and its answer, six seconds to think, another question.
const at = (ms) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const script = join(work, 'small.log');
writeFileSync(script, ['# version: 1', '# target_url: http://127.0.0.1:1', '# target_type: R/Shiny',
  ...[
    { type: 'REQ_HOME', begin: at(0), end: at(5), status: 200, url: '/' },
    { type: 'REQ_GET', begin: at(10), end: at(15), status: 200, url: '/style.css' },
    { type: 'WS_OPEN', begin: at(20), url: '/websocket/' },
    { type: 'WS_SEND', begin: at(25), message: '{"method":"init","data":{}}' },
    { type: 'WS_RECV_INIT', begin: at(30), message: '{"config":{"workerId":"","sessionId":"${SESSION}","user":null}}' },
    { type: 'WS_RECV', begin: at(40), message: '{"errors":{},"values":{"plot":"1"},"inputMessages":[]}' },
    { type: 'WS_SEND', begin: at(6040), message: '{"method":"update","data":{"n":2}}' },
    { type: 'WS_RECV', begin: at(6050), message: '{"errors":{},"values":{"plot":"2"},"inputMessages":[]}' },
    { type: 'WS_CLOSE', begin: at(6060) },
  ].map((step) => JSON.stringify(step)), ''].join('\n'));

async function play(sessions) {
  const dir = join(work, `run-${sessions}`);
  const server = await scripted(script);
  const played = await run(join(releaseBin, 'stretto'), ['play', script, server.url, '--sessions', String(sessions),
    '--every', '4ms', '--processes', '2', '-o', dir]);
  assert.equal(played.code, 0, played.err);
  await server.stop();
  const told = checkAccounts(dir, script);
  assert.equal(told.done, sessions);
  return { dir, kib: told.worker_rss_peak_kb };
}

const few = await play(10);
const many = await play(1000);
const all = rows(many.dir);
const edges = all.flatMap(({ event, time }) => (event === 'WS_OPEN_END' ? [[time, 1]] : event === 'WS_CLOSE_START' ? [[time, -1]] : []))
  .sort((a, b) => a[0] - b[0]);
let open = 0;
let most = 0;
for (const [, change] of edges) { open += change; most = Math.max(most, open); }
console.log(`figure: ${most} WebSockets open at once, 2 workers: ${(many.kib / 1024).toFixed(1)} MiB in all, `
  + `${((many.kib - few.kib) / 990).toFixed(1)} KiB a session more than with 10 sessions`);
assert.ok(most >= 900, `only ${most} sessions were there at the same time`);
