// Everything in a session that cannot be replayed as recorded: values that the server issues, that
// the browser makes up, that count or tell the time; secrets of many users; answers that a browser
// leaves, sockets that a server closes, and what a framework's client owes beside the script.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { assert, checkAccounts, join, rows, runJson, serve, source, steps, stretto, work } from './lib.mjs';

const SESSIONS = 20;
const users = [['ann', 'pa"ss, word'], ['bob', 'sw&rd=fish'], ['cy', 'k\u00f6nig\u20ac'], ['dot', 'tabby cat'],
  ['eve', '100% sure'], ['fay', "it's <me>"], ['guy', 'plain-secret']];
const key = 'key-0123456789';
const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;
const table = join(work, 'users.csv');
writeFileSync(table, `\ufeffAPP_USER,APP_PASSWORD,note\r\n${users.map((row) => `${[...row, 'x'].map(quoted).join(',')}\r\n`).join('')}`);

// --- the script, as the recorder and the correlation leave it ---

const dialect = join(work, 'values.json');
writeFileSync(dialect, JSON.stringify({
  name: 'values-app', title: 'the app of this test', codec: 'json',
  messages: [{ if: { batch: true }, is: 'noise' }],
  requests: [{ request: 'GET */events*', marks: ['job_done'] }, { request: 'POST */keepalive', is: 'noise' }],
  duties: [{ every: '40ms', send: { beat: '{n}' } }, { on: { batch: true }, send: { ack: '{batch}' } }, { every: '60ms', request: 'POST keepalive' }],
}));
const script = join(work, 'values.log');
const utc = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
const lines = ['# version: 2', '# target_url: http://127.0.0.1:1', '# dialect: values-app',
  '# value: {"name":"REQUEST_ID","kind":"minted","alphabet":"0-9a-f","shape":"????-4???"}',
  '# value: {"name":"NOW","kind":"clock","unit":"ms"}',
  '# value: {"name":"SEQ","kind":"counter","from":1,"step":1}',
  '# value: {"name":"SIGN","kind":"computed","of":"${INNER}:${env:APP_PASSWORD}","hash":"sha256","coding":"hex"}'];
const step = (type, begin, end, more) => lines.push(JSON.stringify({ type, begin: utc(begin), end: utc(end), ...more }));
writeFileSync(`${script}.post.0`, 'csrf=${CSRF|url}&user=${env:APP_USER|url}&password=${env:APP_PASSWORD|url}');
writeFileSync(`${script}.post.1`, '{"job":${JOB},"inner":"${INNER|json}","id":"${REQUEST_ID}","now":${NOW},"sign":"${SIGN}","seq":${SEQ},"literal":"${NOT_A_VALUE}"}');
const workBody = { status: 200, url: '/work', datafile: 'values.log.post.1', expand: true, headers: ['Content-Type: application/json'] };
step('REQ_HOME', 0, 10, { status: 200, url: '/login', extract: [
  { name: 'CSRF', from: 'body', before: 'name="csrf" value="', after: '"', decode: 'html' },
  { name: 'ACCESS', from: 'header', header: 'X-Token' },
  { name: 'NEVER', from: 'body', before: 'no such thing', optional: true }] });
step('REQ_POST', 20, 30, { status: 302, url: '/login', datafile: 'values.log.post.0', expand: true,
  headers: ['Content-Type: application/x-www-form-urlencoded'],
  extract: [{ name: 'TICKET', from: 'header', header: 'Location', before: 'ticket=', after: '&', decode: 'url' }] });
step('REQ_HOME', 31, 40, { status: 200, url: '/next?ticket=${TICKET|url}&lang=en', headers: ['X-CSRF: ${CSRF}', 'X-Token: ${ACCESS}'],
  extract: [{ name: 'JOB', from: 'body', json: 'data.jobs[0].id' }, { name: 'INNER', from: 'body', json: 'data.inner|key' }] });
