// Gradio: an id that the browser makes up, events that a stream tells of, a heartbeat that is never
// answered to its end, uploads that come back as a path.
import { assert, hex, prove } from './harness.mjs';

const hashes = new Map();
const uploads = new Map();
const uploadIds = new Set();
const secrets = [];
const told = (message) => `data: ${JSON.stringify(message)}\n\n`;

// The heartbeat and the first event are sent side by side: either may come first.
function sessionOf(hash) {
  if (!hashes.has(hash)) hashes.set(hash, { events: [] });
  return hashes.get(hash);
}

function join(asked) {
  const event = hex(16);
  const session = sessionOf(asked.session_hash);
  session.events.push({ event, asked });
  return { event_id: event };
}

function stream(session, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  for (const { event, asked } of session.events.splice(0)) {
    for (let rank = Math.floor(3 * Math.random()); rank >= 0; rank--)
      response.write(told({ msg: 'estimation', event_id: event, rank, queue_size: rank }));
    response.write(told({ msg: 'process_starts', event_id: event, eta: Math.random() }));
    for (let n = Math.floor(4 * Math.random()); n > 0; n--)
      response.write(told({ msg: 'process_generating', event_id: event, output: { data: [[['append', [], 'x']]] } }));
    setTimeout(() => {
      response.write(told({ msg: 'process_completed', event_id: event, output: { data: asked.data }, success: true }));
      response.write(told({ msg: 'close_stream', event_id: null }));
      setTimeout(() => response.end(), 5000).unref();
    }, 60);
  }
}

const app = {
  request(request, body, response, complain) {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    const hash = searchParams.get('session_hash') ?? /heartbeat\/(.+)/.exec(pathname)?.[1];
    const wrong = (what) => { complain(what); response.writeHead(400).end(); };
    const session = hash && hashes.get(hash);
    response.setHeader('Content-Type', 'application/json');
    if (pathname === '/') {
      response.setHeader('Content-Type', 'text/html');
      response.end('<html><script>window.gradio_config = {}</script></html>');
    } else if (pathname.startsWith('/gradio_api/heartbeat/')) {
      if (session?.beating) { wrong(`the session hash ${hash} is somebody else's`); return; }
      sessionOf(hash).beating = true;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: ALIVE\n\n');
      const beat = setInterval(() => response.write('data: ALIVE\n\n'), 100);
      response.on('close', () => clearInterval(beat));
    } else if (pathname === '/gradio_api/upload') {
      const id = searchParams.get('upload_id');
      const path = `/tmp/gradio/${hex(32)}/points.csv`;
      if (uploadIds.has(id)) { wrong(`the upload id ${id} is somebody else's`); return; }
      uploadIds.add(id);
      uploads.set(path, id);
      if (uploads.size === 1) secrets.push(path);
      response.end(JSON.stringify([path]));
    } else if (pathname === '/gradio_api/queue/join') {
      const asked = JSON.parse(body);
      const file = asked.data.find((item) => item?.path);
      if (file && !uploads.delete(file.path)) { wrong(`${file.path} was never uploaded here`); return; }
      response.end(JSON.stringify(join(asked)));
    } else if (pathname === '/gradio_api/queue/data') {
      if (!session?.events.length) { wrong('a stream of nothing'); return; }
      stream(session, response);
    } else wrong(`nothing at ${pathname}`);
  },
  socket: (socket) => socket.refuse('Gradio has no sockets'),
};

async function person(browser) {
  await browser.ask('GET', '/');
  const mint = () => Math.random().toString(36).substring(2);
  const hash = mint();
  const upload = mint();
  secrets.push(hash, upload);
  let leave = false;
  const events = { headers: { Accept: 'text/event-stream' } };
  let alive;
  const begun = new Promise((resolve) => { alive = resolve; });
  const heartbeat = browser.ask('GET', `/gradio_api/heartbeat/${hash}`, { ...events, onData: () => { alive(); return leave; } });
  await begun;
  const ask = async (fn, data) => {
    await browser.json('POST', '/gradio_api/queue/join?', { data, event_data: null, fn_index: fn, trigger_id: fn, session_hash: hash });
    await browser.ask('GET', `/gradio_api/queue/data?session_hash=${hash}`, { ...events, onData: (text) => text.includes('close_stream') });
  };
  await ask(0, [10]);
  await ask(2, ['Ada', null]);
  const { text } = await browser.ask('POST', `/gradio_api/upload?upload_id=${upload}`, {
    headers: { 'Content-Type': 'multipart/form-data; boundary=----b' },
    body: '------b\r\nContent-Disposition: form-data; name="files"; filename="points.csv"\r\nContent-Type: text/csv\r\n\r\nx,y\n1,2\n\r\n------b--\r\n' });
  await ask(3, [{ path: JSON.parse(text)[0], orig_name: 'points.csv', meta: { _type: 'gradio.FileData' } }]);
  leave = true;
  await heartbeat;
}

await prove({ name: 'gradio', app, person, check({ text, steps, bodies }) {
  for (const secret of secrets) assert.ok(!(text + bodies.join()).includes(secret), `${secret} is in the script`);
  assert.equal(bodies.filter((body) => body.includes('"session_hash":"${SESSION_HASH}"')).length, 3);
  assert.match(bodies.at(-1), /"path":"\$\{UPLOADED\}"/);
  const streams = steps.filter(({ url }) => url?.includes('/queue/data'));
  assert.equal(streams.length, 3);
  for (const { left, until } of streams) assert.deepEqual([left, until], [true, 'close_stream']);
  const beat = steps.find(({ url }) => url?.includes('/heartbeat/'));
  assert.deepEqual([beat.url, beat.left, beat.until], ['/gradio_api/heartbeat/${SESSION_HASH}', true, undefined]);
} });
assert.ok([...hashes.values()].every(({ beating }) => beating), 'a session without its heartbeat');
assert.equal(hashes.size, 21);
