// SignalR with JSON: a connection token, a handshake, completions by invocation id, pings that are owed.
import { assert, hex, hurried, prove, shuffle } from './harness.mjs';

const tokens = new Set();
const record = (json) => `${JSON.stringify(json)}\x1e`;
let first;

const app = {
  request(request, body, response) {
    if (request.method === 'GET') { response.setHeader('Content-Type', 'text/html'); response.end('<html>chat</html>'); return; }
    const token = `${hex(10)}_${hex(4)}-`;
    tokens.add(token);
    first ??= token;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ negotiateVersion: 1, connectionId: hex(10), connectionToken: token,
      availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }] }));
  },
  socket(socket, request) {
    const token = new URL(request.url, 'http://x').searchParams.get('id');
    let shaken = false;
    let pinged = false;
    let owed = null;
    if (!tokens.delete(token)) { socket.refuse(`token ${token} was never issued, or is used`); return; }
    const take = (message) => {
      if (!shaken) {
        if (message.protocol !== 'json') { socket.refuse('no handshake'); return; }
        shaken = true;
        socket.send(record({}));
      } else if (message.type === 6) {
        pinged = true;
        owed?.();
        owed = null;
      } else if (message.type === 1) {
        const answer = () => {
          const done = record({ type: 3, invocationId: message.invocationId, result: hex(3) });
          const told = record({ type: 1, target: 'changed', arguments: [hex(3)] });
          const all = shuffle([record({ type: 6 }), told, done]);
          if (Math.random() < 0.5) socket.send(all.join('')); else all.forEach(socket.send);
        };
        if (message.target === 'slow' && !pinged) owed = answer; else answer();
      } else if (message.type === 4) {
        for (const item of [1, 2, 3]) socket.send(record({ type: 2, invocationId: message.invocationId, item }));
        socket.send(record({ type: 3, invocationId: message.invocationId }));
      } else socket.refuse(`a record of type ${message.type}`);
    };
    socket.onMessage = (text) => text.split('\x1e').filter(Boolean).forEach((part) => take(JSON.parse(part)));
  },
};

async function person(browser) {
  await browser.ask('GET', '/');
  const { connectionToken } = await browser.json('POST', '/chat/negotiate?negotiateVersion=1', undefined, { 'Content-Type': 'text/plain' });
  const socket = await browser.open(`/chat?id=${connectionToken}`);
  const done = (id) => socket.until((text) => text.includes(`"type":3,"invocationId":"${id}"`));
  socket.send(record({ protocol: 'json', version: 1 }));
  await socket.until((text) => text === '{}\x1e');
  socket.send(record({ type: 1, invocationId: '0', target: 'add', arguments: [1, 2] }));
  await done('0');
  socket.send(record({ type: 1, invocationId: '1', target: 'slow', arguments: [] }));
  socket.send(record({ type: 6 }));
  await done('1');
  socket.send(record({ type: 4, invocationId: '2', target: 'count', arguments: [3] }));
  await done('2');
  await socket.close();
}

await prove({ name: 'signalr', app, person, dialect: hurried('signalr', '200ms'), check({ text, said }) {
  assert.ok(!text.includes(first), 'the connection token is in the script');
  assert.match(text, /\/chat\?id=\$\{CONNECTION\}/);
  assert.ok(!/WS_SEND.*"type\\":6/.test(text), 'a ping is recorded');
  assert.match(said, /Call: add/);
  assert.match(said, /Stream: count/);
} });
