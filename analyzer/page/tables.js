/* Tables that can be sorted, filtered and paged.
 *
 * stretto.table(table, source)   table: a <table> with a head; its body shows one page of rows.
 *   source.count                 rows
 *   source.value(i, column)      what row i is sorted by: all numbers, or all texts
 *   source.text(i)               what the filter looks in, in small letters
 *   source.build(i)              its build's label, or undefined where there is no choice
 *   source.row(i)                its <tr>
 *   source.sorted                {column, down}: the order at first; else as the source has it
 *
 * What stands in the HTML already (class "sortable") is its own source; data-first is the number of
 * the column whose greatest come first. */
{
  const collator = new Intl.Collator('en', { numeric: true });
  const PAGE = 25;
  const PRINTED = 200;

  const columnsOf = (table) => [...table.tHead.rows[0].cells];

  function cellValue(cell) {
    const data = cell.querySelector('data');
    return data ? Number(data.value) : cell.textContent.toLowerCase();
  }

  function sourceOf(table) {
    const rows = [...table.tBodies[0].rows];
    const builds = columnsOf(table).findIndex((cell) => cell.textContent === 'Build');
    const values = rows.map((row) => [...row.cells].map(cellValue));
    // A column of numbers has cells that hold none: they come last, whichever way it is sorted.
    const numeric = columnsOf(table).map((_, c) => values.some((row) => typeof row[c] === 'number'));
    return {
      count: rows.length,
      value: (i, c) => (numeric[c] && typeof values[i][c] !== 'number' ? NaN : values[i][c]),
      text: (i) => rows[i].textContent.toLowerCase(),
      build: (i) => (builds < 0 ? undefined : rows[i].cells[builds].textContent),
      row: (i) => rows[i],
      sorted: table.dataset.first && { column: Number(table.dataset.first), down: true },
    };
  }

  // Which rows pass, in which order.  Pure.
  function choose(source, { words, build, sorted }) {
    const chosen = [];
    for (let i = 0; i < source.count; i++) {
      if (build && source.build(i) !== build) continue;
      if (words.length && !words.every((word) => source.text(i).includes(word))) continue;
      chosen.push(i);
    }
    return sorted ? order(source, chosen, sorted) : chosen;
  }

  function order(source, chosen, { column, down }) {
    const values = new Map(chosen.map((i) => [i, source.value(i, column)]));
    const sign = down ? -1 : 1;
    return chosen.sort((i, j) => {
      const [a, b] = [values.get(i), values.get(j)];
      if (typeof a === 'string') return sign * collator.compare(a, b) || i - j;
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b) || i - j;
      return sign * (a - b) || i - j;
    });
  }

  class Table {
    constructor(table, source) {
      this.table = table;
      this.source = source;
      this.state = { words: [], build: '', sorted: source.sorted };
      this.page = 0;
      this.what = table.dataset.what;
      this.makeHead();
      this.makeControls();
      addEventListener('beforeprint', () => this.print());
      addEventListener('afterprint', () => this.show());
      this.update();
    }

    makeHead() {
      columnsOf(this.table).forEach((cell, column) => {
        const button = stretto.el('button', { type: 'button' }, ...cell.childNodes);
        cell.append(button);
        cell.setAttribute('aria-sort', 'none');
        button.addEventListener('click', () => this.sortBy(column));
      });
    }

    makeControls() {
      const { el } = stretto;
      const names = new Set();
      for (let i = 0; i < this.source.count; i++) names.add(this.source.build(i));
      this.filter = el('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
      this.filter.addEventListener('input', () => this.choose());
      this.builds = el('select', {}, el('option', { value: '' }, 'All builds'),
        ...[...names].map((name) => el('option', { value: name }, name)));
      this.builds.addEventListener('change', () => this.choose());
      this.told = el('output', { 'aria-live': 'polite' });
      this.before = this.makeStep('Previous', -1);
      this.next = this.makeStep('Next', 1);
      const controls = el('div', { class: 'controls', role: 'group', 'aria-label': `Choose ${this.what}` },
        el('label', {}, `Filter ${this.what}`, this.filter));
      if (names.size > 1) controls.append(el('label', {}, 'Build', this.builds));
      controls.append(this.told, el('span', { class: 'paging' }, this.before, this.next));
      this.table.closest('.scroll').before(controls);
    }

    makeStep(name, by) {
      const turn = () => {
        this.page += by;
        this.show();
      };
      return stretto.button(name, turn, { 'aria-label': `${name} ${this.what}` });
    }

    sortBy(column) {
      const { sorted } = this.state;
      const text = this.source.count > 0 && typeof this.source.value(0, column) === 'string';
      this.state.sorted = { column, down: sorted?.column === column ? !sorted.down : !text };
      this.update();
    }

    choose() {
      this.state.words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      this.state.build = this.builds.value;
      this.update();
    }

    update() {
      this.page = 0;
      this.chosen = choose(this.source, this.state);
      columnsOf(this.table).forEach((cell, column) => {
        const { sorted } = this.state;
        const now = sorted?.column === column ? (sorted.down ? 'descending' : 'ascending') : 'none';
        cell.setAttribute('aria-sort', now);
      });
      this.show();
    }

    fill(from, count) {
      const rows = this.chosen.slice(from, from + count).map((i) => this.source.row(i));
      this.table.tBodies[0].replaceChildren(...rows);
    }

    print() {
      const all = this.chosen.length;
      this.fill(0, PRINTED);
      if (all > PRINTED) this.table.caption.dataset.printed = `the first ${PRINTED} of ${stretto.number(all)}`;
    }

    show() {
      delete this.table.caption.dataset.printed;
      const all = this.chosen.length;
      const from = this.page * PAGE;
      this.fill(from, PAGE);
      this.before.disabled = this.page === 0;
      this.next.disabled = from + PAGE >= all;
      this.before.parentNode.hidden = all <= PAGE;
      const n = stretto.number;
      this.told.textContent = all === 0 ? `No ${this.what} match`
        : `${n(from + 1)}\u2013${n(Math.min(from + PAGE, all))} of ${n(all)} ${this.what}`;
    }
  }

  stretto.table = (table, source) => new Table(table, source);

  for (const table of document.querySelectorAll('table.sortable')) {
    stretto.table(table, sourceOf(table));
  }
}
