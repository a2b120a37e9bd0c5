// Words that a client puts into a turn that runs (_session/steering), on each kind of backend; and
// what the client is answered where they cannot be taken.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AgentWorld } from '../clients/agent_world.mjs';
import { World as ClaudeWorld } from '../claude/world.mjs';
import { World as CodexWorld } from '../codex/world.mjs';
import { directory, test, until } from '../clients/cases.mjs';

const agent = join(dirname(process.env.TINE), 'tests/agent/scripted_agent');

function scripted(manners = ['steers']) {
  const world = new AgentWorld('acp', null, 'scripted');
  world.kept = join(directory('store'), 'sessions.json');
  world.configure(`command = ${JSON.stringify([agent, ...manners])}\n` +
    `env = { SCRIPTED_AGENT_STORE = "${world.kept}" }\n`);
  return world;
}

const text = (words) => [{ type: 'text', text: words }];
const steer = (server, session, words, meta = { steering: { idleBehavior: 'promptRequired' } }) =>
  server.request('_session/steering', { sessionId: session, prompt: text(words), _meta: meta });

/// Steers until the turn takes the words: it may not have begun yet.
async function steered(server, session, words) {
  let answer = { outcome: 'promptRequired' };
  while (answer.outcome === 'promptRequired') answer = await steer(server, session, words);
  return answer;
}

test('steering: it is announced as others announce it', async () => {
  const { _meta: { steering } } = await scripted().initialize({});
  assert.deepEqual(steering, { supported: true });
});

test('steering: an ACP agent that has it takes the words into its turn', async () => {
  const world = scripted();
  const { server, session } = await world.open({}, 'zed');
  const turn = server.prompt(session, '[[say: I wait. ]] [[steered]]');
  assert.deepEqual(await steered(server, session, 'take the bus'), { outcome: 'injected' });
  assert.equal((await turn).stopReason, 'end_turn');
  assert.equal(server.text(session), 'I wait. steered: take the bus');
  assert.equal(server.updates(session, 'user_message_chunk').length, 0, 'the client has said it');

  // The transcript has it, where it was said.
  server.stdin.end();
  await server.exited;
  const again = await world.serve({}, 'zed');
  await again.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  const said = again.updates(session, 'user_message_chunk').map(({ content }) => content.text);
  assert.deepEqual(said, ['[[say: I wait. ]] [[steered]]', 'take the bus']);
  const ids = again.updates(session, 'user_message_chunk').map(({ messageId }) => messageId);
  assert.equal(new Set(ids).size, 2);
});

test('steering: secrets in the words are not written down', async () => {
  const world = scripted();
  const { server, session } = await world.open({}, 'zed');
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const turn = server.prompt(session, '[[steered]]');
  await steered(server, session, `use ${secret}`);
  await turn;
  server.stdin.end();
  await server.exited;
  const folder = join(world.home, 'state');
  for (const each of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!each.isFile()) continue;
    assert.ok(!readFileSync(join(each.parentPath, each.name), 'latin1').includes(secret), each.name);
  }
});

