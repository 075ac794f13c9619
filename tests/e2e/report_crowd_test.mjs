// The crowd in report.html, in a real browser: every session's pixels, what a pointer and the keyboard are told,
// a session beside the script, the run again.  All figures are counted from the run's own rows.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { assert, join, rows, run, source, steps, stretto, work } from './lib.mjs';

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

async function makeRun(name, ...args) {
  const dir = join(work, name);
  const made = await run('python3', [join(source, 'tests/analyzer/make_run.py'), '-o', dir, ...args]);
  assert.equal(made.code, 0, made.err);
  return dir;
}

async function report(name, ...operands) {
  const dir = join(work, name);
  const made = await stretto(['analyze', ...operands, '-o', dir, '--files', 'report', '--charts', 'throughput']);
  assert.equal(made.code, 0, made.err);
  return join(dir, 'report.html');
}

// A page of it, whose console must stay empty.
async function open(file, { hash = '', clock, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, colorScheme: 'light', ...options });
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.stack));
  if (clock) {
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1000);
  }
  await page.goto(pathToFileURL(file).href + hash);
  while (clock && !(await page.locator('html[data-state]').count())) await page.clock.runFor(50);
  await page.waitForSelector('html[data-state="ready"]');
  const close = async () => {
    assert.deepEqual(said, []);
    await context.close();
  };
  return { page, close };
}

// A run as its rows tell it: sessions with their waits [{kind, line, start, end, open}], in milliseconds since
// the first of them began.
function tell(dir) {
  const kindOf = ({ type }) => ({ REQ_HOME: 'home', REQ_GET: 'asset', WS_RECV: 'calc', WS_OPEN: 'start', WS_RECV_INIT: 'start' })[type];
  const script = steps(join(dir, 'recording.log'));
  const sessions = new Map();
  for (const { session: id, user, event, time, line } of rows(dir)) {
    const session = sessions.get(id) ?? sessions.set(id, { id, user, outcome: 'unfinished', start: Infinity, end: 0, waits: new Map() }).get(id);
    session.end = Math.max(session.end, time);
    if (event === 'PLAYBACK_DONE') session.outcome = 'done';
    if (event === 'PLAYBACK_FAIL') session.outcome = 'failed';
    if (event.endsWith('_START')) session.start = Math.min(session.start, time);
    const at = script.findIndex((step) => step.line === line);
    if (at < 0 || !kindOf(script[at]) || !/_(START|END)$/.test(event)) continue;
    // Receives behind each other are one calculation.
    let first = at;
    while (script[at].type === 'WS_RECV' && script[first - 1].type === 'WS_RECV') first--;
    const key = script[first].line;
    const wait = session.waits.get(key) ?? session.waits.set(key, { kind: kindOf(script[at]), line: key, start: time, end: 0, open: 0 }).get(key);
    if (event.endsWith('_START')) {
      wait.start = Math.min(wait.start, time);
      wait.open++;
    } else {
      wait.end = Math.max(wait.end, time);
      wait.open--;
    }
  }
  const list = [...sessions.values()].sort((a, b) => a.start - b.start);
  const zero = list[0].start;
  for (const session of list) {
    session.waits = [...session.waits.values()].map((wait) => (
      { ...wait, start: wait.start - zero, end: (wait.open ? session.end : wait.end) - zero, open: wait.open > 0 }));
    session.start -= zero;
    session.end -= zero;
  }
  return list;
}

// How long it waited: times in which several waits run side by side count once.
function waited({ waits }, until = Infinity) {
  let covered = 0;
  let sum = 0;
  for (const { start, end } of [...waits].sort((a, b) => a.start - b.start)) {
    sum += Math.max(0, Math.min(end, until) - Math.max(start, covered));
    covered = Math.max(covered, Math.min(end, until));
  }
  return sum;
}

