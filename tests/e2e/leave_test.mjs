// How sessions leave: as a browser whose tab is closed (a close frame without a word), or, by
// --leave clean, with the framework's own goodbye before it; sessions that fail leave too.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { assert, join, stretto, work } from './lib.mjs';
import { accept, reader, text } from './websocket.mjs';

const SESSIONS = 3;
const script = join(work, 'leave.log');
const at = (ms) => ({ begin: new Date(Date.UTC(2026, 10, 21) + ms).toISOString() });
const steps = [
  { type: 'WS_OPEN', ...at(0), url: '/app/__sockjs__/n=${ROBUST_ID}/${SOCKJSID}/websocket' },
  { type: 'WS_RECV', ...at(5), message: 'o' },
  { type: 'WS_SEND', ...at(10), message: '["0#0|o|"]' },
  { type: 'WS_RECV', ...at(15), message: 'a["0#0|m|{\\"values\\":{\\"plot\\":1}}"]' },
  { type: 'WS_CLOSE', ...at(20) }];
const write = (lines) => writeFileSync(script,
  ['# version: 1', '# target_type: Shiny Server or Shiny Server Pro', ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));

// What the server heard of each session, word by word; a close frame is "close" and its code.
async function play(lines, answer, ...args) {
  const heard = [];
  const server = createServer();
  const ended = [];
  server.on('upgrade', (request, socket) => {
    const words = [];
    heard.push(words);
    accept(request, socket);
    socket.on('error', () => {});
    ended.push(new Promise((resolve) => { socket.on('close', resolve); }));
    socket.on('data', reader((opcode, payload) => {
      words.push(opcode === 8 ? `close ${payload.length ? payload.readUInt16BE(0) : 'without a code'}` : payload.toString());
      if (opcode === 8) socket.end();
      else if (payload.toString() === '["0#0|o|"]') socket.write(text(`a${JSON.stringify([`0#0|m|${JSON.stringify(answer)}`])}`));
    }));
    socket.write(text('o'));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  write(lines);
  const played = await stretto(['play', script, `http://127.0.0.1:${server.address().port}`, '--sessions', String(SESSIONS),
    '--every', '5ms', '--timeout', '300ms', '--overwrite', '-o', join(work, 'run'), ...args]);
  await Promise.all(ended);
  server.close();
  return { played, heard };
}

const values = { values: { plot: 1 } };
const goodbye = '["1#0|c|{\\"code\\":1000,\\"reason\\":\\"\\"}"]';
const cases = [
  ['as a browser', steps, values, [], 0, ['["0#0|o|"]', 'close without a code']],
  ['clean', steps, values, ['--leave', 'clean'], 0, ['["0#0|o|"]', goodbye, 'close without a code']],
  ['a script that does not close', steps.slice(0, -1), values, ['--leave', 'clean'], 0, ['["0#0|o|"]', goodbye, 'close without a code']],
  ['a failed session', steps, { busy: 'busy' }, ['--leave', 'clean'], 1, ['["0#0|o|"]', goodbye, 'close without a code']],
];
for (const [name, lines, answer, args, code, want] of cases) {
  const { played, heard } = await play(lines, answer, ...args);
  assert.equal(played.code, code, `${name}: ${played.err}`);
  assert.deepEqual(heard, Array(SESSIONS).fill(want), name);
}
const refused = await stretto(['play', script, '--sessions', '1', '--leave', 'quietly']);
assert.equal(refused.code, 2);
assert.match(refused.err, /--leave takes browser or clean, not 'quietly'/);
