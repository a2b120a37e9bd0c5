// What turns with Claude Code cost: against what the mocked model has counted.

import assert from 'node:assert/strict';

import { test, until } from '../clients/cases.mjs';
import { answering, chosen, promptTokens, World } from './world.mjs';

/// Numbers of recorded calls, in the parts that tine tells apart.
function parts(calls) {
  const sum = (of) => calls.reduce((total, { usage }) => total + of(usage), 0);
  return {
    input: sum((usage) => usage.input_tokens),
    cacheRead: sum((usage) => usage.cache_read_input_tokens),
    cacheWrite: sum((usage) => usage.cache_creation_input_tokens),
    output: sum((usage) => usage.output_tokens),
    thought: sum((usage) => usage.output_tokens_details.thinking_tokens),
  };
}
const known = ({ input, cacheRead, cacheWrite, output, thought }) =>
  ({ input, cacheRead, cacheWrite, output, thought });

/// A prompt whose turn is held against what the model has counted meanwhile.
class Ledger {
  #calls = new Map();

  constructor(world, server) {
    this.world = world;
    this.server = server;
  }

  /// Gives what the turn has said of its usage and the calls that it took.
  async prompt(session, text) {
    const from = this.world.model.requests().length;
    const { usage, _meta: { tine } } = await this.server.prompt(session, text);
    const calls = this.world.model.requests().slice(from);
    const all = [...(this.#calls.get(session) ?? []), ...calls];
    this.#calls.set(session, all);
    assert.ok(calls.length > 0, text);
    const turn = parts(calls);
    assert.deepEqual(known(tine.usage.tokens), turn, text);
    assert.deepEqual(known(tine.usage.cumulative), parts(all), text);
    assert.equal(new Set(tine.usage.models.map(({ model }) => model)).size,
      tine.usage.models.length);
    assert.deepEqual([usage.inputTokens, usage.cachedReadTokens, usage.cachedWriteTokens,
      usage.outputTokens, usage.thoughtTokens], Object.values(turn));
    return { tine, calls };
  }

  get counted() { return [...this.#calls.values()].flat().length; }
}

const fork = async (server, world, sessionId, at) => (await server.request('session/fork',
  { sessionId, cwd: world.project, mcpServers: [],
    ...(at !== undefined && { _meta: { tine: { fork: { at } } } }) })).sessionId;
const agent = (more) => `[[call: Agent ${JSON.stringify({ description: 'Looks',
  subagent_type: 'general-purpose', prompt: '[[think: hm]] [[run: echo in]] [[say: it]]',
  ...more })}]] [[say: done]]`;
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const lastTold = (server, session) => server.updates(session, 'usage_update').at(-1);

test('claude usage: it is what the model counted, of each turn and in all', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  answering(server, () => chosen('allow_once'));
  const ledger = new Ledger(world, server);
  const { calls } = await ledger.prompt(session, '[[think: hmm]] [[run: echo one]] [[say: two]]');
  assert.equal(calls.length, 2);
  // What fills the context is the last answer and all before it.
  const { used, size } = lastTold(server, session);
  assert.equal(used, promptTokens(calls[1]) + calls[1].usage.output_tokens);
  assert.equal(size, 1_000_000);
  assert.equal((await ledger.prompt(session, agent({ run_in_background: false }))).calls.length, 4);
  assert.equal((await ledger.prompt(session, agent())).calls.length, 5);
  const full = lastTold(server, session).used;
  await ledger.prompt(session, '/compact');
  assert.ok(lastTold(server, session).used < full);
  await ledger.prompt(session, '[[say: after it]]');
  const child = await fork(server, world, session);
  await ledger.prompt(child, '[[run: echo two]] [[say: in the fork]]');
  await ledger.prompt(session, '[[say: and here]]');
  await ledger.prompt(child, '/compact');
  await ledger.prompt(child, '[[say: after its own]]');
  assert.equal(ledger.counted, world.model.requests().length);
});

test('claude usage: what a fork costs begins with itself', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const ledger = new Ledger(world, server);
  const costOf = ({ tine }) => Object.values(tine.usage.raw.model_usage_since_last_result)
    .reduce((sum, { costUSD }) => sum + costUSD, 0);
  const spent = [];
  for (const text of ['[[say: one]]', '[[say: two]]'])
    spent.push(costOf(await ledger.prompt(session, text)));
  close(lastTold(server, session).cost.amount, spent[0] + spent[1]);
  const child = await fork(server, world, session);
  const own = costOf(await ledger.prompt(child, '[[say: in the fork]]'));
  close(lastTold(server, child).cost.amount, own);
  assert.ok(own < spent[0]);
  const more = costOf(await ledger.prompt(child, '[[say: again]]'));
  close(lastTold(server, child).cost.amount, own + more);
  const grandchild = await fork(server, world, child, 2);
  const last = costOf(await ledger.prompt(grandchild, '[[say: twig]]'));
  close(lastTold(server, grandchild).cost.amount, last);
  close(lastTold(server, session).cost.amount, spent[0] + spent[1]);
});

test('claude usage: what is not known of an interrupted call is not zero', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const cancelled = async (text, reached) => {
    const from = world.model.requests().length;
    const turn = server.prompt(session, text);
    await until('the call', () => world.model.requests().length > from);
    await reached();
    server.notify('session/cancel', { sessionId: session });
    const { stopReason, usage, _meta: { tine } } = await turn;
    assert.equal(stopReason, 'cancelled');
    return { usage, tine, call: world.model.requests().at(-1) };
  };
  const silent = await cancelled('[[hang: headers]]', () => {});
  assert.equal(silent.usage, undefined);
  assert.equal(silent.tine.usage, undefined);
  // What it had read is known of one that had begun to answer.
  const begun = await cancelled('[[slow: 10000 20]]', () => server.waitFor('the stream',
    ({ params }) => params?.update?.content?.text === '1 '));
  assert.equal(begun.tine.usage.tokens.prompt, promptTokens(begun.call));
  const { usage } = await server.prompt(session, '[[say: whole]]');
  assert.equal(usage.cachedReadTokens, world.model.requests().at(-1).usage.cache_read_input_tokens);
});
