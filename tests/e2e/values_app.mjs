// An app that believes nothing: a login form with a CSRF token and a cookie, a token in a header, a
// ticket in a redirect, JSON inside JSON, ids, clocks, counters and hashes that it checks, event
// streams that never end, and a WebSocket whose client owes it heartbeats and acknowledgements.
//
//     node values_app.mjs [no-csrf] [no-reply-ref] [wrong-protocol] [never-done] [no-head] [no-entry]
//
// Prints its URL on stdout.  On SIGTERM a line of JSON: complaints, and what it counted.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { accept, frame, reader, text } from './websocket.mjs';

const has = (mode) => process.argv.slice(2).includes(mode);
const hex = (bytes) => randomBytes(bytes).toString('hex');
const users = new Map(JSON.parse(process.env.VALUES_USERS));
const report = { complaints: [], logins: {}, requestIds: [], cookies: 0, holds: 0, heldTogether: 0,
  leftAfterDone: 0, leftBeforeDone: 0, hearts: 0, heartsLostEarly: 0, acks: 0, beats: 0, keepalives: 0, served: 0, finished: 0 };
const complain = (what) => { if (report.complaints.length < 20) report.complaints.push(what); };
const visits = new Map(); // by the cookie
const byTicket = new Map();
const html = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

function visitOf(request) {
  const cookies = request.headers.cookie ?? '';
  return visits.get(/(?:^|; )sid=([0-9a-f]+)/.exec(cookies)?.[1]);
}
// Throws what is wrong.
function check(fact, what) { if (!fact) throw new Error(what); }

const routes = {
  'GET /login': (request, response) => {
    const sid = hex(8);
    const visit = { sid, csrf: `<"${hex(6)}&">`, token: hex(10), ticket: `${hex(4)} + ${hex(2)}`, job: 1000 + visits.size,
      inner: `in"${hex(5)}`, seq: 0, together: 0, hearts: 0 };
    visits.set(sid, visit);
    byTicket.set(visit.ticket, visit);
    response.writeHead(200, { 'Content-Type': 'text/html', 'X-Token': visit.token, 'Set-Cookie': [`sid=${sid}; Path=/; HttpOnly`, 'other=1; Path=/'] });
    response.end(has('no-csrf') ? '<html>\n<p>We are closed</p>'
      : `<form><input name="first" value="no"><input name="csrf" value="${html(visit.csrf)}"></form>`);
  },
  'POST /login': (request, response, body, visit) => {
    const form = new URLSearchParams(body);
    check(form.get('csrf') === visit.csrf, `csrf ${form.get('csrf')} is not ${visit.csrf}`);
    check(users.get(form.get('user')) === form.get('password'), `${form.get('user')} cannot log in with ${form.get('password')}`);
    check(request.headers['content-type'] === 'application/x-www-form-urlencoded', 'what is this form?');
    visit.user = form.get('user');
    visit.password = form.get('password');
    report.logins[visit.user] = (report.logins[visit.user] ?? 0) + 1;
    response.writeHead(302, { Location: `/next?ticket=${encodeURIComponent(visit.ticket)}&lang=en` }).end();
  },
  'GET /next': (request, response, body, visit, query) => {
    check(query.get('ticket') === visit.ticket, `ticket ${query.get('ticket')} is not ${visit.ticket}`);
    check(request.headers['x-csrf'] === visit.csrf, `the header says ${request.headers['x-csrf']}`);
    check(request.headers['x-token'] === visit.token, `the token is ${request.headers['x-token']}`);
    check(request.headers.authorization === `Bearer ${process.env.VALUES_KEY}`, 'no key');
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ data: { jobs: [{ id: visit.job }], inner: JSON.stringify({ key: visit.inner }) } }));
  },
  'POST /work': (request, response, body, visit) => {
    const asked = JSON.parse(body);
    const sign = createHash('sha256').update(`${visit.inner}:${visit.password}`).digest('hex');
    visit.seq += 1;
    check(asked.job === visit.job, `job ${asked.job} is not ${visit.job}`);
    check(asked.inner === visit.inner, `inner ${asked.inner} is not ${visit.inner}`);
    check(/^[0-9a-f]{4}-4[0-9a-f]{3}$/.test(asked.id), `the id ${asked.id} has not the recorded shape`);
    check(!visit.id || visit.id === asked.id, 'the id changed within a session');
    check(Math.abs(asked.now - Date.now()) < 20000, `the clock is ${asked.now - Date.now()} ms off`);
    check(asked.sign === sign, `the hash is ${asked.sign}`);
    check(asked.seq === visit.seq, `the counter is ${asked.seq}, not ${visit.seq}`);
    check(asked.literal === '${NOT_A_VALUE}', `the literal became ${asked.literal}`);
    if (!visit.id) report.requestIds.push(asked.id);
    visit.id = asked.id;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  },
  // From the step that records this cookie on, and once, beside the server's own.
  'GET /themed': (request, response, body, visit) => {
    const header = request.headers.cookie;
    check(header.split('theme=dark').length === 2 && /sid=/.test(header) && /other=1/.test(header), `the cookies are ${header}`);
    check(request.rawHeaders.filter((name) => name.toLowerCase() === 'cookie').length === 1, 'two Cookie headers');
    report.cookies += 1;
    response.writeHead(200).end('ok');
  },
  // Says "done" after a while, and never ends.
  'GET /events': (request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: {"msg":"estimation"}\n\n');
    let done = false;
    if (has('never-done')) return;
    if (has('long-line')) response.write(`data: "${'x'.repeat(48 << 20)}`); // and no empty line behind it
    setTimeout(() => {
      done = true;
      response.write('data: {"msg":"job_');
      setTimeout(() => response.write('done"}\r\n\r\n'), 20);
    }, 150);
    response.on('close', () => { report[done ? 'leftAfterDone' : 'leftBeforeDone'] += 1; });
  },
  // Streams that stay open for the whole session; more than a browser has connections.
  'GET /hold': (request, response, body, visit) => {
    if (has('no-head')) return;
    if (has('no-entry')) { response.writeHead(403).end(); return; }
    report.holds += 1;
    visit.together += 1;
    report.heldTogether = Math.max(report.heldTogether, visit.together);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(':\n\n');
    response.on('close', () => {
      visit.together -= 1;
      if (!visit.replied) report.heartsLostEarly += 1;
      report.hearts += 1;
    });
  },
  // A stream that the server ends.
  'GET /finite': (request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
    setTimeout(() => response.end('data: 2\n\n'), 80);
  },
  'POST /keepalive': (request, response, body, visit) => {
    report.keepalives += 1;
    visit.keepalives = (visit.keepalives ?? 0) + 1;
    response.writeHead(204).end();
    visit.tryReply?.();
  },
};

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const url = new URL(request.url, 'http://app');
    const route = routes[`${request.method} ${url.pathname}`];
    const visit = visitOf(request);
    try {
      check(route, `there is no ${request.method} ${request.url}`);
      check(visit || url.pathname === '/login', `${request.method} ${request.url}: who are you?`);
      route(request, response, Buffer.concat(chunks).toString(), visit, url.searchParams);
    } catch (error) {
      complain(error.message);
      if (!response.headersSent) response.writeHead(400);
      response.end(error.message);
    }
  });
});

