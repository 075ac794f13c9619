// Bad input: one clear sentence on stderr, the right exit code, nothing lost.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { assert, data, join, run, bin, runJson, scripted, stretto, work } from './lib.mjs';

const good = readFileSync(data('whales-sync.log'), 'utf8').split('\n');
function script(name, lines) {
  const path = join(work, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}
const replaced = (at, line) => [...good.slice(0, at - 1), line, ...good.slice(at)];
const play = (path, ...more) => stretto(['play', path, 'http://127.0.0.1:1', '--sessions', '1', ...more]);

const scripts = [
  ['malformed line', replaced(7, '{"type":"REQ_GET","begin"'), /malformed\.log:7: not a JSON object/],
  ['unknown type', replaced(9, '{"type":"REQ_FROB","begin":"2026-11-20T23:14:26.798Z"}'), /:9: unknown step type 'REQ_FROB'/],
  ['no url', replaced(9, '{"type":"REQ_GET","begin":"2026-11-20T23:14:26.798Z","status":200}'), /:9: "url" is missing/],
  ['missing body', good, /:\d+: the request's body '.*whales-sync\.log\.post\.0' cannot be read: No such file/],
  ['empty', [''], /no steps in it; record a session first/],
  ['only a header', good.slice(0, 3), /no steps in it/],
];
for (const [name, lines, sentence] of scripts) {
  const path = script(name === 'malformed line' ? 'malformed.log' : `${name}.log`, lines);
  const { code, err } = await play(path, '-o', join(work, 'never'));
  assert.equal(code, 1, `${name}: ${err}`);
  assert.match(err, sentence, name);
  assert.equal(err.trim().split('\n').length, 1, `${name}: one sentence, not\n${err}`);
  assert.ok(!existsSync(join(work, 'never')), `${name}: nothing to play, so no run directory`);
}

const usage = [
  [['play'], /name one script/],
  [['play', data('whales-sync.log')], /--sessions N .* --users N .* or --stage/],
  [['play', data('whales-sync.log'), '--sessions', 'many'], /--sessions takes a whole number/],
  [['play', data('whales-sync.log'), '--sessions', '3', '--every', '5'], /--every takes a time with its unit/],
  [['play', data('whales-sync.log'), 'ftp://x/', '--sessions', '3'], /neither an http:\/\/ nor an https:\/\/ URL/],
  [['play', data('whales-sync.log'), '--sessions', '3', '--frob'], /unknown option '--frob'/],
  [['play', data('whales-sync.log'), '--sessions', '3', '-H', 'nonsense'], /-H takes 'Name: value'/],
  [['frob'], /no command 'frob' here/],
];
for (const [args, sentence] of usage) {
  const { code, err } = await stretto(args);
  assert.equal(code, 2, `${args}: ${err}`);
  assert.match(err, sentence);
}
const unknownHost = await stretto(['play', data('whales-sync.log'), 'http://no-such-host.invalid/', '--sessions', '1', '-o', join(work, 'nohost')]);
assert.equal(unknownHost.code, 1);
assert.match(unknownHost.err, /cannot look up the host 'no-such-host\.invalid'/);

// A directory that exists is left alone, unless it is a run and --overwrite says so.
const server = await scripted(data('whales-sync.log'));
const go = (dir, ...more) => stretto(['play', data('whales-sync.log'), server.url, '--sessions', '1',
  '--think', '0', '-o', dir, ...more]);
const dir = join(work, 'run');
assert.equal((await go(dir)).code, 0);
const first = runJson(dir).started;
const refused = await go(dir);
assert.equal(refused.code, 1);
assert.match(refused.err, /'.*run' exists already: choose another -o DIR, or --overwrite/);
assert.equal(runJson(dir).started, first);
assert.equal((await go(dir, '--overwrite')).code, 0);
assert.notEqual(runJson(dir).started, first);
const precious = join(work, 'precious');
mkdirSync(precious);
writeFileSync(join(precious, 'thesis.txt'), 'years of work');
const spared = await go(precious, '--overwrite');
assert.equal(spared.code, 1);
assert.match(spared.err, /is not a run, so --overwrite will not touch it/);
assert.equal(readFileSync(join(precious, 'thesis.txt'), 'utf8'), 'years of work');

// A place where nothing can be written: below a file, which stops root as well.
const nowhere = await go(join(precious, 'thesis.txt', 'run'));
assert.equal(nowhere.code, 1);
assert.match(nowhere.err, /cannot make the directory '.*thesis\.txt.*': Not a directory/);

// A full disk: the file may grow no further.  What fits is readable, and it is said what is missing.
const full = join(work, 'full');
const limited = await run('bash', ['-c', 'ulimit -f 60; exec "$0" "$@"', join(bin, 'stretto'), 'play',
  script('small.log', good.filter((line) => !line.includes('REQ_POST') && line.length < 3000)), server.url, '--sessions', '60', '--every', '5ms', '--think', '0',
  '--processes', '1', '-o', full]);
assert.equal(limited.code, 1, limited.err);
assert.match(limited.err, /cannot write '.*sessions\/0\.csv': File too large; its rows wait in memory/);
assert.match(limited.err, /play: \d+ rows could not be written/);
const kept = readFileSync(join(full, 'sessions/0.csv'), 'utf8');
assert.ok(kept.length > 40000 && kept.includes('PLAYER_SESSION_CREATE'));
await server.stop();
