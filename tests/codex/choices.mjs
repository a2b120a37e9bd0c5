// What a person chooses and hands over: modes, options, images, files, directories, answers.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { usesOwnTools } from '../clients/own_tools.mjs';
import { World } from './world.mjs';

const lastInput = (world) => world.model.requests().at(-1).body.input;

/// Makes a file in a command of its own; whether it is there then.
async function writes(server, session, path) {
  await server.prompt(session, `[[run: touch ${path}]] [[say: ok]]`);
  return existsSync(path);
}

test('codex: a mode works from the next turn on', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const setMode = (modeId) => server.request('session/set_mode', { sessionId: session, modeId });
  const inside = (name) => join(world.project, name);
  assert.ok(await writes(server, session, inside('one')));
  await setMode('read-only');
  assert.ok(!await writes(server, session, inside('two')));
  await setMode('full-access');
  assert.ok(await writes(server, session, join(world.home, 'three')));
  await setMode('auto');
  // Directories for temporary files are open in this mode.
  assert.ok(!await writes(server, session, `/var/cache/tine-test-${process.pid}`));
});

test('codex: a fork has its parent\'s mode and model', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.request('session/set_mode', { sessionId: session, modeId: 'read-only' });
  await server.prompt(session, '[[say: hello]]');
  const fork = await server.request('session/fork',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.equal(fork.modes.currentModeId, 'read-only');
  assert.ok(!await writes(server, fork.sessionId, join(world.project, 'no')));
});

test('codex: model and effort go with the next prompt, and a fork keeps the model', async () => {
  const world = await World.make();
  const first = await world.open();
  await first.server.prompt(first.session, '[[say: hello]]');
  // What Codex offers is known once it has run.
  const session = await first.server.newSession(world.project);
  const set = (configId, value) => first.server.request('session/set_config_option',
    { sessionId: session, configId, value });
  const { configOptions } = await set('effort', 'high');
  const models = configOptions.find(({ id }) => id === 'model').options.map(({ value }) => value);
  const other = models.find((model) => model !== 'default' && model !== 'gpt-5.5');
  await set('model', other);
  await first.server.prompt(session, '[[say: with it]]');
  const { body } = world.model.requests().at(-1);
  assert.equal(body.model, other);
  assert.equal(body.reasoning.effort, 'high');
  const fork = await first.server.request('session/fork',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  await first.server.prompt(fork.sessionId, '[[say: in the fork]]');
  assert.equal(world.model.requests().at(-1).body.model, other);
});

test('codex: images are seen, links are named and embedded text is read', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await server.request('session/prompt', { sessionId: session, prompt: [
    { type: 'text', text: '[[say: seen]]' },
    { type: 'image', mimeType: 'image/png', data: pixel },
    { type: 'resource_link', name: 'notes', uri: 'file:///project/notes.txt' },
    { type: 'resource', resource: { uri: 'file:///project/a.txt', text: 'embedded words' } },
  ] });
  const input = JSON.stringify(lastInput(world));
  assert.ok(input.includes('data:image/png;base64,'));
  assert.ok(input.includes('[@notes](file:///project/notes.txt)'));
  assert.ok(input.includes('embedded words'));
});

test('codex: a system prompt replaces that of Codex, or is added to it, also in a fork', async () => {
  const world = await World.make();
  const server = await world.serve();
  const opened = async (mode, text) => (await server.request('session/new', { cwd: world.project,
    mcpServers: [], systemPrompt: { mode, content: [{ type: 'text', text }] } })).sessionId;
  const base = () => world.model.requests().at(-1).body.input[0].content[0].text;
  const replaced = await opened('override', 'You are a parrot.');
  await server.prompt(replaced, '[[say: one]]');
  assert.equal(base(), 'You are a parrot.');
  const { sessionId: fork } = await server.request('session/fork',
    { sessionId: replaced, cwd: world.project, mcpServers: [] });
  await server.prompt(fork, '[[say: two]]');
  assert.equal(base(), 'You are a parrot.');
  const next = await world.serve();
  await server.request('session/close', { sessionId: replaced });
  await next.request('session/resume', { sessionId: replaced, cwd: world.project, mcpServers: [] });
  await next.prompt(replaced, '[[say: three]]');
  assert.equal(base(), 'You are a parrot.');
  await server.prompt(await opened('append', 'Speak like a pirate.'), '[[say: arr]]');
  assert.match(base(), /^You are Codex/);
  assert.ok(JSON.stringify(world.model.requests().at(-1).body.input).includes('Speak like a pirate.'));
});

