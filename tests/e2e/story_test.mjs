// The story comes out, with the demo's own load: sync keeps everybody waiting, async frees the page
// but not the calculation, async2 frees both.  Ratios only: no figure of seconds fails it.
//
// The load is chosen for two undisturbed cores.  A neighbour who takes some of them meanwhile pushes
// async2 over what two cores can do, and the figures then tell of the neighbour.  So a story that does
// not come out is told once more, and its first figures are printed beside the second.
import { readFileSync } from 'node:fs';
import { assert, checkAccounts, join, run, source, work } from './lib.mjs';

const script = join(source, 'samples/whales/session.log');

async function tell(dir) {
  const demo = await run(join(source, 'scripts/demo'), ['-o', dir]);
  assert.equal(demo.code, 0, demo.err);
  console.log(demo.out.replace(/^(?=\w+: page load)/gm, 'figure: '));
  for (const build of ['sync', 'async', 'async2'])
    assert.equal(checkAccounts(join(dir, 'runs', build), script).done, 50);
  const { builds } = JSON.parse(readFileSync(join(dir, 'report/summary.json'), 'utf8'));
  return ['sync', 'async', 'async2'].map((label) => builds.find((build) => build.label === label));
}

// What does not hold, in words; nothing when the story has come out.
function missed([sync, async, async2]) {
  const page = (build) => build.page_load_us.p95;
  const calculation = (build) => build.calculation_us.p95;
  const wanted = [
    ['async frees the page', page(sync) > 1.3 * page(async)],
    ['async2 frees it more', page(async) > 1.3 * page(async2)],
    ['async computes no faster, or little: the whole table comes through a pipe', calculation(async) > 0.75 * calculation(sync)],
    ['async2 halves the calculation at least', calculation(async2) <= 0.5 * calculation(sync)],
    ['async2 ends sessions as fast as they start', async2.end_every_s < 1.15 * async2.start_every_s],
    ['sync falls behind', sync.end_every_s > 1.05 * sync.start_every_s],
  ];
  return wanted.filter(([, holds]) => !holds).map(([what]) => what);
}

const first = missed(await tell(join(work, 'demo')));
if (first.length) {
  console.log(`figure: the story did not come out at first: ${first.join('; ')}`);
  assert.deepEqual(missed(await tell(join(work, 'again'))), []);
}
