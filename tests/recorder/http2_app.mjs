// An HTTP/2 server for reach_test.py; over HTTP/1.1 it refuses WebSockets, or with a third argument
// everything.  Prints its port.
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

const [key, cert] = process.argv.slice(2, 4).map((name) => readFileSync(name));
const gates = new Map();
const gate = (name) => {
  if (!gates.has(name)) {
    const made = {};
    made.opened = new Promise((open) => { made.open = open; });
    gates.set(name, made);
  }
  return gates.get(name);
};

const routes = {
  echo(request, response) {
    response.writeHead(200, { 'x-version': request.httpVersion, 'x-seen-case': request.headers['x-case'] ?? '' });
    request.pipe(response);
  },
  async events(request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let i = 0; i < 20; i++) {
      response.write(`data: ${i}\n\n`);
      await gate(String(i)).opened;
    }
    response.end();
  },
  go(request, response, name) {
    gate(name).open();
    response.end();
  },
  trailers(request, response) {
    response.addTrailers({ 'x-sum': '4' });
    response.end('body');
  },
};

const server = createSecureServer({ key, cert, allowHTTP1: !process.argv[4] }, (request, response) => {
  const [, name, rest] = request.url.split('/');
  const route = routes[name];
  if (route) return route(request, response, rest);
  response.writeHead(404);
  response.end();
});
server.on('upgrade', (request, socket) => {
  socket.end('HTTP/1.1 426 Not Here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
