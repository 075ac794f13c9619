// Clicks through samples/shiny/app.R as a person would, in a real Chromium.
//
//     node clicks.mjs URL
//
// playwright-core is found where the browser tests have it.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tests/e2e/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const [url] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
const look = () => page.waitForTimeout(1500);
const openTab = (name) => page.getByRole('tab', { name }).click();

// Does something and waits until this output shows something else and Shiny is idle again.
async function act(what, output) {
  const before = await page.locator(output).innerHTML();
  await what();
  await page.waitForFunction(
    ([selector, old]) => document.querySelector(selector).innerHTML !== old
      && !document.documentElement.classList.contains('shiny-busy'),
    [output, before], { timeout: 60000 });
  await look();
}

await page.goto(url);
await page.locator('#p_depth img').waitFor();
await look();
await act(() => page.locator('.irs-line').click({ position: { x: 250, y: 5 } }), '#p_depth');
await act(() => openTab('Stations'), '#p_station');
await act(() => page.evaluate(() => $('#band')[0].selectize.setValue('large')), '#t_station');
await act(() => page.evaluate(() => $('#station')[0].selectize.setValue('50')), '#t_station');
await openTab('Your own');
await look();
await act(() => page.locator('#file').setInputFiles({
  name: 'points.csv', mimeType: 'text/csv', buffer: Buffer.from('x,y\n1,2\n2,3\n3,5\n4,7\n'),
}), '#p_file');
await act(() => openTab('Take home'), '#t_head');
const download = page.waitForEvent('download');
await page.click('#csv');
await (await download).path();
await look();
await page.close();
await browser.close();
