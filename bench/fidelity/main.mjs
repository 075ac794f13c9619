// The player beside a real Chromium on the same apps: node main.mjs TURNS APP...
//
// A turn: a browser records the app, the browser visits it, the player plays the recording.  The
// browser has a new profile each time, as the player has no cache.  Each turn has a recording of its
// own because a browser is never equally fast twice, and a script keeps that of one visit.  Both
// visits pass a relay, which sees of both the same.
// APP_CORES are the processors of app, relay and recorder; whoever visits has those that this
// program was given.  KEEP=DIR keeps the scripts and what was seen.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bin, join, start, work } from '../../tests/e2e/lib.mjs';
import { launch, viewport } from '../../tests/e2e/whales_clicks.mjs';
import { appCores, apps } from './apps.mjs';
import { compare, tell } from './table.mjs';
import { play, recorded, startRelay, watch } from './visit.mjs';
import { waits } from './waits.mjs';

async function browse(browser, app, url) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const visit = await watch(page);
  await app.act(page, url);
  await context.close();
  return visit;
}

async function record(browser, app, site, script) {
  const recorder = start(appCores[0], [...appCores.slice(1), join(bin, 'stretto'), 'record', site.record,
    '--listen', '127.0.0.1:0', '-o', script, ...(site.trust ?? [])]);
  const [, proxy] = await recorder.line(/open (http:\/\/\S+?)\/? in a browser/);
  await browse(browser, app, `${proxy}/`);
  const { code, err } = await recorder.stop('SIGINT');
  if (code !== 0) throw new Error(`the recorder failed:\n${err}`);
  return script;
}

// For whoever wants to know why: the scripts and every visit.
function keep(name, scripts, seen) {
  const dir = process.env.KEEP;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  scripts.forEach((script) => copyFileSync(script, join(dir, basename(script))));
  writeFileSync(join(dir, `${name}.json`), JSON.stringify(seen));
}

async function measure(browser, name, turns) {
  const app = apps[name];
  const site = await app.start();
  await browse(browser, app, site.compare); // so that none meets a browser or an app that is just starting
  const relay = await startRelay(site.compare, appCores);
  const seen = { page: [], browser: [], script: [], rows: [], player: [] };
  const scripts = [];
  for (let turn = 0; turn < turns; turn++) {
    const script = await record(browser, app, site, join(work, `${name}-${turn}.log`));
    scripts.push(script);
    seen.script.push(recorded(script));
    seen.page.push(await browse(browser, app, relay.url));
    seen.browser.push(await relay.take());
    seen.rows.push(await play(script, relay.url, site.trust ?? []));
    seen.player.push(await relay.take());
  }
  await relay.stop();
  await site.stop();
  keep(name, scripts, seen);
  tell(app.title, compare(app, seen));
}

const [turns, ...names] = process.argv.slice(2);
// An authority that nobody knows must not cost the browser a second connection each.
const browser = await launch('--ignore-certificate-errors');
console.log(`Chromium ${browser.version()}; ${turns} visits each, by turns`);
for (const name of names) await measure(browser, name, Number(turns));
await browser.close();
process.exit(0);
