// Sessions connect from the addresses of --source in turn, pages and WebSockets alike; and what the
// machine's limits do not allow is told before the run.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { accept, reader, text } from './websocket.mjs';
import { assert, bin, checkAccounts, join, rows, run, stretto, work } from './lib.mjs';

const script = join(work, 'script.log');
writeFileSync(script, `# version: 1
# target_url: http://127.0.0.1:1
# dialect: plain
{"type":"REQ_HOME","begin":"2026-11-21T00:00:00.000Z","end":"2026-11-21T00:00:00.001Z","status":200,"url":"/"}
{"type":"WS_OPEN","begin":"2026-11-21T00:00:00.002Z","end":"2026-11-21T00:00:00.003Z","url":"/socket"}
{"type":"WS_SEND","begin":"2026-11-21T00:00:00.004Z","message":"hello"}
{"type":"WS_RECV","begin":"2026-11-21T00:00:00.005Z","message":"hello"}
{"type":"WS_CLOSE","begin":"2026-11-21T00:00:00.006Z"}
`);

const pages = {};
const sockets = {};
const count = (seen, address) => { seen[address] = (seen[address] ?? 0) + 1; };
const server = createServer((request, response) => {
  count(pages, request.socket.remoteAddress);
  response.end('page');
});
server.on('upgrade', (request, socket) => {
  count(sockets, socket.remoteAddress);
  accept(request, socket);
  socket.on('data', reader((opcode, payload) => {
    if (opcode === 1) socket.write(text(payload));
  }));
  socket.on('error', () => {});
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const play = (name, ...args) => stretto(['play', script, url, '--sessions', '6', '--every', '5ms', '-o', join(work, name), ...args]);

const played = await play('run', '--source', '127.0.0.2-127.0.0.3,127.0.0.7');
assert.equal(played.code, 0, played.err);
checkAccounts(join(work, 'run'), script);
assert.deepEqual(pages, { '127.0.0.2': 2, '127.0.0.3': 2, '127.0.0.7': 2 });
assert.deepEqual(sockets, pages);
assert.doesNotMatch(played.err, /descriptors|source addresses/);

// Opening a socket has its phases: connecting and the answer, but no look-up, no TLS and no body.
const opened = rows(join(work, 'run')).filter((row) => row.event === 'WS_OPEN_END');
assert.equal(opened.length, 6);
for (const row of opened) assert.match(row.comment, /^,\d+,,\d+,,\d+,$/);

const refused = await play('refused', '--source', '192.0.2.1');
assert.equal(refused.code, 2);
assert.match(refused.err, /play: --source 192\.0\.2\.1 is not an address of this machine/);

// A process that may have few descriptors: a sentence before the run.
const few = await run('sh', ['-c', 'ulimit -n 100; exec "$@"', 'sh', join(bin, 'stretto'), 'play', script, url,
  '--users', '40', '--every', '5ms', '--processes', '1', '-o', join(work, 'few')]);
assert.equal(few.code, 0, few.err);
assert.match(few.err, /^play: about 40 sessions at once in a worker need 104 descriptors, and a process may have 100 here: .*ulimit/m);
server.close();
