/* Small tools of all that draws.
 *
 * stretto.el('td', {class: 'name'}, 'text', node)   an element; strings become text, never HTML
 * stretto.button(text, act, {title: 'Why'})         one that acts when it is pressed
 * stretto.fitCanvas(panel, heightOf)    gives panel.canvas the width that panel.figure has on the page, that
 *                           height, and all pixels of the screen: panel.width, height (CSS pixels), ratio
 * stretto.whenResized(host, panels, act)    when the panels are no longer as wide as they were fitted
 * stretto.duration(ms)      "850 us", "12.3 ms", "4.56 s", "2 m 05 s": as core/units.c writes it
 * stretto.number(n)         12,345
 */
stretto.el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

stretto.button = (text, act, attributes = {}) => {
  const button = stretto.el('button', { type: 'button', ...attributes }, text);
  button.addEventListener('click', act);
  return button;
};

{
  const widthOf = ({ figure }) => Math.floor(figure.clientWidth);

  stretto.fitCanvas = (panel, heightOf) => {
    const { canvas } = panel;
    panel.ratio = devicePixelRatio;
    panel.width = widthOf(panel);
    panel.height = heightOf(panel.width);
    canvas.style.height = `${panel.height}px`;
    const [width, height] = [panel.width, panel.height].map((side) => Math.round(side * panel.ratio));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  };

  stretto.whenResized = (host, panels, act) => {
    const isStale = (panel) => panel.width !== widthOf(panel) || panel.ratio !== devicePixelRatio;
    new ResizeObserver(() => panels.some(isStale) && act()).observe(host);
  };
}

stretto.duration = (ms) => {
  const short = (number) => String(Number(number.toPrecision(3)));
  const two = (number) => String(number).padStart(2, '0');
  const s = Math.floor(ms / 1000);
  if (ms < 1) return `${Math.round(ms * 1000)} us`;
  if (ms < 999.5) return `${short(ms)} ms`;
  if (s < 60) return `${short(ms / 1000)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} m ${two(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} m`;
};

// Not toLocaleString(): its tables take the browser a good while to load.
stretto.number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