test('steering: a soft fork knows what was put into a turn', async () => {
  const world = scripted(['steers', 'forkless']);
  const { server, session } = await world.open({}, 'zed');
  const turn = server.prompt(session, '[[steered]]');
  await steered(server, session, 'plant a walnut');
  await turn;
  const { sessionId } = await server.request('session/fork',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  // The agent does as the summary says, and waits for words again.
  const again = server.prompt(sessionId, 'what was it?');
  await until('the agent to read it', () =>
    readFileSync(world.kept, 'utf8').includes('The user added: plant a walnut'));
  server.notify('session/cancel', { sessionId });
  await again;
});

for (const [what, manners] of [['has none', []], ['does not take the words', ['steers']]]) {
  test(`steering: an agent that ${what}: the client is asked for a prompt, or one is queued`,
    async () => {
      const { server, session } = await scripted(manners).open({}, 'zed');
      await server.prompt(session, '[[say: well. ]]');
      const turn = server.prompt(session, '[[wait]]');
      await until('the turn to run', () => server.text(session) === 'well. ');
      assert.deepEqual(await steer(server, session, 'and now?'),
        { outcome: 'promptRequired', reason: 'notSupported' });
      assert.deepEqual(await steer(server, session, '[[say: then this]]', {}),
        { outcome: 'startedNewTurn' });
      server.notify('session/cancel', { sessionId: session });
      assert.equal((await turn).stopReason, 'cancelled');
    });
}

test('steering: without a turn a prompt is required, or a turn begins', async () => {
  const { server, session } = await scripted().open({}, 'zed');
  assert.deepEqual(await steer(server, session, 'hello'),
    { outcome: 'promptRequired', reason: 'noRunningTurn' });
  assert.deepEqual(await steer(server, session, '[[say: begun]]', {}), { outcome: 'startedNewTurn' });
  await until('its turn', () => server.text(session) === 'begun');
});

test('steering: what makes no sense is refused', async () => {
  const { server, session } = await scripted().open({}, 'zed');
  const refused = (params) => server.request('_session/steering', params)
    .then(() => assert.fail('it should be refused'), ({ code }) => code);
  assert.equal(await refused({ sessionId: session, prompt: [] }), -32602);
  assert.equal(await refused({ sessionId: 'none', prompt: text('x') }), -32002);
  assert.equal(await refused({ sessionId: session, prompt: text('x'),
    _meta: { steering: { idleBehavior: 'dance' } } }), -32602);
});

for (const [backend, World, prompt] of [
  ['codex', CodexWorld, '[[run: sleep 3]] [[say: done]]'],
  ['claude', ClaudeWorld, '[[run: sleep 3]] [[say: done]]'],
  ['claude', ClaudeWorld, '[[slow: 40 50]]'],
]) {
  test(`steering: ${backend} takes the words in the turn of ${prompt}`, async () => {
    const world = await World.make();
    const { server, session } = await world.open({}, 'zed');
    server.handlers['session/request_permission'] = ({ options }) => ({ outcome:
      { outcome: 'selected', optionId: options.find(({ kind }) => kind === 'allow_once').optionId } });
    const turn = server.prompt(session, prompt);
    await until('the turn to do something', () =>
      server.text(session) !== '' || server.updates(session, 'tool_call').length > 0);
    assert.deepEqual(await steered(server, session, '[[say: by bus then]]'), { outcome: 'injected' });
    const { stopReason, _meta: { tine } } = await turn;
    assert.equal(stopReason, 'end_turn');
    assert.match(server.text(session), /by bus then/);
    assert.ok(tine.usage.tokens.output > 0);
    // The turn is over, and the next one is a turn of its own.
    const before = server.text(session);
    await server.prompt(session, '[[say: and on]]');
    assert.equal(server.text(session), `${before}and on`);
    const told = world.model.requests().map(({ body }) => JSON.stringify(body));
    assert.equal(told.at(-1).split('by bus then]]').length, 2, 'the model read it once');
  });

  test(`steering: ${backend} ends a steered turn that is cancelled, of ${prompt}`, async () => {
    const world = await World.make();
    const { server, session } = await world.open({}, 'zed');
    server.handlers['session/request_permission'] = ({ options }) => ({ outcome:
      { outcome: 'selected', optionId: options.find(({ kind }) => kind === 'allow_once').optionId } });
    const turn = server.prompt(session, prompt);
    await until('the turn to do something', () =>
      server.text(session) !== '' || server.updates(session, 'tool_call').length > 0);
    await steered(server, session, '[[slow: 400 50]]');
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await turn).stopReason, 'cancelled');
    await server.prompt(session, '[[say: and on]]');
    assert.match(server.text(session), /and on$/);
  });
}
