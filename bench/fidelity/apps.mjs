// The apps that a browser and the player are compared on.
//
// start() gives { record, compare, stop }: the URL that is recorded and the one that both visit; they
// differ where the app has become another since.  act(page, url) is what the person does there;
// groups, the requests that a click makes, which are one wait: from the first asked to the last
// answered.
//
// An app has processors of its own (APP_CORES; scripts/bench gives the others to whoever visits it): a
// browser that paints would slow the app on a small machine, and the player would not.
import { assert, bin, join, run, serve, source, work } from '../../tests/e2e/lib.mjs';
import { clickThrough } from '../../tests/e2e/whales_clicks.mjs';

const ROWS = 20000;
const PACE = 0.05; // of the 5 s that a person looks at each tab

// A first burst of requests ends where nothing is asked for 1 s: the first click comes after that.
const LOOK_MS = 1200;
const BETWEEN_MS = 150;

async function clickPage(page, url) {
  const shows = (text) => page.waitForFunction((want) => document.querySelector('#said').textContent === want, text);
  await page.goto(url);
  await shows('ready');
  await page.waitForTimeout(LOOK_MS);
  for (const id of ['#chain', '#many', '#post']) {
    await page.click(id);
    await shows(`done ${id}`);
    await page.waitForTimeout(BETWEEN_MS);
  }
}

const groups = {
  'three requests in a chain': /^\/api\/chain\//,
  'eight requests at once': /^\/api\/many\//,
  'a POST of 20 kB': /^\/api\/post$/,
};

export const appCores = ['taskset', '-c', process.env.APP_CORES];
const pinned = (...command) => serve(appCores[0], [...appCores.slice(1), ...command]);
const plain = (...args) => pinned(process.execPath, join(source, 'bench/fidelity/app.mjs'), ...args);

async function whalesApp(build) {
  const logs = join(work, 'logs');
  const made = await run(join(source, 'scripts/whales-logs'), [logs, String(ROWS), bin]);
  assert.equal(made.code, 0, made.err);
  const app = await pinned(join(bin, `whales-${build}`), '--logs', logs);
  return { record: app.url, compare: app.url, stop: app.stop };
}

async function samePage(...args) {
  const app = await plain(...args);
  return { record: app.url, compare: app.url, stop: app.stop };
}

async function otherPage() {
  const before = await plain('1', '1');
  const now = await plain('2', '3');
  return { record: before.url, compare: now.url, stop: () => Promise.all([before.stop(), now.stop()]) };
}

async function tlsPage() {
  const pem = join(work, 'fidelity');
  const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', `${pem}.key`, '-out', `${pem}.crt`, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']);
  assert.equal(made.code, 0, made.err);
  const app = await samePage('1', '1', `${pem}.key`, `${pem}.crt`);
  return { ...app, trust: ['--cacert', `${pem}.crt`] };
}

const whale = (page, url) => clickThrough(page, url, PACE);
export const apps = {
  sync: { title: 'whales, sync build, ms', start: () => whalesApp('sync'), act: whale, groups: {} },
  async: { title: 'whales, async build, ms', start: () => whalesApp('async'), act: whale, groups: {} },
  page: { title: 'a page with slow files, ms', start: () => samePage('1', '1'), act: clickPage, groups },
  other: { title: 'the same, slow elsewhere, ms', start: otherPage, act: clickPage, groups },
  tls: { title: 'the same, over TLS, ms', start: tlsPage, act: clickPage, groups },
};
