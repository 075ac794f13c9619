// report.html in a real browser, from disk: it shows what it should, to everyone, and asks nobody.
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { assert, join, run, source, stretto, work } from './lib.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

async function makeRun(name, ...args) {
  const dir = join(work, name);
  const made = await run('python3', [join(source, 'tests/analyzer/make_run.py'), '-o', dir, '--phases', ...args]);
  assert.equal(made.code, 0, made.err);
  return dir;
}

async function report(name, ...operands) {
  const dir = join(work, name);
  const made = await stretto(['analyze', ...operands, '-o', dir, '--files', 'report']);
  assert.ok(made.code === 0 || operands.includes('--fail-if'), made.err);
  return join(dir, 'report.html');
}

// Opens it; whatever it complains of or asks for is kept.
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.stack));
  page.on('dialog', (dialog) => said.push(`a dialog: ${dialog.message()}`));
  page.on('request', (request) => asked.push(request.url()));
  const url = pathToFileURL(file).href;
  await page.goto(url);
  if (options.javaScriptEnabled !== false) await page.waitForSelector('html[data-state="ready"]');
  const close = async () => {
    assert.deepEqual(said, [], 'the console is not empty');
    assert.deepEqual(asked.filter((each) => each !== url && !each.startsWith('data:')), [], 'it asked the network');
    await context.close();
  };
  return { page, close };
}

const textOf = (page, selector) => page.$$eval(selector, (all) => all.map((each) => each.textContent.trim()));
const column = (page, table, number) => textOf(page, `${table} tbody tr > :nth-child(${number})`);
const values = (page, table, number) =>
  page.$$eval(`${table} tbody tr > :nth-child(${number}) data`, (all) => all.map((each) => Number(each.value)));
const rising = (list) => list.every((value, i) => !i || list[i - 1] <= value);
const falling = (list) => rising([...list].reverse());
const header = (page, table, name) => page.locator(`${table} thead`).getByRole('button', { name, exact: true });

const sync = await makeRun('sync', '--sessions', '60', '--fail', '9');
const async2 = await makeRun('async2', '--build', 'async2', '--sessions', '60');
const file = await report('report', `sync=${sync}`, `async2=${async2}`, '--fail-if', 'page_load.p95 > 1ms',
  '--fail-if', 'failed.rate > 90%');

// What stands on it.
{
  const { page, close } = await open(file);
  assert.match(await page.title(), /^sync and async2/);
  assert.ok((await textOf(page, '.foot td')).includes(sync), 'where a run comes from');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content');
  assert.match(policy, /default-src 'none'/);
  assert.ok(!policy.includes('unsafe'), policy);
  assert.deepEqual(await page.$$eval('[id]', (all) => all.map((each) => each.id).filter((id, i, ids) => ids.indexOf(id) !== i)),
    [], 'an id that is there twice');
  const levels = await page.$$eval('h1, h2, h3, h4', (all) => all.map((each) => Number(each.tagName[1])));
  assert.ok(levels.every((level, i) => !i || level <= levels[i - 1] + 1), 'a heading of a level is missing');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it is wider than the window');
  await close();
}

// Tables: sorted by a click and by the keyboard, filtered, paged; never all rows at once.
{
  const { page, close } = await open(file);
  const table = '#table-sessions';
  assert.ok(falling(await values(page, table, 5)), 'the slowest are not first');
  assert.equal((await column(page, table, 1)).length, 25);
  await header(page, table, 'Took').click();
  assert.ok(rising(await values(page, table, 5)));
  assert.equal(await page.locator(`${table} th[aria-sort="ascending"]`).textContent(), 'Took');
  await header(page, table, 'Session').focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.locator(`${table} th[aria-sort="descending"]`).textContent(), 'Session');

  const controls = page.getByRole('group', { name: 'Choose sessions' });
  await controls.getByLabel('Build').selectOption('async2');
  assert.deepEqual([...new Set(await column(page, table, 3))], ['async2']);
  assert.match(await controls.locator('output').textContent(), /1–25 of 60 sessions/);
  await controls.getByLabel('Next sessions').click();
  assert.match(await controls.locator('output').textContent(), /26–50 of 60 sessions/);
  await controls.getByLabel('Build').selectOption('');
  await controls.getByLabel('Filter sessions').fill('failed sync');
  assert.match(await controls.locator('output').textContent(), /of 6 sessions/);
  assert.ok((await column(page, table, 9)).every((ended) => ended.startsWith('failed')));
  await controls.getByLabel('Filter sessions').fill('nothing is called so');
  assert.equal(await controls.locator('output').textContent(), 'No sessions match');

  assert.ok(falling(await values(page, '#table-steps', 6)), 'the slowest steps are not first');
  await header(page, '#table-steps', 'p95').click();
  assert.ok(rising(await values(page, '#table-steps', 6)));
  await page.getByLabel('Filter steps').fill('homepage');
  assert.ok((await column(page, '#table-steps', 2)).every((kind) => kind === 'homepage'));
  assert.equal((await column(page, '#table-steps', 1)).length, 2, 'the homepage of both builds');
  assert.equal((await values(page, '#table-failures', 5)).reduce((a, b) => a + b), 6);
  await close();
}

