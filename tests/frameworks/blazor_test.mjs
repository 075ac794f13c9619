// Blazor Server: MessagePack records, descriptors that are sealed anew for each page, and a server that
// renders on only when the client has said that it is done.
import { assert, cookiesOf, hex, hurried, prove } from './harness.mjs';

// --- MessagePack, as much as is used here, behind a length ---

const text = (value) => {
  const bytes = Buffer.from(value);
  const head = bytes.length < 32 ? [0xa0 | bytes.length] : bytes.length < 256 ? [0xd9, bytes.length] : [0xda, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from(head), bytes]);
};
function pack(value) {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return value < 128 ? Buffer.from([value]) : Buffer.from([0xcd, value >> 8, value & 255]);
  if (typeof value === 'string') return text(value);
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from([0xc4, value.length]), value]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([0x90 | value.length]), ...value.map(pack)]);
  return Buffer.from([0x80]);
}
function unpack(data) {
  let at = 0;
  const bytes = (n) => data.subarray(at, at += n);
  const one = () => {
    const head = data[at++];
    if (head < 0x80) return head;
    if (head === 0x80) return {};
    if (head < 0xa0) return Array.from({ length: head & 15 }, one);
    if (head < 0xc0) return bytes(head & 31).toString();
    if (head === 0xc0) return null;
    if (head < 0xc4) return head === 0xc3;
    if (head === 0xc4 || head === 0xd9) { const n = data[at++]; return head === 0xc4 ? bytes(n) : bytes(n).toString(); }
    if (head === 0xcc) return data[at++];
    if (head === 0xcd) return bytes(2).readUInt16BE();
    if (head === 0xda) return bytes(bytes(2).readUInt16BE()).toString();
    throw new Error(`MessagePack ${head.toString(16)} is not used here`);
  };
  return one();
}
const record = (value) => {
  const body = pack(value);
  const size = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from(size), body]);
};
function records(data) {
  const all = [];
  for (let at = 0; at < data.length;) {
    let size = data[at] & 127;
    if (data[at++] & 128) size |= data[at++] << 7;
    all.push(unpack(data.subarray(at, at += size)));
  }
  return all;
}

// --- the app ---

const pages = new Map();
const tokens = new Set();
const circuits = new Set();
const secrets = [];
let batch = 100; // counts on from session to session, so that a recorded number is a stranger's

const app = {
  request(request, body, response, complain) {
    if (request.url === '/') {
      const page = { one: `CfDJ8${hex(60)}`, two: `CfDJ8${hex(60)}`, state: `CfDJ8${hex(20)}+/==`, user: hex(8) };
      const comment = (descriptor, sequence) => `<!--Blazor:${JSON.stringify({ type: 'server', sequence, descriptor })}-->`;
      pages.set(page.user, page);
      if (!secrets.length) secrets.push(page.one, page.two, page.state);
      response.setHeader('Set-Cookie', `user=${page.user}; Path=/`);
      response.setHeader('Content-Type', 'text/html');
      response.end(`<html><head>${comment(page.one, 0)}</head><body>${comment(page.two, 1)}<!--Blazor-Server-Component-State:${page.state}--></body></html>`);
    } else if (request.url.startsWith('/_blazor/negotiate')) {
      const token = hex(12);
      tokens.add(token);
      if (secrets.length === 3) secrets.push(token);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ negotiateVersion: 1, connectionId: hex(8), connectionToken: token }));
    } else if (request.url.startsWith('/_blazor/disconnect')) {
      const [, circuit] = /circuitId"\r\n\r\n([^\r]+)/.exec(body.toString()) ?? [];
      if (!circuits.delete(circuit)) complain(`circuit ${circuit} was never issued`);
      response.end();
    } else response.writeHead(404).end();
  },
  socket(socket, request) {
    const token = new URL(request.url, 'http://x').searchParams.get('id');
    const page = pages.get(cookiesOf(request).user);
    let unacknowledged = [];
    let left = 0;
    let finish = null;
    if (!page) { socket.refuse('a socket without its page'); return; }
    if (!tokens.delete(token)) { socket.refuse(`token ${token} was never issued`); return; }
    // Three renders, the next when the last is acknowledged; then what was asked for is done.
    const render = () => {
      if (!left) { finish?.(); return; }
      left -= 1;
      unacknowledged.push(batch += 1);
      socket.send(record([1, {}, null, 'JS.RenderBatch', [batch, Buffer.from(hex(20))]]));
    };
    const renderAndFinish = (then) => { left = 3; finish = then; render(); };
    const calls = {
      StartCircuit(id, [base, href, components, state]) {
        const sealed = JSON.parse(components).map(({ descriptor }) => descriptor);
        if (sealed[0] !== page.one || sealed[1] !== page.two) return socket.refuse('descriptors of another page');
        if (state !== page.state) return socket.refuse('state of another page');
        const circuit = `CfDJ8${hex(40)}`;
        circuits.add(circuit);
        if (secrets.length === 4) secrets.push(circuit);
        socket.send(record([3, {}, id, 3, circuit]));
        return renderAndFinish(() => socket.send(record([1, {}, null, 'JS.BeginInvokeJS', [1, 'focus', '[]', 0, 0]])));
      },
      OnRenderCompleted(id, [done, error]) {
        if (error !== null || unacknowledged.shift() !== done) return socket.refuse(`render ${done} was not this session's next`);
        return render();
      },
      EndInvokeJSFromDotNet() {},
      OnLocationChanged(id) { renderAndFinish(() => socket.send(record([3, {}, id, 2]))); },
    };
    socket.onMessage = (message) => {
      if (typeof message === 'string') {
        if (message !== '{"protocol":"blazorpack","version":1}\x1e') socket.refuse('no handshake');
        socket.send(Buffer.from('{}\x1e')); // binary, as ASP.NET answers it
        return;
      }
      for (const [type, , id, target, args] of records(message)) {
        if (type === 6) socket.send(record([6]));
        else if (calls[target]) calls[target](id, args);
        else socket.refuse(`a call of ${target}`);
      }
    };
    socket.onClose = () => { if (left) socket.refuse('left before everything was rendered'); };
  },
};

