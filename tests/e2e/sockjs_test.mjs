// SockJS as Shiny Server speaks it: ids that each session makes up, and the ACK that a client owes
// two seconds after a message, without which this server says no more.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, rows, runJson, stretto, work } from './lib.mjs';
import { accept, reader, text } from './websocket.mjs';

const SESSIONS = 10;
const robust = new Set();
const ids = new Set();
const complaints = [];
const waits = [];
const server = createServer();
server.on('upgrade', (request, socket) => {
  const [, name, id] = /^\/app\/__sockjs__\/n=([0-9A-Za-z]{18})\/([0-9]{3}\/[a-z0-5]{8})\/websocket$/.exec(request.url) ?? [];
  if (!name || robust.has(name) || ids.has(id)) complaints.push(`a WebSocket at ${request.url}`);
  robust.add(name);
  ids.add(id);
  accept(request, socket);
  const say = (number, message) => socket.write(text(`a${JSON.stringify([`${number}#0|m|${JSON.stringify(message)}`])}`));
  let told;
  socket.on('error', () => {});
  socket.on('data', reader((opcode, payload) => {
    const message = payload.toString();
    if (opcode === 8) { socket.end(); return; }
    if (message === '["0#0|o|"]') {
      told = performance.now();
      say(0, { config: { workerId: '', sessionId: 'abc', user: null } });
    } else if (message === '["ACK 1"]') {
      waits.push(performance.now() - told);
      say(1, { errors: {}, values: { plot: 1 }, inputMessages: [] });
    } else complaints.push(`said ${message}`);
  }));
  socket.write(text('o'));
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

const script = join(work, 'sockjs.log');
const at = (ms) => ({ begin: new Date(Date.UTC(2026, 10, 21) + ms).toISOString() });
writeFileSync(script, ['# version: 1', '# target_type: Shiny Server or Shiny Server Pro', ...[
  { type: 'WS_OPEN', ...at(0), url: '/app/__sockjs__/n=${ROBUST_ID}/${SOCKJSID}/websocket' },
  { type: 'WS_RECV', ...at(5), message: 'o' },
  { type: 'WS_SEND', ...at(10), message: '["0#0|o|"]' },
  { type: 'WS_RECV_INIT', ...at(15), message: 'a["0#0|m|{\\"config\\":{\\"workerId\\":\\"\\",\\"sessionId\\":\\"${SESSION}\\",\\"user\\":null}}"]' },
  { type: 'WS_RECV', ...at(2020), message: 'a["1#0|m|{\\"errors\\":{},\\"values\\":{\\"plot\\":1},\\"inputMessages\\":[]}"]' },
  { type: 'WS_CLOSE', ...at(2100) }].map((line) => JSON.stringify(line)), ''].join('\n'));
const dir = join(work, 'run');
const played = await stretto(['play', script, `http://127.0.0.1:${server.address().port}`, '--sessions', String(SESSIONS),
  '--every', '5ms', '--timeout', '20s', '-o', dir]);
server.close();
server.closeAllConnections();
assert.deepEqual(complaints, []);
assert.equal(played.code, 0, played.err);
checkAccounts(dir, script);
assert.equal(waits.length, SESSIONS, 'each session acknowledged once');
for (const wait of waits) assert.ok(wait >= 1900, `an ACK after ${wait} ms`);
assert.equal(runJson(dir).duties, SESSIONS);
assert.equal(rows(dir).filter((row) => /SEND/.test(row.event)).length, 2 * SESSIONS, 'duties make no rows');
