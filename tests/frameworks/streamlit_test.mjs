// Streamlit: protobuf both ways, a token that is a cookie, a subprotocol and a header, reruns that say
// when they have finished, uploads to addresses of this session.
import { assert, cookiesOf, hex, prove, shuffle, uuid } from './harness.mjs';

// --- protobuf, as much as is used here: varints, and fields with a length ---

const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (number, value) => {
  if (typeof value === 'number') return Buffer.from([...varint(number << 3), ...varint(value)]);
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
};
const message = (...fields) => Buffer.concat(fields.map(([number, value]) => field(number, value)));
function fields(data) {
  const all = {};
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value |= (data[at] & 127) << shift;
      if (data[at++] < 128) return value;
    }
  };
  while (at < data.length) {
    const tag = number();
    const length = number();
    (all[tag >> 3] ??= []).push((tag & 7) === 0 ? length : data.subarray(at, at += length));
  }
  return all;
}
const textAt = (data, ...path) => {
  const last = path.pop();
  let here = fields(data);
  for (const step of path) here = fields(here[step]?.[0] ?? Buffer.alloc(0));
  return here[last]?.[0]?.toString();
};

// --- the app ---

const tokens = new Set();
const sessions = new Map();
const secrets = [];
const run = () => [2, message([6, message([1, uuid()])])];

const app = {
  request(request, body, response, complain) {
    const { pathname } = new URL(request.url, 'http://x');
    const wrong = (what) => { complain(what); response.writeHead(403).end(); };
    if (pathname === '/_stcore/health') {
      const token = `2|${hex(4)}|${hex(16)}|1795236523`;
      tokens.add(token);
      if (!secrets.length) secrets.push(token);
      response.setHeader('Set-Cookie', `_streamlit_xsrf=${token}; Path=/; SameSite=Lax`);
      response.end('ok');
    } else if (pathname.startsWith('/_stcore/upload_file/')) {
      const [, , , id, file] = pathname.split('/');
      const session = sessions.get(id);
      if (!session?.offered.delete(file)) { wrong(`${pathname} was never offered`); return; }
      if (request.headers['x-xsrftoken'] !== session.token) { wrong('the XSRF header is not of this session'); return; }
      session.uploaded.add(file);
      response.writeHead(204).end();
    } else {
      response.setHeader('Content-Type', pathname === '/' ? 'text/html' : 'application/json');
      response.end(pathname === '/' ? '<html>Streamlit</html>' : '{"allowedOrigins":[]}');
    }
  },
  socket(socket, request) {
    const [name, token] = (request.headers['sec-websocket-protocol'] ?? '').split(', ');
    const session = { id: uuid(), page: hex(16), token, offered: new Set(), uploaded: new Set(), runs: 0 };
    if (name !== 'streamlit' || !tokens.has(token) || cookiesOf(request)._streamlit_xsrf !== token) {
      socket.refuse(`the subprotocol ${token} is not this cookie`);
      return;
    }
    tokens.delete(token);
    sessions.set(session.id, session);
    if (secrets.length === 1) secrets.push(session.id, session.page);
    const rerun = (asked) => {
      const page = textAt(asked, 3);
      const file = textAt(asked, 2, 1, 15, 1, 3);
      if (session.runs > 0 && page !== session.page) { socket.refuse(`the page ${page} is not of this session`); return; }
      if (file && !session.uploaded.has(file)) { socket.refuse(`the file ${file} was never uploaded here`); return; }
      session.runs += 1;
      const delta = (n) => (Math.random() < 0.3 ? message([2, message([2, Buffer.from([0, n])])], [11, hex(16)])
        : message([1, hex(16)], [2, message([2, Buffer.from([0, n])])], [5, message([3, message([29, message([1, `row ${hex(3)}`])])])]));
      socket.send(message(run(), [4, message([1, message([6, session.id])], [3, 'app'], [8, message([1, session.page])], [9, session.page], [11, session.page])]));
      socket.send(message([9, message([2, 1])]));
      shuffle([0, 1, 2, 3]).slice(0, 1 + Math.floor(4 * Math.random())).forEach((n) => socket.send(delta(n)));
      setTimeout(() => { socket.send(message(run(), [6, 0])); socket.send(message([9, message()])); }, 40);
    };
    const offer = (asked) => {
      const file = uuid();
      const url = `/_stcore/upload_file/${session.id}/${file}`;
      if (textAt(asked, 3) !== session.id) { socket.refuse('an upload for another session'); return; }
      session.offered.add(file);
      if (secrets.length === 3) secrets.push(file);
      socket.send(message([19, message([1, textAt(asked, 1)], [2, message([1, file], [2, url], [3, url])])]));
    };
    socket.onMessage = (data) => {
      if (typeof data === 'string') { socket.refuse('a text frame'); return; }
      const { 11: reruns, 16: uploads } = fields(data);
      if (reruns) rerun(reruns[0]);
      if (uploads) offer(uploads[0]);
    };
  },
};

