// The official SDK as the client, through its entry point for stable ACP and through the one that
// adds what is unstable.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as stable from '@agentclientprotocol/sdk';
import * as unstable from '@agentclientprotocol/sdk/unstable';

import { directory, patience, test, until, within } from './cases.mjs';
import { checkAgentMessage, checkType } from './schema.mjs';
import { allow, Editor, everything } from './sdk_editor.mjs';

test('the check by the schema can fail', () => {
  assert.deepEqual(checkType('StopReason', 'end_turn'), []);
  assert.notDeepEqual(checkType('StopReason', 'enough'), []);
  assert.notDeepEqual(checkType('PromptResponse', { stopReason: 'end_turn', extra: 1 }), []);
  const asked = () => 'session/new';
  const message = (result) => ({ jsonrpc: '2.0', id: 1, result });
  assert.deepEqual(checkAgentMessage(message({ sessionId: 'a' }), asked), []);
  assert.notDeepEqual(checkAgentMessage(message({ sessionId: 1 }), asked), []);
  assert.notDeepEqual(checkAgentMessage(message({ sessionId: 'a' }), () => undefined), []);
  const wrong = { jsonrpc: '2.0', method: 'session/update',
    params: { sessionId: 'a', update: { sessionUpdate: 'agent_message_chunk' } } };
  assert.notDeepEqual(checkAgentMessage(wrong, asked), []);
});

