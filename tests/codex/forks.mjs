// Forks of Codex's threads, as the mocked model sees them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { World } from './world.mjs';

const fork = (server, world, sessionId, at) => server.request('session/fork',
  { sessionId, cwd: world.project, mcpServers: [], ...(at !== undefined && { _meta: { tine: { fork: { at } } } }) });

function checksums(home) {
  const folder = join(home, '.codex/sessions');
  return Object.fromEntries(readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => [name,
      createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}

const asked = ({ body }, prompt) => JSON.stringify(body.input).includes(prompt);
/// The items that the model reads; it does not see their ids.
const items = ({ body }) => body.input.map(({ id, ...item }) => JSON.stringify(item));

test('codex: a fork extends its parent\'s last request and does not touch its thread', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[run: echo one]] [[say: first answer]]');
  await server.prompt(session, '[[say: second answer]]');
  const before = checksums(world.home);
  const { sessionId } = await fork(server, world, session);
  await server.prompt(sessionId, '[[say: in the fork]]');
  for (const [name, sum] of Object.entries(before)) assert.equal(checksums(world.home)[name], sum);

  const requests = world.model.requests();
  const parent = requests.filter((each) => !asked(each, 'in the fork')).at(-1);
  const child = requests.at(-1);
  assert.ok(asked(child, 'in the fork') && asked(child, 'second answer'));
  assert.deepEqual(items(child).slice(0, items(parent).length), items(parent));
  assert.deepEqual(child.body.tools, parent.body.tools);
  assert.equal(child.body.model, parent.body.model);
  // All of the parent's but what is less than a step of the cache.
  assert.ok(child.counted.cached > parent.counted.prompt - 128);
});

test('codex: what a fork should read from the cache it does, and else says so',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open({ session: { notices: {} } });
    const parent = await server.prompt(session, '[[run: echo one]] [[say: an answer]]');
    assert.equal(parent._meta.tine.fork, undefined);
    const { sessionId, _meta: { tine: { fork: said } } } = await fork(server, world, session);
    const { prompt } = world.model.requests().at(-1).counted;
    assert.equal(said.expected.cacheRead, prompt - prompt % 128);
    assert.equal(said.warm, true);
    const first = await server.prompt(sessionId, '[[run: echo two]] [[say: in the fork]]');
    const { expected, actual, shortfall } = first._meta.tine.fork;
    const counted = world.model.requests().at(-2).counted;
    assert.deepEqual(expected, said.expected);
    assert.equal(actual.cacheRead, counted.cached);
    assert.equal(actual.fresh, counted.prompt - counted.cached);
    assert.ok(actual.cacheRead - expected.cacheRead <= 128, JSON.stringify(actual));
    assert.equal(shortfall, undefined);
    const second = await server.prompt(sessionId, '[[say: again]]');
    assert.equal(second._meta.tine.fork, undefined);

    // Another model knows nothing of it.
    const other = await fork(server, world, session);
    const models = other.configOptions.find(({ id }) => id === 'model').options;
    const model = models.map(({ value }) => value)
      .find((value) => value !== 'default' && value !== 'gpt-5.5');
    await server.request('session/set_config_option',
      { sessionId: other.sessionId, configId: 'model', value: model });
    const missed = await server.prompt(other.sessionId, '[[say: from nothing]]');
    assert.ok(missed._meta.tine.fork.shortfall, JSON.stringify(missed._meta.tine.fork));
    assert.ok(server.updates(other.sessionId, 'notice').some(({ title }) => /cache/.test(title)));

    // What was put into a summary is not there any more.
    await server.prompt(sessionId, '/compact');
    const after = await fork(server, world, sessionId);
    assert.equal(after._meta.tine.fork.expected.cacheRead, null);
  });

test('codex: a running parent is forked at its last completed turn', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: kept]]');
  const running = server.prompt(session, '[[slow: 10000 20]]');
  await server.waitFor('the running turn', ({ params }) =>
    params?.update?.content?.text === '0 ');
  const { sessionId } = await fork(server, world, session);
  await server.prompt(sessionId, '[[say: beside it]]');
  const last = world.model.requests().at(-1);
  assert.ok(asked(last, 'kept') && !asked(last, 'slow: 10000'));
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await running).stopReason, 'cancelled');
});

