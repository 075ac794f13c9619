// Small apps, each with one way of handing a session value out and wanting it back.  Each refuses
// values that are wrong or of another session, so a replay that passes is a proof.
//   request(it, app)   answers; `it` is the request, app.begin() starts a session
//   client(c)          what a browser and a person do
//   found              what must be found: "NAME kind"; nothing else may be
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { must, token } from './server.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const page = (body, head = '') => ({ html: `<!DOCTYPE html>\n<html><head><title>app</title>${head}</head>\n<body>\n${body}\n</body></html>` });
const base64 = (text) => Buffer.from(text).toString('base64');

export const apps = {
  'csrf form': {
    found: ['CSRF_TOKEN issued'],
    request(it, app) {
      if (it.path === '/') {
        const csrf = token();
        return { headers: app.begin({ csrf }), ...page(`<form method="post" action="/order"><input type="hidden" name="csrf_token" value="${csrf}"><input type="text" name="item" value=""><button>Order</button></form>`) };
      }
      must(it.path === '/order' && it.session, 404, 'no session');
      must(it.form.get('csrf_token') === it.session.csrf, 403, 'CSRF token of another session');
      return page(`<p>ordered ${it.form.get('item')}</p>`);
    },
    async client(c) {
      const form = await c.page('/');
      await c.submit('/order', { csrf_token: form.input('csrf_token'), item: 'tea' });
    },
  },

  'token with letters that forms code': {
    found: ['AUTHENTICITY_TOKEN issued'],
    request(it, app) {
      if (it.path === '/') {
        const csrf = `${randomBytes(18).toString('base64')}+/==`;
        return { headers: app.begin({ csrf }), ...page(`<form method="post"><input name="authenticity_token" type="hidden" value="${csrf.replaceAll('+', '&#43;')}"></form>`) };
      }
      must(it.session && it.form.get('authenticity_token') === it.session.csrf, 422, 'bad token');
      return page('<p>saved</p>');
    },
    async client(c) {
      const form = await c.page('/');
      await c.submit('/save', { authenticity_token: form.input('authenticity_token') });
    },
  },

  'jwt in json, used as bearer': {
    found: ['ACCESS_TOKEN issued'],
    state: () => ({ tokens: new Set() }),
    request(it, app) {
      if (it.path === '/') return page('<div id="app"></div>');
      if (it.path === '/api/login') {
        const jwt = [base64('{"alg":"HS256","typ":"JWT"}'), Buffer.from(JSON.stringify({ sub: it.json.user, jti: token(8) })).toString('base64url'), randomBytes(32).toString('base64url')].join('.').replaceAll('=', '');
        app.state.tokens.clear();
        app.state.tokens.add(jwt);
        return { json: { data: { access_token: jwt, expires_in: 3600 } } };
      }
      must(app.state.tokens.has(it.headers.authorization?.replace('Bearer ', '')), 401, 'log in first');
      return { json: { rows: [1, 2, 3] } };
    },
    async client(c) {
      await c.page('/');
      const login = await c.fetch('/api/login', { method: 'POST', json: { user: 'ann' } });
      const headers = { Authorization: `Bearer ${login.json().data.access_token}` };
      await c.fetch('/api/rows', { headers });
      await c.fetch('/api/rows?page=2', { headers });
    },
    alone: true,
  },

  'token in a header': {
    found: ['REQUEST_TOKEN issued'],
    request(it, app) {
      if (it.path === '/') {
        const asked = token(12);
        return { ...page('<p>hello</p>'), headers: { ...app.begin({ asked }), 'X-Request-Token': asked } };
      }
      must(it.session && it.headers['x-request-token'] === it.session.asked, 403, 'wrong X-Request-Token');
      return { json: { ok: true } };
    },
    async client(c) {
      const first = await c.page('/');
      await c.fetch('/api/save', { method: 'POST', json: { note: 'hello' }, headers: { 'X-Request-Token': first.headers['x-request-token'] } });
    },
  },

  'id inside a nested json string': {
    found: ['JOB_ID issued'],
    state: () => ({ jobs: new Set() }),
    request(it, app) {
      if (it.path === '/') return page('<p>jobs</p>');
      if (it.path === '/jobs') {
        const id = `job-${token(6)}`;
        app.state.jobs.add(id);
        return { json: { status: 'ok', payload: JSON.stringify({ job: { jobId: id, state: 'new' } }) } };
      }
      const asked = JSON.parse(it.json.request);
      must(app.state.jobs.delete(asked.jobId), 404, 'no such job');
      return { json: { done: true } };
    },
    async client(c) {
      await c.page('/');
      const job = JSON.parse((await c.fetch('/jobs', { method: 'POST', json: { kind: 'count' } })).json().payload);
      await c.fetch('/run', { method: 'POST', json: { request: JSON.stringify({ jobId: job.job.jobId, mode: 'fast' }) } });
    },
  },

  'value in the url of a redirect': {
    found: ['TICKET issued'],
    state: () => ({ tickets: new Set() }),
    request(it, app) {
      if (it.path === '/') {
        const ticket = `ST-${token(10)}`;
        app.state.tickets.add(ticket);
        return { status: 302, headers: { Location: `/enter?from=home&ticket=${ticket}` } };
      }
      must(it.path === '/enter' && app.state.tickets.delete(it.query.get('ticket')), 401, 'stale ticket');
      return page('<p>inside</p>');
    },
    async client(c) { await c.page('/'); },
  },

  'nonce in a data url': {
    found: ['NONCE issued'],
    request(it, app) {
      if (it.path === '/') {
        const nonce = token();
        return { headers: app.begin({ nonce }), ...page('<p>hello</p>', `<link rel="config" href="data:application/json;base64,${base64(JSON.stringify({ theme: 'dark', nonce }))}">`) };
      }
      must(it.session && it.query.get('nonce') === it.session.nonce, 403, 'wrong nonce');
      return { json: { ok: 1 } };
    },
    async client(c) {
      const first = await c.page('/');
      const config = JSON.parse(Buffer.from(first.match(/base64,([^"]+)"/), 'base64').toString());
      await c.fetch(`/data?view=all&nonce=${config.nonce}`);
    },
  },

  'counter of a page': {
    found: ['SEQUENCE issued', 'SEQ counter'],
    state: () => ({ last: 4700 }),
    request(it, app) {
      if (it.path === '/') {
        app.state.last += 17;
        return { headers: app.begin({ last: app.state.last }), ...page(`<div id="app" data-sequence="${app.state.last}"></div>`) };
      }
      must(it.session && it.json.seq === it.session.last + 1, 409, 'out of sequence');
      it.session.last = it.json.seq;
      return { json: { ok: true } };
    },
    async client(c) {
      let seq = +(await c.page('/')).match(/data-sequence="(\d+)"/);
      for (const text of ['one', 'two', 'three']) await c.fetch('/event', { method: 'POST', json: { seq: seq += 1, text } });
    },
  },

  'hash of two values': {
    found: ['CHALLENGE issued', 'RESPONSE computed'],
    request(it, app) {
      if (it.path === '/') return page('<p>log in</p>');
      if (it.path === '/challenge') {
        const challenge = token();
        return { headers: app.begin({ challenge }), json: { challenge, realm: 'app' } };
      }
      must(it.session && it.json.response === sha256(`${it.json.user}:${it.session.challenge}`), 401, 'wrong response');
      return { json: { welcome: it.json.user } };
    },
    async client(c) {
      await c.page('/');
      const { challenge } = (await c.fetch('/challenge')).json();
      await c.fetch('/login', { method: 'POST', json: { user: 'ann', response: sha256(`ann:${challenge}`) } });
    },
  },

  timestamp: {
    found: ['TS clock'],
    state: () => ({ seen: new Set() }),
    request(it, app) {
      if (it.path === '/') return page('<p>clock</p>');
      const ts = +it.query.get('ts');
      must(Math.abs(Date.now() - ts) < 60000 && !app.state.seen.has(ts), 400, 'stale time');
      app.state.seen.add(ts);
      return { json: { ok: true } };
    },
    async client(c) {
      await c.page('/');
      await c.fetch(`/poll?ts=${Date.now()}`);
    },
    alone: true,
  },

  'uuid of the client': {
    found: ['REQUEST_ID minted'],
    state: () => ({ seen: new Set() }),
    request(it, app) {
      if (it.path === '/') return page('<p>uuid</p>');
      if (it.path === '/begin') {
        must(/^[0-9a-f-]{14}4[0-9a-f]{3}-[89ab]/.test(it.json.requestId) && !app.state.seen.has(it.json.requestId), 409, 'seen before');
        app.state.seen.add(it.json.requestId);
        return { headers: app.begin({ id: it.json.requestId }), json: { accepted: it.json.requestId } };
      }
      must(it.session?.id === it.query.get('id'), 404, 'not begun');
      return { json: { state: 'done' } };
    },
    async client(c) {
      await c.page('/');
      const requestId = randomUUID();
      await c.fetch('/begin', { method: 'POST', json: { requestId } });
      await c.fetch(`/state?id=${requestId}`);
    },
  },

  'cookie to header': {
    found: ['XSRF_TOKEN issued'],
    request(it, app) {
      if (it.path === '/') {
        const xsrf = token();
        return { headers: { 'Set-Cookie': [app.begin({ xsrf })['Set-Cookie'], `XSRF-TOKEN=${xsrf}; Path=/`] }, ...page('<p>hello</p>') };
      }
      must(it.session && it.headers['x-xsrf-token'] === it.session.xsrf && it.cookies['XSRF-TOKEN'] === it.session.xsrf, 403, 'XSRF');
      return { json: { ok: true } };
    },
    async client(c) {
      await c.page('/');
      await c.fetch('/api/like', { method: 'POST', json: { like: true }, headers: { 'X-XSRF-TOKEN': c.jar.get('XSRF-TOKEN') } });
    },
  },

  'from a message to a request and back': {
    found: ['CHANNEL issued', 'KEY issued'],
    state: () => ({ channels: new Set(), keys: new Set() }),
    request(it, app) {
      if (it.path === '/') return page('<p>socket</p>');
      must(app.state.channels.delete(it.json?.channel), 404, 'no such channel');
      const key = token(10);
      app.state.keys.add(key);
      return { json: { upload: { key } } };
    },
    socket(it, app, send) {
      return {
        opened() {
          const channel = `ch_${token(9)}`;
          app.state.channels.add(channel);
          send(JSON.stringify({ type: 'hello', channel }));
        },
        message(text) {
          must(app.state.keys.delete(JSON.parse(text).key), 403, 'wrong key');
          send(JSON.stringify({ type: 'ready' }));
        },
      };
    },
    async client(c) {
      await c.page('/');
      const socket = await c.open('/live');
      const { channel } = JSON.parse(await socket.next());
      const { upload } = (await c.fetch('/upload', { method: 'POST', json: { channel } })).json();
      socket.send(JSON.stringify({ type: 'uploaded', key: upload.key }));
      await socket.next();
      await socket.close();
    },
  },

  'one of several equal rows': {
    found: ['ROW issued'],
    request(it, app) {
      if (it.path === '/') {
        const rows = Array.from({ length: 5 }, () => token(8));
        return { headers: app.begin({ rows }), ...page(`<ul>\n${rows.map((id) => `<li class="row" data-row="${id}">A thing</li>`).join('\n')}\n</ul>`) };
      }
      must(it.session?.rows[2] === it.json.row, 404, 'another row');
      return { json: { picked: true } };
    },
    async client(c) {
      const list = await c.page('/');
      const rows = [...list.body.matchAll(/data-row="([^"]+)"/g)].map((match) => match[1]);
      await c.fetch('/pick', { method: 'POST', json: { row: rows[2] } });
    },
  },

  'short id in the path': {
    found: ['ORDER_ID issued'],
    state: () => ({ orders: 16, open: new Set() }),
    request(it, app) {
      if (it.path === '/') return page('<p>17 things, 18 more</p><table><tr><td>17</td><td>23</td></tr></table>');
      if (it.method === 'POST' && it.path === '/orders') {
        app.state.orders += 1;
        app.state.open.add(app.state.orders);
        return { json: { id: app.state.orders, items: 17, limit: 99 } };
      }
      must(app.state.open.delete(+it.path.split('/')[2]), 404, 'no such order');
      return { json: { cancelled: true } };
    },
    async client(c) {
      await c.page('/');
      const order = (await c.fetch('/orders', { method: 'POST', json: { items: 17 } })).json();
      await c.fetch(`/orders/${order.id}/cancel`, { method: 'POST', json: { limit: 99 } });
    },
  },

  'values in a link and in basic credentials': {
    found: ['SESSION_KEY issued', 'VIEW_ID issued'],
    request(it, app) {
      if (it.path === '/') {
        const [key, view] = [token(9), token(6)];
        return { headers: app.begin({ key, view }), ...page(`<a href="/views/${view}/show">show</a>\n<script>window.sessionKey = "${key}";</script>`) };
      }
      must(it.session && it.path === `/views/${it.session.view}/show`, 404, 'no such view');
      must(it.headers['x-basic'] === base64(`key:${it.session.key}`), 401, 'wrong key');
      return { json: { shown: true } };
    },
    async client(c) {
      const first = await c.page('/');
      await c.fetch(first.match(/href="([^"]+)"/), { headers: { 'X-Basic': base64(`key:${first.match(/sessionKey = "([^"]+)"/)}`) } });
    },
  },

  'look-alikes that must stay': {
    found: ['CSRF_TOKEN issued'],
    request(it, app) {
      const uuid = 'b8f1d0c4-3c55-4e0b-9a9e-5d6c1f2e7a31';
      if (it.path === '/') {
        const csrf = token();
        return { headers: app.begin({ csrf }), ...page(`<form method="post" action="/search">
<input type="hidden" name="csrf_token" value="${csrf}"><input type="hidden" name="since" value="1700000000">
<input type="date" name="day"><input type="text" name="order"></form>
<script>window.site = { id: "${uuid}", build: "9f86d081884c7d659a2feaa0c55ad015" };</script>
<script src="/app.9f86d081884c7d65.js"></script>`) };
      }
      if (it.path === '/app.9f86d081884c7d65.js') return { body: 'go();', headers: { 'Content-Type': 'text/javascript' } };
      must(it.session, 404, 'no session');
      must(it.headers['x-site-id'] === uuid || it.path !== '/stats', 400, 'another site');
      if (it.path === '/stats') return { json: { ok: true } };
      must(it.form.get('csrf_token') === it.session.csrf, 403, 'CSRF');
      must(it.form.get('since') === '1700000000', 400, 'another epoch');
      must(it.form.get('day') === '2026-11-20', 400, 'another day');
      must(it.form.get('order') === 'c0ffee12-9a4b-4d1e-8f7a-0b1c2d3e4f50', 404, 'no such order');
      return page('<p>found</p>');
    },
    async client(c) {
      const first = await c.page('/');
      await c.fetch('/app.9f86d081884c7d65.js');
      await c.fetch('/stats', { headers: { 'X-Site-Id': first.match(/id: "([^"]+)"/) } });
      await c.submit('/search', { csrf_token: first.input('csrf_token'), since: '1700000000', day: '2026-11-20', order: 'c0ffee12-9a4b-4d1e-8f7a-0b1c2d3e4f50' });
    },
  },

  'a login with a password': {
    found: ['CSRF_TOKEN issued'],
    env: { APP_PASSWORD: 'correct horse 7', APP_USER: 'ann' },
    request(it, app) {
      if (it.path === '/login' && it.method === 'GET') {
        const csrf = token();
        return { headers: app.begin({ csrf }), ...page(`<form method="post"><input type="hidden" name="csrf_token" value="${csrf}"><input name="username"><input type="password" name="password"></form>`) };
      }
      must(it.session, 401, 'no session');
      if (it.path === '/login') {
        must(it.form.get('csrf_token') === it.session.csrf, 403, 'CSRF');
        must(it.form.get('password') === 'correct horse 7' && it.form.get('username') === 'ann', 401, 'wrong password');
        it.session.in = true;
        return { status: 303, headers: { Location: '/inside' } };
      }
      must(it.session.in, 401, 'log in first');
      return page('<p>inside</p>');
    },
    async client(c) {
      const form = await c.page('/login');
      await c.submit('/login', { csrf_token: form.input('csrf_token'), username: 'ann', password: 'correct horse 7' });
    },
  },

  'a login, then a token, then an id': {
    found: ['CSRF issued', 'API_TOKEN issued', 'CART_ID issued'],
    state: () => ({ carts: 100 }),
    request(it, app) {
      if (it.path === '/') {
        const csrf = token();
        return { headers: app.begin({ csrf }), ...page('<p>log in</p>', `<meta name="csrf" content="${csrf}">`) };
      }
      must(it.session, 401, 'no session');
      if (it.path === '/login') {
        must(it.json.csrf === it.session.csrf, 403, 'CSRF');
        it.session.token = token();
        return { json: { apiToken: it.session.token } };
      }
      must(it.headers['x-api-token'] === it.session.token, 401, 'log in first');
      if (it.path === '/carts') {
        app.state.carts += 1;
        it.session.cart = app.state.carts;
        return { json: { cart: { id: it.session.cart } } };
      }
      must(it.path === `/carts/${it.session.cart}/items`, 404, 'another cart');
      return { json: { ok: true } };
    },
    async client(c) {
      const csrf = (await c.page('/')).match(/name="csrf" content="([^"]+)"/);
      const { apiToken } = (await c.fetch('/login', { method: 'POST', json: { csrf, user: 'ann' } })).json();
      const headers = { 'X-Api-Token': apiToken };
      const { cart } = (await c.fetch('/carts', { method: 'POST', json: {}, headers })).json();
      await c.fetch(`/carts/${cart.id}/items`, { method: 'POST', json: { item: 7 }, headers });
    },
  },
};