for (const [name, acp] of [['unstable', unstable], ['stable', stable]]) {
  const check = (what, body) => test(`sdk ${name}: ${what}`, () => body());

  check('initialize', async () => {
    const { ready } = await Editor.open(acp);
    assert.equal(ready.protocolVersion, 1);
    assert.equal(ready.agentInfo.name, 'tine');
    assert.equal(ready.agentCapabilities.loadSession, true);
    assert.deepEqual(ready.authMethods, []);
  });

  check('new, prompt, a streamed answer', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const { stopReason, text } = await editor.ask(session, 'hello there');
    assert.equal(stopReason, 'end_turn');
    assert.equal(text, 'You said: hello there');
    const long = await editor.ask(session, '[[slow:5:1]] one two three four five');
    assert.equal(long.text, 'one two three four five');
    assert.ok(editor.of(session, 'agent_message_chunk').length >= 5);
  });

  check('authenticate and logout', async () => {
    const editor = await Editor.open(acp, { ...everything, _meta: { 'terminal-auth': true } });
    const methodId = editor.ready.authMethods[0].id;
    await editor.request(editor.agent.authenticate, { methodId });
    await editor.request(editor.agent.logout, {});
    await assert.rejects(editor.request(editor.agent.authenticate, { methodId: 'none' }),
      { code: -32602 });
  });

  check('the session builder', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.connection.agent.buildSession(editor.project).start();
    session.prompt('built');
    assert.equal(await within(patience / 2, 'text', session.readText()), 'You said: built');
    session.dispose();
  });

  check('list, by directory and page', async () => {
    const editor = await Editor.open(acp);
    const ids = [];
    for (let i = 0; i < 60; i += 1) {
      ids.push(await editor.create());
      await editor.prompt(ids[i], `number ${i}`);
    }
    const cwd = editor.project;
    const first = await editor.request(editor.agent.session.list, { cwd });
    assert.ok(first.nextCursor);
    const second = await editor.request(editor.agent.session.list,
      { cwd, cursor: first.nextCursor });
    const listed = [...first.sessions, ...second.sessions];
    assert.deepEqual(listed.map(({ sessionId }) => sessionId).sort(), ids.sort());
    assert.ok(listed.every(({ title }) => title.startsWith('number ')));
    const none = await editor.request(editor.agent.session.list, { cwd: directory('unused') });
    assert.deepEqual(none.sessions, []);
  });

  check('resume goes on without a replay, load replays', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    await editor.prompt(session, 'remember the milk');
    await editor.request(editor.agent.session.close, { sessionId: session });
    await assert.rejects(editor.prompt(session, 'hello?'), { code: -32002 });
    editor.updates.length = 0;
    const where = { sessionId: session, cwd: editor.project, mcpServers: [] };
    await editor.request(editor.agent.session.resume, where);
    assert.equal(editor.text(session), '');
    assert.match((await editor.ask(session, '[[recall]]')).text, /remember the milk/);
    editor.updates.length = 0;
    await editor.request(editor.agent.session.load, where);
    assert.match(editor.text(session), /You said: remember the milk.*I was told:/s);
    const told = editor.of(session, 'user_message_chunk').map(({ content }) => content.text);
    assert.deepEqual(told, ['remember the milk', '[[recall]]']);
  });

  check('close twice, delete twice', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    await editor.prompt(session, 'soon gone');
    for (const method of ['close', 'close', 'delete', 'delete']) {
      await editor.request(editor.agent.session[method], { sessionId: session });
    }
    const { sessions } = await editor.request(editor.agent.session.list, {});
    assert.deepEqual(sessions, []);
  });

  check('cancel in mid-turn, and nothing of the turn after its answer', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const turn = editor.prompt(session, '[[open:Long work]] [[slow:1000:20]] ' + 'word '.repeat(2000));
    await editor.saying(session, 'word');
    await editor.cancel(session);
    assert.equal((await turn).stopReason, 'cancelled');
    assert.equal(editor.of(session, 'tool_call_update').at(-1).status, 'failed');
    assert.equal((await editor.ask(session, 'still there?')).text, 'You said: still there?');
    assert.deepEqual(editor.server.afterCancelled('turn-1'), []);
  });

  check('cancel ends the queued prompts too', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const turns = ['[[say:on it]] [[hang]]', 'second', 'third']
      .map((text) => editor.prompt(session, text));
    await editor.saying(session, 'on it');
    await editor.cancel(session);
    for (const turn of turns) assert.equal((await turn).stopReason, 'cancelled');
  });

  check('close in mid-turn ends the prompt', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const turn = editor.prompt(session, '[[say:on it]] [[hang]]');
    await editor.saying(session, 'on it');
    await editor.request(editor.agent.session.close, { sessionId: session });
    assert.equal((await turn).stopReason, 'cancelled');
  });

  check('$/cancel_request of a prompt', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const abort = new AbortController();
    const turn = editor.prompt(session, '[[say:on it]] [[hang]]', { cancellationSignal: abort.signal });
    await editor.saying(session, 'on it');
    abort.abort();
    const answer = await turn.catch((fault) => fault);
    assert.ok(answer.stopReason === 'cancelled' || answer.code === -32800, String(answer));
    assert.equal((await editor.prompt(session, 'next')).stopReason, 'end_turn');
  });

  check('permission allowed', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    editor.permit = allow('allow_once');
    assert.equal((await editor.ask(session, '[[ask:Paint it]]')).text, 'Allowed: once');
    assert.equal(editor.of(session, 'tool_call').at(-1).title, 'Paint it');
    assert.equal(editor.of(session, 'tool_call_update').at(-1).status, 'completed');
  });

  check('permission denied', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    editor.permit = allow('reject_once');
    assert.equal((await editor.ask(session, '[[ask:Paint it]]')).text, 'Not allowed.');
    assert.equal(editor.of(session, 'tool_call_update').at(-1).status, 'failed');
  });

  for (const [what, answer] of [
    ['cancelled', () => ({ outcome: { outcome: 'cancelled' } })],
    ['answered with an error', () => { throw new Error('no idea'); }],
    ['answered with an unknown option',
      () => ({ outcome: { outcome: 'selected', optionId: 'perhaps' } })],
  ]) {
    check(`permission ${what} means no`, async () => {
      const editor = await Editor.open(acp);
      const session = await editor.create();
      editor.permit = answer;
      const { stopReason, text } = await editor.ask(session, '[[ask:Paint it]]');
      assert.deepEqual([stopReason, text], ['end_turn', 'Not allowed.']);
    });
  }

  check('cancel while permission is asked withdraws the question', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    let asked;
    editor.permit = (_params, signal) => new Promise((_, reject) => {
      asked = signal;
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    const turn = editor.prompt(session, '[[ask:Paint it]]');
    await until('the question', () => asked);
    await editor.cancel(session);
    assert.equal((await turn).stopReason, 'cancelled');
    await until('the question to be withdrawn', () => asked.aborted);
  });

  check('reads a file through the client', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    writeFileSync(join(editor.project, 'a.txt'), 'one\ntwo\nthree\n');
    assert.equal((await editor.ask(session, '[[read:a.txt]]')).text, 'Read 14 bytes.');
    assert.equal((await editor.ask(session, '[[read:a.txt:2:1]]')).text, 'Read 4 bytes.');
    assert.match((await editor.ask(session, '[[read:none.txt]]')).text, /^Could not read: /);
  });

  check('writes a file through the client, with permission', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const file = join(editor.project, 'b.txt');
    editor.permit = allow('reject_once');
    await editor.ask(session, '[[write:b.txt:never]]');
    assert.throws(() => readFileSync(file), { code: 'ENOENT' });
    editor.permit = allow('allow_always');
    assert.equal((await editor.ask(session, '[[write:b.txt:hello]]')).text, 'Written.');
    assert.equal(readFileSync(file, 'utf8'), 'hello');
    const [diff] = editor.of(session, 'tool_call').at(-1).content;
    assert.deepEqual([diff.type, diff.path, diff.newText], ['diff', file, 'hello']);
  });

  check('runs a command in a terminal of the client', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    editor.permit = allow('allow_once');
    const { text } = await editor.ask(session, '[[run:pwd; echo err >&2; exit 3]]');
    assert.ok(text.startsWith(`Exit 3: ${editor.project}\n`) && text.includes('err'), text);
    assert.deepEqual(editor.terminals.calls, ['create', 'wait_for_exit', 'output', 'release']);
    const shown = editor.of(session, 'tool_call_update').flatMap(({ content }) => content ?? []);
    assert.equal(shown[0].type, 'terminal');
  });

  check('cancel releases the terminal of a running command', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    editor.permit = allow('allow_once');
    const turn = editor.prompt(session, '[[run:sleep 1000]]');
    await until('the command', () => editor.terminals.calls.includes('wait_for_exit'));
    await editor.cancel(session);
    assert.equal((await turn).stopReason, 'cancelled');
    await until('the release', () => editor.terminals.open.size === 0);
  });

  check('no call of a client that lacks the capability', async () => {
    const editor = await Editor.open(acp, {});
    const session = await editor.create();
    editor.permit = allow('allow_once');
    writeFileSync(join(editor.project, 'a.txt'), 'there');
    assert.match((await editor.ask(session, '[[read:a.txt]]')).text, /^Could not read: /);
    assert.match((await editor.ask(session, '[[write:a.txt:x]]')).text, /^Could not write: /);
    assert.match((await editor.ask(session, '[[run:true]]')).text, /^Could not run: /);
    assert.match((await editor.ask(session, '[[input:Why?]]')).text, /^Could not ask: /);
    assert.deepEqual(editor.terminals.calls, []);
    assert.equal(readFileSync(join(editor.project, 'a.txt'), 'utf8'), 'there');
    const methods = new Set(editor.server.messages.map(({ method }) => method));
    assert.deepEqual([...methods].filter(Boolean), ['session/update']);
  });

  check('asks the person for input', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    editor.answer = () => ({ action: 'accept', content: { answer: 'because' } });
    assert.equal((await editor.ask(session, '[[input:Why?]]')).text, 'You answered: because');
    editor.answer = () => ({ action: 'decline' });
    assert.equal((await editor.ask(session, '[[input:Why?]]')).text, 'You gave no answer.');
  });

  check('modes and options, in step', async () => {
    const editor = await Editor.open(acp);
    const made = await editor.request(editor.agent.session.new,
      { cwd: editor.project, mcpServers: [] });
    const { sessionId } = made;
    assert.equal(made.modes.currentModeId, 'ask');
    const mode = (options) => options.find(({ category }) => category === 'mode').currentValue;
    await editor.request(editor.agent.session.setMode, { sessionId, modeId: 'auto' });
    await until('the option to follow', () =>
      editor.of(sessionId, 'config_option_update').some(({ configOptions }) =>
        mode(configOptions) === 'auto'));
    const { configOptions } = await editor.request(editor.agent.session.setConfigOption,
      { sessionId, configId: 'mode', value: 'read-only' });
    assert.equal(mode(configOptions), 'read-only');
    await until('the mode to follow', () =>
      editor.of(sessionId, 'current_mode_update').some(({ currentModeId }) =>
        currentModeId === 'read-only'));
    await editor.request(editor.agent.session.setConfigOption,
      { sessionId, configId: 'model', value: 'owl' });
    await editor.prompt(sessionId, 'wise');
    assert.equal(editor.of(sessionId, 'agent_thought_chunk').length, 1);
    await assert.rejects(editor.request(editor.agent.session.setMode, { sessionId, modeId: 'mad' }),
      { code: -32602 });
  });

  check('plans, thoughts, tools, diffs, titles and commands arrive', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    await editor.prompt(session, '[[plan:one|two]] [[think:hm]] [[tool:search:Look around]] ' +
      '[[title:A new name]]');
    assert.deepEqual(editor.of(session, 'plan').at(-1).entries.map(({ status }) => status),
      ['completed', 'completed']);
    assert.equal(editor.of(session, 'agent_thought_chunk')[0].content.text, 'hm');
    assert.equal(editor.of(session, 'tool_call')[0].kind, 'search');
    assert.equal(editor.of(session, 'session_info_update').at(-1).title, 'A new name');
    const [{ availableCommands }] = editor.of(session, 'available_commands_update');
    assert.deepEqual(availableCommands.map(({ name: command }) => command).sort(),
      ['tine-fork', 'tine-seed', 'tine-tasks', 'tine-tree', 'tine-usage']);
  });

  check('a turn that fails is an error that says what to do', async () => {
    const editor = await Editor.open(acp);
    const session = await editor.create();
    const fault = await editor.prompt(session, '[[fail:usage_limit]]').catch((each) => each);
    assert.match(fault.message, /usage_limit\. Wait until the limit is reset/);
    assert.deepEqual(fault.data, { details: fault.message });
    for (const reason of ['max_tokens', 'refusal', 'max_turn_requests']) {
      assert.equal((await editor.prompt(session, `[[stop:${reason}]]`)).stopReason, reason);
    }
  });
}

