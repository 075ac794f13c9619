// How many of a script can be played here: with few descriptors, it is these that say so; a script that
// cannot be played is said to be one; and nothing is left behind.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';

import { assert, bin, join, run, start, work } from '../e2e/lib.mjs';

const at = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
function script(name, steps) {
  const path = join(work, name);
  const lines = steps.map(([type, begin, end, more]) => JSON.stringify({ type, begin: at(begin), end: at(end), ...more }));
  writeFileSync(path, ['# version: 2', '# dialect: plain', ...lines, ''].join('\n'));
  return path;
}
const folder = join(work, 'tmp');
mkdirSync(folder);
const environment = { env: { ...process.env, TMPDIR: folder } };

const small = script('small.log', [
  ['REQ_HOME', 0, 5, { url: '/', status: 200, bytes: 1000 }],
  ['WS_OPEN', 10, 11, { url: '/socket' }],
  ['WS_SEND', 2000, 2000, { message: 'hello' }],
  ['WS_RECV', 2005, 2005, { message: '{"said":1}' }],
  ['WS_CLOSE', 10000, 10000, {}],
]);
const found = await run('bash', ['-c', 'ulimit -n 1200; exec "$@"', 'bash', join(bin, 'stretto-parrot'), small, '--calibrate'], environment);
assert.equal(found.code, 0, found.err);
const [, sessions] = /^this machine can play (\d+) of \S+small\.log at once$/m.exec(found.out);
assert.ok(sessions > 0 && sessions <= 1100 * 256, found.out);
assert.match(found.out, /^limit: (descriptors \(ulimit -n\)|at \d+)/m);
assert.match(found.out, /^besides: memory for \d+ \([\d.]+ KiB each\), descriptors for \d+, ports for \d+$/m);
assert.match(found.err, /^parrot: load of \d+ sessions at once: the player late by p99/m);
assert.deepEqual(readdirSync(folder), []);

// Its second answer wants a value that the first cannot tell in two ways at once.
const hopeless = script('hopeless.log', [
  ['REQ_GET', 0, 5, { url: '/x', status: 200, extract: [{ name: 'ALL', from: 'body', json: 'a' }, { name: 'PIECE', from: 'body', before: 'b=' }] }],
]);
const refused = await run(join(bin, 'stretto-parrot'), [hopeless, '--calibrate'], environment);
assert.equal(refused.code, 1);
assert.match(refused.err, /does not play against its own parrot: .*PIECE/);
assert.deepEqual(readdirSync(folder), []);

const stopped = start(join(bin, 'stretto-parrot'), [small, '--calibrate'], environment);
await stopped.line(/load of/);
const { code, err } = await stopped.stop('SIGINT');
assert.equal(code, 1);
assert.match(err, /interrupted/);
assert.deepEqual(readdirSync(folder), []);
