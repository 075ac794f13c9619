// A table comes as the names of its columns and its rows.
"use strict";
outputs.show.table = (output, { columns, rows }) => {
  const line = (tag, cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map((cell) => element(tag, cell)));
    return row;
  };
  const table = document.createElement("table");
  table.createTHead().append(line("th", columns));
  table.createTBody().append(...rows.map((row) => line("td", row)));
  output.replaceChildren(table);
};