const kinds = { home: 'homepage', asset: 'scripts and styles', start: 'session start', calc: 'calculation' };
const light = { home: [200, 16, 46], asset: [244, 163, 184], start: [47, 168, 116], calc: [63, 132, 207], life: [237, 240, 244] };
const close = (a, b, by) => Math.abs(a - b) <= by;
const like = (got, wanted, by = 3) => got.slice(0, 3).every((value, i) => close(value, wanted[i], by));
// "1.9 s", "2 m 05 s" in milliseconds.
const milliseconds = (text) => [...text.matchAll(/([\d.]+) (us|ms|s|m|h)\b/g)]
  .reduce((sum, [, n, unit]) => sum + n * { us: 0.001, ms: 1, s: 1000, m: 60000, h: 3600000 }[unit], 0);

const sync = await makeRun('sync', '--sessions', '20', '--every', '2', '--fail', '7', '--stop', '1', '--untrusted', '20-26');
const async2 = await makeRun('async2', '--build', 'async2', '--sessions', '20', '--every', '2', '--phases');
const told = { sync: tell(sync), async2: tell(async2) };
const file = await report('report', `sync=${sync}`, `async2=${async2}`);
const spanOf = (lists) => Math.max(...lists.flat().map(({ end }) => end)) * 1.02;

// Where a time and a row lie on a build's canvas, in its own pixels from the left top.
async function placesOn(page, number, rowCount, span) {
  const [box, margin, foot] = await page.evaluate(async (n) => {
    // A tip goes when the page scrolls: so all of that is over first.
    document.querySelectorAll('.gantt canvas')[n].scrollIntoView({ block: 'center', behavior: 'instant' });
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const { width, height } = document.querySelectorAll('.gantt canvas')[n].getBoundingClientRect();
    const { margin } = stretto.ganttPaint;
    return [{ width, height }, margin, document.querySelector('input[value=aligned]').checked ? margin.foot : 0];
  }, number);
  const width = Math.floor(Math.floor(box.width) - margin.left - margin.right);
  const height = box.height - margin.top - margin.bottom - foot;
  return { x: (ms) => margin.left + ms / span * width, y: (row) => margin.top + height * (1 - (row + 0.5) / rowCount), pixel: span / width };
}
const pixelsOf = (page, number, points) => page.evaluate(([n, list]) => {
  const canvas = document.querySelectorAll('.gantt canvas')[n];
  const ratio = devicePixelRatio;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  return list.map(([x, y]) => [...copy.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data]);
}, [number, points]);
const canvasOf = (page, number) => page.locator('.gantt canvas').nth(number);
const tip = async (page) => (await page.locator('.tip').innerText()).split('\n');
const setSlider = (page, ms) => page.locator('.replay-bar input').evaluate((slider, value) => {
  slider.value = value;
  slider.dispatchEvent(new Event('input'));
  return Number(slider.value);
}, ms);
// The moving line must not lie over what is looked at.
const clearCursor = (page) => setSlider(page, 0);
// What is hatched or has a sign is looked at by itself.
const isPlain = (session, wait, place) => !wait.open && wait.end - wait.start > 4 * place.pixel && !(wait.end > 19000 && wait.start < 27000)
  && wait.start > 3 * place.pixel;

async function checkPixels(page, number, list, colours) {
  const place = await placesOn(page, number, 20, spanOf(Object.values(told)));
  const wanted = list.flatMap((session, row) => session.waits.filter((wait) => isPlain(session, wait, place))
    .map((wait) => ({ wait, point: [place.x((wait.start + Math.min(wait.end, wait.start + 4 * place.pixel)) / 2), place.y(row)] })));
  const first = list.flatMap((session) => session.waits);
  assert.ok(wanted.length > 30, `${wanted.length} of ${first.length} waits are wide enough`);
  const got = await pixelsOf(page, number, wanted.map(({ point }) => point));
  wanted.forEach(({ wait }, i) => {
    const beside = list.some(({ waits }) => waits.includes(wait) && waits.some((other) => other !== wait && other.kind !== wait.kind
      && other.start < wait.end && other.end > wait.start));
    assert.ok(beside || like(got[i], colours[wait.kind]), `line ${wait.line} at ${wait.start}: ${got[i]} is not ${wait.kind}`);
  });
}

