// Workers that stand still, for good or for a while: told, every session accounted for,
// and the time in which they did is not to be trusted.  Workers on processors of one's choice.
import { readFileSync } from 'node:fs';
import { assert, checkAccounts, data, join, runJson, scripted, startStretto, stretto, work } from './lib.mjs';

const script = data('whales-sync.log');
const server = await scripted(script);
const workersOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
const begin = (name, ...more) => {
  const dir = join(work, name);
  const run = startStretto(['play', script, server.url, '--sessions', '40', '--every', '100ms', '--think', '0.1',
    '--processes', '2', '-o', dir, ...more]);
  return { ...run, dir };
};
const seconds = (text) => parseFloat(text);
const csv = (dir) => {
  const [head, ...rows] = readFileSync(join(dir, 'audit.csv'), 'utf8').trimEnd().split('\n').map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, +row[i]])));
};
// A worker's process, once the run has gone on for a second.
async function aWorker(run) {
  const begun = () => { try { return csv(run.dir).length > 0; } catch { return false; } };
  for (let turn = 0; turn < 3000; turn++) {
    if (begun()) return workersOf(run.child.pid)[0];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return assert.fail('there are no workers');
}

// Stopped and continued: both are told, the run completes, and it says which numbers not to trust.
{
  const run = begin('paused');
  const pid = await aWorker(run);
  process.kill(pid, 'SIGSTOP');
  const [, worker, named, still] = await run.line(/worker (\d) \(process (\d+)\) has not moved for (\S+) s: its \d+ sessions stand still; .* it is ended/);
  assert.equal(+named, pid);
  assert.ok(seconds(still) >= 1.5, `told after ${still} s`);
  process.kill(pid, 'SIGCONT');
  await run.line(new RegExp(`worker ${worker} moves again after `));
  const end = await run.ended;
  assert.equal(end.code, 0, end.err);
  const told = checkAccounts(run.dir, script);
  assert.deepEqual([told.planned, told.done, told.lost], [40, 40, 0]);
  assert.match(end.err, /play: numbers from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d are not to be trusted: /);
  assert.doesNotMatch(end.err, /the player kept up/);
  assert.equal(told.audit.kept_up, false);
  assert.ok(told.audit.stall_max_us >= 1_400_000, JSON.stringify(told.audit));
  for (const { from_us: from, to_us: to } of told.audit.untrusted) assert.ok(from < to);
  assert.ok(told.audit.untrusted.some(({ from_us, to_us }) => to_us - from_us >= 1_400_000));
  assert.ok(csv(run.dir).some((row) => row.stall_max_us > 1_000_000));
}

// A short stop, as a debugger's or a busy neighbour's: nobody is told of a hang, but it is no time to trust.
{
  const run = begin('short');
  const pid = await aWorker(run);
  process.kill(pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 400));
  process.kill(pid, 'SIGCONT');
  const end = await run.ended;
  assert.equal(end.code, 0, end.err);
  assert.match(end.err, /are not to be trusted: /);
  assert.doesNotMatch(end.err, /has not moved/);
  assert.ok(checkAccounts(run.dir, script).audit.untrusted.length >= 1);
}

// Stopped for ever: it is ended when everybody else has, its sessions are lost, and the run ends.
{
  const run = begin('hung', '--timeout', '2s');
  process.kill(await aWorker(run), 'SIGSTOP');
  const end = await run.ended;
  assert.equal(end.code, 1);
  assert.match(end.err, /worker \d has not moved for \S+ s: it is ended\n/);
  assert.match(end.err, /worker \d died by signal 9 \(Killed\): 20 sessions are lost with it, the others go on/);
  const told = runJson(run.dir);
  assert.deepEqual([told.planned, told.done, told.lost, told.not_started], [40, 20, 20, 0]);
  assert.equal(told.audit.kept_up, false);
  assert.equal((await stretto(['analyze', run.dir, '-o', join(work, 'hung-report')])).code, 0);
}

// Who wants the run to stop now does not wait for a worker that hangs.
{
  const run = begin('hung-stopped');
  process.kill(await aWorker(run), 'SIGSTOP');
  await run.line(/has not moved for/);
  run.child.kill('SIGTERM');
  const end = await run.ended;
  assert.equal(end.code, 1);
  const told = runJson(run.dir);
  assert.equal(told.planned, told.done + told.failed + told.lost);
  assert.equal(told.planned + told.not_started, 40);
}

// A second's row each, and every worker has its processor.
{
  const run = begin('placed', '--cpus', '0');
  const pid = await aWorker(run);
  await run.line(/\d+ loading/);
  assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Cpus_allowed_list:\t0$/m);
  assert.equal((await run.ended).code, 0);
  const rows = csv(run.dir);
  assert.ok(rows.length >= 5);
  rows.forEach((row, i) => {
    assert.equal(Object.keys(row).length, 10);
    assert.ok(i === 0 || row.elapsed_us > rows[i - 1].elapsed_us);
    assert.ok(row.cpu_0 >= 0 && row.cpu_0 < 1.5 && row.late_p50_us <= row.late_p99_us && row.late_p99_us <= row.late_max_us);
  });
  const { audit, lateness_us } = runJson(run.dir);
  assert.equal(rows.reduce((sum, row) => sum + row.actions, 0), lateness_us.count);
  assert.equal(audit.late_p99_us, lateness_us.p99);
  assert.equal(audit.cpu.length, 2);
}
for (const [list, sentence] of [['0,900', /there is no processor 900 here that the player may use/], ['a', /--cpus takes processors like 0,2 or 0-3, not 'a'/]]) {
  const refused = await stretto(['play', script, server.url, '--sessions', '1', '--cpus', list, '-o', join(work, 'refused')]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, sentence);
}

await server.stop();