test('sdk unstable: fork; each branch knows its own', async () => {
  const editor = await Editor.open(unstable);
  assert.ok(editor.ready.agentCapabilities.sessionCapabilities.fork);
  const parent = await editor.create();
  await editor.prompt(parent, 'the sky is blue');
  const { sessionId: child } = await editor.request(editor.agent.session.fork,
    { sessionId: parent, cwd: editor.project, mcpServers: [] });
  assert.notEqual(child, parent);
  await editor.prompt(parent, 'the grass is green');
  await editor.prompt(child, 'the sun is yellow');
  const inParent = (await editor.ask(parent, '[[recall]]')).text;
  const inChild = (await editor.ask(child, '[[recall]]')).text;
  assert.deepEqual(['blue', 'green', 'yellow'].map((word) => inParent.includes(word)),
    [true, true, false]);
  assert.deepEqual(['blue', 'green', 'yellow'].map((word) => inChild.includes(word)),
    [true, false, true]);
});

test('sdk unstable: fork of a running and of a never-prompted session', async () => {
  const editor = await Editor.open(unstable);
  const parent = await editor.create();
  const fork = async () => (await editor.request(editor.agent.session.fork,
    { sessionId: parent, cwd: editor.project, mcpServers: [] })).sessionId;
  assert.equal((await editor.ask(await fork(), '[[recall]]')).text, 'I was told nothing yet.');
  await editor.prompt(parent, 'first');
  const turn = editor.prompt(parent, '[[say:second]] [[hang]]');
  await editor.saying(parent, 'second');
  const recalled = await editor.ask(await fork(), '[[recall]]');
  assert.equal(recalled.text, 'I was told:\n1. first');
  await editor.cancel(parent);
  assert.equal((await turn).stopReason, 'cancelled');
});

