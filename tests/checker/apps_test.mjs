// Records a client of each scripted app, lets `stretto check --fix` find its session values, and
// proves the new script by playing it as a crowd.  Arguments: names of apps; none: all of them.
import { readFileSync } from 'node:fs';
import { assert, join, startStretto, steps, stretto, work } from '../e2e/lib.mjs';
import { Client, serve } from './apps/server.mjs';
import { apps } from './apps/apps.mjs';

async function record(app, url, script) {
  const recorder = startStretto(['record', url, '--listen', '127.0.0.1:0', '-o', script]);
  const [, address] = await recorder.line(/(http:\/\/127\.0\.0\.1:\d+)(?!.*->)/);
  await app.client(new Client(address === url ? (await recorder.line(/at (http:\/\/127\.0\.0\.1:\d+)/))[1] : address));
  const ended = await recorder.stop('SIGINT');
  assert.equal(ended.code, 0, ended.err);
}

// "NAME kind" of everything that a script learns or makes.
function valuesOf(script) {
  const told = steps(script).flatMap((step) => (step.extract ?? []).map((e) => `${e.name} issued`));
  const made = readFileSync(script, 'utf8').split('\n').filter((line) => line.startsWith('# value: '))
    .map((line) => JSON.parse(line.slice('# value: '.length)))
    .filter(({ name }) => !/_CODED_\d+$/.test(name)).map(({ name, kind }) => `${name} ${kind}`);
  return [...told, ...made].sort();
}

async function check(name, app, number) {
  const script = join(work, `app-${number}.log`);
  const env = { env: { ...process.env, ...app.env } };
  const server = await serve(app);
  try {
    await record(app, server.url, script);
    const before = readFileSync(script);
    for (const secret of app.env ? [app.env.APP_PASSWORD] : []) assert.ok(!before.includes(secret), 'a secret in the script');
    const fixed = await stretto(['check', script, '--against', server.url, '--fix'], env);
    const found = valuesOf(script);
    assert.deepEqual(found, [...app.found].sort(), `${name}: found\n${fixed.out}\n${fixed.err}`);
    assert.equal(fixed.code, 0, `${name}:\n${fixed.out}\n${fixed.err}`);
    assert.match(fixed.out, /the last one passed/);
    assert.deepEqual(readFileSync(`${script}.orig`), before, 'the old script is kept');
    const again = await stretto(['check', script, '--against', server.url], env);
    assert.equal(again.code, 0, `${name}, checked again:\n${again.out}\n${again.err}`);
    const crowd = app.alone ? ['--sessions', '1'] : ['--sessions', '5', '--every', '5ms'];
    const played = await stretto(['play', script, server.url, ...crowd, '--timeout', '10s', '-o', join(work, `run-${number}`)], env);
    assert.equal(played.code, 0, `${name}, played:\n${played.err}`);
    return fixed;
  } finally { server.stop(); }
}

const asked = process.argv.slice(2);
let number = 0;
for (const [name, app] of Object.entries(apps)) {
  if (asked.length && !asked.includes(name)) continue;
  const { out } = await check(name, app, number += 1);
  console.log(`${name}: ${app.found.join(', ')}`);
  if (asked.length) console.log(out);
}
assert.ok(number > 0, 'no such app');
