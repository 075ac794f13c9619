// Load shapes against an app that writes down what it saw: stages, a mix, data tables, limits.
import { createServer } from 'node:http';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { assert, join, rows, runJson, stretto, work } from './lib.mjs';

const seen = [];
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { pathname, searchParams } = new URL(request.url, 'http://app');
    seen.push({ path: pathname, query: searchParams, header: request.headers['x-who'], body: Buffer.concat(chunks).toString() });
    response.writeHead(pathname === '/bad' ? 500 : 200, { 'Content-Type': 'text/html' }).end('<html></html>');
  });
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const url = `http://127.0.0.1:${server.address().port}`;

// A script of our own: a page, then what a user does so many milliseconds later.
const at = (ms) => new Date(Date.UTC(2026, 10, 21) + ms).toISOString();
const script = (name, steps, head = []) => {
  const path = join(work, name);
  const lines = steps.map(({ ms, ...step }) => JSON.stringify({ status: 200, begin: at(ms), end: at(ms), ...step }));
  writeFileSync(path, ['# version: 2', `# target_url: ${url}`, ...head, ...lines, ''].join('\n'));
  return path;
};
const page = (path) => ({ ms: 0, type: 'REQ_HOME', url: path });
const get = (ms, path) => ({ ms, type: 'REQ_GET', url: path });
const short = script('short.log', [page('/short')]);
const thinking = script('thinking.log', [page('/thinking'), get(1200, '/thought')]);

let runs = 0;
const play = async (...args) => {
  const dir = join(work, `run-${runs++}`);
  seen.length = 0;
  const played = await stretto(['play', ...args, '-o', dir, '--processes', '2']);
  return { ...played, dir, json: existsSync(dir) ? runJson(dir) : null };
};
const created = (dir) => rows(dir).filter((row) => row.event === 'PLAYER_SESSION_CREATE');
// Milliseconds since time zero of the run, as the rows have them.
const since = (run, row) => row.time - run.json.zero_wall_us / 1000;
const near = (a, b) => Math.abs(a - b) < 0.01;

// Stages of users: four play, then two; whoever plays too much ends its session and begins no other.
{
  const run = await play(thinking, url, '--think', '0.1', '--stage', '0s:4', '--stage', '1s:4', '--stage', '0s:2', '--stage', '1s:2');
  assert.equal(run.code, 0, run.err);
  const { json } = run;
  assert.equal(json.planned, json.done);
  const begun = created(run.dir);
  assert.deepEqual([...new Set(begun.map((row) => row.user))].sort(), [0, 1, 2, 3]);
  assert.ok(begun.filter((row) => row.user > 1).every((row) => since(run, row) < 1000), 'a user of the first stage alone played on');
  assert.ok(begun.some((row) => row.user < 2 && since(run, row) > 1000), 'nobody played in the second stage');
  assert.ok(begun.every((row) => since(run, row) < 2000), 'a session began behind the last stage');
  let playing = 0;
  for (const row of rows(run.dir).sort((a, b) => a.time - b.time)) {
    playing += row.event === 'PLAYER_SESSION_CREATE' ? 1 : row.event === 'PLAYBACK_DONE' ? -1 : 0;
    assert.ok(playing <= 4, 'more users at once than the stage says');
  }
  assert.equal(seen.filter(({ path }) => path === '/thought').length, json.done);
  assert.deepEqual(json.schedule.stages.map(({ users }) => users), [4, 4, 2, 2]);
}

// A user whose stage falls and rises again comes back.
{
  const run = await play(short, url, '--stage', '0s:2', '--stage', '300ms:2', '--stage', '0s:1', '--stage', '300ms:1', '--stage', '0s:2',
    '--stage', '300ms:2', '--max-rate', '200');
  assert.equal(run.code, 0, run.err);
  const second = created(run.dir).filter((row) => row.user === 1).map((row) => since(run, row));
  assert.ok(second.some((ms) => ms < 300) && second.some((ms) => ms >= 600));
  assert.ok(second.every((ms) => ms < 300 || ms >= 600), 'user 1 played while the stage had one user');
  assert.equal(new Set(created(run.dir).map((row) => row.session)).size, run.json.planned, 'a session number was given twice');
}

// Stages of sessions per time: each session starts when the rate says.
{
  const run = await play(short, url, '--stage', '0s:40/s', '--stage', '500ms:40/s', '--stage', '500ms:0/s');
  assert.equal(run.code, 0, run.err);
  assert.equal(run.json.done, 30);
  assert.equal(seen.length, 30);
  const starts = created(run.dir).sort((a, b) => a.session - b.session).map((row) => since(run, row));
  starts.slice(0, 20).forEach((ms, i) => assert.ok(near(ms, i * 25), `session ${i} started at ${ms}`));
  assert.ok(starts.at(-1) > 900 - 200 && starts.at(-1) < 1000);
}

