// Prompts with an id of their client's, where the transcripts cannot play it: several servers, a
// backend that is not there, other settings.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { acting as actingAnywhere } from '../process/actors.mjs';
import { Place, recalled, refused, said } from './place.mjs';

const ask = (server, sessionId, text, promptId) => server.request('session/prompt',
  { sessionId, prompt: [{ type: 'text', text }], _meta: { tine: { promptId } } });

/// With the store of the place.
function acting(kind, onTurn) {
  const { XDG_STATE_HOME, ...env } = actingAnywhere(kind, onTurn);
  return env;
}

/// The answer without the mark that it was given before.
function first(answer) {
  const { replayed, ...tine } = answer._meta.tine;
  assert.equal(replayed, true);
  return { ...answer, _meta: { tine } };
}

async function gone(server) {
  server.child.kill('SIGKILL');
  await server.exited;
}

test('prompt ids: another server has the session: what was answered is answered again, what runs is said to', async () => {
  const place = new Place();
  const one = await place.serve();
  const two = await place.serve();
  const session = await place.make(one);
  const answer = await ask(one, session, '[[say:Noted.]] first', 'a');
  await place.load(two, session);
  const running = ask(one, session, '[[say:On it.]] [[open:A long job]] [[hang]]', 'b');
  await one.waitFor('the turn', () => one.updates(session, 'tool_call').length > 0);
  assert.deepEqual(first(await ask(two, session, '[[say:Noted.]] first', 'a')), answer);
  const { kind, data, hint } = await refused(ask(two, session,
    '[[say:On it.]] [[open:A long job]] [[hang]]', 'b'));
  assert.equal(kind, 'session_locked');
  assert.deepEqual(data.prompt, { id: 'b', turn: 2, state: 'running' });
  assert.equal(data.holder.pid, one.pid);
  assert.match(hint, /same id/);
  assert.equal((await refused(ask(two, session, 'new', 'c'))).data.prompt, undefined);
  one.notify('session/cancel', { sessionId: session });
  const cancelled = await running;
  assert.equal(cancelled.stopReason, 'cancelled');
  assert.deepEqual(first(await ask(two, session, '[[say:On it.]] [[open:A long job]] [[hang]]', 'b')),
    cancelled);
  assert.equal(await said(two, session, '[[recall]]'), recalled(['first']));
});

test('prompt ids: a conversation that goes on behind its turn keeps no answer back', async () => {
  const place = new Place();
  const one = await place.serve();
  const session = await place.make(one);
  const text = '[[say:Done.]] [[later:60000:By the way.]] first';
  const answer = await ask(one, session, text, 'a');
  const two = await place.serve();
  await place.load(two, session);
  assert.deepEqual(first(await ask(two, session, text, 'a')), answer);
  await gone(one);
});

test('prompt ids: a turn that the backend was never given is played when it can be', async () => {
  const env = acting('codex');
  const program = /command = \["(.*)"\]/.exec(
    readFileSync(join(env.XDG_CONFIG_HOME, 'tine/config.toml'), 'utf8'))[1];
  const place = new Place();
  renameSync(program, `${program}.away`);
  const server = await place.serve({ env });
  const session = await place.make(server);
  assert.equal((await refused(ask(server, session, 'hello', 'a'))).kind, 'backend_not_installed');
  renameSync(`${program}.away`, program);
  const answer = await ask(server, session, 'hello', 'a');
  assert.equal(answer._meta.tine.replayed, undefined);
  assert.equal(answer._meta.tine.turn, 2);
  assert.deepEqual(first(await ask(server, session, 'hello', 'a')), answer);
});

test('prompt ids: with history = "none" nothing but the answer is kept, and is given again', async () => {
  const place = new Place();
  const env = { TINE_HISTORY: 'none' };
  const one = await place.serve({ env });
  const session = await place.make(one);
  const answer = await ask(one, session, '[[say:Noted.]] a quiet word', 'a');
  await gone(one);
  assert.ok(!place.everything().includes('quiet'));
  const two = await place.serve({ env });
  await place.resume(two, session);
  assert.deepEqual(first(await ask(two, session, '[[say:Noted.]] a quiet word', 'a')), answer);
  assert.equal((await refused(ask(two, session, 'other words', 'a'))).kind, 'invalid_params');
});

