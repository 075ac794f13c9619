// A target over TLS: pages and WebSockets, certificates verified.
import { createServer } from 'node:https';
import { readFileSync, writeFileSync } from 'node:fs';
import { assert, checkAccounts, data, join, rows, run, scripted, stretto, work } from './lib.mjs';

const pem = join(work, 'server');
const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
  '-keyout', `${pem}.key`, '-out', `${pem}.crt`, '-days', '2', '-subj', '/CN=localhost',
  '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']);
assert.equal(made.code, 0, made.err);

const script = data('whales-sync.log');
const server = await scripted(script, `tls=${pem}`);
const play = (dir, trusted) => stretto(['play', script, server.url, '--sessions', '4', '--every', '20ms', '--think', '0.02',
  '-o', dir], { env: { ...process.env, SSL_CERT_FILE: trusted } });

const dir = join(work, 'trusted');
const trusted = await play(dir, `${pem}.crt`);
assert.equal(trusted.code, 0, trusted.err);
assert.equal(checkAccounts(dir, script).done, 4);

// Nobody vouches for this server: no session goes on, and it is said why.
const doubted = await play(join(work, 'doubted'), '/dev/null');
assert.equal(doubted.code, 1);
assert.match(doubted.err, /line 4 'Homepage': .*the server's certificate is not trusted: self-signed certificate/);
await server.stop();

// A page and its files: six connections, and all but the first go on with its TLS session.
const FILES = 12;
const connections = [];
let holding = [];
const pages = createServer({ key: readFileSync(`${pem}.key`), cert: readFileSync(`${pem}.crt`), ALPNProtocols: ['http/1.1'] },
  (request, response) => {
    if (request.url === '/') { response.end('<html>'); return; }
    // The sixth file is there before the first is answered: a session of fewer connections hangs.
    holding.push(response);
    if (holding.length === 6) {
      for (const one of holding) one.end('x'.repeat(100000));
      holding = [];
    }
  });
pages.on('secureConnection', (socket) => connections.push({ reused: socket.isSessionReused(), alpn: socket.alpnProtocol }));
await new Promise((resolve) => { pages.listen(0, '127.0.0.1', resolve); });
const time = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
const page = join(work, 'page.log');
writeFileSync(page, ['# version: 1', '# dialect: plain', ...[
  { type: 'REQ_HOME', begin: time(0), end: time(1), status: 200, url: '/' },
  ...Array.from({ length: FILES }, (_, i) => ({ type: 'REQ_GET', begin: time(2), end: time(3), status: 200, url: `/file-${i}` }))]
  .map((line) => JSON.stringify(line)), ''].join('\n'));
const loaded = await stretto(['play', page, `https://127.0.0.1:${pages.address().port}`, '--sessions', '1', '--timeout', '20s',
  '--cacert', `${pem}.crt`, '-o', join(work, 'page')]);
assert.equal(loaded.code, 0, loaded.err);
checkAccounts(join(work, 'page'), page);
const [asked, ...played] = connections;
assert.equal(asked.reused, false);
assert.deepEqual(played.map(({ reused }) => reused), [false, true, true, true, true, true]);
assert.ok(played.every(({ alpn }) => alpn === 'http/1.1'));
const [, , connect, tls] = rows(join(work, 'page')).find(({ event }) => event === 'REQ_HOME_END').comment.split(',').slice(1);
assert.ok(connect !== '' && +tls > 0, 'a handshake takes its time');
pages.closeAllConnections?.();
pages.close();
