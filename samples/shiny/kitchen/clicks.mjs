// Clicks through samples/shiny/kitchen/app.R as a person would:   node clicks.mjs URL
import { visitApp } from '../person.mjs';

// What a recorder might take for its own placeholder, and what breaks lines, strings and plain UTF-16.
const awkward = ['${SESSION}', 'one\u2028two', 'say "so", it\\\'s', 'a fugue \u{1D11E} \u{1F40B}'];

await visitApp(process.argv[2], async ({ page, look, openTab, act, download }) => {
  await page.locator('#typed').waitFor();
  await look();
  for (const text of awkward)
    await act(() => page.fill('#typed', text), '#said');

  await openTab('Table');
  await page.locator('#t_quakes tbody tr').first().waitFor();
  await look();
  await act(() => page.locator('#t_quakes .paginate_button.next').click(), '#t_quakes tbody');
  await act(() => page.locator('#t_quakes thead th').nth(3).click(), '#t_quakes tbody');
  await act(() => page.locator('#t_quakes tbody tr').nth(2).click(), '#t_chosen');

  await openTab('Search');
  await look();
  await page.locator('.selectize-input').click();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('1234', { delay: 60 });
  await page.locator('.selectize-dropdown .option', { hasText: 'word-1234' }).waitFor();
  await act(() => page.locator('.selectize-dropdown .option', { hasText: 'word-1234' }).click(),
    '#t_word');

  await openTab('Dynamic');
  await act(() => page.click('#more'), '#u_fields');
  await act(() => page.click('#more'), '#u_fields');
  await act(() => page.click('#less'), '#place');
  await page.click('#tab_more');
  await page.locator('a[data-value="Extra 1"]').waitFor();

  await openTab('Messages');
  await page.click('#notify');
  await page.locator('.shiny-notification').waitFor();
  await page.click('#ask');
  await page.locator('#sure').click();
  await page.locator('#sure').waitFor({ state: 'detached' });
  await act(() => page.click('#work'), '#t_done');

  await openTab('Files');
  await look();
  await act(() => page.locator('#files').setInputFiles(['one', 'two'].map((name) => ({
    name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`${name}\n`.repeat(1000)),
  }))), '#t_files');
  await download('#take');
});
