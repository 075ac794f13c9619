// Real WebSocket ends through the recorder, with permessage-deflate: Node's ws on the server's side;
// ws, Chromium and our own core/ws as clients.  What each end hears, and what the script has of it.
import { createServer } from 'node:http';
import WebSocket, { WebSocketServer } from 'ws';
import { chromium } from 'playwright-core';

import { assert, bin, join, start, startStretto, steps, work } from './lib.mjs';

const texts = ['', 'x', 'grüße 𝄞 \u2028 "quoted" ${SESSION}', '{"a":1}'.repeat(9000), 'once more '.repeat(30)];
const page = '<!doctype html><title>sockets</title>';

// A page, and on every path a socket: an echo; /bye is closed by the server.
function serve(options) {
  const http = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(page);
  });
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: options, handleProtocols: () => 'second' });
  const closes = [];
  let told = () => {};
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
    socket.on('close', (code, reason) => told(closes.push([code, `${reason}`])));
    if (request.url === '/bye') socket.close(4321, 'grüße vom Server');
  });
  // The codes and reasons that it has heard, once there are as many.
  const closed = (count) => new Promise((resolve) => {
    told = () => { if (closes.length === count) resolve(closes); };
    told();
  });
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => resolve({ closed, url: `http://127.0.0.1:${http.address().port}`,
      end: () => { sockets.clients.forEach((socket) => socket.terminate()); http.closeAllConnections?.(); http.close(); } }));
  });
}

let recordings = 0;
async function record(url) {
  const script = join(work, `sockets-${++recordings}.log`);
  const recorder = startStretto(['record', url, '-o', script, '--listen', '127.0.0.1:0']);
  const [, port] = await recorder.line(/open http:\/\/127\.0\.0\.1:(\d+)\//);
  return { port, script, recorder };
}

// What the script has between the first socket's opening and its close.
function conversation({ script }) {
  return steps(script).filter(({ type }) => /^WS_(SEND|RECV)/.test(type))
    .map(({ type, message, message_base64: bytes }) => [type, bytes === undefined ? message : Buffer.from(bytes, 'base64')]);
}
const thereAndBack = (all) => all.flatMap((each) => [['WS_SEND', each], ['WS_RECV', each]]);
// What several sockets say at the same time may stand in any order: each by its number.
const closeOf = ({ script }, number) => {
  const { from_server, close_code, close_reason } = steps(script).find(({ type, socket = 0 }) => type === 'WS_CLOSE' && socket === number);
  return { from_server, close_code, close_reason };
};

const once = (socket, name) => new Promise((resolve, reject) => {
  socket.once(name, (...what) => resolve(what));
  socket.once('error', reject);
});

async function withNodeWs(options) {
  const server = await serve(options);
  const { recorder, ...recording } = await record(server.url);
  const socket = new WebSocket(`ws://127.0.0.1:${recording.port}/echo`, ['first', 'second'], { perMessageDeflate: options });
  await once(socket, 'open');
  assert.equal(socket.protocol, 'second');
  assert.match(socket.extensions, /permessage-deflate/);
  for (const each of texts) {
    socket.send(each);
    assert.equal(`${(await once(socket, 'message'))[0]}`, each);
  }
  const bytes = Buffer.from(Array.from({ length: 70000 }, (_, i) => i * i));
  socket.send(bytes);
  assert.deepEqual((await once(socket, 'message'))[0], bytes);
  socket.close(3001, 'bye from here');
  assert.deepEqual((await once(socket, 'close')).map(String), ['3001', 'bye from here']);
  assert.deepEqual(await server.closed(1), [[3001, 'bye from here']]);
  assert.equal((await recorder.ended).code, 0, recorder.err);
  assert.deepEqual(conversation(recording), thereAndBack([...texts, bytes]));
  assert.deepEqual(closeOf(recording, 0), { from_server: undefined, close_code: 3001, close_reason: 'bye from here' });
  server.end();
}

async function withChromium(browser) {
  const server = await serve({ threshold: 0 });
  const { recorder, ...recording } = await record(server.url);
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${recording.port}/`);
  const heard = await tab.evaluate(async (all) => {
    const socket = new WebSocket(`ws://${location.host}/echo`, ['first', 'second']);
    const next = (name) => new Promise((resolve) => { socket[`on${name}`] = resolve; });
    await next('open');
    const told = { protocol: socket.protocol, extensions: socket.extensions, echoes: [] };
    for (const each of all) {
      socket.send(each);
      told.echoes.push((await next('message')).data);
    }
    socket.close(3002, 'the page leaves');
    const { code, reason, wasClean } = await next('close');
    return { ...told, code, reason, wasClean };
  }, texts);
  assert.deepEqual(heard, { protocol: 'second', extensions: 'permessage-deflate', echoes: texts,
    code: 3002, reason: 'the page leaves', wasClean: true });
  const bye = await tab.evaluate(() => new Promise((resolve) => {
    new WebSocket(`ws://${location.host}/bye`).onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
  }));
  assert.deepEqual(bye, { code: 4321, reason: 'grüße vom Server', wasClean: true });
  await tab.close();
  assert.equal((await recorder.ended).code, 0, recorder.err);
  assert.deepEqual(await server.closed(2), [[3002, 'the page leaves'], [4321, 'grüße vom Server']]);
  assert.deepEqual(conversation(recording), thereAndBack(texts));
  assert.deepEqual(closeOf(recording, 0), { from_server: undefined, close_code: 3002, close_reason: 'the page leaves' });
  assert.deepEqual(closeOf(recording, 1), { from_server: true, close_code: 4321, close_reason: 'grüße vom Server' });
  server.end();
}

async function withOurOwn() {
  const server = await serve({ threshold: 0, serverNoContextTakeover: true, clientMaxWindowBits: 10 });
  const { recorder, ...recording } = await record(server.url);
  const client = start(join(bin, '../tests/ws-client'), [recording.port, '/echo'], { stdio: ['pipe', 'pipe', 'pipe'] });
  client.child.stdin.end(texts.map((each) => `${each}\n`).join(''));
  const { code, out, err } = await client.ended;
  assert.equal(code, 0, err);
  assert.equal(out, ['agreed on permessage-deflate', ...texts.map((each) => `text ${each}`), 'close 1000 done\n'].join('\n'));
  assert.equal((await recorder.ended).code, 0, recorder.err);
  assert.deepEqual(conversation(recording), thereAndBack(texts));
  server.end();
}

await withNodeWs(true);
await withNodeWs({ threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true });
await withNodeWs({ threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 });
await withOurOwn();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
await withChromium(browser);
await browser.close();
