// The inputs: what the server was last told of each; only what differs is sent.
"use strict";
const inputs = {
  told: {},
  // Only the new ones, remembered as told.
  fresh(values) {
    const news = {};
    for (const [name, value] of Object.entries(values)) {
      if (JSON.stringify(this.told[name]) === JSON.stringify(value)) continue;
      this.told[name] = value;
      news[name] = value;
    }
    return news;
  },
  set(values) {
    const news = this.fresh(values);
    if (Object.keys(news).length) socket.send("update", news);
  },
  first() {
    return this.fresh({
      pane: tabs.current(),
      who: byId("who").value,
      "day:shiny.date": byId("day").value || null,
      "top_n:shiny.number": byId("top_n").valueAsNumber || null,
      ...outputs.clientData(),
    });
  },
  watch() {
    const day = () => inputs.set({ "day:shiny.date": byId("day").value || null });
    const topN = () => inputs.set({ "top_n:shiny.number": byId("top_n").valueAsNumber || null });
    byId("day").addEventListener("change", day);
    byId("top_n").addEventListener("input", debounce(250, topN));
    byId("who").addEventListener("change", () => inputs.set({ who: byId("who").value }));
  },
};
