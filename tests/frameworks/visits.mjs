// Real apps of real frameworks: how each is started, and what a person does there.  Each act waits for
// what it changes, so a recording ends with everything answered.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const apps = fileURLToPath(new URL('apps/', import.meta.url));
const csv = { name: 'points.csv', mimeType: 'text/csv', buffer: Buffer.from('x,y\n1,2\n2,3\n3,5\n') };
const python = (file) => (port) => ['python', apps + file, String(port)];

async function fill(page, box, text) {
  await box.fill(text);
  await box.press('Enter');
}

// A slider by the keyboard: each press is an event of its own.
async function press(page, slider, times) {
  await slider.focus();
  for (let i = 0; i < times; i++) await page.keyboard.press('ArrowRight');
}

const streamlit = {
  start: (port) => ['streamlit', 'run', apps + 'streamlit_app.py', '--server.port', String(port),
    '--server.headless', 'true', '--server.address', '127.0.0.1', '--browser.gatherUsageStats', 'false'],
  async visit(page, look) {
    await page.getByText('10 numbers for somebody').waitFor();
    await look();
    await press(page, page.getByRole('slider'), 2);
    await page.getByText('12 numbers for somebody').waitFor();
    await look();
    await fill(page, page.getByRole('textbox'), 'Ada');
    await page.getByText('12 numbers for Ada').waitFor();
    await look();
    await page.getByRole('button', { name: 'Greet' }).click();
    await page.getByText('Hello, Ada!').waitFor();
    await look();
    await page.locator('input[type=file]').setInputFiles(csv);
    await page.getByText('points.csv has 3 rows').waitFor();
    await look();
  },
};

const dash = {
  start: python('dash_app.py'),
  async visit(page, look) {
    await page.locator('#plot .js-plotly-plot path.js-line').first().waitFor();
    await look();
    await press(page, page.getByRole('slider').first(), 1);
    await page.getByText('100', { exact: true }).first().waitFor();
    await look();
    await fill(page, page.locator('#name'), 'Ada');
    await page.locator('#greet').click();
    await page.getByText('Hello, Ada, for the 1th time').waitFor();
    await look();
    await page.locator('#file input[type=file]').setInputFiles(csv);
    await page.getByText('4 lines').waitFor();
    await look();
    await page.locator('#think').click();
    await page.getByText('thought 1').waitFor();
    await look();
  },
};

const gradio = {
  start: python('gradio_app.py'),
  async visit(page, look) {
    await page.getByText('81', { exact: true }).first().waitFor();
    await look();
    await page.locator('input[type=range]').click({ position: { x: 20, y: 5 } });
    await page.getByText('81', { exact: true }).first().waitFor({ state: 'detached' });
    await look();
    await fill(page, page.getByLabel('Name'), 'Ada');
    await page.getByRole('button', { name: 'Greet' }).click();
    await page.waitForFunction(() => [...document.querySelectorAll('textarea')]
      .some((box) => box.value === 'Hello, Ada!'));
    await look();
    await page.locator('input[type=file]').last().setInputFiles(csv);
    await page.waitForFunction(() => [...document.querySelectorAll('textarea')]
      .some((box) => box.value === '4 lines'));
    await look();
  },
};

const bokeh = {
  start: (port) => ['bokeh', 'serve', apps + 'bokeh_app.py', '--port', String(port),
    '--address', '127.0.0.1', '--allow-websocket-origin', `127.0.0.1:${port}`],
  path: '/bokeh_app',
  async visit(page, look) {
    await page.getByRole('button', { name: 'Greet' }).waitFor();
    await look();
    await page.locator('.noUi-handle').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('11', { exact: true }).first().waitFor();
    await look();
    await fill(page, page.locator('input[type=text]'), 'Ada');
    await page.getByRole('button', { name: 'Greet' }).click();
    await page.getByText('Hello, Ada!').waitFor();
    await look();
  },
};

// Panel keeps what it shows in shadow trees.
const rows = (count) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...e.shadowRoot ? all(e.shadowRoot) : []]);
  return all(document).filter((e) => e.classList.contains('tabulator-row')).length === count;
};

const panel = {
  start: (port) => ['panel', 'serve', apps + 'panel_app.py', '--port', String(port),
    '--address', '127.0.0.1', '--allow-websocket-origin', `127.0.0.1:${port}`],
  path: '/panel_app',
  async visit(page, look) {
    await page.locator('.tabulator-row').first().waitFor();
    await look();
    await page.locator('.noUi-handle').focus();
    for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(rows, 3);
    await look();
    await fill(page, page.locator('input[type=text]').first(), 'Ada');
    await page.getByRole('button', { name: 'Greet' }).click();
    await page.getByText('Hello, Ada!').waitFor();
    await look();
    await page.locator('input[type=file]').setInputFiles(csv);
    await page.getByText('4 lines').waitFor();
    await look();
  },
};

const shiny = {
  start: (port) => ['shiny', 'run', '--port', String(port), apps + 'shiny_app.py'],
  async visit(page, look) {
    await page.getByText('81', { exact: true }).first().waitFor();
    await look();
    await page.locator('.irs-line').click({ position: { x: 100, y: 5 } });
    await page.waitForFunction(() => document.querySelectorAll('#squares tr').length > 12);
    await look();
    await fill(page, page.locator('#name'), 'Ada');
    await page.locator('#greet').click();
    await page.getByText('Hello, Ada!').waitFor();
    await look();
    await page.locator('#file').setInputFiles(csv);
    await page.getByText('4 lines').waitFor();
    await look();
    const coming = page.waitForEvent('download');
    await page.locator('#take').click();
    await (await coming).path();
    await look();
  },
};

export const frameworks = { streamlit, dash, gradio, bokeh, panel, shiny };

// The program and its arguments, out of a virtual environment.
export function command(name, environment, port) {
  const [program, ...args] = frameworks[name].start(port);
  return [join(environment, 'bin', program), args];
}
