// The analyzer's advice against apps whose truth is known: it names the parse of a day's log as what
// holds everybody up in whales-sync, says that async2 keeps up, and says nothing of two plays of one app.
//
// The load is what this machine bears: sessions come half as fast again as one thread can serve them,
// which two can.  A neighbour who takes processors meanwhile makes async2 fall behind for good reason: then
// it is played once more, with fewer.  One who takes so many that the player itself is late leaves nothing
// to judge the app by: that is played again, and at last only the warning is asked for.
import { readFileSync } from 'node:fs';
import { assert, join, releaseBin, run, source, whales, work } from './lib.mjs';

const script = join(source, 'samples/whales/session.log');
// So many that loading a day, not the plots, is most of what a session costs.
const rows = 250000;
const sessions = 30;

async function play(url, name, everyMs, count = sessions) {
  const dir = join(work, name);
  const played = await run(join(releaseBin, 'stretto'), ['play', script, url, '--sessions', String(count),
    '--every', `${everyMs}ms`, '--think', '0.05', '-o', dir, '--overwrite']);
  assert.equal(played.code, 0, played.err);
  return dir;
}

// What a session costs one thread, in milliseconds of processor time.
async function measure() {
  const server = await whales('sync', rows, releaseBin);
  await play(server.url, 'alone', 0, 9);
  const [, , , , , , , , , , , , , user, system] = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(' ');
  const { out: hertz } = await run('getconf', ['CLK_TCK']);
  await server.stop();
  return (Number(user) + Number(system)) * 1000 / Number(hertz) / 9;
}

async function playBuild(build, everyMs) {
  const server = await whales(build, rows, releaseBin);
  const dir = await play(server.url, build, everyMs);
  await server.stop();
  return dir;
}

// Both at the same time, against one server: so that a neighbour disturbs both alike.
async function playTwins(everyMs) {
  const server = await whales('async2', rows, releaseBin);
  const dirs = await Promise.all(['twin', 'other-twin'].map((name) => play(server.url, name, everyMs)));
  await server.stop();
  return dirs;
}

async function findings(...runs) {
  const dir = join(work, 'report');
  const analyzed = await run(join(releaseBin, 'stretto'), ['analyze', ...runs, '-o', dir, '--overwrite', '--charts', 'sessions',
    '--files', 'summary']);
  assert.equal(analyzed.code, 0, analyzed.err);
  return JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8')).findings;
}

const told = (list) => list.map(({ key, text }) => `${key}: ${text}`).join('\n');
const about = (list, build, key) => list.filter((one) => one.build === build && one.key === key);

const late = (list) => list.some(({ key }) => key === 'player-late');

// What `judge` asks of the findings of runs that the player was in time for.
async function undisturbed(what, play, judge) {
  for (let time = 1; time <= 2; time++) {
    const list = await findings(...await play());
    if (!late(list)) return judge(list);
    console.log(`figure: ${what}: the player was late, time ${time}`);
    assert.equal(list[0].key, 'player-late', told(list));
  }
  console.log(`figure: ${what}: not judged, this machine has too much to do`);
  return undefined;
}

const cost = await measure();
const every = Math.max(20, Math.round(cost / 1.5));
console.log(`figure: a session costs one thread ${cost.toFixed(0)} ms; one comes every ${every} ms`);

function judgeSync(list) {
  const [behind] = about(list, 'sync', 'falls-behind');
  assert.ok(behind, told(list));
  assert.ok(behind.value > every / 1000, behind.text);
  assert.ok(about(list, 'sync', 'one-thread').length, told(list));
  // The two steps for which a day is downloaded and parsed.
  const blockers = about(list, 'sync', 'make-asynchronous').map(({ text }) => text);
  const loads = (text) => text.includes('"Initialize inputs" (line 37)') || text.includes('"Set: day" (line 50)');
  assert.ok(blockers.length && blockers.slice(0, 2).every(loads), told(list));
  console.log(`figure: ${behind.text}\nfigure: ${blockers[0]}`);
}

function judgeBoth(list) {
  assert.ok(about(list, 'async2', 'keeps-up').length, told(list));
  assert.equal(about(list, 'async2', 'make-asynchronous').length, 0, told(list));
  const [page] = about(list, 'async2', 'page-load-differs');
  assert.ok(page && page.weight === 'good' && page.high < 0, told(list));
  console.log(`figure: ${page.text}`);
}

const judgeTwins = (list) =>
  assert.deepEqual(list.filter(({ key }) => key.endsWith('differs') || key === 'steps-differ'), [], told(list));

let sync;
await undisturbed('sync', async () => [`sync=${sync = await playBuild('sync', every)}`], judgeSync);
let slower = 1;
await undisturbed('async2', async () => {
  let async2 = await playBuild('async2', every * slower);
  if (!about(await findings(`async2=${async2}`), 'async2', 'keeps-up').length)
    async2 = await playBuild('async2', every * (slower = 3));
  return [`sync=${sync}`, `async2=${async2}`];
}, judgeBoth);
await undisturbed('twins', async () => (await playTwins(4 * every)).map((dir, i) => `twin${i}=${dir}`), judgeTwins);
