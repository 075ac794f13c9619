// What Chromium sends to an app and what a replay of that recording sends, head beside head.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { assert, checkAccounts, join, startStretto, stretto, work } from './lib.mjs';
import { accept, reader, text } from './websocket.mjs';

const page = `<!doctype html><title>headers</title><link rel="stylesheet" href="style.css"><script src="app.js"></script>
<script>addEventListener('load', async () => {
  await fetch('api/data', { headers: { 'X-Mine': '1' } });
  await fetch('api/do', { method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } });
  await fetch('api/item', { method: 'DELETE' });
  const socket = new WebSocket(location.href.replace('http', 'ws') + 'ws', ['chat']);
  socket.onopen = () => socket.send('ask');
  socket.onmessage = () => { socket.close(); document.title = 'done'; };
});</script>`;

let heads = [];
const note = ({ method, url, rawHeaders: raw }) => heads.push({ what: `${method} ${url}`,
  headers: Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]) });
const server = createServer((request, response) => {
  note(request);
  const type = { '/': 'text/html', '/style.css': 'text/css', '/app.js': 'text/javascript' }[request.url] ?? 'text/plain';
  request.resume().on('end', () => response.writeHead(200, { 'Content-Type': type, 'Set-Cookie': 'id=7; Path=/' })
    .end(request.url === '/' ? page : ''));
});
server.on('upgrade', (request, socket) => {
  note(request);
  accept(request, socket, ['Sec-WebSocket-Protocol: chat']);
  socket.on('error', () => {});
  socket.on('data', reader((opcode) => { if (opcode === 8) socket.end(); else socket.write(text('answer')); }));
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const url = `http://127.0.0.1:${server.address().port}`;

const visit = async (browser, where) => {
  const context = await browser.newContext(); // no cookies and no cache of the visit before
  const tab = await context.newPage();
  await tab.goto(`${where}/`);
  await tab.waitForFunction(() => document.title === 'done');
  await context.close();
};
const taken = () => {
  const all = heads.filter(({ what }) => what !== 'GET /favicon.ico');
  heads = [];
  return all;
};

const script = join(work, 'headers.log');
const recorder = startStretto(['record', url, '--listen', '127.0.0.1:0', '-o', script]);
const [, proxy] = await recorder.line(/open (http:\/\/\S+?)\/? in a browser/);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--host-resolver-rules=MAP app.example 127.0.0.1'] });
await visit(browser, proxy);
assert.equal((await recorder.ended).code, 0, recorder.err);
taken();
await visit(browser, url);
const browsers = taken();
await visit(browser, url.replace('127.0.0.1', 'app.example'));
const named = taken();
await browser.close();

let runs = 0;
async function play(target, ...options) {
  const dir = join(work, `run-${runs += 1}`);
  const played = await stretto(['play', script, target, '--sessions', '1', '-o', dir, ...options]);
  assert.equal(played.code, 0, played.err);
  checkAccounts(dir, script);
  return taken();
}
const get = (head, name) => head.headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];

// What a replay lacks: the browser's own names, which tell an app nothing of the session.
const lacks = /^(sec-ch-ua|sec-fetch-|upgrade-insecure-requests$|referer$)/i;
// Of files what no app looks at is not recorded either.
const ofFiles = /^(accept|accept-language)$/i;
// Each connection's, each client's own.
const differs = /^(user-agent|sec-websocket-key)$/i;
const lines = (head, but) => head.headers.filter(([name]) => !but.test(name))
  .map(([name, value]) => (differs.test(name) ? name : `${name}: ${value}`)).sort();
const replayed = await play(url);
assert.deepEqual(replayed.map(({ what }) => what).sort(), browsers.map(({ what }) => what).sort());
for (const theirs of browsers) {
  const ours = replayed.find(({ what }) => what === theirs.what);
  const but = new RegExp(/\.(css|js)$/.test(theirs.what) ? `${lacks.source}|${ofFiles.source}` : lacks.source, 'i');
  assert.deepEqual(lines(ours, but), lines(theirs, but), `${theirs.what}: a replay says what the browser said`);
  assert.deepEqual(ours.headers.length, new Set(ours.headers.map(([name]) => name.toLowerCase())).size, 'no header twice');
}

// By a name that is not this machine's, without TLS, a browser asks for fewer codings.
for (const theirs of named) {
  assert.equal(get(theirs, 'Accept-Encoding'), 'gzip, deflate');
}
for (const ours of await play(url, '-H', 'User-Agent: me', '-H', 'Origin: https://here.example', '-H', 'Accept-Encoding: br')) {
  assert.equal(get(ours, 'User-Agent'), 'me');
  assert.equal(get(ours, 'Origin'), 'https://here.example');
  assert.equal(get(ours, 'Accept-Encoding'), 'br');
  assert.deepEqual(ours.headers.length, new Set(ours.headers.map(([name]) => name.toLowerCase())).size, 'no header twice');
}
server.close();
server.closeAllConnections();
