// Clicks through the whales sample as a person would, in a real Chromium, with pauses to look.
//
//     node whales_clicks.mjs URL [PACE]
//
// PACE stretches the pauses: 1 (the default) gives the 40 s of the shipped script, 0.05 a quick test.
import { chromium } from 'playwright-core';

const [url, pace = '1'] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
const look = (seconds) => page.waitForTimeout(1000 * seconds * Number(pace));

// Does something and waits until this output shows something else and the app is idle again.
async function act(what, output) {
  const before = await page.locator(output).innerHTML();
  await what();
  await page.waitForFunction(
    ([selector, old]) => document.querySelector(selector).innerHTML !== old
      && document.querySelector('#status').dataset.state === 'idle',
    [output, before], { timeout: 60000 });
}

async function choose(selector, value) {
  await page.locator(selector).fill(String(value));
  await page.locator(selector).blur();
}

await page.goto(url);
await page.locator('#p_all img').waitFor();
await look(5);
await act(() => page.click('#tab-whales'), '#p_top');
await look(5);
await act(() => page.click('#tab-byhour'), '#p_top_h');
await look(5);
await act(() => page.click('#tab-detail'), '#p_one');
await look(5);
await act(() => page.locator('#who').selectOption({ index: 1 }), '#p_one');
await look(5);
await act(() => choose('#top_n', 8), '#who');
await look(4);
const lastDay = await page.locator('#day').getAttribute('max');
await act(() => choose('#day', lastDay), '#p_one');
await look(5);
await act(() => page.click('#tab-traffic'), '#p_all');
await look(5);
await page.close();
await browser.close();
