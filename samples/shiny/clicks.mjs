// Clicks through samples/shiny/app.R as a person would:   node clicks.mjs URL
import { visitApp } from './person.mjs';

await visitApp(process.argv[2], async ({ page, look, openTab, act, download }) => {
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
  await download('#csv');
});
