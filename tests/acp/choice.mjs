// Which agent works in a session is chosen in the editor: the option "Agent".

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';

import { AgentWorld } from '../clients/agent_world.mjs';
import { test, until } from '../clients/cases.mjs';

const agent = join(dirname(process.env.TINE), 'tests/agent/scripted_agent');

/// Two agents that are there, and one that is not.
function place() {
  const world = new AgentWorld('acp', null, 'first');
  const other = (name, command, more = '') => `[backends.${name}]\nkind = "acp"\n` +
    `command = ${JSON.stringify(command)}\nrights = "asks"\n${more}`;
  world.configure(`command = ${JSON.stringify([agent])}\nrights = "asks"\n` +
    other('second', [agent, 'modeless']) + other('gone', ['/nowhere/agent']));
  return world;
}

const choose = (server, session, value) => server.request('session/set_config_option',
  { sessionId: session, configId: 'tine-agent', value });
const agentOf = (options) => options.find(({ id }) => id === 'tine-agent');

async function open(world) {
  const server = await world.serve({}, 'zed');
  const opened = await server.request('session/new', { cwd: world.project, mcpServers: [] });
  return { server, session: opened.sessionId, opened };
}

test('agent option: lists the agents that are installed, beside the one that works', async () => {
  const { opened } = await open(place());
  const option = agentOf(opened.configOptions);
  assert.equal(option.name, 'Agent');
  assert.equal(option.currentValue, 'first');
  assert.deepEqual(option.options.map(({ value }) => value), ['first', 'second']);
});

test('agent option: with one agent there is nothing to choose', async () => {
  const world = new AgentWorld('acp', null, 'only');
  world.configure(`command = ${JSON.stringify([agent])}`);
  const { opened } = await open(world);
  assert.equal(agentOf(opened.configOptions ?? []), undefined);
});

test('agent option: a session without a past begins with the other agent', async () => {
  const world = place();
  const { server, session } = await open(world);
  const { configOptions } = await choose(server, session, 'second');
  assert.equal(agentOf(configOptions).currentValue, 'second');
  const { _meta: { tine } } = await server.prompt(session, '[[say: well]]');
  assert.ok(tine.turn === 1);
  const { sessions } = await server.request('session/list', { cwd: world.project });
  assert.equal(sessions.find(({ sessionId }) => sessionId === session)._meta.tine.backend, 'second');

  // Another tine finds it there.
  server.stdin.end();
  await server.exited;
  const again = await world.serve({}, 'zed');
  const loaded = await again.request('session/load',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.equal(loaded._meta.tine.backend, 'second');
});

test('agent option: to and fro, and a prompt in the same write, goes to the last one', async () => {
  const { server, session } = await open(place());
  const all = await Promise.all([choose(server, session, 'second'), choose(server, session, 'first'),
    choose(server, session, 'second'), server.prompt(session, '[[say: well]]')]);
  assert.equal(all.at(-1).stopReason, 'end_turn');
  assert.equal(agentOf(all[2].configOptions).currentValue, 'second');
  assert.equal(server.text(session), 'well');
});

test('agent option: a session with a past stays, and a fork goes on with the other agent', async () => {
  const world = place();
  const { server, session } = await open(world);
  await server.prompt(session, '[[say: noted]] plant a walnut');
  const { configOptions } = await choose(server, session, 'second');
  const option = agentOf(configOptions);
  assert.equal(option.currentValue, 'first');
  assert.match(option.options[1].description, /Forks this session to second/);
  await until('the news of the fork', () => /The new session is/.test(server.text(session)));
  const { sessions } = await server.request('session/list', { cwd: world.project });
  const child = sessions.find(({ _meta }) => _meta.tine.parent === session);
  assert.equal(child._meta.tine.backend, 'second');
  await server.request('session/load',
    { sessionId: child.sessionId, cwd: world.project, mcpServers: [] });
  await server.prompt(child.sessionId, '[[recall]]');
  assert.match(server.text(child.sessionId), /walnut/);
});

test('agent option: one that is not there cannot be chosen', async () => {
  const { server, session } = await open(place());
  const fault = await choose(server, session, 'gone').then(() => assert.fail(), (error) => error);
  assert.equal(fault.code, -32602);
});
