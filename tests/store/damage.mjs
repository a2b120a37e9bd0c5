// Files that are not what was written to them.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { crc32c, Place, recalled, refused, said } from './place.mjs';
import { follow } from './view.mjs';

/// A session with a title, a mode, an option, turns and usage, and no server that has it open.
async function rich() {
  const place = new Place();
  const server = await place.serve();
  const session = await place.make(server);
  await server.prompt(session, '[[title:The title]] [[say:Noted.]] one');
  await server.request('session/set_mode', { sessionId: session, modeId: 'read-only' });
  await server.request('session/set_config_option',
    { sessionId: session, configId: 'model', value: 'owl' });
  const last = await server.prompt(session, '[[say:Noted.]] two');
  const listed = (await place.list(server)).get(session);
  server.stdin.end();
  await server.exited;
  return { place, session, last, listed };
}

const damages = {
  'is cut off': (text) => text.slice(0, text.length / 2),
  'is empty': () => '',
  'is no text': () => Buffer.from([0xff, 0xfe, 0, 0, 1, 2, 3]),
  'is other text': () => 'Dear diary,\n',
  'has a value of another type': (text) => text.replace(/^turns = .*$/m, 'turns = "two"'),
  'is too large': (text) => `${text}\n# ${'x'.repeat(1 << 20)}\n`,
  'is that of nobody': (text) => text.replace(/^id = .*$/m, ''),
  'lies about the transcript': (text) => text.replace(/^last_turn = .*$/m, 'last_turn = 17'),
  'is missing': null,
};

for (const [what, damage] of Object.entries(damages)) {
  test(`state.toml ${what}: it is made anew, and the session goes on`, async () => {
    const { place, session, last, listed } = await rich();
    const path = join(place.folder(session), 'state.toml');
    if (damage) writeFileSync(path, damage(readFileSync(path, 'utf8'))); else rmSync(path);
    const damaged = damage && readFileSync(path);

    const server = await place.serve();
    const view = follow(server, session);
    view.opened(await place.load(server, session));
    assert.equal(view.title, 'The title');
    assert.equal(view.settings.mode, 'read-only');
    assert.equal(view.settings.model, 'owl');
    assert.equal(view.turns.size, 2);
    assert.deepEqual({ ...(await place.list(server)).get(session), updatedAt: '' },
      { ...listed, updatedAt: '' });
    assert.equal(await said(server, session, '[[recall]]'), recalled(['one', 'two']));
    const { _meta } = await server.prompt(session, '[[usage:input=1]]');
    assert.equal(_meta.tine.turn, 4);
    const { cumulative } = last._meta.tine.usage;
    assert.ok(_meta.tine.usage.cumulative.input > cumulative.input);

    server.stdin.end();
    await server.exited;
    const warnings = server.stderr.split('\n').filter(Boolean);
    assert.equal(warnings.length, 1, server.stderr);
    assert.match(warnings[0], new RegExp(`warning: the state of session ${session} was made anew`));
    if (damaged) {
      assert.match(warnings[0], /state\.toml\.damaged/);
      assert.deepEqual(readFileSync(`${path}.damaged`), damaged);
    }
    assert.ok(existsSync(path));
    const next = await place.serve();
    await place.resume(next, session);
    assert.equal(next.stderr, '');
  });
}

test('a transcript of another version is refused with a clear message', async () => {
  const { place, session } = await rich();
  const path = join(place.folder(session), 'transcript.jsonl');
  const before = readFileSync(path, 'utf8').replace(/^{"v":1(.*),"crc":.*$/gm, (_, rest) =>
    `{"v":2${rest},"crc":"${crc32c(Buffer.from(`{"v":2${rest}`))}"}`);
  writeFileSync(path, before);
  const server = await place.serve();
  for (let i = 0; i < 2; i += 1) {
    for (const call of [place.load(server, session), place.resume(server, session),
      place.fork(server, session)]) {
      const { kind, message, hint } = await refused(call);
      assert.equal(kind, 'unsupported', message);
      assert.match(message, /version 2/);
      assert.ok(hint);
    }
  }
  assert.ok((await place.list(server)).has(session));
  assert.equal(readFileSync(path, 'utf8'), before);
  assert.ok(!existsSync(join(place.folder(session), 'state.toml.damaged')));
  assert.equal(server.stderr, '');
});

test('a state of another version is refused with a clear message', async () => {
  const { place, session } = await rich();
  const path = join(place.folder(session), 'state.toml');
  const before = readFileSync(path, 'utf8').replace('version = 1', 'version = 2');
  writeFileSync(path, before);
  const server = await place.serve();
  const { kind, message } = await refused(place.load(server, session));
  assert.equal(kind, 'unsupported', message);
  assert.match(message, /version/);
  assert.equal(readFileSync(path, 'utf8'), before);
});

test('damage in the middle of a transcript: an error that names the line', async () => {
  const { place, session } = await rich();
  const path = join(place.folder(session), 'transcript.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"Noted."', '"Noted!"'));
  const server = await place.serve();
  const { kind, message, hint } = await refused(place.load(server, session));
  assert.equal(kind, 'damaged', message);
  assert.match(message, /line \d+/);
  assert.ok(hint);
});

test('a torn last line is set aside with a warning, and the session goes on', async () => {
  const { place, session } = await rich();
  const path = join(place.folder(session), 'transcript.jsonl');
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, `${whole}{"v":1,"seq":99,"ts":"20`);
  const server = await place.serve();
  await place.load(server, session);
  assert.equal(await said(server, session, '[[recall]]'), recalled(['one', 'two']));
  // What is logged is on stderr when the server has ended, at the latest.
  server.stdin.end();
  await server.exited;
  assert.match(server.stderr, /^[^\n]*torn line, which is in transcript\.jsonl\.torn-\d+ now\n$/);
  assert.ok(readFileSync(path, 'utf8').startsWith(whole));
});
