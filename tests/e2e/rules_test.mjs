// Rules of docs/replay.md that need a server to be seen: what a socket's opening takes, redirects,
// several sockets at once, binary frames, polls, duties over HTTP, answers in another order and shape.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, rows, runJson, stretto, work } from './lib.mjs';
import { accept, frame, reader, text } from './websocket.mjs';

const HANDSHAKE_MS = 300;
const ASKS = 3; // before the job is done
const LAST_MS = 50;
const shiny = { updates: 0, last: false, complaint: '' };
const seen = { asked: [], cookies: [], open: 0, mostOpen: 0, said: [] };
let asks = 0;
let onKept = () => {};
let startStream; // an event stream that goes on until it is asked for something beside it
const streaming = new Promise((resolve) => { startStream = resolve; });

const server = createServer((request, response) => {
  seen.asked.push(`${request.method} ${request.url}`);
  seen.cookies.push(request.headers.cookie);
  request.resume();
  if (request.url === '/login') response.writeHead(302, { Location: '/inside', 'Set-Cookie': 'who=me; Path=/' }).end();
  else if (request.url === '/job') { asks += 1; response.end(asks > ASKS ? '{"result":7}' : '{}'); }
  else if (request.url === '/stream') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
    startStream(response);
  } else response.end('<html>');
  if (request.url === '/beside') streaming.then((stream) => stream.end('data: 2\n\n'));
  if (request.url === '/keep') onKept();
});
// The first update changes nothing that anybody shows; the answers to the second come after `idle`, swapped, one of them in
// three pieces, the last piece late; with them comes what the recording shows after the third.
function answerUpdate(socket) {
  const say = (message) => socket.write(text(JSON.stringify(message)));
  const values = (name) => say({ errors: {}, values: { [name]: 1 }, inputMessages: [] });
  shiny.updates += 1;
  if (shiny.updates === 3 && !shiny.last) shiny.complaint = 'the third update came before the second was settled';
  if (shiny.updates !== 2) return;
  say({ busy: 'busy' });
  say({ busy: 'idle' });
  ['d', 'c', 'a', 'late'].forEach(values);
  setTimeout(() => { shiny.last = true; values('b'); }, LAST_MS);
}

