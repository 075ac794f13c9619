// A server that knows one recording and is strict about it: every request must be one of the
// recording's, every send must be the next one of the recording with this session's own values in
// it, and only then does it answer as recorded.
//
//     node scripted_server.mjs RECORDING [reorder] [split] [merge] [extra] [tls=FILE] [fault=KIND]
//
// tls=FILE serves https with FILE.key and FILE.crt.
// Prints its URL on stdout.  On SIGTERM it prints {"sessions":N,"whole":M,"complaints":[...]}: how
// many WebSockets opened, how many got through every send, and what was wrong with the others.
// Faults: hang (no answer to assets), refuse-ws, close-midway, malformed-frame, status-500, silent, gone (SockJS says the app ended),
// cut (the connection breaks in the middle of an asset).
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accept, frame, reader, text } from './websocket.mjs';

const [recording, ...modes] = process.argv.slice(2);
const has = (mode) => modes.includes(mode);
const fault = modes.find((mode) => mode.startsWith('fault='))?.slice(6);
const steps = readFileSync(recording, 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => JSON.parse(line));
const base = process.env.SCRIPTED_BASE ?? '';
const report = { sessions: 0, whole: 0, complaints: [] };
const complain = (what) => { if (report.complaints.length < 20) report.complaints.push(what); };
const issued = { sessions: new Map(), workers: new Set(), tokens: new Set(), robust: new Set() };
const hex = (bytes) => randomBytes(bytes).toString('hex');

// --- requests ---

