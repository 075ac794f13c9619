// One visit to an app, in the same shape whoever saw it: the browser, the relay, the recorder, the
// player.
//
//     { requests: [{ path, begin, end }], opened, first, sends: [{ text, at, end }] }
//
// Times in milliseconds from the visit's start.  opened: the WebSocket's handshake was answered, or
// null; first: the first message came.  A send's end is the last message of its set, or null where
// nothing answers it.
import { assert, join, rows, start, steps, stretto, work } from '../../tests/e2e/lib.mjs';

// What the Shiny dialect counts as an answer; the rest is noise (busy, progress, idle, recalculating).
const ANSWER = /^\{"(errors|values|inputMessages|config|custom)":/;

const emptyVisit = () => ({ requests: [], opened: null, first: null, sends: [] });

function answered(visit, at) {
  visit.first ??= at;
  if (visit.sends.length) visit.sends.at(-1).end = at;
}

// Listens to a page through Chromium's own protocol: the times at which the page asked and was told,
// behind whatever else it had to do.
export async function watch(page) {
  const session = await page.context().newCDPSession(page);
  const visit = emptyVisit();
  const asked = new Map();
  let zero = null;
  const since = (timestamp) => 1000 * (timestamp - zero);
  session.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
    zero ??= timestamp;
    const { protocol, pathname, search } = new URL(request.url);
    if (protocol.startsWith('http')) asked.set(requestId, { path: pathname + search, begin: since(timestamp) });
  });
  session.on('Network.loadingFinished', ({ requestId, timestamp }) => {
    if (asked.has(requestId)) visit.requests.push({ ...asked.get(requestId), end: since(timestamp) });
  });
  session.on('Network.webSocketHandshakeResponseReceived', ({ timestamp }) => { visit.opened = since(timestamp); });
  session.on('Network.webSocketFrameSent', ({ timestamp, response }) => {
    visit.sends.push({ text: response.payloadData, at: since(timestamp), end: null });
  });
  session.on('Network.webSocketFrameReceived', ({ timestamp, response }) => {
    if (ANSWER.test(response.payloadData)) answered(visit, since(timestamp));
  });
  await session.send('Network.enable');
  return visit;
}

let plays = 0;

// Plays the script once, as one session, and reads its rows.
export async function play(script, url, options) {
  const dir = join(work, `play-${plays++}`);
  const { code, err } = await stretto(['play', script, url, '--sessions', '1', '--processes', '1', '-o', dir, ...options]);
  assert.equal(code, 0, `the player failed:\n${err}`);
  return fromRows(rows(dir), steps(script));
}

function fromRows(all, script) {
  const zero = all.find(({ event }) => event === 'PLAYER_SESSION_CREATE').time;
  const at = (step, what) => all.find(({ line, event }) => line === step.line && event.endsWith(what)).time - zero;
  return fromSteps(script, (step) => [at(step, '_START'), at(step, '_END')]);
}

// The visit that a script has kept.
export function recorded(file) {
  const script = steps(file);
  const at = (step, what) => Date.parse(step[what]) + (step[`${what}_us`] ?? 0) / 1000;
  const zero = at(script[0], 'begin');
  return fromSteps(script, (step) => [at(step, 'begin') - zero, at(step, step.end ? 'end' : 'begin') - zero]);
}

// times gives a step's begin and end.
function fromSteps(script, times) {
  const visit = emptyVisit();
  for (const step of script) {
    const [begin, end] = times(step);
    if (step.type.startsWith('REQ')) visit.requests.push({ path: step.url, begin, end });
    if (step.type === 'WS_OPEN') visit.opened = end;
    if (step.type === 'WS_SEND') visit.sends.push({ text: step.message, at: begin, end: null });
    if (step.type.startsWith('WS_RECV')) answered(visit, end);
  }
  return visit;
}

// Puts a relay before an app: its URL, and take(), which gives the visit that it saw since the last.
export async function startRelay(url, prefix) {
  const opaque = url.startsWith('https') ? ['opaque'] : [];
  const relay = start(prefix[0], [...prefix.slice(1), process.execPath, join(import.meta.dirname, 'relay.mjs'), url, ...opaque],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const [address] = await relay.line(/^https?:\/\/\S+/);
  return {
    url: `${address}/`,
    async take() {
      relay.out = '';
      relay.child.stdin.write('\n');
      const [line] = await relay.line(/^.*(?=\n)/);
      return fromRelay(JSON.parse(line));
    },
    stop: () => relay.stop(),
  };
}

function fromRelay(connections) {
  const zero = Math.min(...connections.map(({ accepted }) => accepted));
  const requests = connections.flatMap((connection) => connection.requests)
    .map(({ path, begin, end }) => ({ path, begin: begin - zero, end: end - zero }))
    .sort((a, b) => a.begin - b.begin);
  const visit = { ...emptyVisit(), requests, connections: connections.length, used: connections.filter(({ used }) => used).length };
  for (const { opened, sent, received } of connections.filter((connection) => connection.opened !== null)) {
    visit.opened = opened - zero;
    const told = received.filter(({ text }) => ANSWER.test(text)).map(({ at }) => at - zero);
    visit.first = told[0];
    visit.sends = sent.map(({ text, at }) => ({ text, at: at - zero, end: null }));
    for (const at of told) {
      const cause = visit.sends.findLast((send) => send.at < at);
      if (cause) cause.end = at;
    }
  }
  return visit;
}
