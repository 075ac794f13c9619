// A target that misbehaves: one clear sentence, exit code 1, every session accounted for.
import { assert, checkAccounts, data, join, rows, scripted, stretto, work } from './lib.mjs';

const plain = 'whales-sync.log';
const sockjs = 'ss-whales-sync.log';
const cases = [
  ['status-500', plain, /line 5 'Get: shiny\.min\.css': GET \S+: expected status 200, got 500/],
  ['hang', plain, /line 5 'Get: shiny\.min\.css': GET \S+: no whole answer within 1 s/],
  ['refuse-ws', plain, /line 33 'Start session': the server answered 503 to the WebSocket handshake/],
  ['close-midway', plain, /line 42 'Updated: p_top': the server closed the WebSocket: code 1011 tired/],
  ['malformed-frame', plain, /line 42 'Updated: p_top': the peer sent a malformed WebSocket frame/],
  ['silent', plain, /line 42 'Updated: p_top': no 'output p_top' within 1 s/],
  ['gone', sockjs, /the server ended the session: code 4503 The application unexpectedly exited/],
];

// What a session failed of was begun, and never ended: charts draw it up to the failure.
function checkFailedWaits(dir) {
  const all = rows(dir);
  for (const fail of all.filter((row) => row.event === 'PLAYBACK_FAIL')) {
    const its = all.filter((row) => row.session === fail.session && row.line === fail.line && row !== fail);
    assert.deepEqual(its.map((row) => row.event.replace(/.*_/, '')), ['START'], `rows of line ${fail.line}`);
    assert.ok(its[0].time <= fail.time);
  }
}

for (const [fault, name, sentence] of cases) {
  const dir = join(work, fault);
  const server = await scripted(data(name), `fault=${fault}`);
  const played = await stretto(['play', data(name), server.url, '--sessions', '3', '--every', '20ms',
    '--think', '0.02', '--timeout', '1s', '-o', dir]);
  await server.stop();
  assert.equal(played.code, 1, `${fault}: ${played.err}`);
  assert.match(played.err, sentence);
  assert.match(played.err, /3 sessions failed at line \d+/);
  const told = checkAccounts(dir, data(name));
  assert.deepEqual([told.planned, told.failed], [3, 3]);
  const reasons = rows(dir).filter((row) => row.event === 'PLAYBACK_FAIL').map((row) => row.comment);
  // The row has its line in a column of its own.
  const inRow = new RegExp(sentence.source.replace(/^line \d+ /, ''));
  assert.equal(reasons.length, 3);
  for (const reason of reasons) assert.match(reason, inRow);
  if (fault !== 'gone') checkFailedWaits(dir); // that one comes while the session thinks
}

// Nobody listens there: the port of a server that has just gone.
const gone = await scripted(data(plain));
await gone.stop();
const dir = join(work, 'refused');
const played = await stretto(['play', data(plain), gone.url, '--sessions', '2', '--every', '10ms', '-o', dir]);
assert.equal(played.code, 1);
assert.match(played.err, /line 4 'Homepage': GET \/: cannot connect to 127\.0\.0\.1:\d+: Connection refused/);
assert.equal(checkAccounts(dir, data(plain)).failed, 2);
