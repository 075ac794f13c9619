'use strict';
/* What the page knows, for all who draw it.
 *
 * stretto.ready       a promise of stretto.data; it fails where the browser cannot unpack it
 * stretto.data        {summary, builds, every}
 *   summary           summary.json as it is (docs/analyze.md)
 *   every             1, or that only every so manieth session is here, and the slowest
 *   builds[b]
 *     label           text of anyone's making: only ever textContent
 *     colour          its class in pictures and tables: "b0"
 *     run             summary.builds[b]
 *     stepCount, kinds[step]    0 homepage, 1 scripts and styles, 2 session start, 3 calculation,
 *                               4 nobody waits
 *     marks[step]     1 where a phase begins
 *     stepLabel(step) text
 *     steady          null, or {from, to}: the sessions that count began and ended in it
 *     late            [{from, to}]: when the player was late
 *     end             when the last session ended
 *     total           how many sessions the run had; `count` of them are here
 *     count
 *   and, a number for each of the `count` sessions, in order of start:
 *     place           its number in order of start, from 0, among all
 *     id, user, iteration
 *     start           since the run began
 *     length
 *     outcome         0 done, 1 failed, 2 unfinished: stretto.outcomes[outcome]
 *     counted         1: it is in the numbers
 *     line            of the script where it failed, 0: not told
 *     reason          into reasons[]; 0: ''
 *     firstWait       its waits are firstWait[i] up to firstWait[i + 1]
 *   and, for each wait:
 *     waits.step      the first step of it
 *     waits.start     since its session began
 *     waits.length
 *     waits.open      1: its end was never reported
 *   ideal             {total, count, step, start, length, open}: the waits of the script itself,
 *                     which lasts `total` if nobody else is there
 *
 * All times are milliseconds; all lists of numbers are typed arrays. */
const stretto = {
  outcomes: ['done', 'failed', 'unfinished'],
  kinds: ['homepage', 'scripts and styles', 'session start', 'calculation'],
  kindClasses: ['home', 'asset', 'start', 'calc'],
};