test('codex: a parent that was never prompted is forked by a new thread', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const { sessionId } = await fork(server, world, session);
  await server.prompt(sessionId, '[[say: hello]]');
  assert.equal(server.text(sessionId), 'hello');
});

/// Numbers of calls, in the parts that tine tells apart.
function parts(calls) {
  const sum = (of) => calls.reduce((total, each) => total + of(each), 0);
  return { input: sum(({ prompt, cached }) => prompt - cached), cacheRead: sum(({ cached }) => cached),
    output: sum(({ output }) => output), thought: sum(({ thought }) => thought) };
}
const known = ({ input, cacheRead, output, thought }) => ({ input, cacheRead, output, thought });

test('codex: usage is what the model counted, call by call, of each turn and in all', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const threads = new Map();
  const seen = new Map();
  /// Prompts, and holds what the turn and its session cost against what the model has counted.
  const prompt = async (id, text) => {
    const from = seen.get(id) ?? 0;
    const { usage, _meta: { tine } } = await server.prompt(id, text);
    threads.set(id, threads.get(id) ?? world.model.requests().at(-1).body.prompt_cache_key);
    const all = world.model.counted(threads.get(id));
    seen.set(id, all.length);
    const turn = parts(all.slice(from));
    assert.ok(all.length > from);
    assert.deepEqual(known(tine.usage.tokens), turn, text);
    assert.deepEqual(known(tine.usage.cumulative), parts(all), text);
    assert.equal(tine.usage.raw.calls.length, all.length - from, text);
    assert.equal(usage.inputTokens, turn.input);
    assert.equal(usage.cachedReadTokens, turn.cacheRead);
    assert.equal(usage.outputTokens, turn.output);
    assert.equal(usage.thoughtTokens, turn.thought);
  };
  await prompt(session, '[[think: hmm]] [[run: echo one]] [[say: an answer]]');
  await prompt(session, '[[say: another]]');
  const { sessionId } = await fork(server, world, session);
  await prompt(sessionId, '[[run: echo two]] [[say: in the fork]]');
  await prompt(session, '[[say: and here]]');
  await prompt(sessionId, '/compact');
  await prompt(sessionId, '[[say: after it]]');
  await prompt(sessionId, '/compact');
  const second = await fork(server, world, sessionId);
  await prompt(second.sessionId, '/compact');
  await prompt(second.sessionId, '[[run: echo three]] [[say: after its own]]');
  const third = await fork(server, world, session, 1);
  await prompt(third.sessionId, '[[say: at an earlier turn]]');
  assert.equal(new Set(threads.values()).size, 4);
  const every = world.model.requests().length;
  assert.equal([...seen.values()].reduce((sum, calls) => sum + calls, 0), every);
});

test('codex: usage is what the model counted around a compaction in mid-turn too', async () => {
  const world = await World.make({ tineConfig: 'config = { model_auto_compact_token_limit = 12000 }' });
  const { server, session } = await world.open({ session: { compaction: {} } });
  const turns = [];
  for (const text of ['[[run: seq 4000]] [[say: much]]', '[[run: echo one]] [[say: less]]']) {
    const { _meta: { tine } } = await server.prompt(session, text);
    const [{ body }] = world.model.requests();
    const all = world.model.counted(body.prompt_cache_key);
    assert.deepEqual(known(tine.usage.tokens), parts(all.slice(turns.length)), text);
    assert.deepEqual(known(tine.usage.cumulative), parts(all), text);
    turns.push(...all.slice(turns.length));
  }
  assert.equal(turns.length, world.model.requests().length);
  assert.ok(server.updates(session, 'compaction_update').length > 0);
});

test('codex: a parent that another process holds is forked all the same, and not resumed', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: held]]');
  const other = await world.serve();
  const open = { sessionId: session, cwd: world.project, mcpServers: [] };
  await other.request('session/load', open);
  const fault = await other.prompt(session, '[[say: no]]').catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'session_locked');
  const { sessionId } = await other.request('session/fork', open);
  assert.equal((await other.prompt(sessionId, '[[say: yes]]')).stopReason, 'end_turn');
  assert.ok(asked(world.model.requests().at(-1), 'held'));
  // Once it is let go it can be taken over, even while its old process goes on with others.
  const second = await server.newSession(world.project);
  await server.prompt(second, '[[say: beside]]');
  await server.request('session/close', { sessionId: session });
  assert.equal((await other.prompt(session, '[[say: mine now]]')).stopReason, 'end_turn');
});