// Eight streams that stay for the whole session, on a browser of six connections.
for (let i = 0; i < 8; i++) step('REQ_GET', 41, 195, { status: 200, url: `/hold?n=${i}`, left: true });
step('REQ_POST', 45, 50, workBody);
step('REQ_POST', 51, 55, workBody);
step('REQ_GET', 56, 60, { status: 200, url: '/themed', headers: ['Cookie: theme=dark'] });
step('REQ_GET', 61, 65, { status: 200, url: '/themed' });
step('REQ_GET', 66, 90, { status: 200, url: '/events', left: true, until: 'job_done' });
step('REQ_GET', 67, 95, { status: 200, url: '/finite' });
step('WS_OPEN', 100, 105, { url: '/ws?ticket=${TICKET|url}', headers: ['Sec-WebSocket-Protocol: values, ${ACCESS}'] });
step('WS_RECV', 110, 110, { message: '{"hello":{"id":"0123"}}', extract: [{ name: 'TALK', from: 'message', json: 'hello.id' }] });
step('WS_SEND', 120, 120, { message: '{"ask":"${TALK}"}' });
step('WS_RECV', 180, 180, { message: '{"reply":{"ref":"99"}}', extract: [{ name: 'REF', from: 'message', json: 'reply.ref' }] });
step('WS_SEND', 190, 190, { message: '{"bye":"${REF}"}' });
step('WS_CLOSE', 200, 200, { from_server: true, close_code: 4000, close_reason: 'enough' });
writeFileSync(script, `${lines.join('\n')}\n`);
const closing = steps(script).at(-1).line;

const app = (...modes) => serve(process.execPath, [join(source, 'tests/e2e/values_app.mjs'), ...modes],
  { env: { ...process.env, VALUES_USERS: JSON.stringify(users), VALUES_KEY: key } });
const play = (url, dir, more = [], env = {}) => stretto(['play', script, url, '-o', dir, '--dialect', dialect, '--timeout', '20s',
  '-H', 'Authorization: Bearer ${env:APP_KEY}', ...more], { env: { ...process.env, APP_KEY: key, ...env } });
const wentOf = async (server) => JSON.parse((await server.stop()).out.trim().split('\n').at(-1));

// Everything that a run leaves, as one text.
function traces(dir) {
  return readdirSync(dir, { withFileTypes: true }).map((entry) => (entry.isDirectory() ? traces(join(dir, entry.name))
    : readFileSync(join(dir, entry.name), 'utf8'))).join('\n');
}
function checkSecrets(text) {
  for (const secret of [key, ...users.map((row) => row[1])]) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      assert.ok(!text.includes(form), `the secret '${secret}' stands in: ${text.slice(Math.max(0, text.indexOf(form) - 200), text.indexOf(form) + 50)}`);
    }
  }
}

// --- twenty sessions of seven users ---

