// The parrot: recordings play against a server that is made from them, in whatever order and pieces it
// answers; a message that is left out is missed; sizes, statuses and closes are the recorded ones.
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';

import { assert, bin, checkAccounts, data, join, run, runJson, serve, source, stretto, work } from '../e2e/lib.mjs';

const parrot = (script, ...options) => serve(join(bin, 'stretto-parrot'), [script, ...options]);
const at = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
let scripts = 0;
function script(dialect, steps) {
  const path = join(work, `script-${++scripts}.log`);
  const lines = steps.map(([type, begin, end, more]) => JSON.stringify({ type, begin: at(begin), end: at(end), ...more }));
  writeFileSync(path, [`# version: 2`, `# dialect: ${dialect}`, ...lines, ''].join('\n'));
  return path;
}

let runs = 0;
async function play(path, server, sessions, ...options) {
  const dir = join(work, `run-${++runs}`);
  const played = await stretto(['play', path, server.url, '--sessions', String(sessions), '--every', '10ms', '-o', dir, ...options]);
  return { ...played, dir };
}

// --- recordings ---

const recordings = [join(source, 'samples/whales/session.log'), data('whales-sync.log'), data('ss-whales-sync.log'), data('connect.log')];
for (const recording of recordings) {
  for (const manner of [['--delay', '0.2'], ['--split', '--delay', '0'], ['--reorder', '--split', '--seed', '7', '--delay', '0.1']]) {
    const server = await parrot(recording, ...manner);
    const played = await play(recording, server, 20, '--think', '0.02', '--timeout', '60s');
    assert.equal(played.code, 0, `${recording} ${manner}: ${played.err}`);
    assert.equal(checkAccounts(played.dir, recording).done, 20);
    const { code, err } = await server.stop();
    assert.equal(code, 0, err);
    assert.doesNotMatch(err, /not in the script/);
    assert.match(err, /20 WebSockets/);
  }
}

// --- what is left out is missed ---

const echo = script('plain', [
  ['WS_OPEN', 0, 1, { url: '/socket' }],
  ['WS_SEND', 10, 10, { message: 'hello' }],
  ['WS_RECV', 10, 10, { message: '{"said":1}' }],
  ['WS_RECV', 20, 20, { message: '{"more":1}' }],
  ['WS_CLOSE', 30, 30, { from_server: true, close_code: 4001, close_reason: 'enough' }],
]);
const whole = await parrot(echo);
const heard = await play(echo, whole, 20, '--timeout', '60s');
assert.equal(heard.code, 0, heard.err);
await whole.stop();
const counted = join(work, 'count.json');
const mute = await parrot(echo, '--drop', '1', '--count', counted);
const missed = await play(echo, mute, 5, '--timeout', '300ms');
assert.equal(missed.code, 1);
assert.deepEqual([runJson(missed.dir).failed, runJson(missed.dir).done], [5, 0]);
assert.match(missed.err, /no 'key said' within/);
await mute.stop('SIGINT');
const count = JSON.parse(readFileSync(counted, 'utf8'));
assert.equal(count.websockets.all, 5);
assert.equal(count.sends, 5);
assert.equal(count.messages, 0);
assert.equal(count.dropped, 15);

// --- answers ---

