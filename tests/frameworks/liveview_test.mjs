// Phoenix LiveView: a page that names its own view, references, diffs that come as they like, heartbeats.
import { assert, cookiesOf, hex, hurried, prove, shuffle } from './harness.mjs';

const views = new Map();
const csrfs = new Map();
const secrets = [];

const app = {
  request(request, body, response) {
    const view = { id: `phx-${hex(8)}`, session: `SFMyNTY.${hex(40)}`, static: `SFMyNTY.${hex(30)}` };
    const csrf = `${hex(10)}+${hex(10)}/=`;
    const cookie = hex(12);
    views.set(`lv:${view.id}`, view);
    csrfs.set(csrf, cookie);
    if (secrets.length < 5) secrets.push(view.id.slice(4), view.session, view.static, csrf, encodeURIComponent(csrf));
    response.setHeader('Set-Cookie', `_app_key=${cookie}; Path=/`);
    response.setHeader('Content-Type', 'text/html');
    response.end(`<html><head><meta name="csrf-token" content="${csrf}"></head><body><div id="${view.id}" data-phx-main data-phx-session="${view.session}" data-phx-static="${view.static}">0</div></body></html>`);
  },
  socket(socket, request) {
    const csrf = new URL(request.url, 'http://x').searchParams.get('_csrf_token');
    let joined = null;
    let beats = 0;
    let owed = null;
    if (!csrfs.has(csrf)) { socket.refuse(`csrf ${csrf} was never issued`); return; }
    if (csrfs.get(csrf) !== cookiesOf(request)._app_key) { socket.refuse('the cookie is not of this csrf token'); return; }
    const reply = (join, ref, topic, response) => JSON.stringify([join, ref, topic, 'phx_reply', { status: 'ok', response }]);
    const events = {
      phx_join(join, ref, topic, payload) {
        const view = views.get(topic);
        if (!view) return socket.refuse(`topic ${topic} was never issued`);
        if (payload.session !== view.session || payload.static !== view.static) return socket.refuse('session or static of another view');
        if (payload.params._csrf_token !== csrf) return socket.refuse('another csrf token in the join');
        joined = topic;
        return socket.send(reply(join, ref, topic, { rendered: { s: ['0'] } }));
      },
      heartbeat(join, ref) {
        beats += 1;
        socket.send(reply(null, ref, 'phoenix', {}));
        owed?.();
        owed = null;
      },
      event(join, ref, topic, payload) {
        if (topic !== joined) return socket.refuse(`an event for ${topic}`);
        const answer = () => shuffle([reply(join, ref, topic, { diff: { 0: hex(2) } }),
          JSON.stringify([join, null, topic, 'diff', { 1: hex(2) }])]).forEach(socket.send);
        if (payload.event === 'slow' && !beats) owed = answer;
        else answer();
        return null;
      },
    };
    socket.onMessage = (message) => {
      const [join, ref, topic, event, payload] = JSON.parse(message);
      events[event]?.(join, ref, topic, payload);
    };
  },
};

async function person(browser) {
  const { text } = await browser.ask('GET', '/');
  const [, csrf] = /csrf-token" content="([^"]+)/.exec(text);
  const [, id, session, fixed] = /id="(phx-[^"]+)" data-phx-main data-phx-session="([^"]+)" data-phx-static="([^"]+)/.exec(text);
  const socket = await browser.open(`/live/websocket?_csrf_token=${encodeURIComponent(csrf)}&_mounts=0&_live_referer=undefined&vsn=2.0.0`);
  const replied = (ref) => socket.until((message) => JSON.parse(message)[1] === ref);
  const say = (ref, topic, event, payload) => { socket.send(JSON.stringify(['4', ref, topic, event, payload])); return replied(ref); };
  await say('4', `lv:${id}`, 'phx_join', { url: `${browser.url}/`, params: { _csrf_token: csrf, _mounts: 0 }, session, static: fixed });
  await say('5', `lv:${id}`, 'event', { type: 'click', event: 'inc', value: {} });
  const slow = say('6', `lv:${id}`, 'event', { type: 'form', event: 'slow', value: 'name=Ada' });
  await say('7', 'phoenix', 'heartbeat', {});
  await slow;
  await socket.close();
}

await prove({ name: 'liveview', app, person, dialect: hurried('liveview', '300ms'), check({ text, steps, said }) {
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in the script`);
  assert.match(text, /lv:phx-\$\{PHX_ID\}/);
  assert.match(text, /_csrf_token=\$\{CSRF\|url\}/);
  assert.match(text, /\$\{PHX_SESSION\}.*\$\{PHX_STATIC\}/);
  assert.ok(!text.includes('heartbeat') && !text.includes('"diff\\"'), 'noise is recorded');
  assert.equal(steps.filter(({ type }) => type === 'WS_RECV').length, 3);
  assert.match(said, /Join the view/);
  assert.match(said, /Event: inc/);
} });
