// The story comes out, with the demo's own load: sync keeps everybody waiting, async frees the page
// but not the calculation, async2 frees both.  Ratios only: no figure of seconds fails it.
import { readFileSync } from 'node:fs';
import { assert, checkAccounts, join, run, source, work } from './lib.mjs';

const dir = join(work, 'demo');
const demo = await run(join(source, 'scripts/demo'), ['-o', dir]);
assert.equal(demo.code, 0, demo.err);
console.log(demo.out);

const { builds } = JSON.parse(readFileSync(join(dir, 'report/summary.json'), 'utf8'));
const [sync, async, async2] = ['sync', 'async', 'async2'].map((label) => builds.find((b) => b.label === label));
const script = join(source, 'samples/whales/session.log');
for (const build of ['sync', 'async', 'async2'])
  assert.equal(checkAccounts(join(dir, 'runs', build), script).done, 50);

const page = (build) => build.page_load_us.p95;
const calculation = (build) => build.calculation_us.p95;
assert.ok(page(sync) > 1.3 * page(async), 'async frees the page');
assert.ok(page(async) > 1.3 * page(async2), 'async2 frees it more');
assert.ok(calculation(async) > 0.75 * calculation(sync), 'async computes no faster: the whole table comes through a pipe');
assert.ok(calculation(async2) < 0.5 * calculation(sync), 'async2 halves the calculation at least');
// The trailing edge: async2 ends sessions as fast as they start, sync falls behind.
assert.ok(async2.end_every_s < 1.15 * async2.start_every_s, 'async2 keeps up');
assert.ok(sync.end_every_s > 1.15 * sync.start_every_s, 'sync does not keep up');
