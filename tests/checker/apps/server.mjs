// What the scripted apps share: a server that hands requests to an app, and a client that does what a
// browser does: keeps cookies, follows redirects, reads pages, speaks over WebSockets.
import { createServer, request as ask } from 'node:http';
import { randomBytes } from 'node:crypto';
import { accept, reader, text } from '../../e2e/websocket.mjs';

export const token = (bytes = 16) => randomBytes(bytes).toString('hex');

const cookiesOf = (request) => Object.fromEntries((request.headers.cookie ?? '').split(/; */)
  .filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));

async function bodyOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

// What an app's route gets: the request taken apart, and a session by the cookie "sid".
async function taken(request, sessions) {
  const url = new URL(request.url, 'http://app');
  const body = await bodyOf(request);
  const cookies = cookiesOf(request);
  const form = new URLSearchParams(body);
  const json = (() => { try { return JSON.parse(body); } catch { return null; } })();
  return { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers,
    cookies, body, form, json, session: sessions.get(cookies.sid) };
}

export class Refusal extends Error {
  constructor(status, why) { super(why); this.status = status; }
}
export const refuse = (status, why) => { throw new Refusal(status, why); };
export const must = (holds, status, why) => { if (!holds) refuse(status, why); };

function answer(response, reply) {
  const { status = 200, headers = {}, body = '', json, html } = reply;
  const text = json !== undefined ? JSON.stringify(json) : html ?? body;
  const type = json !== undefined ? 'application/json' : html !== undefined ? 'text/html; charset=utf-8' : 'text/plain';
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers });
  response.end(text);
}

// Serves one app on a port of the kernel's choice.
export async function serve(app) {
  const sessions = new Map();
  const state = app.state?.() ?? {};
  const begin = (fields = {}) => {
    const sid = token();
    sessions.set(sid, fields);
    return { 'Set-Cookie': `sid=${sid}; Path=/; HttpOnly` };
  };
  const context = { state, begin, sessions };
  const server = createServer(async (request, response) => {
    try {
      const it = await taken(request, sessions);
      if (it.path === '/favicon.ico') return answer(response, { status: 404 });
      return answer(response, await app.request(it, context) ?? { status: 404, body: 'nothing here' });
    } catch (error) {
      return answer(response, { status: error.status ?? 500, body: `${error.message}\n` });
    }
  });
  server.on('upgrade', (request, socket) => {
    const url = new URL(request.url, 'http://app');
    const it = { path: url.pathname, query: url.searchParams, cookies: cookiesOf(request), session: sessions.get(cookiesOf(request).sid) };
    socket.on('error', () => {});
    try {
      const on = app.socket(it, context, (message) => socket.write(text(message)));
      accept(request, socket);
      on.opened?.();
      socket.on('data', reader((opcode, payload) => {
        if (opcode === 8) return socket.end();
        if (opcode !== 1) return undefined;
        try { return on.message(payload.toString()); } catch { return socket.destroy(); }
      }));
    } catch (error) {
      socket.end(`HTTP/1.1 ${error.status ?? 500} Refused\r\nContent-Length: 0\r\n\r\n`);
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${server.address().port}`,
    stop: () => { server.closeAllConnections(); server.close(); } };
}

// --- the client ---

const unescape = (text) => text.replaceAll('&quot;', '"').replaceAll('&#43;', '+').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

export class Page {
  constructor(reply) { Object.assign(this, reply); }
  json() { return JSON.parse(this.body); }
  // The value of the input of this name.
  input(name) { return unescape(this.match(new RegExp(`<input[^>]*name="${name}"[^>]*value="([^"]*)"`))); }
  match(pattern) {
    const found = pattern.exec(this.body);
    if (!found) throw new Error(`no ${pattern} in ${this.body}`);
    return found[1];
  }
}

export class Client {
  constructor(base) { this.base = base; this.jar = new Map(); this.sockets = []; }

  cookieHeader() { return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; '); }

  async send(method, path, { headers = {}, body } = {}) {
    const all = { ...headers };
    if (this.jar.size) all.Cookie = this.cookieHeader();
    if (body !== undefined) all['Content-Length'] = Buffer.byteLength(body);
    const response = await new Promise((resolve, reject) => {
      const sent = ask(new URL(path, this.base), { method, headers: all, agent: false }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    for (const line of response.headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';')[0].split('=');
      this.jar.set(name, value);
    }
    return new Page({ status: response.statusCode, headers: response.headers, body: await bodyOf(response) });
  }
  // A person opens a page; redirects are followed as a browser does.
  async page(path, options = {}) {
    const reply = await this.send(options.method ?? 'GET', path, { ...options,
      headers: { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', ...options.headers } });
    if (reply.status >= 300 && reply.status < 400) {
      const to = new URL(reply.headers.location, this.base);
      return this.page(to.pathname + to.search);
    }
    if (reply.status >= 400) throw new Error(`${path}: ${reply.status} ${reply.body}`);
    return reply;
  }
  submit(path, fields) {
    return this.page(path, { method: 'POST', body: new URLSearchParams(fields).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  }
  // A script of the page asks.
  async fetch(path, { method = 'GET', json, headers = {} } = {}) {
    const reply = await this.send(method, path, { headers: { Accept: '*/*', 'Sec-Fetch-Mode': 'cors',
      ...(json !== undefined ? { 'Content-Type': 'application/json' } : {}), ...headers },
    body: json !== undefined ? JSON.stringify(json) : undefined });
    if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`);
    return reply;
  }

  async open(path) {
    const response = await new Promise((resolve, reject) => {
      const sent = ask(new URL(path, this.base), { agent: false, headers: { Connection: 'Upgrade', Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'), Origin: this.base,
        ...(this.jar.size ? { Cookie: this.cookieHeader() } : {}) } });
      sent.on('upgrade', (head, socket, first) => resolve({ socket, first }));
      sent.on('response', (reply) => reject(new Error(`${path}: ${reply.statusCode}`)));
      sent.on('error', reject);
      sent.end();
    });
    return new Socket(response);
  }
}

class Socket {
  constructor({ socket, first }) {
    this.socket = socket;
    this.heard = [];
    this.waiting = [];
    socket.on('error', () => {});
    const read = reader((opcode, payload) => {
      if (opcode !== 1) return;
      const next = this.waiting.shift();
      if (next) next(payload.toString()); else this.heard.push(payload.toString());
    });
    if (first.length) read(first);
    socket.on('data', read);
  }
  next() {
    return this.heard.length ? Promise.resolve(this.heard.shift())
      : new Promise((resolve) => { this.waiting.push(resolve); });
  }
  frame(opcode, text) {
    const body = Buffer.from(text);
    const mask = randomBytes(4);
    const head = body.length < 126 ? [0x80 | opcode, 0x80 | body.length] : [0x80 | opcode, 0x80 | 126, body.length >> 8, body.length & 255];
    for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
    this.socket.write(Buffer.concat([Buffer.from(head), mask, body]));
  }
  send(text) { this.frame(1, text); }
  close() {
    this.frame(8, Buffer.from([3, 232]));
    return new Promise((resolve) => { this.socket.on('close', resolve); });
  }
}