// Every wait has its colour where it belongs, in all densities of pixels.
for (const deviceScaleFactor of [1, 2]) {
  const { page, close: done } = await open(file, { deviceScaleFactor });
  assert.equal(await page.locator('.gantt canvas').count(), 2);
  await clearCursor(page);
  await checkPixels(page, 0, told.sync, light);
  await checkPixels(page, 1, told.async2, light);

  // Nobody there, somebody who thinks.
  const place = await placesOn(page, 1, 20, spanOf(Object.values(told)));
  const calm = told.async2[10].waits.find((wait, i, all) => all[i + 1]?.start - wait.end > 1500);
  const [gone, thinks] = await pixelsOf(page, 1, [[place.x(told.async2[10].start / 2), place.y(10)], [place.x(calm.end + 700), place.y(10)]]);
  assert.ok(!like(gone, light.life, 1) || gone[3] === 0);
  assert.ok(like(thinks, light.life), String(thinks));
  await done();
}

// What is not to be read like the rest looks unlike it: no answer, a failure, a late player.
{
  const { page, close: done } = await open(file);
  await clearCursor(page);
  const place = await placesOn(page, 0, 20, spanOf(Object.values(told)));
  const row = told.sync.findIndex(({ outcome }) => outcome === 'failed');
  const failed = told.sync[row];
  const cut = failed.waits.find(({ open: isOpen }) => isOpen);
  const across = Array.from({ length: 12 }, (_, i) => [place.x(cut.start) + 3 + i, place.y(row)]);
  const shades = new Set((await pixelsOf(page, 0, across)).map((rgb) => rgb.slice(0, 3).join()));
  assert.ok(shades.size >= 2, 'it is not hatched');
  assert.ok(!shades.has(light.calc.join()), 'it looks like an answer');
  const [sign] = await pixelsOf(page, 0, [[place.x(failed.end), place.y(row)]]);
  assert.ok(sign[0] < 120 && sign[1] < 120 && sign[2] < 140, `no sign where it failed: ${sign}`);
  const [veiled, clear] = await pixelsOf(page, 0, [[place.x(22000), place.y(19.2)], [place.x(30000), place.y(19.2)]]);
  assert.notDeepEqual(veiled, clear, 'the late player does not show');
  const legend = await page.locator('.crowd-legend').innerText();
  for (const word of ['homepage', 'calculation', 'no answer came', 'failed here', 'unfinished', 'the player was late']) assert.ok(legend.includes(word), word);
  await done();
}

// The pointer is told the step, the session, its user, how long and when; the click shows it beside the script.
{
  const { page, close: done } = await open(file);
  const place = await placesOn(page, 0, 20, spanOf(Object.values(told)));
  for (const row of [0, 5, 11, 17]) {
    const session = told.sync[row];
    const wait = session.waits.filter(({ kind, open: isOpen }) => kind === 'calc' && !isOpen).sort((a, b) => b.end - b.start - a.end + a.start)[0];
    await canvasOf(page, 0).hover({ position: { x: place.x((wait.start + wait.end) / 2), y: place.y(row) } });
    const lines = await tip(page);
    const active = told.sync.filter(({ start, end }) => start <= (wait.start + wait.end) / 2 && (wait.start + wait.end) / 2 < end).length;
    assert.match(lines[0], /^Updated|^Set|plot|table/);
    assert.ok(lines[1].startsWith(kinds.calc), lines[1]);
    assert.ok(close(milliseconds(lines[1]), wait.end - wait.start, 6), `${lines[1]}: ${wait.end - wait.start}`);
    assert.ok(lines[2].startsWith(`at 0:${String(Math.floor(wait.start / 1000)).padStart(2, '0')}`) || wait.start >= 60000, lines[2]);
    assert.ok(lines.includes(`session ${session.id}, user ${session.user}`), String(lines));
    assert.ok(lines.some((line) => close(Number(/^(\d+) sessions active/.exec(line)?.[1] ?? NaN), active, 1)), `${lines}: ${active}`);
  }
  await page.mouse.move(5, 5);
  assert.ok(await page.locator('.tip').isHidden());

  const session = told.sync[11];
  await canvasOf(page, 0).click({ position: { x: place.x(session.start + 100), y: place.y(11) } });
  await checkSession(page, 'sync', session);
  assert.ok(page.url().endsWith(`#session=sync/${session.id}`), page.url());
  await done();
}