async function person(browser) {
  const { text: page } = await browser.ask('GET', '/');
  const components = [...page.matchAll(/<!--Blazor:(.*?)-->/g)].map(([, json]) => JSON.parse(json));
  const [, state] = /Component-State:(.*?)-->/.exec(page);
  const { connectionToken } = await browser.json('POST', '/_blazor/negotiate?negotiateVersion=1', undefined, { 'Content-Type': 'text/plain' });
  const socket = await browser.open(`/_blazor?id=${connectionToken}`);
  let circuit;
  socket.onMessage = (message) => {
    if (message[0] === 0x7b) return;
    for (const [type, , id, target, args] of records(message)) {
      if (target === 'JS.RenderBatch') socket.send(record([1, {}, null, 'OnRenderCompleted', [args[0], null]]));
      if (type === 3 && id === '0') circuit = args;
    }
  };
  const heard = (fits) => socket.until((message) => message[0] !== 0x7b && records(message).some(fits));
  socket.send('{"protocol":"blazorpack","version":1}\x1e');
  await socket.until((message) => message[0] === 0x7b);
  socket.send(record([1, {}, '0', 'StartCircuit', [`${browser.url}/`, `${browser.url}/`, JSON.stringify(components), state]]));
  await heard(([, , , target]) => target === 'JS.BeginInvokeJS');
  socket.send(record([1, {}, null, 'EndInvokeJSFromDotNet', [1, true, '[1,true,null]']]));
  socket.send(record([6]));
  socket.send(record([1, {}, '1', 'OnLocationChanged', [`${browser.url}/counter`, null, false]]));
  await heard(([type, , id]) => type === 3 && id === '1');
  await socket.close();
  const boundary = '----WebKitFormBoundary0123456789abcdef';
  await browser.ask('POST', '/_blazor/disconnect', { headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: `--${boundary}\r\nContent-Disposition: form-data; name="circuitId"\r\n\r\n${circuit}\r\n--${boundary}--\r\n` });
}

await prove({ name: 'blazor', app, person, dialect: hurried('blazor', '200ms'), check({ text: script, steps, bodies, said }) {
  const sent = steps.map(({ message_base64: coded }) => Buffer.from(coded ?? '', 'base64').toString('latin1')).join('\n');
  for (const secret of secrets) assert.ok(!(script + bodies.join()).includes(secret), `${secret} is in the script`);
  const start = steps.filter(({ type }) => type === 'WS_SEND').map(({ message_base64: coded }) => Buffer.from(coded ?? '', 'base64').toString('latin1')).find((data) => data.includes('StartCircuit'));
  for (const name of ['DESCRIPTOR', 'DESCRIPTOR_2', 'STATE']) assert.ok(start.includes(`\${${name}}`), `no ${name} in ${start}`);
  assert.match(bodies.join('\n'), /\$\{CIRCUIT\}/);
  assert.ok(!sent.includes('OnRenderCompleted'), 'a duty is recorded');
  assert.match(said, /Start the circuit/);
  assert.match(said, /Go to: http.*counter/);
  assert.match(said, /Handshake.*\n(.*\n)*.*WS_RECV +Handshake/);
  assert.match(said, /Rendered/);
} });
