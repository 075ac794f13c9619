// permessage-deflate: used when the recorded browser offered it and the server takes it, not else.
import { createServer } from 'node:http';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, stretto, work } from './lib.mjs';
import { accept, frame, reader, text } from './websocket.mjs';

const long = 'whale '.repeat(2000);
const tail = Buffer.from([0, 0, 0xff, 0xff]);
const squeeze = (message) => {
  const body = deflateRawSync(message, { finishFlush: 2 });
  return frame(1, body.subarray(0, body.length - 4), { rsv: 0x40 });
};

// takes: what the server answers to an offer; "" for a server that does not know the extension.
async function serve(takes) {
  const seen = { offers: [], squeezed: 0, plain: 0, complaints: [] };
  const server = createServer();
  server.on('upgrade', (request, socket) => {
    const offer = request.headers['sec-websocket-extensions'] ?? '';
    const agreed = takes && (offer || takes.startsWith('x-'));
    seen.offers.push(offer);
    accept(request, socket, agreed ? [`Sec-WebSocket-Extensions: ${takes}`] : []);
    const say = (message) => socket.write(agreed ? squeeze(message) : text(message));
    socket.on('error', () => {});
    socket.on('data', reader((opcode, payload, rsv) => {
      if (opcode === 8) { socket.end(); return; }
      const message = rsv ? inflateRawSync(Buffer.concat([payload, tail]), { finishFlush: 2 }).toString() : payload.toString();
      seen[rsv ? 'squeezed' : 'plain'] += 1;
      if (message !== JSON.stringify({ ask: long })) seen.complaints.push(message.slice(0, 50));
      say(JSON.stringify({ answer: long }));
    }));
    say(JSON.stringify({ hello: long }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { seen, url: `http://127.0.0.1:${server.address().port}`, stop: () => { server.close(); server.closeAllConnections(); } };
}

function script(name, headers) {
  const path = join(work, name);
  const at = (ms) => ({ begin: new Date(Date.UTC(2026, 10, 21) + ms).toISOString() });
  writeFileSync(path, ['# version: 2', ...[
    { type: 'WS_OPEN', ...at(0), url: '/ws', ...(headers && { headers }) },
    { type: 'WS_RECV', ...at(5), message: '{"hello":1}' },
    { type: 'WS_SEND', ...at(10), message: JSON.stringify({ ask: long }) },
    { type: 'WS_RECV', ...at(15), message: '{"answer":1}' },
    { type: 'WS_CLOSE', ...at(20) }].map((line) => JSON.stringify(line)), ''].join('\n'));
  return path;
}
const browser = script('browser.log', ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']);
const without = script('without.log', null);

const cases = [
  ['agreed', browser, 'permessage-deflate; server_no_context_takeover; client_no_context_takeover', 'squeezed'],
  ['smaller windows', browser, 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=10', 'squeezed'],
  ['a server without it', browser, '', 'plain'],
  ['a browser without it', without, 'permessage-deflate; server_no_context_takeover', 'plain'],
];
for (const [name, path, takes, how] of cases) {
  const server = await serve(takes);
  const dir = join(work, name.replaceAll(' ', '-'));
  const played = await stretto(['play', path, server.url, '--sessions', '5', '--every', '5ms', '--timeout', '10s', '-o', dir]);
  server.stop();
  assert.equal(played.code, 0, `${name}: ${played.err}`);
  assert.deepEqual(server.seen.complaints, [], name);
  assert.equal(server.seen[how], 5, `${name}: ${JSON.stringify(server.seen)}`);
  assert.ok(server.seen.offers.every((offer) => (offer !== '') === (path === browser)), name);
  checkAccounts(dir, path);
}

// A server that uses what nobody offered.
const server = await serve('x-secret-sauce');
const played = await stretto(['play', without, server.url, '--sessions', '1', '--timeout', '10s', '-o', join(work, 'sauce')]);
server.stop();
assert.equal(played.code, 1);
assert.match(played.err, /the server uses the WebSocket extension 'x-secret-sauce', which was not offered/);
