// What goes over the wire when a session is played: which request on which connection, kept and
// closed, sent once more or failed, as a browser would have it.
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { assert, checkAccounts, join, rows, stretto, work } from './lib.mjs';

const OK = 'HTTP/1.1 200 OK\r\n';
const withLength = (body, more = '') => `${OK}${more}Content-Length: ${body.length}\r\n\r\n${body}`;
let connections = []; // of each: the requests that came on it
let holding = [];     // connections whose answer waits
let destroyed = false;

// What the server does with a request, by its path.
const answers = {
  '/': (socket) => socket.write(withLength('<html>', 'Set-Cookie: id=7; Path=/\r\n')),
  '/chunked': (socket) => {
    socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nab`);
    setImmediate(() => socket.write('c\r\n0\r\nX-Sum: 1\r\n\r\n'));
  },
  '/interim': (socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 O');
    setImmediate(() => socket.write('K\r\nContent-Length: 1\r\n\r\na'));
  },
  '/coded': (socket) => {
    const body = gzipSync('{"token":"t42"}');
    socket.write(`${OK}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  },
  '/use?t=t42': (socket) => socket.write(withLength('')),
  '/nothing': (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  '/head': (socket) => socket.write(`${OK}Content-Length: 1000\r\n\r\n`),
  '/until-end': (socket) => socket.end(`${OK}\r\nall of it`),
  '/last': (socket) => socket.write(withLength('bye', 'Connection: close\r\n')),
  '/old': (socket) => socket.end('HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na'),
  '/stale': (socket, connection) => { connection.stale = true; socket.write(withLength('a')); },
  '/after': (socket, connection) => (connection.stale ? socket.destroy() : socket.write(withLength('b'))),
  '/upload': (socket) => { socket.pause(); socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'); },
  '/post': (socket) => socket.write(withLength('')),
  '/never': (socket) => socket.destroy(),
  '/short': (socket) => socket.end(`${OK}Content-Length: 10\r\n\r\nabc`),
  '/torn': (socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nabc`),
  '/two': (socket) => socket.write(`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
  '/other': (socket) => socket.end('SSH-2.0-OpenSSH_9\r\n'),
  '/again': (socket) => { destroyed = true; socket.destroy(); },
};

function onRequest(socket, connection, head, path) {
  connection.requests.push({ path, head });
  if (!path.startsWith('/file-')) {
    answers[path](socket, connection);
    return;
  }
  // Files: none is answered before six are asked for, which a session of fewer connections never does.
  holding.push(socket);
  if (holding.length === 6) {
    for (const one of holding) one.write(withLength('x'));
    holding = [];
  }
}

const server = createServer((socket) => {
  const connection = { requests: [], bytes: 0 };
  let text = '';
  connections.push(connection);
  socket.on('error', () => {});
  socket.on('data', (data) => {
    connection.bytes += data.length;
    text += data.toString('latin1');
    for (;;) {
      const end = text.indexOf('\r\n\r\n');
      const head = text.slice(0, end);
      const path = /^\S+ (\S+) HTTP\/1\.1\r\n/.exec(text)?.[1];
      const length = +(/^Content-Length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (end < 0 || (path !== '/upload' && text.length < end + 4 + length)) return;
      text = text.slice(end + 4 + length);
      onRequest(socket, connection, head, path);
    }
  });
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const url = `http://127.0.0.1:${server.address().port}`;

const time = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
const script = (name, lines, version = 1) => {
  const path = join(work, name);
  writeFileSync(path, [`# version: ${version}`, '# dialect: plain', ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));
  return path;
};
const inTurn = (lines) => lines.map((line, i) => ({ type: 'REQ_GET', begin: time(i * 2), end: time(i * 2 + 1), status: 200, ...line }));
async function play(file, ...options) {
  connections = [];
  const dir = `${file}.run`;
  const played = await stretto(['play', file, url, '--sessions', '1', '--processes', '1', '--timeout', '20s', '-o', dir, ...options]);
  return { ...played, dir };
}
const asked = () => connections.map(({ requests }) => requests.map(({ path }) => path));

// --- one after the other ---

writeFileSync(join(work, 'turn.log.post.0'), 'x'.repeat(16 << 20));
writeFileSync(join(work, 'turn.log.post.1'), 'a=1');
const turn = script('turn.log', inTurn([
  { url: '/' }, { url: '/chunked' }, { url: '/interim' },
  { url: '/coded', extract: [{ name: 'T', json: 'token' }] }, { url: '/use?t=${T}' },
  { url: '/nothing', status: 204 }, { type: 'REQ', method: 'HEAD', url: '/head' }, { url: '/until-end' },
  { url: '/last' }, { url: '/old' }, { url: '/stale' }, { url: '/after' },
  { type: 'REQ_POST', url: '/upload', status: 413, datafile: 'turn.log.post.0' },
  { type: 'REQ_POST', url: '/post', datafile: 'turn.log.post.1', headers: ['X-Mine: 1', 'Accept: text/x'] }]), 2);
const good = await play(turn, '--header', 'User-Agent: me');
assert.equal(good.code, 0, good.err);
checkAccounts(good.dir, turn);
assert.deepEqual(asked(), [
  ['/', '/chunked', '/interim', '/coded', '/use?t=t42', '/nothing', '/head', '/until-end'], ['/last'], ['/old'],
  ['/stale', '/after'], ['/after', '/upload'], ['/post']], 'kept where both may, closed where one must, sent once more where it was kept too long');
const host = url.slice('http://'.length);
assert.equal(connections[0].requests[0].head, [
  'GET / HTTP/1.1', `Host: ${host}`, 'Connection: keep-alive', 'Accept: */*', 'Accept-Encoding: gzip, deflate, br, zstd',
  'User-Agent: me'].join('\r\n'));
assert.equal(connections.at(-1).requests[0].head, [
  'POST /post HTTP/1.1', `Host: ${host}`, 'Connection: keep-alive', 'Content-Length: 3', 'Accept-Encoding: gzip, deflate, br, zstd',
  'User-Agent: me', 'X-Mine: 1', 'Accept: text/x', 'Content-Type: application/x-www-form-urlencoded', `Origin: ${url}`, 'Cookie: id=7'].join('\r\n'));
assert.ok(connections[4].bytes < 16 << 20, 'an upload that is refused is not sent to its end');

// Where the time went: a connection is made for the first, kept for the second.
const phases = rows(good.dir).filter(({ event }) => event.endsWith('_END')).map(({ comment }) => comment.split(',').slice(1));
const [, dns, connect, tls, first, bytes] = phases[0];
assert.deepEqual([dns, tls, bytes], ['', '', '6']);
assert.ok(+connect >= 0 && connect !== '' && +first > 0, phases[0].join());
assert.deepEqual([phases[1][2], phases[1][5]], ['', '3']);
assert.equal(phases[3][5], String(gzipSync('{"token":"t42"}').length), 'bytes as they came');

// --- side by side ---

const files = Array.from({ length: 12 }, (_, i) => `/file-${i}`);
const side = script('side.log', [{ type: 'REQ_HOME', begin: time(0), end: time(1), status: 200, url: '/' },
  ...files.map((path) => ({ type: 'REQ_GET', begin: time(2), end: time(3), status: 200, url: path }))]);
const many = await play(side);
assert.equal(many.code, 0, many.err);
checkAccounts(many.dir, side);
assert.equal(connections.length, 6, 'six connections, and each is used again');
assert.deepEqual(connections.map(({ requests }) => requests.filter(({ path }) => path !== '/').length), Array(6).fill(2));
// Of each connection the first file was asked for before any that waited.
const place = ({ path }) => files.indexOf(path);
assert.ok(connections.every(({ requests }) => place(requests.at(-2)) < 6 && place(requests.at(-1)) >= 6));

// --- what fails ---

for (const [path, sentence] of [
  ['/never', /GET \/never: (the server closed the connection without an answer|the connection broke: Connection reset by peer)/],
  ['/short', /GET \/short: the server closed the connection before the answer's end/],
  ['/torn', /GET \/torn: the server closed the connection before the answer's end/],
  ['/two', /GET \/two: the answer says several lengths/],
  ['/other', /GET \/other: what the server sent is no HTTP\/1\.1 answer/]]) {
  const file = script(`fail${path.slice(1)}.log`, inTurn([{ url: path }]));
  const played = await play(file);
  assert.equal(played.code, 1);
  assert.match(played.err, sentence);
  assert.deepEqual(asked(), [[path]], 'what fails on a fresh connection is not sent again');
}
// On a connection that was kept it is, once.
const again = await play(script('again.log', inTurn([{ url: '/stale' }, { url: '/again' }])));
assert.equal(again.code, 1);
assert.match(again.err, /GET \/again: the (server closed|connection broke)/);
assert.deepEqual(asked(), [['/stale', '/again'], ['/again']]);
assert.ok(destroyed);
server.close();
process.exit(0);