test('codex: an additional directory can be written', async () => {
  const world = await World.make();
  const server = await world.serve();
  const more = directory('more');
  const { sessionId } = await server.request('session/new',
    { cwd: world.project, additionalDirectories: [more], mcpServers: [] });
  assert.ok(await writes(server, sessionId, join(more, 'file')));
  assert.ok(JSON.stringify(lastInput(world)).includes(more));
});

test('codex: an MCP server of the request is started, its tools called, and leave asked', async () => {
  const world = await World.make();
  const server = await world.serve();
  const asked = [];
  let choose = 'reject_once';
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return { outcome: { outcome: 'selected', optionId: choose } };
  };
  const script = join(process.cwd(), 'tests/clients/mcp_server.mjs');
  const { sessionId } = await server.request('session/new', { cwd: world.project, mcpServers: [
    { name: 'our tools', command: process.execPath, args: [script],
      env: [{ name: 'GREETING', value: 'servus' }] }] });
  const call = async (tool, times) => {
    await server.prompt(sessionId,
      `[[mcp: mcp__our_tools ${tool} {"name":"Ada"}]] [[say: ok ${times}]]`);
    return server.updates(sessionId, 'tool_call_update').at(-1);
  };
  assert.equal((await call('greet', 1)).content[0].content.text, 'servus, Ada');
  assert.equal(server.updates(sessionId, 'tool_call')[0].title, 'our_tools: greet');
  assert.equal(asked.length, 0);
  assert.equal((await call('change', 1)).status, 'failed');
  assert.equal(asked[0].toolCall.toolCallId, server.updates(sessionId, 'tool_call')[1].toolCallId);
  choose = 'allow_always';
  assert.equal((await call('change', 2)).content[0].content.text, 'servus, Ada');
  assert.equal((await call('change', 3)).status, 'completed');
  assert.equal(asked.length, 2);
});

test('codex: with memory.mcp the agent has our own tools, also in a fork and when it is gone on with',
  // Codex does not hand a key on that is only in its environment.
  async () => usesOwnTools(await World.make({ tineConfig: 'env = { OPENAI_API_KEY = "very-secret-key" }' }), {
    calling: (tool, args) => `[[mcp: mcp__tine ${tool} ${JSON.stringify(args)}]]`,
  }));

const question = JSON.stringify({ questions: [{ id: 'colour', header: 'Colour',
  question: 'Which colour?', options: [{ label: 'red', description: 'warm' },
    { label: 'blue', description: 'cold' }] }] });

const asksUser = { codexConfig: '[features]\ndefault_mode_request_user_input = true' };
const lastResult = (world) =>
  lastInput(world).findLast(({ type }) => type === 'function_call_output');

for (const { how, capabilities, name, method, answer } of [
  { how: 'a form', capabilities: { elicitation: { form: {} } }, method: 'elicitation/create',
    answer: { action: 'accept', content: { colour: 'blue' } } },
  { how: 'named options', capabilities: {}, name: 'zed', method: 'session/request_permission',
    answer: { outcome: { outcome: 'selected', optionId: 'allow_once_2' } } },
]) {
  test(`codex: what the model wants to know is asked by ${how}`, async () => {
    const world = await World.make(asksUser);
    const { server, session } = await world.open(capabilities, name);
    let asked;
    server.handlers[method] = (params) => {
      asked = params;
      return answer;
    };
    await server.prompt(session, `[[call: request_user_input ${question}]] [[say: ok]]`);
    assert.match(JSON.stringify(lastResult(world)), /blue/);
    assert.match(JSON.stringify(asked), /blue: cold/, 'it says what the choices mean');
  });
}

test('codex: elsewhere the model is told to ask in its own words', async () => {
  const world = await World.make(asksUser);
  const { server, session } = await world.open();
  await server.prompt(session, `[[call: request_user_input ${question}]] [[say: red or blue?]]`);
  assert.match(JSON.stringify(lastResult(world)), /in your own words/);
  assert.equal(server.text(session), 'red or blue?');
  assert.ok(!server.messages.some(({ method }) => method === 'session/request_permission'));
});

