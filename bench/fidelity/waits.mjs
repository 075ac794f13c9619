// What a user waits for in a visit, by names that a browser's and the player's visits share.

const BURST_MS = 1000; // docs/replay.md: a page without a WebSocket has loaded where it is quiet for so long

function burstEnd(requests) {
  if (!requests.length) return undefined; // unseen, through TLS
  let end = 0;
  for (const request of [...requests].sort((a, b) => a.begin - b.begin)) {
    if (request.begin > end + BURST_MS) break;
    end = Math.max(end, request.end);
  }
  return end;
}

// 'reply to pane=whales': an init by its method, an update by the first thing that it changes.
function sendName(text) {
  const { method, data } = JSON.parse(text);
  const [key] = Object.keys(data);
  return `reply to ${method === 'init' ? 'init' : `${key.replace(/:.*/, '')}=${data[key]}`}`;
}

export function waits(visit, app) {
  const found = new Map([['page load', visit.opened ?? burstEnd(visit.requests)]].filter(([, ms]) => ms !== undefined));
  if (visit.first !== null) found.set('first message', visit.first - visit.opened);
  for (const { text, at, end } of visit.sends) {
    if (end !== null) found.set(unused(found, sendName(text)), end - at);
  }
  for (const [name, pattern] of Object.entries(app.groups)) {
    const mine = visit.requests.filter(({ path }) => pattern.test(path));
    found.set(name, Math.max(...mine.map(({ end }) => end)) - Math.min(...mine.map(({ begin }) => begin)));
  }
  return found;
}

function unused(found, name) {
  let k = 2;
  let free = name;
  while (found.has(free)) free = `${name} (${k++})`;
  return free;
}