const escape = (literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
// The recorded path with its placeholders as named groups; a name that stands twice must match twice.
function pattern(url) {
  const seen = new Set();
  const body = url.split(/(\$\{[A-Z_]+\})/).map((part) => {
    const name = /^\$\{([A-Z_]+)\}$/.exec(part)?.[1];
    if (!name) return escape(part);
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return name === 'SOCKJSID' || name === 'UPLOAD_URL' ? `(?<${name}>.+?)` : `(?<${name}>[^/?&]+?)`;
  }).join('');
  return new RegExp(`^${body}$`);
}
const requests = steps.filter((step) => step.type.startsWith('REQ'))
  .map((step) => ({ ...step, pattern: pattern(step.url),
    body: step.datafile ? readFileSync(join(dirname(recording), step.datafile)) : null }));
const open = steps.find((step) => step.type === 'WS_OPEN');
const openPattern = open && pattern(open.url);

function valuesHold(values) {
  const known = { SESSION: issued.sessions, WORKER: issued.workers, TOKEN: issued.tokens };
  for (const [name, value] of Object.entries(values ?? {})) {
    if (known[name] && !known[name].has(value)) return `${name} ${value} was never issued`;
    if (name === 'UPLOAD_JOB_ID' && ![...issued.sessions.values()].some((s) => s.job === value)) return `job ${value} was never issued`;
  }
  return null;
}

function answer(request, body, response) {
  const url = request.url.slice(base.length);
  const fits = requests.filter((r) => r.pattern.test(url)
    && (r.type === 'REQ_POST' ? 'POST' : r.method ?? 'GET') === request.method);
  const step = fits.find((r) => !r.body || r.body.equals(body));
  const wrong = fits.length === 0 ? `nothing recorded for ${request.method} ${url}`
    : !step ? `the body of ${url} is not the recorded one`
    : valuesHold(step.pattern.exec(url).groups);
  if (wrong) { complain(wrong); response.writeHead(404).end('not recorded'); return; }
  if (fault === 'hang' && step.type === 'REQ_GET') return;
  if (fault === 'cut' && step.type === 'REQ_GET') {
    response.writeHead(200, { 'Content-Length': 2000 });
    response.write('x'.repeat(1000), () => response.destroy());
    return;
  }
  if (fault === 'status-500' && step.type === 'REQ_GET') { response.writeHead(500).end('no'); return; }
  const status = step.status === 304 ? 200 : step.status;
  response.setHeader('Set-Cookie', 'sticky=yes; Path=/');
  if (step.type === 'REQ_HOME') {
    const worker = hex(8);
    issued.workers.add(worker);
    response.writeHead(status, { 'Content-Type': 'text/html' })
      .end(`<html><head><base href="_w_${worker}/"></head><body>page</body></html>`);
  } else if (step.type === 'REQ_TOK') {
    const token = hex(16);
    issued.tokens.add(token);
    response.writeHead(status).end(token);
  } else {
    response.writeHead(status).end('x'.repeat(2000));
  }
}

// --- the WebSocket ---

// What the recording shows after each send; [0] is what comes unasked.
const sends = [];
const replies = [[]];
for (const step of steps) {
  if (step.type === 'WS_SEND') { sends.push(step.message); replies.push([]); }
  if (step.type.startsWith('WS_RECV')) replies.at(-1).push(step.message);
}
const isSockjs = open?.url.includes('__sockjs__') ?? false;
const envelope = /^a\["(?:[0-9A-F]+#)?(\d+)\|m\|/;
const unwrap = (message) => (envelope.test(message) ? JSON.parse(JSON.parse(message.slice(1))[0].replace(/^[^|]*\|m\|/, '')) : null);

class Session {
  constructor(socket, values) {
    Object.assign(this, { socket, values, id: hex(16), job: hex(12), next: 0, number: 0 });
    issued.sessions.set(this.id, this);
  }
  write(json) {
    const inner = typeof json === 'string' ? json : JSON.stringify(json);
    const message = isSockjs && inner !== 'o'
      ? `a${JSON.stringify([`${(this.number++).toString(16).toUpperCase()}#0|m|${inner}`])}` : inner;
    this.socket.write(text(message));
  }
  fill(message) {
    return message.replaceAll('${SESSION}', this.id).replaceAll('${UPLOAD_JOB_ID}', this.job)
      .replaceAll('${UPLOAD_URL}', `session/${this.id}/upload/${this.job}?w=`);
  }
  expand(message) {
    const values = { ...this.values, SESSION: this.id, UPLOAD_JOB_ID: this.job,
      UPLOAD_URL: `session/${this.id}/upload/${this.job}?w=` };
    return message.replace(/\$\{([A-Z_]+)\}/g, (all, name) => values[name] ?? all);
  }
  reply(set) {
    if (fault === 'silent' && this.next > 1) return;
    let messages = set.map((message) => this.fill(message));
    if (isSockjs && messages[0] === 'o') this.write(messages.shift());
    if (!messages.length) return;
    messages = messages.map((message) => unwrap(message) ?? (isSockjs ? message : JSON.parse(message)));
    if (has('split')) messages = messages.flatMap(split);
    if (has('merge')) messages = merge(messages);
    if (has('reorder')) messages.reverse();
    this.write({ busy: 'busy' });
    this.write({ progress: { type: 'open', message: { id: hex(8) } } });
    for (const message of messages) {
      this.write({ recalculating: { name: 'x', status: 'recalculating' } });
      this.write(message);
    }
    if (has('extra')) this.write({ custom: { surprise: { id: hex(4) } } });
    this.write({ busy: 'idle' });
    if (isSockjs) this.socket.write(text('a["ACK 1"]'));
    this.socket.write(frame(9, 'still there?'));
  }
  take(message) {
    if (/^\["ACK/.test(message)) return;
    if (message !== this.expand(sends[this.next] ?? '')) {
      complain(`send ${this.next} is ${message.slice(0, 100)}, recorded was ${String(sends[this.next]).slice(0, 100)}`);
      this.socket.end(frame(8, Buffer.from([3, 243])));
      return;
    }
    this.next += 1;
    if (this.next === sends.length) report.whole += 1;
    if (this.next > 2 && this.spoil()) return;
    this.reply(replies[this.next]);
  }
  // Breaks the conversation as the fault wants it; true when it did.
  spoil() {
    if (fault === 'close-midway') this.socket.end(frame(8, Buffer.from([3, 243, ...Buffer.from('tired')])));
    else if (fault === 'malformed-frame') this.socket.write(frame(1, 'rsv', { rsv: 0x40 }));
    else if (fault === 'gone') this.socket.write(text('a["8#0|c|{\\"code\\":4503,\\"reason\\":\\"The application unexpectedly exited\\"}"]'));
    else return false;
    return true;
  }
}

// One message an output, as an async app may send them.
function split(message) {
  if (!message.values || !message.errors) return [message];
  return [
    ...Object.entries(message.values).map(([k, v]) => ({ errors: {}, values: { [k]: v }, inputMessages: [] })),
    ...Object.entries(message.errors).map(([k, v]) => ({ errors: { [k]: v }, values: {}, inputMessages: [] })),
    ...(message.inputMessages?.length ? [{ errors: {}, values: {}, inputMessages: message.inputMessages }] : []),
  ];
}

function merge(messages) {
  const values = messages.filter((m) => m.values && m.errors);
  if (values.length < 2) return messages;
  const whole = { errors: {}, values: {}, inputMessages: [] };
  for (const m of values) {
    Object.assign(whole.errors, m.errors);
    Object.assign(whole.values, m.values);
    whole.inputMessages.push(...(m.inputMessages ?? []));
  }
  return [...messages.filter((m) => !values.includes(m)), whole];
}

const pem = modes.find((mode) => mode.startsWith('tls='))?.slice(4);
const createServer = pem
  ? (handler) => createTlsServer({ key: readFileSync(`${pem}.key`), cert: readFileSync(`${pem}.crt`) }, handler)
  : createPlainServer;
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => answer(request, Buffer.concat(chunks), response));
});
server.on('upgrade', (request, socket) => {
  const url = request.url.slice(base.length);
  const match = openPattern?.exec(url);
  const values = match?.groups ?? {};
  const wrong = !match ? `nothing recorded for a WebSocket at ${url}`
    : valuesHold(values)
      ?? (request.headers.cookie?.includes('sticky=yes') ? null : 'the handshake came without its cookie')
      ?? (values.ROBUST_ID && issued.robust.has(values.ROBUST_ID) ? `robust id ${values.ROBUST_ID} collides` : null);
  socket.on('error', () => {});
  if (wrong || fault === 'refuse-ws') {
    if (wrong) complain(wrong);
    socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  issued.robust.add(values.ROBUST_ID);
  report.sessions += 1;
  accept(request, socket);
  const session = new Session(socket, { ...values });
  socket.on('data', reader((opcode, payload) => {
    if (opcode === 1) session.take(payload.toString());
    if (opcode === 8) socket.end();
  }));
  session.reply(replies[0]);
});
server.listen(0, '127.0.0.1', () => console.log(`http${pem ? 's' : ''}://127.0.0.1:${server.address().port}${base}`));
process.on('SIGTERM', () => { console.log(JSON.stringify(report)); process.exit(0); });