// Of the dialog that is open: whose it is, and each number in it.
async function checkSession(page, label, session) {
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByRole('heading').innerText(), `${label}: session ${session.id}`);
  const about = await dialog.locator('.session-about').innerText();
  assert.ok(about.includes(`User ${session.user}`) && about.includes(session.outcome), about);
  const [, total, alone] = /waited (.*) in total; .* alone waits (.*)\./.exec(about);
  assert.ok(close(milliseconds(total), waited(session), 60), `${about}: ${waited(session)}`);
  assert.ok(milliseconds(alone) > 3000 && milliseconds(alone) < 6000, alone); // eight calculations of 0.47 s
  const table = await dialog.locator('tbody tr').evaluateAll((all) => all.map((tr) => [...tr.children].map((td) => td.textContent)));
  const script = steps(join(label === 'sync' ? sync : async2, 'recording.log')).map(({ line }) => line);
  const bySteps = [...session.waits].sort((a, b) => a.start - b.start || script.indexOf(a.line) - script.indexOf(b.line));
  bySteps.forEach((wait, i) => {
    const own = table[i][4];
    assert.ok(close(milliseconds(own), wait.end - wait.start, Math.max(0.11, 0.006 * (wait.end - wait.start))), `${table[i]}: ${wait.end - wait.start}`);
    assert.equal(own.includes('no answer'), wait.open);
    const difference = milliseconds(table[i][5]) * (table[i][5].startsWith('\u2212') ? -1 : 1);
    assert.ok(close(milliseconds(own) - milliseconds(table[i][3]), difference, Math.max(1, 0.02 * milliseconds(own))), String(table[i]));
  });
  assert.equal(table.filter((row) => row[4] === 'not reached').length, table.length - session.waits.length);
  return table;
}

// The same by keyboard alone; the focus comes back to where it was.
{
  const { page, close: done } = await open(file);
  await canvasOf(page, 0).focus();
  const status = page.locator('.gantt-said');
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowRight']) await page.keyboard.press(key);
  const third = told.sync[2];
  assert.match(await status.innerText(), new RegExp(`^session ${third.id}, user ${third.user}: homepage \u2068Homepage\u2069, .*, at 0:04$`));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('End');
  const last = told.sync.at(-1);
  assert.ok((await status.innerText()).startsWith(`session ${last.id}, user ${last.user}: `), await status.innerText());
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const table = await checkSession(page, 'sync', told.sync[0]);
  const dialog = page.getByRole('dialog');

  // By difference, the largest first; and back.
  const differences = async () => (await dialog.locator('tbody tr').evaluateAll((all) => all.map((tr) => tr.children[5].textContent)))
    .filter(Boolean).map((text) => milliseconds(text) * (text.startsWith('\u2212') ? -1 : 1));
  await dialog.getByRole('button', { name: 'Difference' }).focus();
  await page.keyboard.press('Enter');
  const sorted = await differences();
  assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
  assert.equal(sorted.length, table.length);
  await dialog.getByRole('button', { name: '#' }).press('Enter');
  assert.equal(await dialog.locator('tbody tr td').first().innerText(), '1');

  await dialog.getByRole('button', { name: 'Next' }).press('Enter');
  await checkSession(page, 'sync', told.sync[1]);
  await dialog.getByRole('button', { name: 'Slowest' }).press('Enter');
  await checkSession(page, 'sync', [...told.sync].sort((a, b) => waited(b) - waited(a))[0]);
  await page.keyboard.press('Escape');
  assert.ok(await dialog.isHidden());
  assert.ok(!page.url().includes('#session'), page.url());
  assert.equal(await page.evaluate(() => document.activeElement === document.querySelector('.gantt canvas')), true);
  await done();
}

