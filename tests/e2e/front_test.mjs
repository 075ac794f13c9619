// A real browser and curl, directly and through the recorder: a page that uses what pages use tells the
// same both ways.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { bin, run, start, work } from './lib.mjs';

const bulk = Buffer.alloc(20 << 20, 'bulk');
const sha = (data) => createHash('sha256').update(data).digest('hex');
let gone = () => {};

const routes = {
  page(request, response) {
    response.setHeader('Set-Cookie', ['plain=1', 'secure=2; Secure; SameSite=None', '__Host-a=3; Secure; Path=/',
      '__Secure-b=4; Secure', 'base=5; Path=/; HttpOnly']);
    // what would break the page when it reached a browser over plain HTTP
    const https = request.headers['x-forwarded-host'] ? '; upgrade-insecure-requests' : '';
    response.setHeader('Content-Security-Policy',
      `default-src data:; script-src 'unsafe-eval'; connect-src http://${request.headers.host}${https}`);
    response.setHeader('Strict-Transport-Security', 'max-age=1000');
    response.setHeader('Content-Type', 'text/html');
    response.writeEarlyHints?.({ link: '</style.css>; rel=preload; as=style' });
    response.end('<!doctype html><title>page</title><link rel="icon" href="data:,">');
  },
  cookies: (request, response) => response.end((request.headers.cookie ?? '').split('; ').sort().join('; ')),
  redirect: (request, response) => response.writeHead(302, { Location: `http://${request.headers.host}/reflect?redirected` })
    .end(),
  async reflect(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const { 'content-type': type, 'content-length': length, 'x-own': own, origin } = request.headers;
    response.end(JSON.stringify({ method: request.method, url: request.url, type, length, own, sha: sha(body),
      origin: origin === `http://${request.headers.host}` }));
  },
  odd: (request, response) => response.writeHead(299, 'Quite Odd', { 'X-Empty': '', 'X-Two': ['a', 'b'] }).end('odd'),
  none: (request, response) => response.writeHead(204).end(),
  gzip: (request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('squeezed')),
  brotli: (request, response) => response.writeHead(200, { 'Content-Encoding': 'br' }).end(brotliCompressSync('pressed')),
  bulk(request, response) {
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if (!range) return response.end(bulk);
    const [from, to] = range.slice(1).map(Number);
    response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${bulk.length}` }).end(bulk.subarray(from, to + 1));
  },
  events(request, response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: one\n\nevent: custom\ndata: two\n\n');
    response.on('close', () => gone());
  },
  trailers(request, response) {
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '4' });
    response.end();
  },
};
const server = createServer((request, response) => {
  const name = new URL(request.url, 'http://x').pathname.slice(1);
  (routes[name] ?? routes.reflect)(request, response);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const target = `http://127.0.0.1:${server.address().port}`;

// In the page.
async function use() {
  const told = {};
  const json = async (...ask) => (await fetch(...ask)).json();
  const text = async (...ask) => (await fetch(...ask)).text();
  told.cookies = await text('/cookies');
  told.redirect = await json('/redirect');
  told.post = await json('/reflect?a=%2f&b', { method: 'POST', body: 'text', headers: { 'X-Own': 'caf\xe9' } });
  told.form = await json('/x', { method: 'PUT', body: new URLSearchParams({ a: 'b c' }) });
  told.delete = await json('/x', { method: 'DELETE' });
  told.large = await json('/x', { method: 'POST', body: new Uint8Array(10 << 20).fill(7) });
  const odd = await fetch('/odd');
  told.odd = [odd.status, odd.statusText, odd.headers.get('x-empty'), odd.headers.get('x-two'), await odd.text()];
  told.none = (await fetch('/none')).status;
  told.head = [...(await fetch('/bulk', { method: 'HEAD' })).headers.keys()]
    .filter((name) => name !== 'connection' && name !== 'keep-alive').sort();
  told.gzip = await text('/gzip');
  told.brotli = await text('/brotli');
  told.bulk = (await (await fetch('/bulk')).arrayBuffer()).byteLength;
  told.range = await text('/bulk', { headers: { Range: 'bytes=1-5' } });
  told.trailers = await text('/trailers');
  told.many = (await Promise.all([...Array(50).keys()].map((i) => json(`/x?${i}`)))).map((one) => one.url);
  told.events = await new Promise((done) => {
    const source = new EventSource('/events');
    const heard = [];
    source.onmessage = (event) => heard.push(event.data);
    source.addEventListener('custom', (event) => { source.close(); done([...heard, event.data]); });
  });
  return told;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
async function visit(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const left = new Promise((done) => { gone = done; });
  await page.goto(`${url}/page`);
  const told = await page.evaluate(use);
  await left; // the target hears that the event stream was closed
  await context.close();
  return told;
}

const recorder = start(join(bin, 'stretto-record'), [target, '-o', join(work, 'front.log'), '--listen', '127.0.0.1:0',
  '--until-idle', '1h']);
const port = (await recorder.line(/open http:\/\/127\.0\.0\.1:(\d+)\//))[1];
const direct = await visit(target);
const through = await visit(`http://127.0.0.1:${port}`);
const byName = await visit(`http://localhost:${port}`);

const all = '__Host-a=3; __Secure-b=4; base=5; plain=1; secure=2';
assert.equal(through.cookies, all);
assert.equal(byName.cookies, all);
direct.cookies = all;
assert.deepEqual(through, direct);
assert.deepEqual(byName, direct);
assert.deepEqual(direct.odd, [299, 'Quite Odd', '', 'a, b', 'odd']);
await browser.close();

// curl, in all its ways.
const file = join(work, 'upload');
writeFileSync(file, 'uploaded');
async function curl(url, ...words) {
  const { code, out } = await run('curl', ['-sS', ...words, url]);
  assert.equal(code, 0, words.join(' '));
  return out;
}
const known = (text, at) => text.replaceAll(at, 'HERE').split('\r\n')
  .map((line) => line.trimEnd()).filter((line) => !/^(Date|Connection|Keep-Alive):/i.test(line)).join('\n');
const here = `127.0.0.1:${port}`;
const there = target.slice(7);
for (const [path, ...words] of [
  ['/odd', '-i'], ['/none', '-i'], ['/bulk', '-I'], ['/bulk', '-i', '-r', '1-9'], ['/gzip', '--compressed'],
  ['/reflect', '-d', 'a=b'], ['/reflect', '-T', file], ['/reflect', '-X', 'PURGE'], ['/trailers', '-i'],
  ['/reflect', '-H', 'Transfer-Encoding: chunked', '-d', 'chunks'], ['/redirect', '-iL'], ['/reflect', '-0', '-d', 'old'],
  ['/reflect', '-H', 'Expect: 100-continue', '-d', 'wait'], ['/a/../b//c?&', '--path-as-is'],
]) {
  const told = await Promise.all([there, here].map(async (at) => known(await curl(`http://${at}${path}`, ...words), at)));
  assert.equal(told[1], told[0], `${path} ${words.join(' ')}`);
}

await recorder.stop('SIGINT');
server.closeAllConnections?.();
server.close();
