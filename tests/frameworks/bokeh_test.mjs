// Bokeh: a token in the page that is a subprotocol, messages of several frames, and models whose ids
// count through the life of the process, so that each session has others.  The recorded session's first
// OK comes behind the second one, between two frames of the third edit; in the others each comes as it likes.
import { assert, hex, prove, shuffle } from './harness.mjs';

const tokens = new Map();
const secrets = [];
let ids = 1000;
let held = null; // the recorded session's first OK
let recorded = false;
const next = () => `p${ids += 1 + Math.floor(3 * Math.random())}`;
const base64url = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');

// Calls onMessage(header, content) for each whole message.
function messages(onMessage) {
  let frames = [];
  return (frame) => {
    frames.push(frame);
    if (frames.length < 3) return;
    const buffers = JSON.parse(frames[0]).num_buffers ?? 0;
    if (frames.length < 3 + 2 * buffers) return;
    const [header, , content] = frames;
    frames = [];
    onMessage(JSON.parse(header), JSON.parse(content), buffers);
  };
}

const app = {
  request(request, body, response) {
    const token = base64url({ session_id: hex(16), session_expiry: 2 ** 33, [hex(4)]: hex(40) });
    tokens.set(token, null);
    if (!secrets.length) secrets.push(token);
    response.setHeader('Content-Type', 'text/html');
    response.end(`<html><script>const render_items = [{"token":"${token}","roots":{"${next()}":"${hex(8)}"}}];</script></html>`);
  },
  socket(socket, request) {
    const [name, token] = (request.headers['sec-websocket-protocol'] ?? '').split(', ');
    const models = {};
    const say = (header, content, ...buffers) => [JSON.stringify({ msgid: next(), num_buffers: buffers.length, ...header }), '{}', JSON.stringify(content),
      ...buffers.flatMap((buffer) => [JSON.stringify({ id: next() }), buffer])].forEach(socket.send);
    if (name !== 'bokeh' || !tokens.delete(token)) { socket.refuse(`the token ${token} was never issued, or is used`); return; }
    say({ msgtype: 'ACK' }, {});
    const events = (reqid, list) => {
      const known = Object.values(models);
      const named = list.flatMap(({ model, msg_data: data }) => [model?.id, data?.values?.entries?.[0][1].id]).filter(Boolean);
      if (named.some((id) => !known.includes(id))) { socket.refuse(`${named} are not models of this session`); return; }
      const changed = () => {
        models.row = next();
        say({ msgtype: 'PATCH-DOC' }, { events: [{ kind: 'ModelChanged', model: { id: models.column }, attr: 'children', new: [{ type: 'object', name: 'Row', id: models.row }] }] },
          Buffer.from(hex(20)));
      };
      const accept = () => say({ msgtype: 'OK', reqid }, {});
      const isValue = list.some(({ attr }) => attr === 'value');
      const accepted = () => {
        if (!recorded && isValue) held = accept;
        else if (!recorded || Math.random() < 0.5) accept();
        else setTimeout(accept, 30 * Math.random());
      };
      shuffle(isValue ? [accepted, changed] : [accepted]).forEach((answer) => answer());
    };
    socket.onClose = () => { recorded = true; };
    const read = messages(({ msgid, msgtype }, content) => {
      if (msgtype === 'PATCH-DOC') { events(msgid, content.events); return; }
      for (const model of ['column', 'slider', 'button']) models[model] = next();
      say({ msgtype: 'PULL-DOC-REPLY', reqid: msgid }, { doc: { roots: [{ id: models.column, children: [{ id: models.slider }, { id: models.button }, { id: models.column }] }] } });
    });
    let edits = 0;
    socket.onMessage = (frame) => {
      if (frame.includes('"msgtype":"PATCH-DOC"')) edits += 1;
      if (held && edits === 3) { held(); held = null; }
      read(frame);
    };
  },
};

async function person(browser) {
  const { text } = await browser.ask('GET', '/numbers');
  const socket = await browser.open('/numbers/ws', ['bokeh', /"token":"([^"]+)/.exec(text)[1]]);
  const heard = [];
  let look = () => {};
  const read = messages((header, content) => { heard.push([header, content]); look(); });
  socket.heard.splice(0).forEach(read);
  socket.onMessage = read;
  const until = (fits) => new Promise((resolve) => {
    look = () => { const found = heard.find(([header]) => fits(header)); if (found) resolve(found[1]); };
    look();
  });
  const replied = (msgid) => until(({ reqid }) => reqid === msgid);
  const send = (msgid, msgtype, content) => [JSON.stringify({ msgid, msgtype }), '{}', JSON.stringify(content)].forEach(socket.send);
  const say = (msgtype, content) => {
    const msgid = hex(16).toUpperCase();
    send(msgid, msgtype, content);
    return replied(msgid);
  };
  await until(({ msgtype }) => msgtype === 'ACK');
  const { doc: { roots: [column] } } = await say('PULL-DOC-REQ', {});
  const [slider, button] = column.children;
  secrets.push(slider.id, button.id);
  const click = (id) => ({ kind: 'MessageSent', msg_type: 'bokeh_event', msg_data: { type: 'event', name: 'button_click', values: { type: 'map', entries: [['model', { id }]] } } });
  send('FIRST', 'PATCH-DOC', { events: [{ kind: 'ModelChanged', model: { id: slider.id }, attr: 'value', new: 11 }] });
  const row = (await until(({ msgtype }) => msgtype === 'PATCH-DOC')).events[0].new[0].id;
  secrets.push(row);
  await say('PATCH-DOC', { events: [click(button.id)] });
  socket.send(JSON.stringify({ msgid: 'THIRD', msgtype: 'PATCH-DOC' }));
  await replied('FIRST');
  ['{}', JSON.stringify({ events: [click(row)] })].forEach(socket.send);
  await replied('THIRD');
  await socket.close();
}

await prove({ name: 'bokeh', app, person, check({ text, steps, said }) {
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is in the script`);
  assert.match(text, /Sec-WebSocket-Protocol: bokeh, \$\{TOKEN\}/);
  assert.match(text, /\\"id\\":\\"\$\{MODEL_\d+\}\\"/);
  const heard = steps.filter(({ type }) => type.startsWith('WS_RECV'));
  assert.equal(heard.length, 6, 'ACK, document, three OKs, one patch');
  assert.ok(heard.every(({ message }) => JSON.parse(message).header), 'a message is recorded in pieces');
  const replies = heard.map(({ message }) => JSON.parse(message).header.reqid).filter(Boolean);
  assert.deepEqual([replies.indexOf('FIRST'), replies.indexOf('THIRD')], [2, 3], 'document, second, first, third');
  assert.match(said, /Set: value/);
  assert.match(said, /Event: button_click/);
  assert.match(said, /Updated: children/);
} });