{
  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const letters = atob(base64);
    return Uint8Array.from({ length: letters.length }, (_, i) => letters.charCodeAt(i));
  }

  // Written in one piece: a stream that feeds another takes twice as long.
  async function unpack(base64) {
    const { readable, writable } = new DecompressionStream('deflate-raw');
    const writer = writable.getWriter();
    const written = [writer.write(bytesOf(base64)), writer.close()];
    const unpacked = new Response(readable).arrayBuffer();
    await Promise.all([...written, unpacked]);
    return new Uint8Array(await unpacked);
  }

  // The format is told in analyzer/page_crowd.h.
  class Reader {
    constructor(bytes) {
      this.bytes = bytes;
      this.at = 0;
    }

    number() {
      const { bytes } = this;
      let byte = bytes[this.at++];
      if (byte < 128) return byte;
      let value = byte & 127;
      for (let scale = 128; byte > 127; scale *= 128) {
        byte = bytes[this.at++];
        value += (byte & 127) * scale;
      }
      return value;
    }

    signed() {
      const folded = this.number();
      return folded % 2 ? -(folded + 1) / 2 : folded / 2;
    }

    time() {
      return this.number() / 10;
    }

    text() {
      const length = this.number();
      this.at += length;
      return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
    }

    list(count, each) {
      return Array.from({ length: count }, each);
    }

    column(into, each) {
      for (let i = 0; i < into.length; i++) into[i] = each(i);
      return into;
    }

    // Each number is told as the difference to the one before it, plus `step`.
    sums(into, next, step = 0) {
      let at = -step;
      return this.column(into, () => (at += next() + step));
    }
  }

  function readSteps(r, build) {
    const steps = r.column(new Uint8Array(r.number()), () => r.bytes[r.at++]);
    build.stepCount = steps.length;
    build.kinds = steps.map((byte) => byte & 7);
    build.marks = steps.map((byte) => byte >> 3);
  }

  function readSpans(r, build) {
    const used = r.number();
    const [from, to] = [r.time(), r.time()];
    let at = 0;
    build.steady = used ? { from, to } : null;
    build.late = r.list(r.number(), () => {
      const begin = at + r.number();
      at = begin + r.number();
      return { from: begin / 10, to: at / 10 };
    });
  }

  function readSessions(r, build) {
    build.total = r.number();
    const count = build.count = r.number();
    const number = () => r.number();
    const signed = () => r.signed();
    build.place = r.sums(new Uint32Array(count), number, 1);
    build.id = r.sums(new Float64Array(count), signed);
    build.user = r.sums(new Float64Array(count), signed);
    build.iteration = r.column(new Float64Array(count), number);
    build.start = r.sums(new Float64Array(count), number).map((tenths) => tenths / 10);
    build.length = r.column(new Float64Array(count), () => r.time());
    const state = r.column(new Uint8Array(count), number);
    build.outcome = state.map((byte) => byte & 3);
    build.counted = state.map((byte) => byte >> 2);
    build.line = r.column(new Uint32Array(count), number);
    build.reason = r.column(new Uint16Array(count), number);
    build.firstWait = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) build.firstWait[i + 1] = build.firstWait[i] + r.number();
    build.end = build.start.reduce((end, start, i) => Math.max(end, start + build.length[i]), 0);
  }

  // What each wait of a session is told as: the difference to where the one before it leads.
  function readInTurn(r, into, firsts, lead) {
    for (let s = 0; s + 1 < firsts.length; s++) {
      let before = 0;
      for (let i = firsts[s]; i < firsts[s + 1]; i++) {
        into[i] = before + r.signed();
        before = into[i] + lead(i);
      }
    }
  }

  // Columns of waits: those of the ideal, then those of the sessions, whose first waits are given.
  function readWaits(r, build) {
    const total = r.time();
    const ideal = r.number();
    const firsts = [0, ...build.firstWait.map((first) => first + ideal)];
    const all = firsts[firsts.length - 1];
    const steps = new Uint32Array(all);
    const starts = new Float64Array(all);
    const lengths = new Float64Array(all);
    const open = new Uint8Array(all);
    readInTurn(r, steps, firsts, () => 1);
    for (let i = 0; i < all; i++) {
      const told = r.number();
      open[i] = told % 2;
      lengths[i] = (told - open[i]) / 2;
    }
    readInTurn(r, starts, firsts, (i) => lengths[i]);
    for (let i = 0; i < all; i++) {
      starts[i] /= 10;
      lengths[i] /= 10;
    }
    const part = (from, to) => ({
      step: steps.subarray(from, to),
      start: starts.subarray(from, to),
      length: lengths.subarray(from, to),
      open: open.subarray(from, to),
    });
    build.ideal = { total, count: ideal, ...part(0, ideal) };
    build.waits = part(ideal, all);
  }

  function readBuild(r, run, number) {
    const build = { label: run.label, colour: `b${number % 8}`, run };
    build.stepLabel = (step) => run.steps[step]?.label ?? `step ${step}`;
    readSteps(r, build);
    build.reasons = ['', ...r.list(r.number(), () => r.text())];
    readSpans(r, build);
    readSessions(r, build);
    readWaits(r, build);
    return build;
  }

  async function read() {
    const summary = JSON.parse(document.getElementById('summary').textContent);
    const r = new Reader(await unpack(document.getElementById('crowd').textContent));
    const version = r.number();
    if (version !== 1) throw new Error(`the sessions are of version ${version}, not 1`);
    const every = r.number();
    const builds = r.list(r.number(), (_, i) => readBuild(r, summary.builds[i], i));
    stretto.data = { summary, every, builds };
    return stretto.data;
  }

  stretto.ready = read();
}
