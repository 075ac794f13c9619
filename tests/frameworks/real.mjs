// A real app of a real framework, in Chromium, through the recorder; then 20 sessions at the same time.
//
//     node real.mjs FRAMEWORK [FOLDER]        FOLDER keeps the script and the run
//
// The frameworks are in the virtual environment STRETTO_FRAMEWORKS (scripts/real-frameworks makes one);
// without it, or without the framework or Chromium, the test is skipped, and says so.
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { command, frameworks } from './visits.mjs';

const [name, keep] = process.argv.slice(2);
const environment = process.env.STRETTO_FRAMEWORKS;
const skip = (why) => { console.log(`skipped: ${why}`); process.exit(77); };
if (!environment) skip('STRETTO_FRAMEWORKS names no virtual environment with web frameworks');
if (!existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium')) skip('Chromium is not here');
const [program] = command(name, environment, 0);
if (!existsSync(program)) skip(`${program} is not there`);

const { assert, checkAccounts, join, run, start, startStretto, steps, stretto, work } = await import('../e2e/lib.mjs');
const folder = keep ?? work;
mkdirSync(folder, { recursive: true });

// These servers want to be told a port, and do not say that they listen: so it is asked for.
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const [, args] = command(name, environment, port);
const app = start(program, args, { env: { ...process.env, PYTHONUNBUFFERED: '1' } });
const base = `http://127.0.0.1:${port}`;
const page = frameworks[name].path ?? '/';
for (let up = false; !up && app.child.exitCode === null;)
  up = await fetch(base + page).then(() => true, () => new Promise((again) => setTimeout(again, 100, false)));
if (app.child.exitCode !== null) {
  if (/ModuleNotFoundError/.test(app.err)) skip(`${name}: ${app.err.trimEnd().split('\n').at(-1)}`);
  assert.fail(app.err);
}

const script = join(folder, 'session.log');
const recorder = startStretto(['record', base, '--listen', '127.0.0.1:0', '-o', script, '--overwrite']);
const [, proxy] = await recorder.line(/open (http:\/\/\S+) in a browser/);
const visited = await run(process.execPath, [new URL('visit.mjs', import.meta.url).pathname, name, proxy.replace(/\/$/, '') + page]);
if (visited.code !== 0) console.error(recorder.err);
assert.equal(visited.code, 0, visited.err);
const recorded = await (recorder.child.exitCode === null ? recorder.stop('SIGINT') : recorder.ended);
console.log(recorded.err);
assert.equal(recorded.code, 0, recorded.err);

const dir = join(folder, 'run');
const played = await stretto(['play', script, base, '--sessions', '20', '--every', '50ms', '-o', dir, '--overwrite']);
console.log(played.err.split('\n').slice(-25).join('\n'));
assert.equal(played.code, 0);
const told = checkAccounts(dir, script);
assert.equal(told.done, 20);
const waits = ['page load', 'calculation'].map((wait) => new RegExp(`${wait} p50 [^,\n]+, p95 [^,\n]+, max`).exec(played.err)?.[0].replace(/, max$/, '') ?? `no ${wait}`);
console.log(`${name}: ${steps(script).length} steps, ${told.done} of 20 sessions done; ${waits.join('; ')}`);
await app.stop('SIGKILL');
