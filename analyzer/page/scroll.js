/* What is wider than its place can be scrolled by the keyboard, and says what it is. */
{
  const settle = () => {
    const boxes = [...document.querySelectorAll('.scroll, .picture')];
    const isWide = boxes.map((box) => box.scrollWidth > box.clientWidth); // all of them before anything changes
    for (const [i, box] of boxes.entries()) {
      const name = box.querySelector('caption')?.textContent ?? box.parentNode.querySelector('h3')?.textContent;
      const wide = isWide[i];
      const wanted = { tabindex: '0', role: 'region', 'aria-label': name ?? '' };
      for (const [attribute, value] of Object.entries(wanted)) {
        if (wide) box.setAttribute(attribute, value);
        else box.removeAttribute(attribute);
      }
    }
  };
  addEventListener('resize', settle);
  stretto.ready.then(settle, settle);
}
