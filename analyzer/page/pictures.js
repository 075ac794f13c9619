/* The pictures that C has drawn: what carries a <title> tells it to the pointer and the keyboard.
 * A picture is one stop of the Tab key; the arrows go from one thing in it to the next. */
{
  const tipped = (svg) => [...svg.querySelectorAll('[data-tip]')];

  function point(element) {
    const box = element.getBoundingClientRect();
    stretto.tip.show(element.dataset.tip, box.left + box.width / 2, box.top + box.height / 2);
  }

  // The browser's own bubble would come on top of ours, later.
  function takeTitles(svg) {
    for (const title of svg.querySelectorAll(':scope g > title, :scope path > title, :scope rect > title')) {
      title.parentNode.dataset.tip = title.textContent;
      title.parentNode.setAttribute('aria-label', title.textContent);
      title.parentNode.setAttribute('role', 'img');
      title.remove();
    }
    const name = svg.querySelector(':scope > title');
    if (name) {
      svg.setAttribute('aria-label', name.textContent);
      name.remove();
    }
  }

  function move(svg, from, key) {
    const all = tipped(svg);
    const at = all.indexOf(from);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
    if (to === undefined || !all[to]) return to !== undefined;
    from.tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
    return true;
  }

  for (const svg of document.querySelectorAll('.picture svg')) {
    takeTitles(svg);
    const all = tipped(svg);
    if (!all.length) continue;
    svg.setAttribute('role', 'group');
    all.forEach((element, i) => { element.tabIndex = i ? -1 : 0; });
    svg.addEventListener('pointermove', (event) => {
      const element = event.target.closest('[data-tip]');
      if (element) stretto.tip.show(element.dataset.tip, event.clientX, event.clientY);
      else stretto.tip.hide();
    });
    svg.addEventListener('pointerleave', () => stretto.tip.hide());
    svg.addEventListener('focusin', (event) => point(event.target));
    svg.addEventListener('focusout', () => stretto.tip.hide());
    svg.addEventListener('keydown', (event) => {
      if (event.target.dataset.tip && move(svg, event.target, event.key)) event.preventDefault();
    });
  }
}