test('codex: an approval is one of each kind, and its widest is offered by name and kept', async () => {
  const world = await World.make();
  const outside = (name) => join(world.home, name);
  const named = ({ options }) => options.map(({ optionId, name }) => [optionId, name]);
  let choose = 'allow_always';
  const asking = async (name) => {
    const opened = await world.open({}, name);
    const asked = [];
    opened.server.handlers['session/request_permission'] = (params) => {
      asked.push(params);
      return { outcome: { outcome: 'selected', optionId: choose } };
    };
    return { ...opened, asked };
  };
  const first = await asking('zed');
  const command = `touch ${outside('one')}`;
  await first.server.prompt(first.session, `[[escalate: ${command}]] [[say: made]]`);
  assert.deepEqual(named(first.asked[0]), [['allow_once', 'Allow once'],
    ['allow_always', `Always allow ${command}`], ['reject_once', 'Decline, and go on'],
    ['reject_once_2', 'Cancel the turn']]);
  assert.match(first.asked[0].toolCall.content.at(-1).content.text, /Codex keeps a rule.*other sessions/);
  assert.match(readFileSync(outside('.codex/rules/default.rules'), 'utf8'), /touch/);
  // Who is shown no names is offered one of each kind; what it was not offered is a no.
  choose = 'reject_once_2';
  const other = await asking('CodeCompanion.nvim');
  const kept = await other.server.prompt(other.session, `[[escalate: ${command}]] [[say: again]]`);
  assert.equal(kept.stopReason, 'end_turn');
  assert.equal(other.asked.length, 0, 'the rule holds in other sessions');
  await other.server.prompt(other.session, `[[escalate: touch ${outside('two')}]] [[say: no]]`);
  assert.deepEqual(named(other.asked[0]).map(([id]) => id),
    ['allow_once', 'allow_always', 'reject_once']);
  assert.ok(!existsSync(outside('two')));
});

test('codex: what a subagent asks is asked in the session that it works for, and paid there',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    server.handlers['session/request_permission'] = () =>
      ({ outcome: { outcome: 'selected', optionId: 'reject_once' } });
    // Written so that the directive is the subagent's, and not ours.
    const message = '\\u005b\\u005bescalate: touch /nowhere/it\\u005d\\u005d';
    const turn = server.prompt(session, `[[mcp: multi_agent_v1 spawn_agent {"message":"${message}"}]]
      [[run: until test -e go; do sleep 0.05; done]] [[say: both are done]]`);
    const { params } = await server.waitFor('the question',
      ({ method }) => method === 'session/request_permission');
    assert.equal(params.sessionId, session);
    assert.match(JSON.stringify(params), /touch \/nowhere\/it/);
    const isDeclined = ({ output }) => /reject|declin|denied/.test(output ?? '');
    await until('the answer at the subagent', () => world.model.requests()
      .some(({ body }) => body.input.some(isDeclined)));
    // Its calls have the key of the thread that it works for.
    const [{ body: { prompt_cache_key: key } }] = world.model.requests();
    await until('the end of the subagent', () => world.model.counted(key).length === 4);
    writeFileSync(join(world.project, 'go'), '');
    const { stopReason, _meta: { tine: { usage } } } = await turn;
    assert.equal(stopReason, 'end_turn');
    const counted = world.model.counted(key);
    assert.equal(counted.length, 5);
    assert.equal(usage.raw.calls.length, 5);
    assert.equal(usage.tokens.prompt, counted.reduce((sum, { prompt }) => sum + prompt, 0));
    assert.equal(usage.models.find(({ model }) => model === '').tokens.prompt,
      usage.tokens.prompt - usage.models.find(({ model }) => model !== '').tokens.prompt);
  });

test('codex: its command is offered wherever a session is opened', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: hello]]');
  const open = { sessionId: session, cwd: world.project, mcpServers: [] };
  const fork = await server.request('session/fork', open);
  await server.request('session/load', open);
  await server.request('session/resume', open);
  const offered = (id) => server.updates(id, 'available_commands_update')
    .map(({ availableCommands }) => availableCommands.map(({ name }) => name));
  await until('all of them', () => offered(session).length === 3 && offered(fork.sessionId).length === 1);
  for (const names of [...offered(session), ...offered(fork.sessionId)]) {
    assert.ok(names.includes('compact') && names.includes('tine-usage'), `${names}`);
  }
});

test('codex: back in the mode it began with, a session has the sandbox of Codex\'s configuration',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const setMode = (modeId) => server.request('session/set_mode', { sessionId: session, modeId });
    const outside = join(world.home, 'outside');
    assert.ok(!await writes(server, session, outside));
    await setMode('read-only');
    assert.ok(!await writes(server, session, outside));
    await setMode('auto');
    // What the configuration of this world closes, and would be open by default.
    assert.ok(!await writes(server, session, outside));
  });
