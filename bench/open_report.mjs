// How long a browser takes to open a report.html, until all of it is drawn, and how large it is.
//
//     node bench/open_report.mjs REPORT [TIMES]
//
// Prints one line: the median of TIMES openings (5) in milliseconds, each in a browser that has not
// seen it, and the file's size in MB.
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { launch } from '../tests/e2e/whales_clicks.mjs';

const [file, times = '5'] = process.argv.slice(2);

async function open() {
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-state="ready"]');
  const ms = await page.evaluate(() => performance.getEntriesByName('stretto-ready')[0].startTime);
  await browser.close();
  return ms;
}

const all = [];
for (let i = 0; i < Number(times); i++) all.push(await open());
all.sort((a, b) => a - b);
console.log(`${Math.round(all[all.length >> 1])} ms ${(statSync(file).size / 1e6).toFixed(1)} MB`);
