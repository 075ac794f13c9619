// The same session recorded by shinyloadtest and by us gives the same steps.
//
// A genuine recording of shinyloadtest is played, as a browser would speak, through `stretto record`
// to a server that knows it; what comes out must be that recording again: types, addresses,
// placeholders, messages and bodies.  Not compared: times, the session id that an ordinary message
// happens to hold, SockJS' numbers of the receives (they count the noise between), and the order of
// what crosses on the wire.
import { readFileSync } from 'node:fs';
import { assert, checkAccounts, data, join, scripted, startStretto, steps, stretto, work } from './lib.mjs';

const recordings = ['whales-sync.log', 'ss-whales-sync.log', 'connect.log'];
const body = (path, step) => (step.datafile ? readFileSync(join(path, '..', step.datafile), 'latin1') : null);
// A file that the browser had already is the same step: shinyloadtest's browser asked with a cache.
const status = (step) => (step.status === 304 ? 200 : step.status);
// The address of an upload is one session value or made of three: both fill in the same.
const plainUrl = (url) => url?.replace('${UPLOAD_URL}', 'session/${SESSION}/upload/${UPLOAD_JOB_ID}?w=');
const again = (json) => { try { return JSON.stringify(JSON.parse(json)); } catch { return json; } };

// A receive without its SockJS number, and with numbers as JavaScript writes them: R's 3.10 is 3.1.
function normal(message) {
  const sockjs = /^a\["[0-9A-F]+#(\d+\|m\|.*"\])$/s.exec(message);
  if (!sockjs) return again(message);
  const [inner] = JSON.parse(`["${sockjs[1]}`);
  return inner.slice(0, 4) + again(inner.slice(4));
}

function facts(path) {
  return steps(path).map((step) => ({ type: step.type, url: plainUrl(step.url), status: status(step),
    body: body(path, step), message: step.type === 'WS_SEND' || !step.message ? step.message : normal(step.message) }));
}

// What the browser does keeps its order; requests and answers cross on the wire.
const ordered = ['sends', 'sockets'];
function told(path) {
  const all = facts(path);
  const those = (pattern) => all.filter((step) => pattern.test(step.type)).map((step) => JSON.stringify(step));
  return { sends: those(/SEND/), sockets: those(/OPEN|CLOSE/), requests: those(/REQ/),
    receives: those(/RECV/), last: [all.at(-1).type] };
}

for (const name of recordings) {
  const script = join(work, name);
  const server = await scripted(data(name));
  const recorder = startStretto(['record', server.url, '--listen', '127.0.0.1:0', '-o', script]);
  const [proxy] = await recorder.line(/http:\/\/127\.0\.0\.1:\d+/);
  const dir = join(work, `${name}-run`);
  const played = await stretto(['play', data(name), proxy, '--sessions', '1', '--think', '0.02',
    '--timeout', '30s', '-o', dir]);
  assert.equal(played.code, 0, played.err);
  checkAccounts(dir, data(name));
  const recorded = await recorder.ended;
  assert.equal(recorded.code, 0, recorded.err);
  const report = JSON.parse((await server.stop()).out.trim().split('\n').at(-1));
  assert.deepEqual(report, { sessions: 1, whole: 1, complaints: [] });

  assert.match(readFileSync(script, 'utf8'), /^# version: 1\n/, 'shinycannon can read it');
  const [ours, theirs] = [told(script), told(data(name))];
  for (const what of Object.keys(theirs)) {
    const only = (mine, other) => mine.filter((text) => !other.includes(text)).map((text) => text.slice(0, 200));
    assert.deepEqual({ ours: only(ours[what], theirs[what]), theirs: only(theirs[what], ours[what]) },
      { ours: [], theirs: [] }, `${name}: ${what} that only one of the two has`);
    if (ordered.includes(what)) assert.ok(ours[what].join() === theirs[what].join(), `${name}: order of ${what}`);
    assert.equal(ours[what].length, theirs[what].length, `${name}: number of ${what}`);
  }
}
