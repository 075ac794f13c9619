// The whole way: a real Chromium through the recorder against whales-sync, the script played by 20
// sessions, the run analyzed.  And the shipped script is what a fresh recording gives.
import { readFileSync, statSync } from 'node:fs';
import { assert, checkAccounts, join, run, source, startStretto, steps, stretto, whales, work } from './lib.mjs';

const app = await whales('sync', 20000);
const script = join(work, 'session.log');
const recorder = startStretto(['record', app.url, '--listen', '127.0.0.1:0', '-o', script]);
const [, proxy] = await recorder.line(/open (http:\/\/\S+) in a browser/);
const clicks = await run(process.execPath, [join(source, 'tests/e2e/whales_clicks.mjs'), proxy, '0.05']);
assert.equal(clicks.code, 0, clicks.err);
const recorded = await recorder.ended;
assert.equal(recorded.code, 0, recorded.err);
assert.match(recorded.err, /next: stretto play/);

// What was recorded is what ships: the same kinds of steps, as often, and the conversation in order.
const fresh = steps(script);
const shipped = steps(join(source, 'samples/whales/session.log'));
const count = (list) => list.reduce((n, { type }) => ({ ...n, [type]: (n[type] ?? 0) + 1 }), {});
const talk = (list) => list.filter(({ type }) => type.startsWith('WS_')).map(({ type }) => type);
assert.deepEqual(count(fresh), count(shipped));
assert.deepEqual(talk(fresh).sort(), talk(shipped).sort());
assert.match(readFileSync(script, 'utf8'), /^# version: 1\n/);
assert.equal(fresh.at(-1).type, 'WS_CLOSE');
assert.ok(fresh.some(({ message }) => message?.includes('${SESSION}')));

const dir = join(work, 'run');
const played = await stretto(['play', script, app.url, '--sessions', '20', '--every', '50ms', '-o', dir]);
assert.equal(played.code, 0, played.err);
assert.equal(checkAccounts(dir, script).done, 20);

const report = join(work, 'report');
const analyzed = await stretto(['analyze', `sync=${dir}`, '-o', report]);
assert.equal(analyzed.code, 0, analyzed.err);
assert.match(analyzed.out, /^sync +20 +0 /m);
const summary = JSON.parse(readFileSync(join(report, 'summary.json'), 'utf8'));
assert.ok(JSON.stringify(summary).includes('"sync"'));
for (const chart of ['sessions', 'aligned']) {
  assert.ok(statSync(join(report, `${chart}.png`)).size > 10000);
  const svg = readFileSync(join(report, `${chart}.svg`), 'utf8');
  const groups = svg.match(/<g class="session"/g) ?? [];
  assert.equal(groups.length, 20, `${chart}: one group a session`);
  for (const kind of ['home', 'asset', 'start', 'calc'])
    assert.ok(svg.includes(`class="wait ${kind}"`), `${chart} shows no ${kind}`);
}
await app.stop();
