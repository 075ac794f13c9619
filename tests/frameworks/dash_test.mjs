// Dash: no session and no socket, but a signed token of the page, a CSRF cookie that is also a header,
// callbacks side by side, and a job in the background that is asked for until it is ready: never the
// same number of times, and never once more.
import { assert, cookiesOf, hex, prove, waitsOf } from './harness.mjs';

const pages = new Map();
const jobs = new Map();
const secrets = [];
const every = 150;
let inside = 0;
let most = 0;

function callback(page, query, body) {
  const asked = JSON.parse(body);
  if (asked.output !== 'thought.children') return { multi: true, response: { [asked.output.split('.')[0]]: { children: hex(4) } } };
  if (!query.has('job')) {
    const job = `${jobs.size}~${hex(32)}`;
    jobs.set(job, { page, key: `same~${hex(32)}`, left: 3 + Math.floor(5 * Math.random()) });
    return { cacheKey: jobs.get(job).key, job };
  }
  const job = jobs.get(query.get('job'));
  if (!job || job.page !== page || job.key !== query.get('cacheKey')) return null;
  job.left -= 1;
  if (job.left < 0) return null;
  return job.left === 0 ? { multi: true, response: { thought: { children: 'yes' } } } : { multi: true };
}

const app = {
  request(request, body, response, complain) {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    response.setHeader('Content-Type', 'application/json');
    if (pathname === '/') {
      const page = { id: `${hex(12)}~${hex(32)}`, csrf: hex(16) };
      pages.set(page.id, page);
      if (!secrets.length) secrets.push(page.id, page.csrf);
      response.setHeader('Set-Cookie', `_csrf_token=${page.csrf}; Path=/`);
      response.setHeader('Content-Type', 'text/html');
      response.end(`<html><script id="_dash-config" type="application/json">{"requests_pathname_prefix":"/","end_id":"${page.id}"}</script></html>`);
      return;
    }
    if (pathname !== '/_dash-update-component') { response.end('[]'); return; }
    const page = pages.get(searchParams.get('endId'));
    const answer = page && callback(page, searchParams, body.toString());
    const wrong = !page ? 'endId was never issued'
      : request.headers['x-csrftoken'] !== page.csrf || cookiesOf(request)._csrf_token !== page.csrf ? 'the CSRF token is not of this page'
      : !answer ? 'a job of another page, or one that has answered' : null;
    if (wrong) { complain(`${request.url}: ${wrong}`); response.writeHead(403).end('{}'); return; }
    inside += 1;
    most = Math.max(most, inside);
    setTimeout(() => { inside -= 1; response.end(JSON.stringify(answer)); }, 30 * Math.random());
  },
  socket: (socket) => socket.refuse('Dash has no sockets'),
};

async function person(browser) {
  const { text } = await browser.ask('GET', '/');
  const [, id] = /"end_id":"([^"]+)"/.exec(text);
  const headers = { 'X-CSRFToken': browser.cookies.get('_csrf_token') };
  const json = { 'Content-Type': 'application/json' };
  await Promise.all(['/_dash-layout', '/_dash-dependencies'].map((path) => browser.ask('GET', path, { headers: json })));
  const call = (output, query = '') => browser.json('POST', `/_dash-update-component?endId=${id}${query}`,
    { output, inputs: [{ id: 'count', property: 'value', value: 11 }], changedPropIds: ['count.value'] }, headers);
  await Promise.all([call('plot.figure'), call('..table.data...seen.data..')]);
  assert.equal(most, 2);
  const { cacheKey, job } = await call('thought.children');
  secrets.push(cacheKey, job);
  for (;;) {
    if ((await call('thought.children', `&cacheKey=${cacheKey}&job=${job}`)).response) break;
    await new Promise((again) => setTimeout(again, every));
  }
  await call('greeting.children');
}

const dir = await prove({ name: 'dash', app, person, check({ text, steps, bodies }) {
  for (const secret of secrets) assert.ok(!(text + bodies.join()).includes(secret), `${secret} is in the script`);
  const calls = steps.filter(({ url }) => url?.includes('_dash-update-component'));
  assert.ok(calls.every(({ url }) => url.includes('endId=${END_ID}')));
  assert.ok(calls.every(({ headers }) => headers.some((header) => /^x-csrftoken: \$\{CSRF\}$/i.test(header))));
  assert.equal(calls.length, 5, 'how often a job was asked for is recorded');
  assert.deepEqual(calls.map(({ poll }) => poll).filter(Boolean), [{ response: true }]);
  const [polled] = calls.filter(({ poll }) => poll);
  assert.ok(polled.poll_every_ms > 100 && polled.url.includes('cacheKey=${CACHE_KEY}&job=${JOB'), JSON.stringify(polled));
  assert.match(text, /^# dialect: dash$/m);
} });
// Each session waited for its own job: three requests at least, and one row.
const waits = waitsOf(dir, ({ poll }) => poll);
assert.equal(waits.length, 20);
assert.ok(waits.every((ms) => ms > 2 * 100), `${waits}`);
