// Ctrl-C once and twice, a worker killed, the supervisor killed: the run stays readable and every
// session that began is accounted for.
import { readFileSync } from 'node:fs';
import { assert, checkAccounts, data, join, rows, runJson, scripted, startStretto, stretto, work } from './lib.mjs';

const script = data('whales-sync.log');
const server = await scripted(script);

// Sessions of some 2 s, one every 100 ms: when the first page has loaded most have not begun.
function begin(name, ...more) {
  const dir = join(work, name);
  const run = startStretto(['play', script, server.url, '--sessions', '100', '--every', '100ms',
    '--think', '0.1', '-o', dir, ...more], { detached: true });
  return { ...run, dir, group: (signal) => process.kill(-run.child.pid, signal) };
}
// The loop turns until something has happened in the run's files: bounded, and no longer than it takes.
async function until(what) {
  for (let turn = 0; turn < 3000; turn++) {
    if (what()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`never happened: ${what}`);
}
const ended = (dir) => { try { return rows(dir).some((row) => row.event === 'PLAYBACK_DONE'); } catch { return false; } };
const workersOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
const alive = (pid) => { try { process.kill(pid, 0); return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')); } catch { return false; } };

// Once: no new sessions, the running ones end well.
const once = begin('once');
await until(() => ended(once.dir));
once.group('SIGINT');
const first = await once.ended;
assert.equal(first.code, 1);
assert.match(first.err, /stopping: no new sessions, the running ones end; Ctrl-C again stops them now/);
assert.match(first.err, /\d+ more were not started, because the run was stopped/);
const told = checkAccounts(once.dir, script);
assert.equal(told.state, 'stopped');
assert.deepEqual([told.failed, told.lost], [0, 0]);
assert.equal(told.planned + told.not_started, 100);
assert.ok(told.done > 0 && told.not_started > 0);
assert.equal((await stretto(['analyze', once.dir, '-o', join(work, 'once-report')])).code, 0);

// Twice: stop now.
const twice = begin('twice', '--think', '5');
await until(() => { try { return rows(twice.dir).some((row) => row.event === 'WS_OPEN_END'); } catch { return false; } });
twice.group('SIGINT');
await twice.line(/stopping: no new sessions/);
twice.group('SIGINT');
const second = await twice.ended;
assert.equal(second.code, 1);
const cut = checkAccounts(twice.dir, script);
assert.ok(cut.failed > 0 && cut.done === 0);
assert.match(second.err, /\d+ sessions? failed because the run was stopped before their end/);

// A worker dies: its sessions are lost, the others go on to the end.
const maimed = begin('maimed', '--processes', '2');
await until(() => ended(maimed.dir));
process.kill(workersOf(maimed.child.pid)[0], 'SIGKILL');
const third = await maimed.ended;
assert.equal(third.code, 1);
assert.match(third.err, /worker \d died by signal 9 \(Killed\): \d+ sessions are lost with it, the others go on/);
const rest = runJson(maimed.dir);
assert.equal(rest.planned, 100);
assert.equal(rest.planned, rest.done + rest.failed + rest.lost);
assert.ok(rest.lost > 0 && rest.done >= 50);
assert.equal((await stretto(['analyze', maimed.dir, '-o', join(work, 'maimed-report')])).code, 0);

// The supervisor dies: its workers end by themselves, and what they had reported is on disk.
const orphaned = begin('orphaned');
await until(() => ended(orphaned.dir));
const workers = workersOf(orphaned.child.pid);
orphaned.child.kill('SIGKILL');
await until(() => workers.every((pid) => !alive(pid)));
assert.ok(rows(orphaned.dir).some((row) => row.comment.includes('the supervisor process is gone')));
assert.equal(runJson(orphaned.dir).state, 'running');
assert.equal((await stretto(['analyze', orphaned.dir, '-o', join(work, 'orphaned-report')])).code, 0);

await server.stop();
