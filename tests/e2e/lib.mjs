// What the end-to-end tests share: programs of the tree, processes that never outlive the test, runs
// read back.  Nothing here waits by sleeping: it waits for a line, an exit, or a file's content.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const source = process.env.STRETTO_SOURCE ?? join(here, '../..');
export const bin = process.env.STRETTO_BIN ?? join(source, 'build/release/bin');
export const releaseBin = process.env.STRETTO_RELEASE_BIN ?? bin;
export const data = (name) => join(source, 'tests/data', name);

const children = new Set();
export const work = mkdtempSync(join(tmpdir(), 'stretto-e2e-'));
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});

// A running program: its output so far, a promise of its end, and lines to wait for.
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const run = { child, out: '', err: '', waiting: [] };
  children.add(child);
  const heard = (name) => (chunk) => {
    run[name] += chunk;
    run.waiting = run.waiting.filter((wait) => !wait());
  };
  child.stdout?.on('data', heard('out'));
  child.stderr?.on('data', heard('err'));
  run.ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      children.delete(child);
      run.waiting = run.waiting.filter((wait) => !wait());
      resolve({ code, signal, out: run.out, err: run.err });
    });
  });
  // The match of this pattern in what the program has printed, as soon as it is there.
  run.line = (pattern) => new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(run.err) ?? pattern.exec(run.out);
      if (match) resolve(match);
      return match;
    };
    if (look()) return;
    run.waiting.push(look);
    run.ended.then(() => reject(new Error(`${command} ended without saying ${pattern}:\n${run.err}${run.out}`)));
  });
  run.stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    return run.ended;
  };
  return run;
}

export const run = (command, args, options) => start(command, args, options).ended;
export const stretto = (args, options) => run(join(bin, 'stretto'), args, options);
export const startStretto = (args, options) => start(join(bin, 'stretto'), args, options);

// A server of the tests, by the URL that it prints.
export async function serve(command, args, options) {
  const server = start(command, args, options);
  const [url] = await server.line(/https?:\/\/(?:127\.0\.0\.1|\[::1\]):\d+\S*/);
  return { ...server, url };
}
export const scripted = (recording, ...modes) =>
  serve(process.execPath, [join(here, 'scripted_server.mjs'), recording, ...modes]);

export async function whales(build, rows, programs = bin) {
  const logs = join(work, `logs-${rows}`);
  const made = await run(join(source, 'scripts/whales-logs'), [logs, String(rows), programs]);
  assert.equal(made.code, 0, made.err);
  return serve(join(programs, `whales-${build}`), ['--logs', logs]);
}

// The rows of a run, as objects; torn lines are an error here.
export function rows(dir) {
  return readdirSync(join(dir, 'sessions')).filter((name) => name.endsWith('.csv'))
    .flatMap((name) => readFileSync(join(dir, 'sessions', name), 'utf8').trimEnd().split('\n'))
    .filter((line) => !line.startsWith('#') && !line.startsWith('session_id'))
    .map((line) => {
      const [session, user, iteration, event, time, number, ...comment] = line.split(',');
      assert.ok(comment.length, `a torn row: ${line}`);
      return { session: +session, user: +user, iteration: +iteration, event, time: +time,
        line: +number, comment: comment.join(',') };
    });
}
export const runJson = (dir) => JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));

export function steps(script) {
  return readFileSync(script, 'utf8').split('\n').map((text, i) => ({ text, line: i + 1 }))
    .filter(({ text }) => text && !text.startsWith('#'))
    .map(({ text, line }) => ({ ...JSON.parse(text), line }));
}

// Every session is accounted for exactly once, and one that is done has played every step.
export function checkAccounts(dir, script) {
  const all = rows(dir);
  const told = runJson(dir);
  const lines = steps(script).map((step) => step.line);
  const of = (event) => all.filter((row) => row.event === event).map((row) => row.session);
  const done = of('PLAYBACK_DONE');
  const failed = of('PLAYBACK_FAIL');
  const created = of('PLAYER_SESSION_CREATE');
  assert.equal(new Set(created).size, created.length, 'a session began twice');
  assert.equal(new Set([...done, ...failed]).size, done.length + failed.length, 'a session ended twice');
  assert.equal(told.planned, told.done + told.failed + told.lost);
  assert.deepEqual([told.done, told.failed], [done.length, failed.length]);
  for (const session of done) {
    const mine = all.filter((row) => row.session === session);
    for (const end of ['_START', '_END']) {
      const played = mine.filter((row) => row.line && row.event.endsWith(end)).map((row) => row.line);
      assert.deepEqual(played.sort((a, b) => a - b), lines, `session ${session} did not play every step`);
    }
    for (const line of lines) {
      const [begin, end] = ['_START', '_END'].map((what) => mine.find((row) => row.line === line && row.event.endsWith(what)));
      assert.ok(begin.time <= end.time, `session ${session} line ${line} ends before it starts`);
    }
  }
  return told;
}

export { assert, join };
