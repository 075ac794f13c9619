// The word in the corner. "idle" comes before the values it stands for, so the page calls itself
// idle only when those have been shown.
"use strict";
function showStatus(state, word) {
  byId("status").dataset.state = state;
  byId("status").textContent = word;
}
bus.on("busy", (state) => state === "busy" && showStatus("busy", "busy"));
bus.on("flushed", () => showStatus("idle", "idle"));
bus.on("gone", () => showStatus("gone", "disconnected"));
