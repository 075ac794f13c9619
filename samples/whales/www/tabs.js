// The tabs: one panel is seen; the server hears which outputs that shows and hides.
"use strict";
const tabs = {
  current() {
    return document.querySelector('[role="tab"][aria-selected="true"]').dataset.pane;
  },
  show(chosen) {
    for (const tab of all('[role="tab"]')) {
      tab.setAttribute("aria-selected", tab === chosen);
      byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
    inputs.set({ pane: this.current(), ...outputs.clientData() });
  },
  watch() {
    for (const tab of all('[role="tab"]')) tab.addEventListener("click", () => this.show(tab));
  },
};