{
  const server = await app();
  const dir = join(work, 'crowd');
  const played = await play(server.url, dir, ['--sessions', String(SESSIONS), '--every', '10ms', '--users-file', table]);
  const went = await wentOf(server);
  assert.deepEqual(went.complaints, []);
  assert.equal(played.code, 0, played.err);
  checkAccounts(dir, script);
  const dealt = users.map((row, i) => [row[0], Math.floor(SESSIONS / 7) + (i < SESSIONS % 7 ? 1 : 0)]);
  assert.deepEqual(went.logins, Object.fromEntries(dealt), 'row k mod n is the k-th session\'s');
  assert.equal(new Set(went.requestIds).size, SESSIONS, 'each session makes up an id of its own');
  assert.equal(went.cookies, 2 * SESSIONS);
  assert.deepEqual([went.leftAfterDone, went.leftBeforeDone], [SESSIONS, 0], 'a stream is left when its last thing has come');
  assert.equal(went.holds, 8 * SESSIONS);
  assert.equal(went.heldTogether, 8, 'long answers take no place from the others');
  assert.equal(went.heartsLostEarly, 0, 'nor are they left before what came before their end');
  assert.equal(went.served, SESSIONS);
  assert.equal(went.finished, SESSIONS, 'a close frame is answered');
  const all = rows(dir);
  const closes = all.filter((row) => row.line === closing && row.event.endsWith('_END'));
  assert.equal(closes.length, SESSIONS);
  for (const row of closes) assert.match(row.comment, /the server's close code was 4001, in the recording 4000/);
  const told = runJson(dir);
  assert.ok(went.beats >= 2 * SESSIONS && went.acks === SESSIONS && went.keepalives >= SESSIONS, JSON.stringify(went));
  // What was on its way when its session ended may not have been counted by the server.
  assert.ok(told.duties >= went.beats + went.acks + went.keepalives, `${told.duties} duties, ${JSON.stringify(went)}`);
  assert.equal(told.users_file, table);
  assert.equal(told.users_in_file, users.length);
  assert.deepEqual(told.secrets, ['APP_KEY', 'APP_PASSWORD', 'APP_USER']);
  assert.equal(told.dialect, 'values-app');
  assert.equal(readFileSync(join(dir, 'recording.log'), 'utf8'), readFileSync(script, 'utf8'));
  checkSecrets(traces(dir) + played.err);
}

// --- one session by the environment, with a trace ---

{
  const server = await app();
  const dir = join(work, 'traced');
  const file = join(work, 'one.trace');
  const played = await play(server.url, dir, ['--sessions', '1', '--trace', file], { APP_USER: 'bob', APP_PASSWORD: 'sw&rd=fish' });
  const went = await wentOf(server);
  assert.deepEqual(went.complaints, []);
  assert.equal(played.code, 0, played.err);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  checkSecrets(text + traces(dir) + played.err);
  const entries = text.trim().split('\n').map((line) => JSON.parse(line));
  const of = (what, number) => entries.find((entry) => entry.what === what && entry.step === number);
  const all = steps(script);
  for (const [number, { type, url }] of all.entries()) {
    if (type.startsWith('REQ') || type === 'WS_OPEN') {
      assert.ok(of('request', number) && of('answer', number), `step ${number} ${url} is in the trace`);
    } else if (type === 'WS_SEND') assert.ok(of('send', number));
    else if (type === 'WS_RECV') assert.ok(of('recv', number));
  }
  assert.match(of('request', 1).body, /^csrf=%3C%22[0-9a-f]+%26%22%3E&user=.*&password=\$\{env:APP_PASSWORD\|(url|form)\}$/);
  assert.equal(of('answer', 1).status, 302);
  assert.ok(of('answer', 1).headers.some((header) => /^Location: \/next\?ticket=/.test(header)));
  assert.match(of('answer', 2).body, /"jobs":\[\{"id":1000\}\]/);
  assert.ok(of('request', 2).headers.some((header) => /^Authorization: Bearer \$\{env:APP_KEY\}$/.test(header)));
  assert.ok(entries.some((entry) => entry.what === 'recv' && entry.step === -1 && /batch/.test(entry.text)), 'noise is in it');
  assert.ok(entries.some((entry) => entry.what === 'send' && entry.step === -1 && /beat/.test(entry.text)), 'duties are in it');
  assert.ok(entries.some((entry) => entry.what === 'answer' && entry.step === -1 && entry.status === 204));
  assert.equal(of('answer', all.findIndex(({ type }) => type === 'WS_OPEN')).status, 101);
}

// --- what goes wrong, in one sentence each ---

const failures = [
  ['no-csrf', 'value', /line 8 'Page: login': GET \/login: no value for \$\{CSRF\} in the answer's body behind 'name="csrf" value="'; status 200 came with '<html> <p>We are closed<\/p>'/],
  ['no-reply-ref', 'value', /line \d+ '[^']*': no value for \$\{REF\} in the messages that end this step at the JSON path 'reply\.ref'; the last was '\{"reply":\{"other":1\}\}'/],
  ['wrong-protocol', 'open', /line \d+ 'Start session': the server chose the WebSocket subprotocol 'graphql', which was not offered/],
];
for (const [mode, kind, sentence] of failures) {
  const server = await app(mode);
  const dir = join(work, mode);
  const played = await play(server.url, dir, ['--sessions', '2', '--every', '10ms', '--users-file', table]);
  await server.stop();
  assert.equal(played.code, 1, `${mode}: ${played.err}`);
  assert.match(played.err, sentence);
  const told = checkAccounts(dir, script);
  assert.equal(told.failed, 2);
  assert.deepEqual(told.failures.map((failure) => [failure.kind, failure.sessions]), [[kind, 2]]);
  assert.match(played.err, kind === 'value' ? /2 sessions failed at line .*; look at: 'stretto check --against URL --fix' finds values that change with each session/
    : /2 sessions failed at line .*; look at: /);
  checkSecrets(traces(dir) + played.err);
}

// Answers that are left never fail for not ending; but their head, and their last thing, must come.
const short = join(work, 'short.log');
writeFileSync(short, [...lines.slice(0, 3),
  JSON.stringify({ type: 'REQ_HOME', begin: utc(0), end: utc(10), status: 200, url: '/login' }),
  JSON.stringify({ type: 'REQ_GET', begin: utc(20), end: utc(40), status: 200, url: '/hold', left: true }),
  JSON.stringify({ type: 'REQ_GET', begin: utc(21), end: utc(30), status: 200, url: '/events', left: true, until: 'job_done' }), ''].join('\n'));
for (const [mode, sentence] of [
  ['never-done', /line 6 '[^']*': GET \/events: no 'job_done' in the answer within 1\.\d+ s/],
  ['no-head', /line 5 '[^']*': GET \/hold: no answer within 1 s/],
  ['no-entry', /line 5 '[^']*': GET \/hold: expected status 200, got 403/]]) {
  const server = await app(mode);
  const dir = join(work, mode);
  const played = await stretto(['play', short, server.url, '-o', dir, '--dialect', dialect, '--timeout', '1s', '--sessions', '2', '--every', '10ms']);
  await server.stop();
  assert.equal(played.code, 1, `${mode}: ${played.err}`);
  assert.match(played.err, sentence);
  assert.equal(checkAccounts(dir, short).failed, 2);
}

// A stream of one long line costs its length, not its square.
{
  const server = await app('long-line');
  const dir = join(work, 'long-line');
  const began = Date.now();
  const played = await stretto(['play', short, server.url, '-o', dir, '--dialect', dialect, '--timeout', '10s', '--sessions', '1']);
  await server.stop();
  assert.equal(played.code, 0, played.err);
  assert.ok(Date.now() - began < 20_000, `48 MB took ${Date.now() - began} ms`);
}

const nobody = await play('http://127.0.0.1:1', join(work, 'never'), ['--sessions', '1']);
assert.equal(nobody.code, 2);
assert.match(nobody.err, /the script needs APP_PASSWORD, APP_USER, and nothing says their values: set them in the environment, or give --users-file with columns of these names/);
const ragged = join(work, 'ragged.csv');
writeFileSync(ragged, 'APP_USER,APP_PASSWORD\nann\n');
const torn = await play('http://127.0.0.1:1', join(work, 'never'), ['--sessions', '1', '--users-file', ragged]);
assert.equal(torn.code, 1);
assert.match(torn.err, /ragged\.csv:2: 1 value where the first line names 2 columns/);
const two = await play('http://127.0.0.1:1', join(work, 'never'), ['--sessions', '2', '--trace', join(work, 'x')]);
assert.equal(two.code, 2);
assert.match(two.err, /--trace writes down one session: use it with --sessions 1/);
