/* What a pointer, or the keyboard, is told of what it rests on.
 *
 * stretto.tip.show(content, x, y)   at a point of the window; content: text (its lines kept), or a
 *                                   node.  Read out to those who cannot see it
 * stretto.tip.hide()                Escape does, too */
{
  const box = stretto.el('div', { class: 'tip', role: 'status', hidden: true });
  document.body.append(box);

  // Beside the point, on the side where there is room.
  function place(x, y) {
    const { width, height } = box.getBoundingClientRect();
    const left = x + 16 + width < innerWidth ? x + 16 : Math.max(8, x - 16 - width);
    const top = y + 20 + height < innerHeight ? y + 20 : Math.max(8, y - 12 - height);
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  }

  stretto.tip = {
    show(content, x, y) {
      box.hidden = false;
      if (typeof content !== 'string') box.replaceChildren(content);
      else if (box.textContent !== content) box.textContent = content;
      place(x, y);
    },
    hide() {
      box.hidden = true;
    },
  };

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') stretto.tip.hide();
  });
  document.addEventListener('scroll', stretto.tip.hide, { passive: true, capture: true });
}
