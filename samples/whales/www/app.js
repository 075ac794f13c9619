// Everything is there: listen to the user, then open the session.
"use strict";
inputs.watch();
outputs.watch();
tabs.watch();
socket.open(() => inputs.first());
