// Visits an app as its person would, in a real Chromium:   node visit.mjs FRAMEWORK URL
import { createRequire } from 'node:module';
import { frameworks } from './visits.mjs';

const require = createRequire(new URL('../e2e/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [name, url] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
await page.goto(url);
await frameworks[name].visit(page, () => page.waitForTimeout(500));
await page.close();
await browser.close();