// By chance, but the same chance for the same seed: as planned, so played.
{
  const args = [short, url, '--sessions', '30', '--every', '20ms', '--arrivals', 'poisson', '--processes', '2'];
  const plan = async (seed) => (await stretto(['play', ...args, '--plan-only', '--seed', seed])).out;
  const planned = await plan('7');
  assert.equal(planned, await plan('7'));
  assert.notEqual(planned, await plan('8'));
  const lines = planned.trimEnd().split('\n').filter((line) => !line.startsWith('#'));
  assert.equal(lines.shift(), 'session,user,start,process,script,data_row,source');
  const run = await play(...args, '--seed', '7');
  assert.equal(run.code, 0, run.err);
  assert.equal(run.json.seed, 7);
  const starts = created(run.dir).sort((a, b) => a.session - b.session).map((row) => since(run, row));
  assert.equal(lines.length, 30);
  lines.forEach((line, i) => assert.ok(near(Number(line.split(',')[2]) * 1000, starts[i]), `${line}: started at ${starts[i]}`));
  assert.ok(new Set(starts.map((ms, i) => Math.round(ms - (starts[i - 1] ?? 0)))).size > 5, 'the gaps are all alike');
}

// A plan asks nobody: its app need not be there, and no directory is made.
{
  const dir = join(work, 'only-planned');
  const asked = seen.length;
  const plan = await stretto(['play', short, 'http://nowhere.invalid', '--users', '3', '--for', '1m', '--plan-only', '-o', dir, '--source', '127.0.0.2-127.0.0.3']);
  assert.equal(plan.code, 0, plan.err);
  assert.match(plan.out, /^# 3 users by/m);
  assert.match(plan.out, /^1,1,[\d.]+,\d,.*short\.log,,127\.0\.0\.3$/m);
  assert.ok(!existsSync(dir) && seen.length === asked);
}

// The same seed makes the same values, and the same think times.
{
  const made = script('made.log', [page('/made?id=${ID}'), get(1200, '/thought')],
    ['# value: {"name":"ID","kind":"minted","alphabet":"0-9a-z","shape":"????????????"}']);
  const gaps = (dir) => {
    const all = rows(dir);
    const of = (session, event) => all.find((row) => row.session === session && row.event === event).time;
    return created(dir).map(({ session }) => [session, of(session, 'REQ_GET_START') - of(session, 'REQ_HOME_END')]).sort((a, b) => a[0] - b[0]);
  };
  const ids = () => seen.filter(({ path }) => path === '/made').map(({ query }) => query.get('id')).sort();
  const args = [made, url, '--sessions', '10', '--every', '0', '--think', '0.2*lognormal:0.5'];
  const first = await play(...args, '--seed', '5');
  const firstIds = ids();
  const second = await play(...args, '--seed', '5');
  assert.equal(first.code + second.code, 0, first.err + second.err);
  assert.deepEqual(ids(), firstIds);
  assert.equal(new Set(firstIds).size, 10);
  const [one, other] = [gaps(first.dir), gaps(second.dir)];
  one.forEach(([session, ms], i) => assert.ok(Math.abs(ms - other[i][1]) < 0.01, `session ${session} thought ${ms} ms, then ${other[i][1]}`));
  assert.equal(new Set(one.map(([, ms]) => Math.round(ms))).size > 5, true, 'all thought alike');
  assert.equal(first.json.schedule.think_drawn, '0.2*lognormal:0.5');
  await play(...args, '--seed', '6');
  assert.notDeepEqual(ids(), firstIds);
}

// A mix: exact shares, a whole run a script, every session accounted for in its script and in all.
{
  const browse = script('browse.log', [page('/browse')]);
  const buy = script('buy.log', [page('/buy'), get(150, '/bought')]);
  const args = ['--script', `${browse}:3`, '--script', buy, url, '--sessions', '40', '--every', '5ms'];
  const run = await play(...args);
  assert.equal(run.code, 0, run.err);
  assert.match(run.err, /of browse, 30 sessions: 30 done, 0 failed, 0 lost/);
  assert.equal(seen.filter(({ path }) => path === '/browse').length, 30);
  assert.equal(seen.filter(({ path }) => path === '/bought').length, 10);
  assert.deepEqual(run.json.mix, ['browse', 'buy']);
  assert.equal(run.json.planned, 40);
  const numbers = [];
  for (const [name, count, path] of [['browse', 30, browse], ['buy', 10, buy]]) {
    const part = join(run.dir, name);
    const json = runJson(part);
    assert.deepEqual([json.planned, json.done, json.failed, json.lost], [count, count, 0, 0]);
    assert.equal(readFileSync(join(part, 'recording.log'), 'utf8'), readFileSync(path, 'utf8'));
    assert.equal(readFileSync(join(part, 'audit.csv'), 'utf8'), readFileSync(join(run.dir, 'audit.csv'), 'utf8'));
    assert.equal(rows(part).filter((row) => row.event === 'PLAYBACK_DONE').length, count);
    numbers.push(...created(part).map((row) => row.session));
  }
  assert.deepEqual(numbers.sort((a, b) => a - b), [...Array(40).keys()]);
  const again = await stretto(['play', ...args, '-o', run.dir]);
  assert.equal(again.code, 1);
  assert.match(again.err, /exists already/);
  writeFileSync(join(run.dir, 'buy', 'notes.txt'), 'mine');
  const over = await stretto(['play', short, url, '--sessions', '1', '--overwrite', '-o', run.dir]);
  assert.equal(over.code, 0, over.err);
  assert.ok(!existsSync(join(run.dir, 'browse')) && statSync(join(run.dir, 'buy', 'notes.txt')).size === 4);
  assert.equal(runJson(run.dir).mix, undefined);
}

// A table: what each user types into a search box, in a query, in a JSON body, in a form, in a header.
{
  const table = join(work, 'words.csv');
  const words = ['tea & cake', 'a "quoted" \\ word', 'größe/100%'];
  writeFileSync(table, `q,n\n${words.map((word, i) => `"${word.replaceAll('"', '""')}",${i + 10}`).join('\n')}\n`);
  writeFileSync(join(work, 'json.body'), '{"find":"${data:q}","n":${data:n}}');
  writeFileSync(join(work, 'form.body'), 'find=${data:q}&n=${data:n}');
  const post = (name, type) => ({ ms: 10, type: 'REQ_POST', url: '/post', datafile: name, expand: true, headers: [`Content-Type: ${type}`] });
  const search = script('search.log', [{ ...page('/find?q=${data:q}'), headers: ['X-Who: ${data:n}'] },
    post('json.body', 'application/json'), post('form.body', 'application/x-www-form-urlencoded')]);
  const check = (run, times) => {
    assert.equal(run.code, 0, run.err);
    assert.deepEqual(seen.filter(({ path }) => path === '/find').map(({ query, header }) => `${query.get('q')} ${header}`).sort(),
      words.flatMap((word, i) => Array(times[i]).fill(`${word} ${i + 10}`)).sort());
    for (const [i, word] of words.entries()) {
      const bodies = seen.map(({ body }) => body);
      assert.equal(bodies.filter((body) => body.startsWith('{') && JSON.parse(body).find === word && JSON.parse(body).n === i + 10).length, times[i]);
      assert.equal(bodies.filter((body) => new URLSearchParams(body).get('find') === word).length, times[i]);
    }
  };
  check(await play(search, url, '--sessions', '7', '--every', '0', '--data', table), [3, 2, 2]);
  const users = await play(search, url, '--stage', '0s:2', '--stage', '300ms:2', '--data', table, '--max-rate', '100');
  check(users, [0, 1].map((user) => created(users.dir).filter((row) => row.user === user).length).concat(0));
  const run = await play(search, url, '--stage', '0s:2', '--stage', '300ms:2', '--data', table, '--data-by', 'session', '--max-rate', '100');
  check(run, [0, 1, 2].map((row) => created(run.dir).filter(({ session }) => session % 3 === row).length));
  assert.deepEqual(run.json.data.map(({ rows: count }) => count), [3]);
  const missing = await play(search, url, '--sessions', '1');
  assert.equal(missing.code, 2);
  assert.match(missing.err, /needs the data columns n, q: give --data FILE\.csv/);
  assert.equal(seen.length, 0);
}

// --max-rate: held, not late, and said.
{
  const run = await play(short, url, '--sessions', '30', '--every', '0', '--max-rate', '50');
  assert.equal(run.code, 0, run.err);
  const starts = rows(run.dir).filter((row) => row.event === 'REQ_HOME_START').map((row) => row.time).sort((a, b) => a - b);
  starts.slice(10).forEach((time, i) => assert.ok(time - starts[i] > 10 * 20 - 21, 'more than 50 a second'));
  assert.ok(run.json.held.count >= 28 && run.json.held.sum_us > 28 * 150000, JSON.stringify(run.json.held));
  assert.ok(run.json.lateness_us.p50 < run.json.held.sum_us / run.json.held.count / 2, 'what was held is no lateness');
  assert.match(run.err, /\d+ requests and sends were held by --max-rate 50, by/);
}

// --abort-after: by number, by share, by time; every session is done, failed or not started.
{
  const bad = script('bad.log', [page('/bad')]);
  const limits = [[bad, '10', '10', /sessions failed, and --abort-after is 10/], [bad, '5ms', '10%', /--abort-after is 10%/],
    [thinking, '5ms', '500ms', /500 ms have passed/]];
  for (const [what, every, limit, why] of limits) {
    const run = await play(what, url, '--sessions', '3000', '--every', every.endsWith('s') ? every : `${every}ms`, '--abort-after', limit);
    assert.equal(run.code, 1);
    assert.equal(run.json.state, 'aborted');
    assert.match(run.json.aborted, why);
    assert.match(run.err, why);
    const { planned, done, failed, lost, not_started: not } = run.json;
    assert.equal(planned, done + failed + lost);
    assert.equal(planned + not, 3000);
    assert.ok(not > 1000 && failed > 0, `${failed} failed, ${not} not started`);
    assert.equal(rows(run.dir).filter((row) => row.event === 'PLAYBACK_FAIL').length, failed);
  }
}
server.close();