const pages = script('plain', [
  ['REQ_HOME', 0, 5, { url: '/', status: 302 }],
  ['REQ_HOME', 10, 15, { url: '/login', status: 200, bytes: 4321, extract: [
    { name: 'CSRF', from: 'body', before: 'name="csrf" value="', after: '"', decode: 'html' },
    { name: 'XSRF', from: 'cookie', header: '_xsrf' },
    { name: 'PLACE', from: 'header', header: 'X-Place', before: 'at=', after: ';' }] }],
  ['REQ', 20, 25, { method: 'PROPFIND', url: '/dav/${CSRF}?x=${XSRF}&p=${PLACE|url}', status: 207, bytes: 70000 }],
  ['REQ', 30, 31, { method: 'DELETE', url: '/dav/it', status: 204 }],
  ['REQ_GET', 40, 41, { url: '/old.css', status: 304 }],
  ['REQ_GET', 50, 350, { url: '/slow.js', status: 200, bytes: 3 << 20 }],
  ['REQ_GET', 400, 401, { url: '/gone.png', status: 404, bytes: 10 }],
  ['REQ_GET', 410, 500, { url: '/events', status: 200, left: true, until: 'all_done', bytes: 5000 }],
  ['REQ', 600, 700, { method: 'POST', url: '/job', status: 200, poll: { 'job.result': true }, poll_every_ms: 100 }],
  ['REQ_HOME', 9000, 9001, { url: '/', status: 200, bytes: 1000 }],
  ['WS_OPEN', 9010, 9011, { url: '/ws' }],
  ['WS_SEND', 9020, 9020, { message: 'a' }],
  ['WS_RECV', 9020, 9020, { message: '{"first":1}' }],
  ['WS_CLOSE', 9030, 9030, {}],
  ['WS_OPEN', 17000, 17001, { url: '/ws', socket: 1 }],
  ['WS_RECV', 17002, 17002, { message: '{"second":1}', socket: 1 }],
  ['WS_CLOSE', 17010, 17010, { socket: 1 }],
]);
const server = await parrot(pages);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
function ask(method, path, { body, headers } = {}) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(server.url + path.slice(1), { method, agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers,
        body: Buffer.concat(chunks).toString(), ms: performance.now() - began }));
    });
    request.on('error', reject);
    if (body) request.write(body); // its length is not told: in chunks
    request.end();
  });
}
const rows = [
  ['GET', '/', 302, undefined], ['GET', '/login', 200, 4321], ['PROPFIND', '/dav/abc?x=1&p=%2f', 207, 70000],
  ['DELETE', '/dav/it', 204, 0], ['GET', '/old.css', 304, 0], ['GET', '/slow.js', 200, 3 << 20],
  ['GET', '/gone.png', 404, 10], ['HEAD', '/login', 200, 0], ['OPTIONS', '/login', 204, 0], ['GET', '/nowhere?at=all', 404, undefined],
];
for (const [method, path, status, bytes] of rows) {
  const got = await ask(method, path, { body: method === 'PROPFIND' ? 'x'.repeat(300000) : undefined });
  assert.equal(got.status, status, `${method} ${path}`);
  if (bytes !== undefined) assert.equal(got.body.length, bytes, `${method} ${path}`);
  if (path === '/slow.js') assert.ok(got.ms >= 299, `it came after ${got.ms} ms, not the recorded 300`);
  if (path === '/') assert.equal(got.headers.location, '/login');
  if (method === 'HEAD') assert.equal(got.headers['content-length'], '4321');
  if (path.startsWith('/nowhere')) assert.match(got.body, /GET \/nowhere\?at=all/);
}
// What is asked for again and again is answered in turn where it matters, whatever the connection.
const second = await ask('GET', '/', { headers: { Cookie: (await ask('GET', '/')).headers['set-cookie'][0].split(';')[0] } });
assert.equal(second.status, 200);
const asked = await play(pages, server, 10, '--think', '0', '--timeout', '60s');
assert.equal(asked.code, 0, asked.err);
assert.equal(checkAccounts(asked.dir, pages).done, 10);
agent.destroy();
const ended = await server.stop();
assert.match(ended.err, /GET \/nowhere\?at=all: not in the script/);
assert.match(ended.err, /1 requests are not in the script/);

// --- TLS ---

const [key, cert] = [join(work, 'key.pem'), join(work, 'cert.pem')];
const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key,
  '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']);
assert.equal(made.code, 0, made.err);
const safe = await parrot(pages, '--cert', cert, '--key', key);
assert.match(safe.url, /^https:/);
const safely = await play(pages, safe, 10, '--think', '0', '--timeout', '60s', '--cacert', cert);
assert.equal(safely.code, 0, safely.err);
await safe.stop();

// --- what it will not do ---

const refused = [
  [[], 2, /name one script/],
  [[echo, '--drop', '2'], 2, /0 to 1/],
  [[echo, '--listen', 'here'], 2, /--listen/],
  [[echo, '--cert', cert], 2, /go together/],
  [[echo, '--cert', echo, '--key', echo], 1, /cannot use the certificate/],
  [[echo, '--listen', '203.0.113.7:0'], 1, /cannot listen on 203\.0\.113\.7:0/],
  [[join(work, 'none.log')], 1, /none\.log/],
];
for (const [options, code, words] of refused) {
  const got = await run(join(bin, 'stretto-parrot'), options);
  assert.equal(got.code, code, got.err);
  assert.match(got.err, words);
  assert.equal(got.err.trim().split('\n').length, 1, got.err);
}
