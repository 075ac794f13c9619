// A target over TLS: pages and WebSockets, certificates verified.
import { assert, checkAccounts, data, join, run, scripted, stretto, work } from './lib.mjs';

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
