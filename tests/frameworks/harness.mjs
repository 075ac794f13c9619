// A framework's conversation between a scripted app and a scripted person: recorded by `stretto record`,
// then played by 20 sessions at the same time.  The app is strict: what it hears and did not issue, or
// what does not come although it is owed, is a complaint, and a complaint fails the test.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { assert, bin, checkAccounts, join, rows, serve, source, startStretto, steps, stretto, work } from '../e2e/lib.mjs';
import { frame, reader } from '../e2e/websocket.mjs';

export { assert };
export const hex = (bytes) => randomBytes(bytes).toString('hex');
export const uuid = () => hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
export const shuffle = (list) => list.map((item) => [Math.random(), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item);
const opcodeOf = (data) => (typeof data === 'string' ? 1 : 2);

// --- the app's side ---

// app.request(request, body, response) and app.socket(socket, request); complain(what) ends in the test.
async function serveApp(app) {
  const complaints = [];
  const complain = (what) => { complaints.push(what); };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => app.request(request, Buffer.concat(chunks), response, complain));
  });
  server.on('upgrade', (request, raw) => {
    const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const protocol = request.headers['sec-websocket-protocol']?.split(',')[0].trim();
    const socket = {
      send: (data) => raw.write(frame(opcodeOf(data), data)),
      close: () => raw.end(frame(8, Buffer.from([3, 232]))),
      onMessage: () => {}, onClose: () => {},
      refuse: (what) => { complain(what); socket.close(); },
    };
    raw.setNoDelay(true);
    raw.on('error', () => {});
    raw.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`);
    raw.on('data', reader((opcode, payload) => {
      if (opcode === 8) raw.end(frame(8, payload.subarray(0, 2)));
      else if (opcode < 8) socket.onMessage(opcode === 1 ? payload.toString() : payload);
    }));
    raw.on('close', () => socket.onClose());
    app.socket(socket, request, complain);
  });
  await new Promise((up) => server.listen(0, '127.0.0.1', up));
  return { url: `http://127.0.0.1:${server.address().port}`, complaints, stop: () => { server.close(); server.closeAllConnections?.(); } };
}

export const cookiesOf = (request) => Object.fromEntries((request.headers.cookie ?? '').split('; ').filter(Boolean)
  .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));

// --- the person's side: a browser's requests, cookies and sockets ---

// With a mask of zeros, as a client has to have one.
function masked(opcode, data) {
  const plain = frame(opcode, data);
  const at = { 126: 4, 127: 10 }[plain[1]] ?? 2;
  plain[1] |= 0x80;
  return Buffer.concat([plain.subarray(0, at), Buffer.alloc(4), plain.subarray(at)]);
}

export class Person {
  constructor(url) { Object.assign(this, { url, cookies: new Map() }); }
  cookie() { return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '); }
  keep(headers) {
    for (const cookie of headers['set-cookie'] ?? []) {
      const [pair] = cookie.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
  }
  // {status, text}; with onData, which tells when to hang up, as an event stream's reader does.
  ask(method, path, { body, headers = {}, onData } = {}) {
    const page = method === 'GET' && !onData && Object.keys(headers).length === 0;
    return new Promise((resolve, reject) => {
      const request = httpRequest(this.url + path, { method, headers: {
        ...(this.cookies.size ? { Cookie: this.cookie() } : {}),
        ...(page ? { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' } : {}),
        ...(body ? { 'Content-Length': Buffer.byteLength(body) } : {}), ...headers } }, (response) => {
        let text = '';
        const done = () => resolve({ status: response.statusCode, text });
        this.keep(response.headers);
        response.on('data', (chunk) => {
          text += chunk;
          if (onData?.(text)) { request.destroy(); done(); }
        });
        response.on('end', done);
        response.on('error', () => {});
      });
      request.on('error', (why) => (onData ? resolve({ status: 0, text: '' }) : reject(why)));
      request.end(body);
    });
  }
  json(method, path, body, headers = {}) {
    return this.ask(method, path, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } })
      .then(({ text }) => (text ? JSON.parse(text) : null));
  }
  open(path, protocols = []) {
    return new Promise((resolve, reject) => {
      const request = httpRequest(this.url + path, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', Origin: this.url,
        'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'), Cookie: this.cookie(),
        ...(protocols.length ? { 'Sec-WebSocket-Protocol': protocols.join(', ') } : {}) } });
      request.on('upgrade', (response, raw, head) => resolve(talk(raw, head)));
      request.on('response', (response) => reject(new Error(`no WebSocket: ${response.statusCode}`)));
      request.on('error', reject);
      request.end();
    });
  }
}

