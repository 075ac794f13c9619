// Clicks through the whales sample as a person would, in a real Chromium, with pauses to look.
//
//     node whales_clicks.mjs URL [PACE]
//
// PACE stretches the pauses: 1 (the default) gives the 40 s of the shipped script, 0.05 a quick test.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const viewport = { width: 1200, height: 900 };
export const launch = (...more) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
});

// Does something and waits until this output shows something else and the app is idle again.
async function act(page, what, output) {
  const before = await page.locator(output).innerHTML();
  await what();
  await page.waitForFunction(
    ([selector, old]) => document.querySelector(selector).innerHTML !== old
      && document.querySelector('#status').dataset.state === 'idle',
    [output, before], { timeout: 60000 });
}

async function choose(page, selector, value) {
  await page.locator(selector).fill(String(value));
  await page.locator(selector).blur();
}

export async function clickThrough(page, url, pace) {
  const look = (seconds) => page.waitForTimeout(1000 * seconds * pace);
  await page.goto(url);
  await page.locator('#p_all img').waitFor();
  await look(5);
  await act(page, () => page.click('#tab-whales'), '#p_top');
  await look(5);
  await act(page, () => page.click('#tab-byhour'), '#p_top_h');
  await look(5);
  await act(page, () => page.click('#tab-detail'), '#p_one');
  await look(5);
  await act(page, () => page.locator('#who').selectOption({ index: 1 }), '#p_one');
  await look(5);
  await act(page, () => choose(page, '#top_n', 8), '#who');
  await look(4);
  const lastDay = await page.locator('#day').getAttribute('max');
  await act(page, () => choose(page, '#day', lastDay), '#p_one');
  await look(5);
  await act(page, () => page.click('#tab-traffic'), '#p_all');
  await look(5);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url, pace = '1'] = process.argv.slice(2);
  const browser = await launch();
  const page = await browser.newPage({ viewport });
  await clickThrough(page, url, Number(pace));
  await page.close();
  await browser.close();
}