test('sdk unstable: usage of a turn', async () => {
  const editor = await Editor.open(unstable);
  const session = await editor.create();
  const given = '[[usage:input=1,output=2,cache_read=30,cache_write=4,thought=1]]';
  const { usage } = await editor.prompt(session, given);
  assert.deepEqual(usage, { totalTokens: 37, inputTokens: 1, outputTokens: 2, thoughtTokens: 1,
    cachedReadTokens: 30, cachedWriteTokens: 4 });
  await editor.prompt(session, 'modelled');
  assert.ok(editor.of(session, 'usage_update').at(-1).used > 0);
});

test('sdk unstable: notices and compaction go to who announced them, else a thought', async () => {
  const prompt = '[[notice:warning:Take care]] [[compact:All of it]]';
  const told = await Editor.open(unstable);
  const first = await told.create();
  await told.prompt(first, prompt);
  assert.equal(told.of(first, 'notice').length, 1);
  assert.equal(told.of(first, 'compaction_update').at(-1).status, 'completed');
  const plain = await Editor.open(unstable, {});
  const second = await plain.create();
  await plain.prompt(second, prompt);
  assert.equal(plain.of(second, 'notice').length, 0);
  assert.equal(plain.of(second, 'compaction_update').length, 0);
  const thoughts = plain.of(second, 'agent_thought_chunk').map(({ content }) => content.text);
  assert.equal(thoughts.length, 2);
  assert.match(thoughts[0], /Take care/);
});

