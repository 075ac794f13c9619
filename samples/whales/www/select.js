// The server fills the select; a choice that this changes goes back as an input.
"use strict";
bus.on("inputMessages", (messages) => {
  for (const { id, message } of messages) {
    const select = byId(id);
    select.innerHTML = message.options;
    select.value = message.value;
    inputs.set({ [id]: select.value });
  }
});
