// The program as a person meets it: its words, its exit codes, what it writes and what it leaves.
import { mkdirSync, readFileSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { assert, join, startStretto, steps, stretto, work } from '../e2e/lib.mjs';
import { Client, must, serve, token } from './apps/server.mjs';

const tmp = join(work, 'tmp');
mkdirSync(tmp);
const env = { ...process.env, TMPDIR: tmp };
const check = async (...args) => {
  const done = await stretto(['check', ...args], { env });
  assert.deepEqual(readdirSync(tmp), [], 'nothing is left in TMPDIR');
  for (const line of done.out.split('\n')) assert.ok(line.length <= 80 || line.includes(work), line);
  return done;
};

async function record(app, script) {
  const server = await serve(app);
  const recorder = startStretto(['record', server.url, '--listen', '127.0.0.1:0', '-o', script]);
  const [, address] = await recorder.line(/(http:\/\/127\.0\.0\.1:\d+)(?!.*->)/);
  await app.client(new Client(address === server.url ? (await recorder.line(/at (http:\/\/127\.0\.0\.1:\d+)/))[1] : address));
  assert.equal((await recorder.stop('SIGINT')).code, 0);
  return server;
}

// A form with a token; the app also tells a request's own id back, and refuses ids that it knows.
const form = {
  state: () => ({ strict: false }),
  request(it, app) {
    if (it.path === '/') {
      const csrf = token();
      return { headers: app.begin({ csrf }), html: `<form><input type="hidden" name="csrf" value="${csrf}"></form>` };
    }
    must(it.session && it.form.get('csrf') === it.session.csrf, 403, 'CSRF');
    must(it.form.get('typed') === 'k3j9x2p7q4zz', 404, 'no such thing');
    return { html: '<p>done</p>' };
  },
  async client(c) {
    const first = await c.page('/');
    await c.submit('/save', { csrf: first.input('csrf'), typed: 'k3j9x2p7q4zz' });
  },
};

const script = join(work, 'form.log');
const server = await record(form, script);
const recorded = readFileSync(script, 'utf8');

// Offline: what it does, and what would be sent again.
{
  const told = await check(script);
  assert.equal(told.code, 1);
  assert.match(told.out, /2 steps\n/);
  assert.match(told.out, /unresolved: 2 values of the recorded session/);
  assert.match(told.out, /sends csrf\n {6}[0-9a-f]{32}: told by the answer of line \d+\n/);
  assert.match(told.out, /next: stretto check \S+ --against URL --fix/);
  const all = await check(script, '--explain');
  assert.match(all.out, /0 us +line \d+ +GET +Homepage/);
}

// One replay: where it fails, why, what to do; nothing is written.  The id that a person typed is no
// id of the page: the app refuses another one, so the guess is taken back.
{
  const told = await check(script, '--against', server.url);
  assert.equal(told.code, 1, told.out);
  assert.match(told.err, /replay 1: .*expected status 200, got 403/);
  assert.match(told.out, /^CSRF +issued +1 +certain +line \d+ body after .*csrf" value="$/m);
  assert.doesNotMatch(told.out, /TYPED/);
  assert.match(told.out, /the last one passed with these values; --fix writes them/);
  assert.equal(readFileSync(script, 'utf8'), recorded);
}

// A veto leaves the token alone, and the cause is told.
{
  const rules = join(work, 'rules.json');
  writeFileSync(rules, JSON.stringify({ values: [{ at: 'POST /save csrf', kind: 'literal' }] }));
  const told = await check(script, '--against', server.url, '--rules', rules);
  assert.equal(told.code, 1);
  assert.match(told.out, /the replay failed at line \d+ 'Post: save'\n {2}expected {2}status 200\n {2}got .*403/);
  assert.match(told.out, /cause +a token of the recorded session \(CSRF, nonce\) was refused\n {2}do /);
  writeFileSync(rules, '{"values":[{"match":"a"}]}');
  const bad = await check(script, '--against', server.url, '--rules', rules);
  assert.equal(bad.code, 1);
  assert.match(bad.err, /rules\.json: rule 1: it says neither a "name" nor a "kind"/);
}

// Elsewhere: the script, its bodies and its trace; the old ones as they were.
{
  const folder = join(work, 'elsewhere');
  mkdirSync(folder);
  const fixed = join(folder, 'new.log');
  const told = await check(script, '--against', server.url, '--fix', '-o', fixed);
  assert.equal(told.code, 0, told.out + told.err);
  assert.equal(readFileSync(script, 'utf8'), recorded);
  const save = steps(fixed)[1];
  assert.equal(save.expand, true);
  assert.match(readFileSync(join(folder, save.datafile), 'utf8'), /^csrf=\$\{CSRF\}&typed=k3j9x2p7q4zz$/);
  assert.doesNotMatch(readFileSync(join(work, steps(script)[1].datafile), 'utf8'), /\$\{/);
  assert.equal(statSync(`${fixed}.trace`).mode & 0o777, 0o600);
  const again = await check(fixed, '--against', server.url);
  assert.equal(again.code, 0, again.out);
  assert.match(again.out, /told by the app: CSRF/);
}

// In place, twice: every older one is kept.
{
  assert.equal((await check(script, '--against', server.url, '--fix')).code, 0);
  assert.equal(readFileSync(`${script}.orig`, 'utf8'), recorded);
  const once = readFileSync(script, 'utf8');
  assert.equal((await check(script, '--against', server.url, '--fix')).code, 0);
  assert.equal(readFileSync(script, 'utf8'), once);
}
server.stop();

// Nobody there; no trace; a broken script; a wrong command line.
{
  const gone = await check(script, '--against', server.url);
  assert.equal(gone.code, 1);
  assert.match(gone.out, /cause +the app is not there/);
  unlinkSync(`${script}.trace`);
  const blind = await check(script, '--against', server.url);
  assert.match(blind.err, /there is no \S+form\.log\.trace, so session values cannot be found/);
  const broken = join(work, 'broken.log');
  writeFileSync(broken, '# version: 1\n{"type":"REQ_GET"}\n');
  const told = await check(broken);
  assert.equal(told.code, 1);
  assert.match(told.err, /broken\.log:2: /);
  for (const [args, words] of [[[], /name one script/], [[script, '--fix'], /--fix needs --against/],
    [[script, '-o', 'x'], /give --fix too/], [[script, '--what'], /--what/]]) {
    const wrong = await check(...args);
    assert.equal(wrong.code, 2, args.join(' '));
    assert.match(wrong.err, words);
  }
}

// A signal in the middle of a replay: the player goes, and the folder too.
{
  const silent = createSocket();
  await new Promise((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
  const asked = new Promise((resolve) => { silent.once('connection', resolve); });
  const running = startStretto(['check', script, '--against', `http://127.0.0.1:${silent.address().port}`], { env });
  const connection = await asked;
  const gone = new Promise((resolve) => { connection.on('close', resolve); connection.on('error', () => {}); connection.resume(); });
  const ended = await running.stop('SIGTERM');
  assert.equal(ended.code, 1);
  assert.match(ended.err, /interrupted/);
  await gone;
  assert.deepEqual(readdirSync(tmp), []);
  silent.close();
}

// A message that does not come.
{
  const quiet = createServer((request, response) => response.end('{}'));
  await new Promise((resolve) => { quiet.listen(0, '127.0.0.1', resolve); });
  const at = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
  const path = join(work, 'socket.log');
  writeFileSync(path, ['# version: 2', ...[{ type: 'WS_OPEN', begin: at(0), url: '/ws' },
    { type: 'WS_RECV', begin: at(5), message: '{"hello":1}' }].map((line) => JSON.stringify(line)), ''].join('\n'));
  const told = await check(path, '--against', `http://127.0.0.1:${quiet.address().port}`);
  assert.equal(told.code, 1);
  assert.match(told.out, /cause +the app refused the WebSocket/);
  quiet.closeAllConnections();
  quiet.close();
}