// An address opens its session; a failed one tells why; one that is not there opens nothing.
{
  const failed = told.sync.find(({ outcome }) => outcome === 'failed');
  const { page, close: done } = await open(file, { hash: `#session=sync/${failed.id}` });
  await checkSession(page, 'sync', failed);
  assert.match(await page.locator('.session-about').innerText(), /no answer in 3 s, "plot" is missing/);
  await page.getByRole('button', { name: 'Close this session' }).click();
  await page.evaluate(() => { location.hash = '#session=async2/4'; });
  await checkSession(page, 'async2', told.async2[4]);
  await done();
  const none = await open(file, { hash: '#session=nobody/1' });
  assert.equal(await none.page.getByRole('dialog').count(), 0);
  await none.close();
}

// The slider: at each moment the counts are those of the rows, whichever way it goes.
{
  const { page, close: done } = await open(file);
  const quiet = (ms) => Object.values(told).flat().every(({ start, end, waits }) => [start, end, ...waits.flatMap((wait) => [wait.start, wait.end])]
    .every((edge) => Math.abs(edge - ms) > 0.3));
  for (const wanted of [3000, 21000, 40000, 58000, 33000, 12000, 0.7]) {
    let ms = await setSlider(page, wanted);
    while (!quiet(ms)) ms = await setSlider(page, ms + 50);
    const counts = await page.locator('.replay-count').allInnerTexts();
    const mores = await page.locator('.replay-more').allInnerTexts();
    Object.values(told).forEach((list, i) => {
      const there = list.filter(({ start, end }) => start <= ms && ms < end);
      const current = there.map(({ waits }) => waits.filter(({ start, end }) => start <= ms && ms < end)).filter((all) => all.length);
      const longest = Math.max(0, ...current.map((all) => ms - Math.min(...all.map(({ start }) => start))));
      assert.ok(counts[i].startsWith(`waiting now: ${current.length} of ${there.length}`), `at ${ms}: ${counts[i]}, not ${current.length} of ${there.length}`);
      assert.ok(!current.length || close(milliseconds(counts[i].split('longest')[1]), longest, Math.max(1, 0.006 * longest)), `at ${ms}: ${counts[i]}, not ${longest}`);
      const sum = list.reduce((all, session) => all + (session.start <= ms ? waited(session, ms) : 0), 0);
      assert.ok(close(milliseconds(mores[i].split('together:')[1]), sum, Math.max(1, 0.006 * sum, sum > 60000 ? 1000 : 0)), `at ${ms}: ${mores[i]}, not ${sum}`);
      const ended = list.filter(({ outcome, end }) => outcome === 'done' && end <= ms).length;
      assert.ok(ended ? mores[i].includes(`${ended} done`) : !mores[i].includes('done'), mores[i]);
    });
    const text = await page.locator('.replay-bar input').getAttribute('aria-valuetext');
    assert.match(text, /^\d+:\d\d\. sync: .*\. async2: /);
  }

  // The keyboard moves it; the line on the Gantt chart goes with it.
  const place = await placesOn(page, 0, 20, spanOf(Object.values(told)));
  await setSlider(page, 30000);
  await page.locator('.replay-bar input').press('ArrowRight');
  const now = await page.locator('.replay-bar input').evaluate((slider) => Number(slider.value));
  assert.ok(now > 30000 && now < 30200, String(now));
  await page.evaluate(() => new Promise(requestAnimationFrame));
  const [line] = await pixelsOf(page, 0, [[place.x(now) - 0.5, place.y(19.3)]]);
  assert.ok(like(line, [11, 92, 173], 40), String(line));

  // Who stands there can be asked: the first place is taken by the first session.
  await setSlider(page, 3000);
  await page.locator('.replay').scrollIntoViewIfNeeded();
  await page.locator('.replay canvas').first().hover({ position: { x: 12, y: 12 } });
  const { id, user, waits } = told.sync[0];
  const waitsNow = waits.some(({ start, end }) => start <= 3000 && 3000 < end);
  const [who, what] = await tip(page);
  assert.equal(who, `session ${id}, user ${user}`);
  assert.match(what, waitsNow ? /^calculation, for / : /^nothing to wait for$/);
  await page.locator('.replay canvas').first().click({ position: { x: 12, y: 12 } });
  await checkSession(page, 'sync', told.sync[0]);
  await done();
}

