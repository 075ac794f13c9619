// A person at a Shiny app, in a real Chromium: what the click scripts here share.
// playwright-core is found where the browser tests have it.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tests/e2e/package.json', import.meta.url));
const { chromium } = require('playwright-core');

// Opens the app, lets `visit` use it, and leaves.
export async function visitApp(url, visit) {
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

  async function download(selector) {
    const coming = page.waitForEvent('download');
    await page.click(selector);
    await (await coming).path();
    await look();
  }

  await page.goto(url);
  await visit({ page, look, openTab, act, download });
  await page.close();
  await browser.close();
}