server.on('upgrade', (request, socket) => {
  const opened = () => {
    accept(request, socket);
    seen.open += 1;
    seen.mostOpen = Math.max(seen.mostOpen, seen.open);
  };
  socket.on('error', () => {});
  socket.on('close', () => { seen.open -= 1; });
  socket.on('data', reader((opcode, payload) => {
    if (opcode === 8) { socket.end(); return; }
    seen.said.push(`${request.url} ${opcode} ${payload.toString('hex')}`);
    if (request.url === '/shiny') answerUpdate(socket);
    else if (request.url === '/kept') onKept = () => socket.write(text('{"kept":1}'));
    else socket.write(frame(opcode, opcode === 2 ? Buffer.from([0, 255]) : '{"answer":1}'));
  }));
  if (request.url === '/slow') setTimeout(opened, HANDSHAKE_MS);
  else opened();
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const url = `http://127.0.0.1:${server.address().port}`;

const at = (ms, end = ms) => ({ begin: new Date(Date.UTC(2026, 10, 21) + ms).toISOString(), end: new Date(Date.UTC(2026, 10, 21) + end).toISOString() });
const script = (name, dialect, lines) => {
  const path = join(work, `${name}.log`);
  writeFileSync(path, ['# version: 2', `# dialect: ${dialect}`, ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));
  return path;
};
async function play(path, ...options) {
  Object.assign(seen, { asked: [], cookies: [], mostOpen: 0, said: [] });
  const dir = `${path}.run`;
  const played = await stretto(['play', path, url, '--sessions', '1', '--timeout', '20s', '-o', dir, ...options]);
  assert.equal(played.code, 0, played.err);
  checkAccounts(dir, path);
  return { dir, err: played.err };
}
const length = (dir, line) => {
  const [begin, end] = ['_START', '_END'].map((what) => rows(dir).find((row) => row.line === line && row.event.endsWith(what)).time);
  return end - begin;
};

// Opening a socket lasts until its handshake is answered, and page load with it; what is said on it comes after.
{
  const { dir, err } = await play(script('slow', 'plain', [
    { type: 'REQ_HOME', ...at(0, 5), status: 200, url: '/' }, { type: 'WS_OPEN', ...at(6, 7), url: '/slow' },
    { type: 'WS_SEND', ...at(8), message: '{"ask":1}' }, { type: 'WS_RECV', ...at(9), message: '{"answer":1}' },
    { type: 'WS_CLOSE', ...at(10) }]));
  const early = 2; // a timer of Node's may count a millisecond that has begun
  assert.ok(length(dir, 4) >= HANDSHAKE_MS - early, `${length(dir, 4)} ms`);
  const all = rows(dir);
  const began = all.find(({ event }) => event === 'PLAYER_SESSION_CREATE').time;
  assert.ok(all.find(({ line, event }) => line === 4 && event.endsWith('_END')).time - began >= HANDSHAKE_MS - early);
  const told = /play: page load p50 ([\d.]+) (ms|s)/.exec(err);
  assert.ok(told && told[1] * (told[2] === 's' ? 1000 : 1) >= HANDSHAKE_MS - early - 10, `page load includes it: ${told}`);
}

// A redirect is answered and not followed: what followed it is a step, if the recording has it.
{
  const login = { type: 'REQ_HOME', ...at(0, 5), status: 302, url: '/login' };
  await play(script('redirect', 'plain', [login]));
  assert.deepEqual(seen.asked, ['GET /login']);
  await play(script('followed', 'plain', [login, { type: 'REQ_HOME', ...at(6, 9), status: 200, url: '/inside' }]));
  assert.deepEqual(seen.asked, ['GET /login', 'GET /inside']);
  assert.deepEqual(seen.cookies, [undefined, 'who=me'], 'its cookie holds for what follows');
}

// Two sockets are open at once, one of them speaks in bytes, and what waits for both waits for both.
{
  const { dir } = await play(script('two', 'plain', [
    { type: 'WS_OPEN', ...at(0, 1), url: '/a' }, { type: 'WS_OPEN', ...at(2, 3), url: '/b', socket: 1 },
    { type: 'WS_SEND', ...at(4), message: '{"ask":1}' },
    { type: 'WS_SEND', ...at(4), message_base64: 'AP/+', socket: 1 },
    { type: 'WS_RECV', ...at(6), message_base64: 'AQI=', socket: 1 }, { type: 'WS_RECV', ...at(7), message: '{"answer":1}' },
    { type: 'WS_SEND', ...at(9), message_base64: 'AAE=', socket: 1 }, { type: 'WS_RECV', ...at(10), message_base64: 'AQI=', socket: 1 },
    { type: 'WS_CLOSE', ...at(12), socket: 1 }, { type: 'WS_CLOSE', ...at(13) }]));
  assert.equal(seen.mostOpen, 2);
  assert.deepEqual(seen.said.slice(0, 2).sort(), ['/a 1 7b2261736b223a317d', '/b 2 00fffe']);
  assert.equal(seen.said[2], '/b 2 0001');
  const answered = rows(dir).find(({ line, event }) => line === 8 && event.endsWith('_END')).time;
  assert.ok(rows(dir).find(({ line, event }) => line === 9 && event.endsWith('_START')).time >= answered);
}

// An event stream is a step that ends when the server ends it, while others go on beside it.
{
  const { dir } = await play(script('stream', 'plain', [
    { type: 'REQ_HOME', ...at(0, 5), status: 200, url: '/' }, { type: 'REQ_GET', ...at(6, 60), status: 200, url: '/stream' },
    { type: 'REQ_GET', ...at(30, 32), status: 200, url: '/beside' }, { type: 'REQ_GET', ...at(61, 63), status: 200, url: '/after' }]));
  assert.deepEqual([...seen.asked].sort(), ['GET /', 'GET /after', 'GET /beside', 'GET /stream']);
  const row = (line, what) => rows(dir).find(({ line: of, event }) => of === line && event.endsWith(what)).time;
  assert.ok(row(4, '_END') > row(5, '_START'), 'it ended by what came beside it');
  assert.ok(row(6, '_START') >= row(4, '_END'), 'and what came after it waited for that');
}

// A poll is one step: asked again until its answer fits.
{
  asks = 0;
  const { dir } = await play(script('poll', 'plain', [
    { type: 'REQ_HOME', ...at(0, 5), status: 200, url: '/' },
    { type: 'REQ_GET', ...at(2000, 2400), status: 200, url: '/job', poll: { result: true }, poll_every_ms: 100 }]), '--think', '0');
  assert.deepEqual(seen.asked, ['GET /', ...Array(ASKS + 1).fill('GET /job')]);
  assert.ok(length(dir, 4) >= ASKS * 100 - 2, 'its row is the whole wait');
}

// Replies are matched by what they carry, in any order and any number of messages; settled is not `idle`.
{
  const update = (ms, name) => ({ type: 'WS_SEND', ...at(ms), message: JSON.stringify({ method: 'update', data: { [name]: 1 } }) });
  const values = (ms, ...names) => ({ type: 'WS_RECV', ...at(ms),
    message: JSON.stringify({ errors: {}, values: Object.fromEntries(names.map((name) => [name, 1])), inputMessages: [] }) });
  const { dir } = await play(script('replies', 'shiny', [
    { type: 'WS_OPEN', ...at(0, 1), url: '/shiny' }, update(2, 'x'), update(10, 'y'), values(20, 'a', 'b', 'c'), values(21, 'd'),
    update(22, 'z'), values(23, 'late'), { type: 'WS_CLOSE', ...at(24) }]));
  assert.equal(shiny.complaint, '');
  assert.equal(shiny.updates, 3);
  const end = (line) => rows(dir).find((row) => row.line === line && row.event.endsWith('_END')).time;
  assert.ok(end(7) <= end(6), 'the second message of the set came first');
  assert.equal(runJson(dir).extra_parts, 0, 'what came early was kept for its set');
  assert.equal(runJson(dir).noise_messages, 2, 'busy and idle');
}

// A duty over HTTP keeps a session: the server says what the script waits for only when it has come.
{
  const dialect = join(work, 'keeping.json');
  writeFileSync(dialect, JSON.stringify({ name: 'keeping', title: 'Keeping', codec: 'json',
    duties: [{ every: '100ms', request: 'POST keep' }] }));
  const { dir } = await play(script('kept', 'keeping', [
    { type: 'REQ_HOME', ...at(0, 5), status: 200, url: '/' }, { type: 'WS_OPEN', ...at(6, 7), url: '/kept' },
    { type: 'WS_SEND', ...at(8), message: '{"ask":1}' }, { type: 'WS_RECV', ...at(9), message: '{"kept":1}' },
    { type: 'WS_CLOSE', ...at(10) }]), '--dialect', dialect);
  assert.ok(seen.asked.includes('POST /keep'));
  assert.ok(runJson(dir).duties >= 1);
}
server.close();
server.closeAllConnections();
