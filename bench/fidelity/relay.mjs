// What the app sees of a visit, by whoever it is: connections, requests, messages, and when.
//
//     node relay.mjs URL [opaque]
//
// A relay of bytes between a visitor and the app; prints its own URL, then for each line on stdin what
// came since the last one, as a line of JSON.  A request lasts from its head to the last byte from the
// app before the next head on its connection: right for HTTP/1.1 without pipelining, which is what
// browsers and the player speak.  Through TLS (opaque) only connections are seen.
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Frames } from './frames.mjs';

const [target, opaque] = process.argv.slice(2);
const { protocol, hostname, port } = new URL(target);
const HEAD = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/;
const UPGRADED = /^HTTP\/1\.1 101 /;
const HEAD_END = '\r\n\r\n';

const now = () => performance.timeOrigin + performance.now();
let seen = [];

class Connection {
  constructor() {
    Object.assign(this, { accepted: now(), used: false, requests: [], opened: null, sent: [], received: [] });
    this.asks = new Frames((text, began) => this.sent.push({ text, at: began }));
    this.tells = new Frames((text, began, at) => this.received.push({ text, at }));
  }

  fromVisitor(bytes) {
    this.used = true;
    if (opaque) return;
    if (this.opened !== null) { this.asks.feed(bytes, now()); return; }
    const head = HEAD.exec(bytes.subarray(0, 4096).toString('latin1'));
    if (head) this.requests.push({ path: head[2], begin: now(), end: null });
  }

  fromApp(bytes) {
    if (opaque) return;
    if (this.opened !== null) { this.tells.feed(bytes, now()); return; }
    const request = this.requests.at(-1);
    if (!request) return;
    request.end = now();
    const text = bytes.subarray(0, 4096).toString('latin1');
    if (!UPGRADED.test(text)) return;
    this.opened = now();
    this.tells.feed(bytes.subarray(text.indexOf(HEAD_END) + HEAD_END.length), now());
  }

  told() {
    const { accepted, used, requests, opened, sent, received } = this;
    return { accepted, used, requests, opened, sent, received };
  }
}

function relay(visitor) {
  const connection = new Connection();
  seen.push(connection);
  const app = connect({ host: hostname, port });
  for (const [from, to] of [[visitor, app], [app, visitor]]) {
    from.setNoDelay(true);
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
  visitor.on('data', (bytes) => { app.write(bytes); connection.fromVisitor(bytes); });
  app.on('data', (bytes) => { visitor.write(bytes); connection.fromApp(bytes); });
}

const server = createServer({ allowHalfOpen: true }, relay);
server.listen(0, '127.0.0.1', () => console.log(`${protocol}//127.0.0.1:${server.address().port}`));
createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify(seen.map((connection) => connection.told())));
  seen = [];
}).on('close', () => process.exit(0));
