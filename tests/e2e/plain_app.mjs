// A web app without a WebSocket: pages, files, a form that redirects, a JSON API behind a cookie.
// Prints its URL; on SIGTERM how many requests of each kind it has served, and how many cookies.
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';

const served = {};
const users = new Set();
const routes = {
  'GET /': (request, response) => response.writeHead(200, { 'Content-Type': 'text/html' })
    .end('<html><head><link rel="stylesheet" href="style.css"></head><body><script src="app.js"></script></body></html>'),
  'GET /style.css': (request, response) => response.writeHead(200, { 'Content-Type': 'text/css' }).end('body { margin: 2em }'),
  'GET /app.js': (request, response) => response.writeHead(200, { 'Content-Type': 'text/javascript' }).end('/* nothing */'),
  'POST /login': (request, response, body) => {
    if (body !== 'name=me&password=secret') { response.writeHead(403).end(body); return; }
    const id = randomBytes(12).toString('hex');
    users.add(id);
    response.writeHead(302, { Location: '/home/', 'Set-Cookie': [`user=${id}; Path=/; HttpOnly`, 'theme=dark; Path=/'] }).end();
  },
  'GET /home/': (request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>welcome</html>'),
  'POST /api/query': (request, response, body) => {
    const sum = JSON.parse(body).numbers.reduce((a, b) => a + b, 0);
    response.writeHead(request.headers['content-type'] === 'application/json' ? 200 : 415, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ sum }));
  },
  'PUT /api/item/7': (request, response) => response.writeHead(204).end(),
  'DELETE /api/item/7': (request, response) => response.writeHead(204).end(),
  'GET /api/slow': (request, response) => setTimeout(() => response.end('{}'), 50),
};
const known = (request) => users.has(/user=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1])
  && /theme=dark/.test(request.headers.cookie);

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const what = `${request.method} ${request.url.split('?')[0]}`;
    const route = routes[what];
    if (!route) { response.writeHead(404).end(); return; }
    if (/api|home/.test(what) && !known(request)) { response.writeHead(401).end('who are you?'); return; }
    served[what] = (served[what] ?? 0) + 1;
    route(request, response, Buffer.concat(chunks).toString());
  });
});
server.listen(0, process.argv[2] ?? '127.0.0.1', () => {
  const { address, port } = server.address();
  console.log(`http://${address.includes(':') ? `[${address}]` : address}:${port}`);
});
process.on('SIGTERM', () => { console.log(JSON.stringify({ served, users: users.size })); process.exit(0); });
