// The other way in: what Playwright's recordHar wrote of a real Chromium becomes a script, and plays.
// KEEP=FILE keeps the form app's HAR.
import { createServer } from 'node:http';
import { copyFileSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';

import { assert, checkAccounts, join, steps, stretto, whales, work } from './lib.mjs';

const password = 'open s3same&';
const page = (script) => `<!doctype html><title>form</title><body><form method="post" action="login">
<input name="user"><input type="password" name="password"><button>in</button></form><script>${script}</script>`;
const talk = `const socket = new WebSocket(location.href.replace('http', 'ws').replace('home/', 'talk'));
socket.onopen = () => socket.send('{"say":"grüße"}');
socket.onmessage = async ({ data }) => {
  await (await fetch('../api/items', { method: 'PUT', headers: { 'X-Said': 'yes', 'Content-Type': 'application/json' }, body: data })).text();
  document.title = 'done';
};`;

// A login by form, a cookie, a socket behind it, a request behind that.
async function serveForm() {
  const isKnown = (request) => /(^|; )sid=known($|;)/.test(request.headers.cookie ?? '');
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const html = (text, headers = {}) => response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(text);
    if (request.method === 'GET' && request.url === '/') html(page(''));
    else if (request.url === '/login' && new URLSearchParams(body).get('password') === password)
      response.writeHead(303, { Location: '/home/', 'Set-Cookie': 'sid=known; Path=/; HttpOnly' }).end();
    else if (request.url === '/home/' && isKnown(request)) html(page(talk));
    else if (request.url === '/api/items' && isKnown(request) && request.headers['x-said'] === 'yes'
      && JSON.parse(body).said === 'grüße') response.writeHead(204).end();
    else response.writeHead(403).end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (!isKnown(request)) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (ws) =>
      ws.on('message', (data) => ws.send(JSON.stringify({ said: JSON.parse(data).say }))));
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${http.address().port}`,
    stop: () => { sockets.clients.forEach((ws) => ws.terminate()); http.closeAllConnections?.(); http.close(); } };
}

// What a person does in a page of this URL, as a HAR.
async function recordHar(url, act) {
  const har = join(work, `${act.name}.har`);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'] });
  const context = await browser.newContext({ recordHar: { path: har, content: 'embed', mode: 'full' } });
  const tab = await context.newPage();
  await tab.goto(url);
  await act(tab);
  await context.close();
  await browser.close();
  return har;
}

async function form(tab) {
  await tab.fill('[name=user]', 'ann');
  await tab.fill('[name=password]', password);
  await Promise.all([tab.waitForURL('**/home/'), tab.click('button')]);
  await tab.waitForFunction(() => document.title === 'done');
}

async function clicks(tab) {
  await tab.locator('#p_all img').waitFor();
  await tab.click('#tab-whales');
  await tab.locator('#p_top img').waitFor();
  await tab.waitForFunction(() => document.querySelector('#status').dataset.state === 'idle');
}

// Three sessions side by side: each of them does all of it.
async function play(script, url, env = {}) {
  const dir = join(work, `run-${Math.random()}`);
  const done = await stretto(['play', script, url, '--sessions', '3', '--every', '50ms', '-o', dir],
    { env: { ...process.env, ...env } });
  assert.equal(done.code, 0, done.err);
  assert.equal(checkAccounts(dir, script).done, 3);
}

async function imports(har, ...options) {
  const script = har.replace(/har$/, 'log');
  const done = await stretto(['import', har, '-o', script, ...options]);
  assert.equal(done.code, 0, done.err);
  return { script, said: done.err };
}

const app = await serveForm();
const har = await recordHar(app.url, form);
if (process.env.KEEP) copyFileSync(har, process.env.KEEP);
const { script, said } = await imports(har);
assert.match(said, /export APP_PASSWORD=/);
for (const name of [script, `${script}.trace`, `${script}.post.0`])
  assert.ok(!/s3same/.test(readFileSync(name, 'utf8')), `${name} has the password`);
const types = steps(script).map(({ type, url }) => `${type} ${url ?? ''}`.trim());
for (const wanted of ['REQ_HOME /', 'REQ_POST /login', 'REQ_HOME /home/', 'WS_OPEN /talk', 'WS_SEND', 'WS_RECV',
  'REQ /api/items']) assert.ok(types.includes(wanted), `${wanted} is missing: ${types}`);
await play(script, app.url, { APP_USER: 'bob', APP_PASSWORD: password });
app.stop();

const shiny = await whales('sync', 2000);
const whale = await imports(await recordHar(shiny.url, clicks));
assert.match(readFileSync(whale.script, 'utf8'), /^# dialect: shiny$/m);
assert.ok(steps(whale.script).some(({ type }) => type === 'WS_RECV_INIT'));
await play(whale.script, shiny.url);
await shiny.stop();
