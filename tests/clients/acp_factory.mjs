// acp-factory as the client, as a script of its users would.

import assert from 'node:assert/strict';

import { AgentFactory } from 'acp-factory';

import { defer, directory, program, running, test, until } from './cases.mjs';
import { environment } from './server.mjs';

/// An agent of the factory, and a session in it; `permit` answers questions.
async function open({ home = directory('home'), project = directory('project'), permit } = {}) {
  AgentFactory.register('tine', { command: program, args: ['acp'] });
  const agent = await AgentFactory.spawn('tine', {
    env: environment({ HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state` }),
    permissionMode: permit ? 'callback' : 'auto-deny', onPermissionRequest: permit,
  });
  defer(() => agent.close());
  return { agent, home, project };
}

/// Prompts, and cancels the turn once that text has come: what comes together with the answer may be
/// lost in this version, which lets the answer race with the next update.
async function hear(session, prompt, expected) {
  let text = '';
  let cancelled;
  for await (const update of session.prompt(`${prompt} [[hang]]`)) {
    if (update.sessionUpdate !== 'agent_message_chunk') continue;
    text += update.content.text;
    if (text.includes(expected)) cancelled ??= session.cancel();
  }
  await cancelled;
  assert.ok(text.includes(expected), text);
}

test('acp-factory: a prompt, a permission and a cancel', async () => {
  const asked = [];
  const permit = async ({ options, toolCall }) => {
    asked.push(toolCall.title);
    return { outcome: { outcome: 'selected', optionId: options[0].optionId } };
  };
  const { agent, project } = await open({ permit });
  assert.equal(agent.capabilities.loadSession, true);
  const session = await agent.createSession(project);
  await hear(session, '[[say:hello]]', 'hello');
  await hear(session, '[[ask:Paint it blue]]', 'Allowed: once');
  assert.deepEqual(asked, ['Paint it blue']);
});

test('acp-factory: a denied permission is told', async () => {
  const { agent, project } = await open();
  await hear(await agent.createSession(project), '[[ask:Paint it blue]]', 'Not allowed.');
});

test('acp-factory: a session is loaded in a new process, and forked', async () => {
  const { agent, home, project } = await open();
  const session = await agent.createSession(project);
  await hear(session, '[[say:Noted.]] the key is under the mat', 'Noted.');
  await agent.close();
  await until('the program to have gone', () => running().length === 0);
  const { agent: other } = await open({ home, project });
  const loaded = await other.loadSession(session.id, project);
  await hear(loaded, '[[recall]]', '1. the key is under the mat');
  const fork = await loaded.fork();
  assert.notEqual(fork.id, loaded.id);
  await hear(fork, '[[recall]]', '1. the key is under the mat');
});
