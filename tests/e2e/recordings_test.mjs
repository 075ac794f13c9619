// Genuine recordings of shinyloadtest play in full, whatever order the answers come in.
import { assert, checkAccounts, data, join, scripted, stretto, work } from './lib.mjs';

// connect.log is made by hand, in the form that Connect's recordings have: worker and token in the
// paths, an upload, repeats, a custom message, a modal, U+2028.
const recordings = ['whales-sync.log', 'ss-whales-sync.log', 'connect.log'];
const manners = [[], ['reorder'], ['split'], ['merge'], ['split', 'reorder'], ['extra']];

for (const name of recordings) {
  for (const modes of manners) {
    const dir = join(work, [name, ...modes].join('-'));
    const server = await scripted(data(name), ...modes);
    const played = await stretto(['play', data(name), server.url, '--sessions', '8', '--every', '20ms',
      '--think', '0.02', '--timeout', '30s', '-o', dir]);
    const { out } = await server.stop();
    const report = JSON.parse(out.trim().split('\n').at(-1));
    assert.equal(played.code, 0, `${name} ${modes}: ${played.err}`);
    assert.deepEqual(report, { sessions: 8, whole: 8, complaints: [] });
    const told = checkAccounts(dir, data(name));
    assert.equal(told.done, 8);
    // What nobody waits for is counted, and is never fatal.
    if (modes.includes('extra')) assert.ok(told.extra_parts >= 8, `${told.extra_parts} extra parts`);
    else assert.equal(told.extra_parts, 0);
  }
}

// shinycannon's way: one step after another.
const server = await scripted(data(recordings[0]));
const dir = join(work, 'sequential');
const played = await stretto(['play', data(recordings[0]), server.url, '--sessions', '2', '--every', '10ms',
  '--think', '0', '--sequential', '--processes', '1', '-o', dir]);
assert.equal(played.code, 0, played.err);
checkAccounts(dir, data(recordings[0]));
await server.stop();

// Users who play session after session until the time has passed.
const again = await scripted(data(recordings[0]));
const users = join(work, 'users');
const byUsers = await stretto(['play', data(recordings[0]), again.url, '--users', '3', '--every', '50ms',
  '--for', '1500ms', '--think', '0.01', '-o', users]);
assert.equal(byUsers.code, 0, byUsers.err);
const byUsersTold = checkAccounts(users, data(recordings[0]));
assert.ok(byUsersTold.done >= 6, `three users should have played again and again, not ${byUsersTold.done} sessions in all`);
await again.stop();