test('prompt ids: they are known when state.toml was lost', async () => {
  const place = new Place();
  const one = await place.serve();
  const session = await place.make(one);
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await ask(one, session, `words ${i}`, `id-${i}`));
  await gone(one);
  rmSync(join(place.folder(session), 'state.toml'));
  const two = await place.serve();
  await place.resume(two, session);
  for (let i = 0; i < 3; i += 1)
    assert.deepEqual(first(await ask(two, session, `words ${i}`, `id-${i}`)), answers[i]);
  assert.match(two.stderr, /made anew/);
});

test('prompt ids: secrets in the prompt are neither kept nor compared', async () => {
  const place = new Place();
  const one = await place.serve();
  const session = await place.make(one);
  const text = (secret) => `[[say:Noted.]] the token is ghp_${secret}`;
  const secret = ['q8Zk2LmT9vXbN4rW7c', 'Y1sD6fG3hJ5pQ0aEuI'].join('');
  const answer = await ask(one, session, text(secret), 'a');
  assert.ok(!place.everything().includes(secret));
  await gone(one);
  const two = await place.serve();
  // Here another secret has the first number.
  const other = await place.make(two);
  await ask(two, other, text('Zx4Cv7Bn1Mq8Wl3Ek6Rj9Th2Yg5Uf0IoPaSd'), 'a');
  await place.resume(two, session);
  assert.deepEqual(first(await ask(two, session, text(secret), 'a')), answer);
  assert.equal((await refused(ask(two, session, 'x', `ghp_${secret}`))).kind, 'invalid_params');
});

test('prompt ids: a long prompt and a long answer', async () => {
  const place = new Place();
  const one = await place.serve({ judged: 0 });
  const session = await place.make(one);
  const text = `[[burst:400:20000]] ${'long '.repeat(2_000_000)}`;
  const answer = await ask(one, session, text, 'a');
  const heard = one.text(session);
  assert.equal(heard.length, 8_000_000);
  await gone(one);
  const two = await place.serve({ judged: 0 });
  await place.resume(two, session);
  assert.deepEqual(first(await ask(two, session, text, 'a')), answer);
  assert.equal(two.text(session), heard);
  assert.ok(two.updates(session).every((each) => each._meta === undefined ||
    each._meta.tine.replayOf === 'a'));
  assert.equal((await refused(ask(two, session, `${text}.`, 'a'))).kind, 'invalid_params');
});

test('prompt ids: a command of tine runs once, too', async () => {
  const place = new Place();
  const server = await place.serve();
  const session = await place.make(server);
  await said(server, session, 'hello');
  const answer = await ask(server, session, '/tine-fork', 'fork');
  assert.deepEqual(first(await ask(server, session, '/tine-fork', 'fork')), answer);
  assert.equal((await place.list(server)).size, 2);
});

test('prompt ids: durability = "turn": the id is on the disk before the backend is given the prompt', async () => {
  const given = join(directory('count'), 'given');
  const place = new Place();
  // What the transcript says at the moment at which the backend is given the prompt.
  const env = acting('codex', `cat '${place.state}'/tine/*/sessions/*/transcript.jsonl > '${given}'`);
  const server = await place.serve({ env: { ...env, TINE_DURABILITY: 'turn' } });
  const session = await place.make(server);
  await ask(server, session, 'hello', 'a');
  await until('the turn', () => existsSync(given));
  const types = readFileSync(given, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  assert.equal(types.find(({ type }) => type === 'prompt').data.asked.id, 'a');
  assert.equal(types.at(-1).type, 'sent');
  assert.ok(readdirSync(place.folder(session)).includes('state.toml'));
});
