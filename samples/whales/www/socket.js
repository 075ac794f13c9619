// The WebSocket: what comes is told by its keys, what goes is an init and then updates.
"use strict";
const socket = {
  open(init) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.ws = new WebSocket(new URL("websocket/", location.href).href.replace(/^https?:/, scheme));
    this.ws.onopen = () => this.send("init", init());
    this.ws.onclose = () => bus.tell("gone");
    this.ws.onmessage = (event) => {
      const message = JSON.parse(event.data);
      for (const [key, value] of Object.entries(message)) bus.tell(key, value);
      if (message.values) bus.tell("flushed");
    };
  },
  send(method, data) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify({ method, data }));
  },
};
