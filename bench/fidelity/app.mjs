// A page without a WebSocket, for bench/fidelity: files in parallel, slow answers, fetches on clicks.
//
//     node app.mjs SEED SLOWNESS [KEY CERT]
//
// Every path takes its own time, made from SEED and stretched by SLOWNESS: with another seed another
// request is the slow one.  It has no favicon.ico, which a browser asks for and the recorder leaves out.  Prints its URL; over TLS with a key and a certificate.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

const [seed, slowness, key, cert] = process.argv.slice(2);
const FILES = 12;

const page = `<!doctype html><html><head><title>fidelity</title><link rel="icon" href="data:,">
${[0, 1, 2].map((i) => `<link rel="stylesheet" href="style${i}.css">`).join('\n')}
<script src="first.js"></script></head><body>
<button id="chain">one after another</button> <button id="many">eight at once</button>
<button id="post">send</button> <p id="said">loading</p>
${Array.from({ length: FILES }, (_, i) => `<img src="pictures/${i}.svg" alt="">`).join('\n')}
<script src="second.js"></script><script src="app.js"></script></body></html>`;

const script = `
const said = (text) => { document.querySelector('#said').textContent = text; };
const ask = (path, options) => fetch(path, options).then((answer) => answer.json());
const on = (id, act) => { document.querySelector(id).onclick = () => { said('asking'); act().then(() => said('done ' + id)); }; };
on('#chain', () => ask('api/chain/0').then(() => ask('api/chain/1')).then(() => ask('api/chain/2')));
on('#many', () => Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => ask('api/many/' + i))));
on('#post', () => ask('api/post', { method: 'POST', body: 'x'.repeat(20000) }));
addEventListener('load', () => ask('api/start').then(() => said('ready')));
`;

function content(path) {
  if (path === '/') return ['text/html', page];
  if (path === '/app.js') return ['text/javascript', script];
  if (path.endsWith('.js')) return ['text/javascript', `/* ${'x'.repeat(8000)} */`];
  if (path.endsWith('.css')) return ['text/css', `p { margin: 1em } /* ${'x'.repeat(4000)} */`];
  if (path.endsWith('.svg')) return ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle r="20"/></svg>'];
  return ['application/json', JSON.stringify({ path, rows: 'x'.repeat(6000) })];
}

// 2 to 40 ms; FNV-1a, so that paths which differ in a digit differ in time.
function delay(path) {
  let hash = 2166136261;
  for (const c of `${seed} ${path}`) hash = Math.imul(hash ^ c.charCodeAt(0), 16777619) >>> 0;
  return Number(slowness) * (2 + ((hash >>> 8) % 39));
}

function answer(request, response) {
  request.resume();
  request.on('end', () => setTimeout(() => {
    const [type, body] = content(request.url);
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
  }, delay(request.url)));
}

const server = key ? createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer) : createServer(answer);
server.listen(0, '127.0.0.1', () => console.log(`http${key ? 's' : ''}://127.0.0.1:${server.address().port}`));
