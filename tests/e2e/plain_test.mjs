// A plain HTTP app: recorded until it is idle, played, analyzed.  Cookies are each session's own.
import { readFileSync } from 'node:fs';
import { assert, checkAccounts, join, serve, source, startStretto, steps, stretto, work } from './lib.mjs';

const app = await serve(process.execPath, [join(source, 'tests/e2e/plain_app.mjs')]);
const script = join(work, 'plain.log');
const recorder = startStretto(['record', app.url, '--listen', '127.0.0.1:0', '-o', script, '--until-idle', '500ms']);
const [, proxy] = await recorder.line(/open (http:\/\/\S+?)\/? in a browser/);

// The browser: keeps its cookies, follows the redirect, asks for files side by side.
let cookie = '';
const ask = async (path, options = {}) => {
  const response = await fetch(proxy + path, { redirect: 'manual', ...options, headers: { ...options.headers, ...(cookie && { Cookie: cookie }) } });
  await response.arrayBuffer();
  // Node 18 joins repeated headers by a comma; none of these cookies has one inside.
  const set = (response.headers.get('set-cookie') ?? '').split(/, (?=\w+=)/).filter(Boolean);
  if (set.length) cookie = set.map((one) => one.split(';')[0]).join('; ');
  return response;
};
await ask('/');
await Promise.all([ask('/style.css'), ask('/app.js')]);
const login = await ask('/login', { method: 'POST', body: 'name=me&password=secret', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
assert.equal(login.status, 302);
assert.equal((await ask('/home/')).status, 200);
assert.equal((await ask('/api/query', { method: 'POST', body: '{"numbers":[1,2,3]}', headers: { 'Content-Type': 'application/json' } })).status, 200);
assert.equal((await ask('/api/item/7', { method: 'PUT', body: 'seven', headers: { 'Content-Type': 'text/plain' } })).status, 204);
assert.equal((await ask('/api/item/7', { method: 'DELETE' })).status, 204);
assert.equal((await ask('/api/slow?x=1')).status, 200);
const recorded = await recorder.ended;
assert.equal(recorded.code, 0, recorded.err);

assert.deepEqual(steps(script).map(({ type, method, url }) => `${type} ${method ?? ''}${url}`).sort(), [
  'REQ DELETE/api/item/7', 'REQ PUT/api/item/7', 'REQ_GET /api/slow?x=1', 'REQ_GET /app.js', 'REQ_GET /style.css',
  'REQ_HOME /', 'REQ_HOME /home/', 'REQ_POST /api/query', 'REQ_POST /login'].sort());
assert.match(readFileSync(script, 'utf8'), /^# version: 2\n/);
assert.doesNotMatch(readFileSync(script, 'utf8'), /user=|[Cc]ookie/);

// The password is in no file; whoever plays the script says it.
assert.doesNotMatch(readFileSync(`${script}.post.0`, 'utf8'), /secret/);
const secrets = { env: { ...process.env, APP_USER: 'me', APP_PASSWORD: 'secret' } };
const dir = join(work, 'run');
const played = await stretto(['play', script, app.url, '--sessions', '10', '--every', '20ms', '-o', dir], secrets);
assert.equal(played.code, 0, played.err);
checkAccounts(dir, script);
const report = JSON.parse((await app.stop()).out.trim().split('\n').at(-1));
assert.equal(report.users, 11, 'each session logs in as itself');
assert.ok(Object.values(report.served).every((times) => times === 11), JSON.stringify(report.served));
const analyzed = await stretto(['analyze', dir, '-o', join(work, 'report')]);
assert.equal(analyzed.code, 0, analyzed.err);

// The same over IPv6, where the machine has it.
try {
  const six = await serve(process.execPath, [join(source, 'tests/e2e/plain_app.mjs'), '::1']);
  const again = await stretto(['play', script, six.url, '--sessions', '2', '--every', '10ms', '-o', join(work, 'six')], secrets);
  assert.equal(again.code, 0, again.err);
  await six.stop();
} catch (error) {
  if (!/EADDRNOTAVAIL|EAFNOSUPPORT/.test(error.message)) throw error;
  console.log('skipped: no IPv6 on this machine');
}