async function person(browser) {
  await browser.ask('GET', '/');
  await browser.ask('GET', '/_stcore/health', { headers: { Accept: '*/*' } });
  await browser.ask('GET', '/_stcore/host-config', { headers: { Accept: '*/*' } });
  const xsrf = browser.cookies.get('_streamlit_xsrf');
  const socket = await browser.open('/_stcore/stream', ['streamlit', xsrf]);
  const finished = () => socket.until((data) => fields(data)[6]);
  const context = [8, message([1, 'UTC'], [4, `${browser.url}/`])];
  socket.send(message([11, message([2, Buffer.alloc(0)], context)]));
  const begun = await socket.until((data) => fields(data)[4]);
  const session = textAt(begun, 4, 1, 6);
  const page = textAt(begun, 4, 9);
  await finished();
  const widget = (value) => message([1, '$$ID-07263eb5e728a097a091f627603b11d8-name'], value);
  const rerun = (value) => { socket.send(message([11, message([2, message([1, widget(value)])], [3, page], context)])); return finished(); };
  await rerun([6, 'Ada']);
  await rerun([6, 'Ada Lovelace']);
  for (const name of ['points.csv', 'lines.csv']) {
    socket.send(message([16, message([1, uuid()], [2, name], [3, session])]));
    const offered = await socket.until((data) => fields(data)[19]);
    const url = textAt(offered, 19, 2, 2);
    const file = textAt(offered, 19, 2, 1);
    await browser.ask('PUT', url, { body: 'x,y\n1,2\n', headers: { 'Content-Type': 'text/csv', 'X-Xsrftoken': xsrf } });
    await rerun([15, message([1, message([3, file], [2, name])])]);
    socket.heard.splice(0);
  }
  await socket.close();
}

await prove({ name: 'streamlit', app, person, check({ text, steps, said }) {
  const binary = (kind) => steps.filter(({ type }) => type === kind).map(({ message_base64: coded }) => Buffer.from(coded, 'base64').toString('latin1'));
  const sent = binary('WS_SEND').join('\n');
  for (const secret of secrets) assert.ok(!(text + sent).includes(secret), `${secret} is in the script`);
  assert.match(text, /Sec-WebSocket-Protocol: streamlit, \$\{XSRF\}/);
  assert.match(text, /\/_stcore\/upload_file\/\$\{SESSION\}\/\$\{FILE_\d\}/);
  assert.match(text, /x-xsrftoken: \$\{XSRF\}/i);
  assert.match(sent, /\$\{PAGE_1\}/);
  assert.match(sent, /\$\{FILE_\d\}/);
  assert.equal(steps.filter(({ type }) => type === 'WS_RECV').length, 7, 'five reruns finished, two addresses; nothing else');
  assert.match(said, /Rerun with new inputs/);
  assert.match(said, /Ask where to upload points.csv/);
  assert.match(said, /Script finished/);
} });
