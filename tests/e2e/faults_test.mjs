// A target that misbehaves: for each kind of failure (values: values_test.mjs) one clear sentence when it happens, one line for all
// sessions in the end with what to look at, the same in run.json; exit code 1, every session accounted for.
import { assert, checkAccounts, data, join, rows, scripted, stretto, work } from './lib.mjs';

const plain = 'whales-sync.log';
const sockjs = 'ss-whales-sync.log';
const cases = [
  ['status-500', plain, 'status', /line 5 'Get: shiny\.min\.css': GET \S+: expected status 200, got 500/],
  ['hang', plain, 'timeout', /line 5 'Get: shiny\.min\.css': GET \S+: no whole answer within 1 s/],
  ['cut', plain, 'connect', /line \d+ 'Get: \S+': GET \S+: .*(?:broke|closed|end)/],
  ['refuse-ws', plain, 'open', /line 33 'Start session': the server answered 503 to the WebSocket handshake/],
  ['close-midway', plain, 'closed', /line 42 'Updated: p_top': the server closed the WebSocket: code 1011 tired/],
  ['malformed-frame', plain, 'closed', /line 42 'Updated: p_top': the peer sent a malformed WebSocket frame/],
  ['silent', plain, 'missing', /line 42 'Updated: p_top': no 'output p_top' within 1 s/],
  ['gone', sockjs, 'gone', /line \d+ '[^']+': the server ended the session: code 4503 The application unexpectedly exited/],
];
const advice = {
  connect: /is the app there/, open: /take that many WebSockets/, status: /the app's log at that time/,
  timeout: /overloaded or hangs; --timeout/, missing: /stretto check --against URL/, closed: /memory, time limits, a proxy's idle timeout/,
  gone: /why it ended the session/,
};
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// One way to fail: told for each session, summed up for all, and for programs.
function checkWords(played, told, sessions, kind, sentence) {
  assert.match(played.err, new RegExp(`^play: session \\d+: ${sentence.source}.*; session failed, the run goes on$`, 'm'));
  assert.equal(told.failures.length, 1, JSON.stringify(told.failures));
  const [{ line, kind: word, sessions: count, reason, advice: look }] = told.failures;
  assert.deepEqual([word, count], [kind, sessions]);
  assert.match(`line ${line} ${reason}`, sentence);
  assert.match(look, advice[kind]);
  assert.match(played.err, new RegExp(`^play: ${sessions} sessions failed at line ${line} ${escaped(reason)}; look at: ${escaped(look)}$`, 'm'));
}

for (const [fault, name, kind, sentence] of cases) {
  const dir = join(work, fault);
  const server = await scripted(data(name), `fault=${fault}`);
  const played = await stretto(['play', data(name), server.url, '--sessions', '3', '--every', '20ms',
    '--think', '0.02', '--timeout', '1s', '-o', dir]);
  await server.stop();
  assert.equal(played.code, 1, `${fault}: ${played.err}`);
  const told = checkAccounts(dir, data(name));
  assert.deepEqual([told.planned, told.failed], [3, 3]);
  checkWords(played, told, 3, kind, sentence);
  const reasons = rows(dir).filter((row) => row.event === 'PLAYBACK_FAIL').map((row) => row.comment);
  // The row has its line in a column of its own.
  const inRow = new RegExp(sentence.source.replace(/^line \S+ /, ''));
  assert.equal(reasons.length, 3);
  for (const reason of reasons) assert.match(reason.replaceAll('""', '"'), inRow);
}

// Nobody listens there: the port of a server that has just gone.
const gone = await scripted(data(plain));
await gone.stop();
const dir = join(work, 'refused');
const played = await stretto(['play', data(plain), gone.url, '--sessions', '2', '--every', '10ms', '-o', dir]);
assert.equal(played.code, 1);
const told = checkAccounts(dir, data(plain));
assert.equal(told.failed, 2);
checkWords(played, told, 2, 'connect', /line 4 'Homepage': GET \/: cannot connect to 127\.0\.0\.1:\d+: Connection refused/);