test('sdk unstable: a story with a new server between any two of its steps', async () => {
  const steps = 6;
  for (let gap = 0; gap <= steps; gap += 1) {
    const env = { XDG_STATE_HOME: directory('state') };
    const project = directory('project');
    const open = () => Editor.open(unstable, everything, { env, project });
    let editor = await open();
    const known = [];
    let step = 0;
    /// The editor for the next step, with the sessions open that it knows.
    const next = async () => {
      step += 1;
      if (step !== gap && gap !== 0) return editor;  // 0: at every step
      editor.server.stdin.end();
      await editor.server.exited;
      editor = await open();
      for (const sessionId of known) {
        await editor.request(editor.agent.session.load,
          { sessionId, cwd: project, mcpServers: [] });
      }
      return editor;
    };
    const parent = await editor.create();
    known.push(parent);
    await (await next()).prompt(parent, 'the sky is blue');
    const { sessionId: child } = await (await next()).request(editor.agent.session.fork,
      { sessionId: parent, cwd: project, mcpServers: [] });
    known.push(child);
    await (await next()).prompt(parent, 'the grass is green');
    await (await next()).prompt(child, 'the sun is yellow');
    assert.equal((await (await next()).ask(child, '[[recall]]')).text,
      'I was told:\n1. the sky is blue\n2. the sun is yellow');
    assert.equal((await (await next()).ask(parent, '[[recall]]')).text,
      'I was told:\n1. the sky is blue\n2. the grass is green');
    const { sessions } = await editor.request(editor.agent.session.list, {});
    assert.deepEqual(new Set(sessions.map(({ sessionId }) => sessionId)), new Set(known));
    editor.server.stdin.end();
    await editor.server.exited;
  }
});
