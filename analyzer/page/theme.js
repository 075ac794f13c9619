/* Dark or light: what the system says, until the reader says otherwise; remembered where the
 * browser lets a page remember (from disk it may not).
 *
 * stretto.colour('--calc')    a colour of page.css as it is now: "rgb(...)", for a canvas
 * document 'stretto:theme'    an event: colours have changed */
{
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const probe = document.createElement('span');
  let known = new Map();

  const remembered = () => {
    try {
      return localStorage.getItem('stretto-theme');
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem('stretto-theme', theme);
    } catch { /* the choice holds as long as the page is open */ }
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);

  function changed() {
    known = new Map();
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to ${isDark() ? 'light' : 'dark'} colours`);
    document.dispatchEvent(new Event('stretto:theme'));
  }

  stretto.colour = (name) => {
    if (!known.has(name)) {
      probe.style.color = `var(${name})`;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  };

  probe.hidden = true;
  document.body.append(probe);
  const before = remembered();
  if (before === 'dark' || before === 'light') root.dataset.theme = before;
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    changed();
  });
  system.addEventListener('change', changed);
  // Paper is light, for canvases too.
  let kept;
  addEventListener('beforeprint', () => {
    kept = root.dataset.theme;
    root.dataset.theme = 'light';
    changed();
  });
  addEventListener('afterprint', () => {
    if (kept) root.dataset.theme = kept;
    else delete root.dataset.theme;
    changed();
  });
  changed();
}