class Talk {
  constructor(socket, visit) {
    Object.assign(this, { socket, visit, id: hex(6), ref: hex(6), beats: 0, acked: false });
    visit.tryReply = () => this.tryReply();
    this.write({ hello: { id: this.id } });
    this.write({ batch: 5 });
  }
  write(message) { this.socket.write(text(JSON.stringify(message))); }
  // Answers once its client has done its duties.
  tryReply() {
    if (!this.asked || !this.acked || this.beats < 2 || !this.visit.keepalives || this.visit.replied) return;
    this.visit.replied = true;
    this.write({ reply: has('no-reply-ref') ? { other: 1 } : { ref: this.ref } });
  }
  take(message) {
    const said = JSON.parse(message);
    if (said.beat !== undefined) {
      this.beats += 1;
      report.beats += 1;
      if (Number(said.beat) !== this.beats) complain(`beat ${said.beat} came as the ${this.beats}.`);
    } else if (said.ack !== undefined) {
      this.acked = said.ack === 5;
      report.acks += 1;
      if (!this.acked) complain(`the ack is ${message}`);
    } else if (said.ask) {
      if (said.ask !== this.id) complain(`asked ${said.ask}, not ${this.id}`);
      this.asked = true;
    } else if (said.bye) {
      if (said.bye !== this.ref) complain(`said bye ${said.bye}, not ${this.ref}`);
      report.served += 1;
      this.socket.write(frame(8, Buffer.from([0x0f, 0xa1, ...Buffer.from('enough')])));
      return;
    }
    this.tryReply();
  }
}

server.on('upgrade', (request, socket) => {
  const url = new URL(request.url, 'http://app');
  const visit = byTicket.get(url.searchParams.get('ticket'));
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
  socket.on('error', () => {});
  if (!visit || visitOf(request) !== visit || offered[0] !== 'values' || offered[1] !== visit.token) {
    complain(`a WebSocket at ${request.url} with ${request.headers.cookie} offering ${offered}`);
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  accept(request, socket, [`Sec-WebSocket-Protocol: ${has('wrong-protocol') ? 'graphql' : 'values'}`, 'Set-Cookie: socket=yes; Path=/']);
  const talk = new Talk(socket, visit);
  socket.on('data', reader((opcode, payload) => {
    if (opcode === 1) talk.take(payload.toString());
    if (opcode === 8) { report.finished += 1; socket.end(); }
  }));
});

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => { console.log(JSON.stringify(report)); process.exit(0); });
