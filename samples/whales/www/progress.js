// The bar while a day is loaded.
"use strict";
bus.on("progress", ({ type, message }) => {
  byId("progress").hidden = type === "close";
  byId("progress").lastElementChild.textContent = message.message;
});
