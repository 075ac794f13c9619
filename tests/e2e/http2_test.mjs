// A target that speaks HTTP/2: each session asks over one connection of its own, side by side as the
// browser did, with its cookies; its WebSocket goes over a connection of HTTP/1.1 beside it, and what
// the handshake's answer says of cookies (here: forget it) holds for what is asked afterwards.
import { createSecureServer } from 'node:http2';
import { readFileSync, writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, run, stretto, work } from './lib.mjs';
import { accept, reader, text } from './websocket.mjs';

const SESSIONS = 5;
const FILES = 12;
const pem = join(work, 'server');
const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
  '-keyout', `${pem}.key`, '-out', `${pem}.crt`, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']);
assert.equal(made.code, 0, made.err);

const connections = [];
const cookies = [];
const complaints = [];
const server = createSecureServer({ key: readFileSync(`${pem}.key`), cert: readFileSync(`${pem}.crt`), allowHTTP1: true });
server.on('session', (session) => connections.push({ session, now: 0, most: 0, requests: 0 }));
server.on('stream', (stream, headers) => {
  const mine = connections.find(({ session }) => session === stream.session);
  mine.requests++;
  mine.most = Math.max(mine.most, ++mine.now);
  stream.on('close', () => { mine.now--; });
  stream.on('error', () => {});
  if (headers[':path'] === '/') {
    stream.respond({ ':status': 200, 'set-cookie': `id=${connections.indexOf(mine)}; Path=/` });
    stream.end('<html>');
    return;
  }
  if (headers[':path'] === '/after') {
    if (headers.cookie !== undefined) complaints.push(`/after came with ${headers.cookie}`);
    stream.respond({ ':status': 200 });
    stream.end();
    return;
  }
  if (headers.cookie !== `id=${connections.indexOf(mine)}`) complaints.push(`${headers[':path']} came with ${headers.cookie}`);
  // No file before all have been asked for: one after the other would never end.
  mine.waiting = [...mine.waiting ?? [], stream];
  if (mine.waiting.length === FILES) {
    for (const one of mine.waiting) { one.respond({ ':status': 200 }); one.end('x'.repeat(1000)); }
  }
});
server.on('request', (request, response) => {
  if (request.httpVersionMajor === 1) { complaints.push(`${request.url} came by HTTP/1.1`); response.end(); }
});
server.on('upgrade', (request, socket) => {
  cookies.push(request.headers.cookie);
  accept(request, socket, ['Set-Cookie: id=; Max-Age=0; Path=/']);
  socket.on('error', () => {});
  socket.on('data', reader((opcode, payload) => {
    if (opcode === 8) socket.end();
    else socket.write(text(`echo ${payload}`));
  }));
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

const script = join(work, 'http2.log');
const at = (ms, end) => ({ begin: new Date(Date.UTC(2026, 10, 21) + ms).toISOString(), end: new Date(Date.UTC(2026, 10, 21) + end).toISOString() });
writeFileSync(script, ['# version: 1', '# dialect: plain', ...[
  { type: 'REQ_HOME', ...at(0, 5), status: 200, url: '/' },
  ...Array.from({ length: FILES }, (_, i) => ({ type: 'REQ_GET', ...at(10, 20 + i), status: 200, url: `/file-${i}.js` })),
  { type: 'WS_OPEN', ...at(40, 42), url: '/socket' },
  { type: 'WS_SEND', ...at(50, 50), message: 'hello' },
  { type: 'WS_RECV', ...at(55, 55), message: 'echo hello' },
  { type: 'REQ_GET', ...at(58, 59), status: 200, url: '/after' },
  { type: 'WS_CLOSE', ...at(60, 60) }].map((line) => JSON.stringify(line)), ''].join('\n'));
const dir = join(work, 'run');
const played = await stretto(['play', script, `https://127.0.0.1:${server.address().port}`, '--sessions', String(SESSIONS),
  '--every', '5ms', '--timeout', '20s', '--cacert', `${pem}.crt`, '-o', dir]);
server.close();
for (const { session } of connections) session.destroy();
assert.deepEqual(complaints, []);
assert.equal(played.code, 0, played.err);
assert.equal(checkAccounts(dir, script).done, SESSIONS);
assert.equal(connections[0].requests, 0, 'the run asks once what the server speaks');
assert.deepEqual(connections.slice(1).map(({ requests, most }) => [requests, most]), Array(SESSIONS).fill([FILES + 2, FILES]),
  'one connection a session, all files side by side');
assert.deepEqual(cookies.sort(), Array.from({ length: SESSIONS }, (_, i) => `id=${i + 1}`), "a WebSocket has its session's cookies");
process.exit(0);
