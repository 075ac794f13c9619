// Ways to a target: a Unix socket, a private authority, a client certificate, no check at all; over
// HTTP and WebSockets alike.
import { createServer as createPlain } from 'node:http';
import { createServer as createTls } from 'node:https';
import { readFileSync, writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, run, stretto, work } from './lib.mjs';
import { accept, reader, text } from './websocket.mjs';

const script = join(work, 'ways.log');
const at = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
writeFileSync(script, ['# version: 2', ...[
  { type: 'REQ_HOME', begin: at(0), end: at(5), status: 200, url: '/' },
  { type: 'REQ_GET', begin: at(6), end: at(9), status: 200, url: '/data' },
  { type: 'WS_OPEN', begin: at(10), url: '/ws' },
  { type: 'WS_RECV', begin: at(12), message: '{"hello":1}' },
  { type: 'WS_SEND', begin: at(14), message: '{"ask":1}' },
  { type: 'WS_RECV', begin: at(16), message: '{"answer":1}' },
  { type: 'WS_CLOSE', begin: at(18) }].map((line) => JSON.stringify(line)), ''].join('\n'));

async function listen(server, where) {
  const seen = { hosts: new Set(), names: new Set(), sockets: 0, requests: 0 };
  const look = (request) => {
    seen.hosts.add(request.headers.host);
    seen.names.add(request.socket.getPeerCertificate?.().subject?.CN);
  };
  server.on('request', (request, response) => { look(request); seen.requests += 1; response.end('<html>'); });
  server.on('upgrade', (request, socket) => {
    look(request);
    seen.sockets += 1;
    accept(request, socket);
    socket.on('error', () => {});
    socket.on('data', reader((opcode) => { if (opcode === 8) socket.end(); else socket.write(text('{"answer":1}')); }));
    socket.write(text('{"hello":1}'));
  });
  server.on('tlsClientError', () => {});
  await new Promise((resolve) => { server.listen(where, resolve); });
  return { seen, port: server.address().port, stop: () => { server.close(); server.closeAllConnections(); } };
}
let runs = 0;
const play = async (url, ...more) => {
  const dir = join(work, `run-${runs += 1}`);
  const played = await stretto(['play', script, url, '--sessions', '3', '--every', '5ms', '--timeout', '10s', '-o', dir, ...more]);
  if (played.code === 0) checkAccounts(dir, script);
  return { ...played, dir };
};

{
  const path = join(work, 'app.sock');
  const server = await listen(createPlain(), { path });
  const played = await play(`unix:${path}`);
  assert.equal(played.code, 0, played.err);
  assert.match(played.err, /against unix:\S+app\.sock:http:\/\/localhost/);
  const named = await play(`unix:${path}:http://app.example/`);
  assert.equal(named.code, 0, named.err);
  assert.deepEqual([...server.seen.hosts], ['localhost', 'app.example']);
  assert.deepEqual([server.seen.requests, server.seen.sockets], [12, 6]);
  server.stop();
  const gone = await play(`unix:${path}.gone`);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /cannot connect to \S+app\.sock\.gone: No such file or directory/);
}

const made = await run('bash', ['-euc', `cd "$0"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority
  for who in server client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $who.key -out $who.csr -subj /CN=$who
    openssl x509 -req -in $who.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out $who.crt -days 2 -extfile <(echo subjectAltName=IP:127.0.0.1)
  done
  cat client.crt client.key > both.pem`, work]);
assert.equal(made.code, 0, made.err);
const file = (name) => join(work, name);
{
  const server = await listen(createTls({ key: readFileSync(file('server.key')), cert: readFileSync(file('server.crt')),
    ca: readFileSync(file('ca.crt')), requestCert: true, rejectUnauthorized: false }), { host: '127.0.0.1', port: 0 });
  const url = `https://127.0.0.1:${server.port}`;
  const stranger = await play(url);
  assert.equal(stranger.code, 1);
  assert.match(stranger.err, /GET \/: .*certificate/i);
  for (const [options, name] of [
    [['--cacert', file('ca.crt')], undefined],
    [['--insecure'], undefined],
    [['--cacert', file('ca.crt'), '--cert', file('client.crt'), '--key', file('client.key')], 'client'],
    [['--cacert', file('ca.crt'), '--cert', file('both.pem')], 'client']]) {
    server.seen.names.clear();
    server.seen.sockets = 0;
    const played = await play(url, ...options);
    assert.equal(played.code, 0, `${options}: ${played.err}`);
    assert.deepEqual([...server.seen.names], [name], 'requests and sockets show the same certificate');
    assert.equal(server.seen.sockets, 3);
  }
  const missing = await play(url, '--cacert', file('no-such.pem'));
  assert.equal(missing.code, 2);
  assert.match(missing.err, /--cacert \S+no-such\.pem cannot be used: No such file/);
  server.stop();
}
