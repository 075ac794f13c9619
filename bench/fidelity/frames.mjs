// Reads along a WebSocket's bytes in one direction: each whole text frame, with the times at which its
// first and its last byte passed.  No extensions, no fragments: what the sample apps send.
export class Frames {
  constructor(onText) {
    this.onText = onText;
    this.bytes = Buffer.alloc(0);
    this.began = 0;
  }

  feed(bytes, at) {
    if (!this.bytes.length) this.began = at;
    this.bytes = Buffer.concat([this.bytes, bytes]);
    for (let size = this.frame(at); size; size = this.frame(at)) {
      this.bytes = this.bytes.subarray(size);
      this.began = at;
    }
  }

  // Takes one frame, if it is whole: its size, or 0.
  frame(at) {
    const { bytes } = this;
    if (bytes.length < 2) return 0;
    const short = bytes[1] & 0x7f;
    const lengthEnd = short === 127 ? 10 : short === 126 ? 4 : 2;
    const masked = (bytes[1] & 0x80) !== 0;
    const begin = lengthEnd + (masked ? 4 : 0);
    if (bytes.length < begin) return 0;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < begin + length) return 0;
    const payload = Buffer.from(bytes.subarray(begin, begin + length));
    if (masked) payload.forEach((byte, i) => { payload[i] = byte ^ bytes[lengthEnd + (i & 3)]; });
    if ((bytes[0] & 0x0f) === 1) this.onText(payload.toString(), this.began, at);
    return begin + length;
  }
}
