// Pings are answered while a session thinks: a server that waits for its pong before it pings again
// gets through all of them before the next send, and each pong says what its ping said.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, stretto, work } from './lib.mjs';
import { accept, frame, reader, text } from './websocket.mjs';

const SESSIONS = 4;
const PINGS = 30;
const THINK_MS = 1500;
const heard = [];
const server = createServer();
server.on('upgrade', (request, socket) => {
  const words = [];
  heard.push(words);
  accept(request, socket);
  const ping = () => socket.write(frame(9, `are you there ${words.length}`));
  socket.on('error', () => {});
  socket.on('data', reader((opcode, payload) => {
    if (opcode === 8) { socket.end(); return; }
    words.push(opcode === 10 ? `pong ${payload}` : payload.toString());
    if (opcode === 10 && words.length < PINGS) ping();
    else if (opcode === 1) socket.write(text('welcome'));
  }));
  // In the middle of a message, too: control frames may stand between its parts.
  socket.write(Buffer.concat([frame(1, 'hel', { fin: false }), frame(9, 'are you there 0'), frame(0, 'lo')]));
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

const script = join(work, 'pong.log');
const at = (ms) => ({ begin: new Date(Date.UTC(2026, 10, 21) + ms).toISOString() });
writeFileSync(script, ['# version: 1', '# dialect: plain', ...[
  { type: 'WS_OPEN', ...at(0), url: '/socket' },
  { type: 'WS_RECV', ...at(5), message: 'hello' },
  { type: 'WS_SEND', ...at(THINK_MS), message: 'good morning' },
  { type: 'WS_RECV', ...at(THINK_MS + 5), message: 'welcome' },
  { type: 'WS_CLOSE', ...at(THINK_MS + 10) }].map((line) => JSON.stringify(line)), ''].join('\n'));
const dir = join(work, 'run');
const played = await stretto(['play', script, `http://127.0.0.1:${server.address().port}`, '--sessions', String(SESSIONS),
  '--every', '0ms', '-o', dir]);
server.close();
server.closeAllConnections();
assert.equal(played.code, 0, played.err);
assert.equal(checkAccounts(dir, script).done, SESSIONS);
const want = [...Array.from({ length: PINGS }, (_, i) => `pong are you there ${i}`), 'good morning'];
assert.deepEqual(heard, Array(SESSIONS).fill(want));
