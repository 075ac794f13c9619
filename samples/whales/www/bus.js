// Who hears what: socket.js announces each part of a message by its key, the others listen.
"use strict";
const bus = {
  ears: new Map(),
  on(name, ear) {
    this.ears.set(name, [...(this.ears.get(name) || []), ear]);
  },
  tell(name, what) {
    for (const ear of this.ears.get(name) || []) ear(what);
  },
};