// Pictures tell what the pointer rests on, and the keyboard; Escape puts it away.
{
  const { page, close } = await open(file);
  const tip = page.locator('.tip');
  const told = page.locator('.picture [data-tip]');
  if (await told.count()) {
    await told.first().scrollIntoViewIfNeeded();
    await told.first().focus();
    assert.equal(await tip.textContent(), await told.first().getAttribute('data-tip'));
    await page.keyboard.press('Escape');
    assert.ok(await tip.isHidden());
    await page.keyboard.press('ArrowRight');
    assert.equal(await tip.textContent(), await told.nth(1).getAttribute('data-tip'));
    assert.equal(await page.locator('.picture title').count(), 0, 'the browser would tell it a second time');
  }
  await close();
}

// Dark and light: as the system has it, until the switch says otherwise, which holds.
const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
{
  const light = await open(file, { colorScheme: 'light' });
  const white = await ground(light.page);
  await light.page.getByRole('button', { name: 'Switch to dark colours' }).click();
  const black = await ground(light.page);
  assert.equal(white, 'rgb(255, 255, 255)');
  assert.notEqual(black, white);
  await light.page.reload();
  await light.page.waitForSelector('html[data-state="ready"]');
  assert.equal(await ground(light.page), black, 'the choice is forgotten');
  await light.page.emulateMedia({ media: 'print' });
  assert.equal(await ground(light.page), white, 'paper is white');
  await light.close();
  const dark = await open(file, { colorScheme: 'dark' });
  assert.equal(await ground(dark.page), black);
  // Every colour of the pictures has one for the dark.
  assert.deepEqual(await dark.page.$$eval('.picture [fill], .picture [stroke]', (all) => [...new Set(all
    .flatMap((each) => ['fill', 'stroke'].map((name) => [name, each.getAttribute(name), getComputedStyle(each)[name]]))
    .filter(([, told]) => /^#(1f2933|52606d|3b3b3b|ffffff|e4e7eb)$/.test(told))
    .filter(([, told, shown]) => shown === `rgb(${told.match(/\w\w/g).map((hex) => parseInt(hex, 16)).join(', ')})`)
    .map(([name, told]) => `${name} ${told}`))]), []);
  await dark.close();
}

// Nothing that a screen reader or a keyboard stumbles over.
for (const how of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { viewport: { width: 400, height: 800 } }]) {
  const { page, close } = await open(file, { ...how, bypassCSP: true });
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 3).map((node) => [node.html.slice(0, 200), node.failureSummary]) })), []);
  await close();
}

// Without scripts there is the verdict, the numbers and the pictures.
{
  const { page, close } = await open(file, { javaScriptEnabled: false });
  const told = await textOf(page, '.checks .said');
  assert.ok(told.some((text) => text.includes('Broken') && text.includes('sync')), told.join('\n'));
  assert.ok((await textOf(page, '.findings .said')).some((text) => text.includes('sync')));
  assert.match((await textOf(page, '#numbers tbody')).join(' '), /Page load/);
  assert.ok((await column(page, '#table-steps', 1)).length > 60, 'all steps are in the page');
  assert.ok(await page.locator('figure svg').count() >= 5);
  assert.ok(await page.locator('#chart-sessions svg').isVisible());
  assert.ok(await page.locator('#theme').isHidden(), 'a switch that does nothing');
  await close();
}

// Paper, and a telephone.
{
  const { page, close } = await open(file);
  await page.emulateMedia({ media: 'print' });
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 20000);
  await close();
  const narrow = await open(file, { viewport: { width: 400, height: 800 } });
  assert.ok(await narrow.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it is wider than a telephone');
  await narrow.close();
}

// What an app says is text, whatever it says: labels, reasons, builds.
{
  const hostile = '</script><img src=x onerror=alert(1)><!--<script>\u202e\u{1f40b}"\'&amp;\u0007';
  const shown = hostile.replace('\u0007', ' ');
  const dir = join(work, 'hostile');
  cpSync(sync, dir, { recursive: true });
  const recording = join(dir, 'recording.log');
  writeFileSync(recording, readFileSync(recording, 'utf8').replaceAll('/lib-0/file.css',
    JSON.stringify(`/${hostile}`).slice(1, -1)));
  for (const name of readdirSync(join(dir, 'sessions'))) {
    const csv = join(dir, 'sessions', name);
    writeFileSync(csv, readFileSync(csv, 'utf8').replace(/(PLAYBACK_FAIL,[\d.]+,\d+,)[^\n]*/g,
      (_, head) => `${head}"${hostile.replaceAll('"', '""')}"`));
  }
  const { page, close } = await open(await report('hostile-report', `${hostile}=${dir}`, `plain=${async2}`));
  assert.ok((await textOf(page, 'h1'))[0].startsWith(shown.trim().slice(0, 40)));
  assert.ok((await column(page, '#table-failures', 1))[0].includes('<img src=x onerror=alert(1)>'));
  await page.getByLabel('Filter sessions').fill('failed onerror');
  assert.ok((await column(page, '#table-sessions', 9))[0].includes('<img src=x onerror=alert(1)>'));
  await page.getByLabel('Filter steps').fill('get onerror');
  assert.ok((await column(page, '#table-steps', 1)).some((label) => label.includes('<img src=x onerror=alert(1)>')));
  assert.equal(await page.locator('img').count(), 0);
  await close();
}

await browser.close();