// A person's WebSocket: send, and wait for a message that fits; all before it are passed to onMessage too.
function talk(raw, head) {
  const socket = { waiting: [], heard: [], onMessage: () => {} };
  raw.setNoDelay(true);
  raw.on('error', () => {});
  socket.ended = new Promise((ended) => raw.on('close', ended));
  const read = reader((opcode, payload) => {
    if (opcode === 8) { raw.end(); return; }
    if (opcode > 8) return;
    const message = opcode === 1 ? payload.toString() : payload;
    socket.onMessage(message);
    const at = socket.waiting.findIndex(({ fits }) => fits(message));
    if (at >= 0) socket.waiting.splice(at, 1)[0].resolve(message);
    else socket.heard.push(message);
  });
  raw.on('data', read);
  read(head); // what came with the handshake
  socket.send = (data) => raw.write(masked(opcodeOf(data), data));
  socket.until = (fits) => new Promise((resolve, reject) => {
    const at = socket.heard.findIndex(fits);
    if (at >= 0) { resolve(socket.heard.splice(at, 1)[0]); return; }
    socket.waiting.push({ fits, resolve });
    socket.ended.then(() => reject(new Error('the socket closed before the answer came')));
  });
  socket.close = () => { raw.write(masked(8, Buffer.from([3, 233]))); return socket.ended; };
  return socket;
}

// --- the whole of it ---

// A shipped dialect with other times, so that a test need not last as long as a heartbeat.
export function hurried(name, every) {
  const path = join(work, `${name}.json`);
  const dialect = readFileSync(join(source, 'dialects', `${name}.json`), 'utf8');
  writeFileSync(path, dialect.replace(/"every": "\d+s"/g, `"every": "${every}"`));
  return path;
}

// How long each session's step that fits took, in ms.
export function waitsOf(dir, fits) {
  const { line } = steps(join(dir, 'recording.log')).find(fits);
  const of = (end) => rows(dir).filter((row) => row.line === line && row.event.endsWith(end));
  return of('_END').map(({ session, time }) => 1000 * (time - of('_START').find((row) => row.session === session).time));
}

// Records `person` at `app`, plays it, and hands the script's text, its steps and the talk to `check`; gives
// the run's folder.
// A server that knows nothing but the script satisfies a replay of it too, in whatever order and pieces.
async function playParrot(script, ours) {
  const parrot = await serve(join(bin, 'stretto-parrot'), [script, '--reorder', '--split', ...ours]);
  const dir = join(work, 'parrot');
  const played = await stretto(['play', script, parrot.url, '--sessions', '20', '--every', '20ms', '-o', dir, ...ours]);
  assert.equal(played.code, 0, played.err);
  assert.equal(checkAccounts(dir, script).done, 20);
  const { err } = await parrot.stop();
  assert.doesNotMatch(err, /not in the script/);
}

export async function prove({ name, app, person, dialect, check }) {
  const served = await serveApp(app);
  const script = join(work, `${name}.log`);
  const ours = dialect ? ['--dialect', dialect] : [];
  const recorder = startStretto(['record', served.url, '--listen', '127.0.0.1:0', '-o', script, ...ours]);
  const [, proxy] = await recorder.line(/open (http:\/\/\S+?)\/? in a browser/);
  await person(new Person(proxy));
  const recorded = await recorder.stop('SIGINT');
  assert.equal(recorded.code, 0, recorded.err);
  assert.deepEqual(served.complaints, [], 'while recording');
  const bodies = steps(script).filter(({ datafile }) => datafile).map(({ datafile }) => readFileSync(join(work, datafile), 'latin1'));
  // what a session sends again; what it hears is matched by what it carries, so it stays as it was
  const text = readFileSync(script, 'utf8').split('\n').filter((line) => !line.includes('"WS_RECV')).join('\n');
  check({ text, steps: steps(script), bodies, said: recorded.err });

  const dir = join(work, 'run');
  const played = await stretto(['play', script, served.url, '--sessions', '20', '--every', '50ms', '-o', dir, ...ours]);
  assert.deepEqual(served.complaints, [], played.err);
  assert.equal(played.code, 0, played.err);
  assert.equal(checkAccounts(dir, script).done, 20);
  served.stop();
  await playParrot(script, ours);
  console.log(`${name}: ${steps(script).length} steps, 20 sessions done, no complaint; 20 more of a parrot`);
  return dir;
}