// Play: time goes as fast as asked for, stops at a pause and at the end; nothing moves by itself.
{
  const { page, close: done } = await open(file, { clock: true });
  const now = () => page.locator('.replay-bar input').evaluate((slider) => Number(slider.value));
  const before = await now();
  await page.clock.runFor(2000);
  assert.equal(await now(), before, 'it plays unasked');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.getByLabel('Speed').selectOption('2');
  await page.clock.runFor(5000);
  assert.ok(close(await now(), 10000, 100), `after 5 s at 2x: ${await now()}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  const paused = await now();
  await page.clock.runFor(2000);
  assert.equal(await now(), paused);
  await page.getByLabel('Speed').selectOption('50');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.clock.runFor(4000);
  assert.ok(await now() > spanOf(Object.values(told)) / 1.03);
  assert.equal(await page.getByRole('button', { name: 'Play' }).count(), 1);
  await done();
}

// Who asked for less motion sees steps.
{
  const { page, close: done } = await open(file, { clock: true, reducedMotion: 'reduce' });
  const slider = page.locator('.replay-bar input');
  const seen = new Set();
  await page.getByLabel('Speed').selectOption('1');
  await page.getByRole('button', { name: 'Play' }).click();
  for (let i = 0; i < 30; i++) {
    await page.clock.runFor(100);
    seen.add(await slider.evaluate((one) => one.value));
  }
  assert.ok(seen.size >= 3 && seen.size <= 5, `${seen.size} pictures in 3 s`);
  await done();
}

// Other orders: from their own start the shortest are at the bottom, the mark and the script are there.
{
  const { page, close: done } = await open(file);
  assert.equal(await page.locator('input[value=users]').count(), 0, 'no user plays twice');
  await page.getByLabel('From each one').check({ force: true });
  const byLength = [...told.sync].sort((a, b) => a.end - a.start - b.end + b.start);
  const span = Math.max(...Object.values(told).flat().map(({ start, end }) => end - start)) * 1.02;
  const place = await placesOn(page, 0, 20, span);
  for (const row of [0, 19, 9]) {
    const session = byLength[row];
    await canvasOf(page, 0).hover({ position: { x: place.x((session.end - session.start) * 0.6), y: place.y(row) } });
    assert.ok((await tip(page)).includes(`session ${session.id}, user ${session.user}`), `row ${row}: ${await tip(page)}`);
  }
  const [mark] = await pixelsOf(page, 0, [[place.x(10000), place.y(19.45)]]);
  assert.ok(like(mark, [232, 177, 0], 12), String(mark));
  await done();
}

// Users who play again have a row each.
{
  const dir = await makeRun('users', '--build', 'async2', '--sessions', '9', '--every', '30');
  for (const name of readdirSync(join(dir, 'sessions'))) {
    const path = join(dir, 'sessions', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^(\d+),\d+,0,/gm, (_, id) => `${id},${id % 3},${Math.floor(id / 3)},`));
  }
  const list = tell(dir);
  const { page, close: done } = await open(await report('by-user', `users=${dir}`));
  await page.getByLabel('By user').check({ force: true });
  const place = await placesOn(page, 0, 3, spanOf([list]));
  for (const { id, user, start, end } of list) {
    await canvasOf(page, 0).hover({ position: { x: place.x((start + end) / 2), y: place.y(user) } });
    assert.ok((await tip(page)).includes(`session ${id}, user ${user}`), `session ${id}: ${await tip(page)}`);
  }
  await done();
}

// Zoom: by a frame, by the wheel, by the keyboard; and back to all.
{
  const { page, close: done } = await open(file);
  const canvas = canvasOf(page, 0);
  const place = await placesOn(page, 0, 20, spanOf(Object.values(told)));
  const box = await canvas.boundingBox();
  const under = async (x, y) => {
    await canvas.hover({ position: { x, y } });
    return /session (\d+)/.exec((await tip(page)).join(' '))?.[1];
  };
  const corner = [place.x(0) + 3, place.y(19)];
  assert.equal(await under(...corner), String(told.sync[19].id));
  await page.mouse.move(box.x + place.x(5000), box.y + place.y(7.5));
  await page.mouse.down();
  await page.mouse.move(box.x + place.x(12000), box.y + place.y(3.5), { steps: 3 });
  await page.mouse.up();
  assert.ok(await page.getByRole('dialog').count() === 0, 'a drag is no click');
  assert.equal(await under(...corner), String(told.sync[7].id));
  assert.equal(await under(place.x(0) + 3, place.y(0)), String(told.sync[4].id));
  await canvas.focus();
  await page.keyboard.press('Escape');
  assert.equal(await under(...corner), String(told.sync[19].id));

  const middle = { x: place.x(30000), y: place.y(10) };
  await canvas.hover({ position: middle });
  await page.keyboard.down('Control');
  for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  assert.equal(await under(middle.x, middle.y), String(told.sync[10].id), 'what lies under the wheel stays there');
  assert.notEqual(await under(...corner), String(told.sync[19].id));
  await canvas.dblclick({ position: middle });
  assert.equal(await under(...corner), String(told.sync[19].id));
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  assert.notEqual(await under(...corner), String(told.sync[19].id));
  await page.getByRole('button', { name: 'Show all' }).click();
  assert.equal(await under(...corner), String(told.sync[19].id));
  await done();
}

// A finger: the first tap tells, the second opens.
{
  const { page, close: done } = await open(file, { hasTouch: true });
  const place = await placesOn(page, 1, 20, spanOf(Object.values(told)));
  const session = told.async2[8];
  const tap = () => canvasOf(page, 1).tap({ position: { x: place.x(session.start + 1000), y: place.y(8) } });
  await tap();
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.ok((await page.locator('.gantt-said').innerText()).startsWith(`session ${session.id}, `));
  await tap();
  await checkSession(page, 'async2', session);
  await done();
}

// Dark redraws, paper is light and without the replay, a narrow window stacks the builds.
{
  const { page, close: done } = await open(file);
  await clearCursor(page);
  const place = await placesOn(page, 0, 20, spanOf(Object.values(told)));
  const wait = told.sync[17].waits.filter(({ kind, start }) => kind === 'calc' && start > 40000).sort((a, b) => b.end - b.start - a.end + a.start)[0];
  const look = async () => (await pixelsOf(page, 0, [[place.x((wait.start + wait.end) / 2), place.y(17)]]))[0];
  assert.ok(like(await look(), light.calc));
  await page.getByRole('button', { name: /dark/i }).click();
  assert.ok(like(await look(), [92, 159, 230]), `dark: ${await look()}`);
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.ok(like(await look(), light.calc), 'on paper');
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.ok(like(await look(), [92, 159, 230]), 'dark again');
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('.replay').isHidden());
  assert.ok(await canvasOf(page, 0).isVisible());
  await page.emulateMedia({ media: 'screen' });
  const tops = () => page.locator('.gantt canvas').evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top)));
  assert.equal(new Set(await tops()).size, 1);
  await page.setViewportSize({ width: 400, height: 900 });
  await page.waitForFunction(() => document.querySelector('.gantt canvas').width < 400);
  assert.equal(new Set(await tops()).size, 2);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it is wider than the window');
  await done();
}

await browser.close();
