// The server's side of RFC 6455 for tests: no package, and free to break the rules on purpose.
import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function accept(request, socket, headers = []) {
  const key = createHash('sha1').update(request.headers['sec-websocket-key'] + GUID).digest('base64');
  socket.setNoDelay(true);
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + `Sec-WebSocket-Accept: ${key}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`);
}

export function frame(opcode, payload, { rsv = 0, fin = true } = {}) {
  const body = Buffer.from(payload);
  const head = [(fin ? 0x80 : 0) | rsv | opcode];
  if (body.length < 126) head.push(body.length);
  else if (body.length < 65536) head.push(126, body.length >> 8, body.length & 255);
  else head.push(127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((n) => (body.length >>> n) & 255));
  return Buffer.concat([Buffer.from(head), body]);
}

export const text = (message) => frame(1, message);

// Calls onFrame(opcode, payload, rsv) for every whole frame; fragments are put together first.
export function reader(onFrame) {
  let waiting = Buffer.alloc(0);
  let parts = [];
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let frameOf = take(waiting); frameOf; frameOf = take(waiting)) {
      waiting = waiting.subarray(frameOf.size);
      if (frameOf.opcode >= 8) { onFrame(frameOf.opcode, frameOf.payload, frameOf.rsv); continue; }
      parts.push(frameOf);
      if (!frameOf.fin) continue;
      const whole = parts;
      parts = [];
      onFrame(whole[0].opcode, Buffer.concat(whole.map((part) => part.payload)), whole[0].rsv);
    }
  };
}

function take(data) {
  if (data.length < 2) return null;
  let length = data[1] & 127;
  let at = 2;
  if (length === 126) { if (data.length < 4) return null; length = data.readUInt16BE(2); at = 4; }
  else if (length === 127) { if (data.length < 10) return null; length = Number(data.readBigUInt64BE(2)); at = 10; }
  const masked = (data[1] & 128) !== 0;
  const mask = masked ? data.subarray(at, at + 4) : null;
  if (masked) at += 4;
  if (data.length < at + length) return null;
  const payload = Buffer.from(data.subarray(at, at + length));
  if (mask) for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i % 4];
  return { opcode: data[0] & 15, rsv: data[0] & 0x70, fin: (data[0] & 128) !== 0, payload, size: at + length };
}
