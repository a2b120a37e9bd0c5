// What Claude Code asks before it does something, and what a person chooses: leave and its limits,
// questions, the end of planning, modes, options.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, running, test, until } from '../clients/cases.mjs';
import {
  answering, chosen, claude, ofProcess, promptAnew, serving, World,
} from './world.mjs';

/// The option that is for more than once and whose name contains `word`.
const always = ({ options }, word = '') =>
  options.find(({ kind, name }) => kind === 'allow_always' && name.includes(word)).optionId;

const lastBody = (world) => world.model.requests().at(-1).body;
/// What the model was told of the last tool that it called.
const lastResult = (world) => JSON.stringify(lastBody(world).messages
  .flatMap(({ content }) => (Array.isArray(content) ? content : []))
  .findLast(({ type }) => type === 'tool_result'));

/// The processes of Claude Code that serve a session.
const processesOf = (session) => running().filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TINE_SESSION_ID=${session}\0`);
  } catch {
    return false;  // it has gone
  }
});

test('claude permissions: what is allowed once is done once, what is denied is not', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  let answer = chosen('allow_once');
  const asked = answering(server, () => answer);
  const touches = async (name) => {
    const { stopReason } = await server.prompt(session,
      `[[run: touch ${name}]] [[say: after ${name}]]`);
    return [stopReason, existsSync(join(world.project, name))];
  };
  assert.deepEqual(await touches('one'), ['end_turn', true]);
  assert.equal(asked[0].toolCall.title, 'touch one');
  assert.equal(asked[0].toolCall.kind, 'execute');
  assert.deepEqual(asked[0].toolCall.rawInput.command, 'touch one');
  answer = chosen('reject_once');
  assert.deepEqual(await touches('two'), ['end_turn', false]);
  assert.match(lastResult(world), /does not want this/);
  assert.ok(server.text(session).endsWith('after two'));
  answer = chosen('no such option');
  assert.deepEqual(await touches('three'), ['end_turn', false]);
  assert.match(lastResult(world), /not answered/);
  answer = { outcome: { outcome: 'cancelled' } };
  assert.deepEqual(await touches('four'), ['cancelled', false]);
  answer = chosen('allow_once');
  assert.deepEqual(await touches('five'), ['end_turn', true]);
  assert.equal(asked.length, 5);
});

test('claude permissions: each suggestion holds for the session, written nowhere', async () => {
  const world = await World.make();
  const { server, session: first } = await world.open({}, 'zed');
  let word;
  const asked = answering(server, (params) => chosen(always(params, word)));
  const outside = directory('outside');
  writeFileSync(join(outside, 'file'), 'text');
  const twice = async (session, command) => {
    const from = asked.length;
    await server.prompt(session, `[[run: ${command}]] [[run: ${command}]] [[say: done]]`);
    return asked.length - from;
  };
  word = 'Bash(';
  assert.equal(await twice(first, 'python3 -c "print(1, 2)"'), 1);
  word = `Read(/${outside}`;
  assert.equal(await twice(first, `cat ${outside}/file`), 1);
  // A fork has nothing of it.
  const fork = await server.request('session/fork',
    { sessionId: first, cwd: world.project, mcpServers: [] });
  word = 'Bash(';
  assert.equal(await twice(fork.sessionId, 'python3 -c "print(1, 2)"'), 1);
  word = 'all edits';
  assert.equal(await twice(fork.sessionId, 'touch here'), 1);
  const modes = server.updates(fork.sessionId, 'current_mode_update');
  assert.deepEqual(modes.map(({ currentModeId }) => currentModeId), ['acceptEdits']);
  assert.deepEqual(server.updates(first, 'current_mode_update'), []);
  assert.ok(!existsSync(join(world.project, '.claude')));
});

test('claude permissions: what was allowed for the session outlives the sleep of its process',
  async () => {
    // What is idle makes room for the next one.
    const world = await World.make({ tineConfig: '[limits]\nmax_processes = 2' });
    const { server, session } = await world.open({}, 'zed');
    let word = 'Bash(';
    const asked = answering(server, (params) => chosen(always(params, word)));
    const outside = directory('outside');
    const write = (name) => `[[call: Write ${JSON.stringify(
      { file_path: join(outside, name), content: 'text' })}]]`;
    const script = '[[run: python3 -c "print(1, 2)"]]';
    await server.prompt(session, script);
    word = 'all edits';
    await server.prompt(session, '[[run: touch here]]');
    word = `Allow ${outside}`;
    await server.prompt(session, write('one'));
    assert.equal(asked.length, 3);
    for (let i = 0; i < 2; i += 1)
      await server.prompt(await server.newSession(world.project), '[[say: hello]]');
    await until('the first one to sleep', () => processesOf(session).length === 0);
    await server.prompt(session,
      `${script} [[run: touch there]] ${write('two')} [[say: awake]]`);
    assert.equal(asked.length, 3);
    assert.ok(existsSync(join(outside, 'two')) && existsSync(join(world.project, 'there')));
    assert.ok(server.text(session).endsWith('awake'));
  });

test('claude permissions: a client that shows kinds is offered one of each, the narrowest',
  async () => {
    const world = await World.make();
    const outside = directory('outside');
    const write = (name) => `[[call: Write ${JSON.stringify(
      { file_path: join(outside, name), content: 'text' })}]]`;
    const names = ({ options }) => options.map(({ optionId, name }) => [optionId, name]);
    const asking = async (name) => {
      const opened = await world.open({}, name);
      return { ...opened, asked: answering(opened.server, () => chosen('allow_always')) };
    };
    const named = await asking('agent-shell');
    await named.server.prompt(named.session, `${write('one')} [[say: ok]]`);
    assert.deepEqual(names(named.asked[0]), [['allow_once', 'Allow once'],
      ['allow_always', `Allow ${outside} for this session`],
      ['allow_always_2', 'Allow all edits in the project for this session'],
      ['reject_once', 'Decline, and go on']]);
    // The key for "always" of a client that shows kinds grants no more than it says.
    const { server, session, asked } = await asking('CodeCompanion.nvim');
    await server.prompt(session, `${write('two')} [[say: ok]]`);
    assert.deepEqual(names(asked[0]), [['allow_once', 'Allow once'],
      ['allow_always', `Allow ${outside} for this session`], ['reject_once', 'Decline, and go on']]);
    const [diff, ...texts] = asked[0].toolCall.content;
    assert.equal(diff.type, 'diff');
    assert.ok(texts.at(-1).content.text.includes(
      `\n- Allow always: Allow ${outside} for this session. The folder then counts`));
    assert.ok(existsSync(join(outside, 'two')));
    assert.deepEqual(server.updates(session, 'current_mode_update'), []);
    server.handlers['session/request_permission'] = (params) => {
      asked.push(params);
      return chosen('allow_always_2');
    };
    await server.prompt(session, `${write('three')} [[say: ok]]`);
    assert.equal(asked.length, 2, 'the next edit is asked about');
    assert.ok(!existsSync(join(outside, 'three')), 'what was not offered grants nothing');
    assert.match(lastResult(world), /not answered/);
  });

test('claude permissions: a command that looks like rules allows itself and nothing else', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const asked = answering(server, (params) => chosen(always(params, 'Bash(')));
  const command = "python3 -c 'print(1),Bash(*),int(2)'";
  await server.prompt(session, `[[run: ${command}]] [[say: allowed]]`);
  assert.equal(asked.length, 1);
  await promptAnew(server, session, `[[run: ${command}]] [[say: again]]`);
  assert.equal(asked.length, 1, 'the rule has outlived the process');
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return chosen('reject_once');
  };
  await server.prompt(session, '[[run: touch other]] [[say: no]]');
  assert.equal(asked.length, 2, 'another command is asked about');
  assert.ok(!existsSync(join(world.project, 'other')));
  assert.ok(!ofProcess(serving(session)[0], 'cmdline').includes('print'));
});

test('claude permissions: a question that the turn is cancelled over is taken back', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  server.handlers['session/request_permission'] = () => new Promise(() => {});
  const turn = server.prompt(session, '[[run: touch one]] [[say: no]]');
  const { id } = await server.waitFor('the question',
    ({ method }) => method === 'session/request_permission');
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  assert.ok(!existsSync(join(world.project, 'one')));
  await server.waitFor('it to be withdrawn',
    ({ method, params }) => method === '$/cancel_request' && params.requestId === id);
  await server.prompt(session, '[[say: a new turn]]');
  assert.equal(server.text(session), 'a new turn');
});

test('claude permissions: an input that the client has changed is what is done', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  let input = { command: 'touch theirs' };
  answering(server, () => chosen('allow_once', { _meta: { tine: { updatedInput: input } } }));
  await server.prompt(session, '[[run: touch ours]] [[say: ok]]');
  assert.ok(existsSync(join(world.project, 'theirs')));
  assert.ok(!existsSync(join(world.project, 'ours')));
  input = 'no input';
  await server.prompt(session, '[[run: touch ours]] [[say: ok]]');
  assert.ok(existsSync(join(world.project, 'ours')));
});

// --- questions of the model's own

const option = (label) => ({ label, description: label.toLowerCase() });
const questions = [
  { question: 'Which colour?', header: 'Colour', multiSelect: false,
    options: [option('Red'), option('Blue')] },
  { question: 'Which sizes?', header: 'Size', multiSelect: true,
    options: [option('Small'), option('Large')] },
];
const ask = (some) =>
  `[[call: AskUserQuestion ${JSON.stringify({ questions: some })}]] [[say: ok]]`;

test('claude permissions: what the model wants to know is asked by a form', async () => {
  const world = await World.make();
  const { server, session } = await world.open({ elicitation: { form: {} } });
  const forms = [];
  let answer = { action: 'accept', content: { q1: 'Blue', q2: ['Small', 'Large'] } };
  server.handlers['elicitation/create'] = (params) => {
    forms.push(params);
    return answer;
  };
  await server.prompt(session, ask(questions));
  const { q1, q2 } = forms[0].requestedSchema.properties;
  assert.deepEqual([q1.type, q1.title, q1.enum], ['string', 'Which colour?', ['Red', 'Blue']]);
  assert.equal(q1.description, 'Colour\nRed: red\nBlue: blue');
  assert.deepEqual([q2.type, q2.items.enum], ['array', ['Small', 'Large']]);
  assert.equal(forms[0].toolCallId, server.updates(session, 'tool_call')[0].toolCallId);
  assert.match(lastResult(world), /Which colour\?\\*"=\\*"Blue/);
  assert.match(lastResult(world), /Which sizes\?\\*"=\\*"Small, Large/);
  answer = { action: 'decline' };
  await server.prompt(session, ask(questions));
  assert.match(lastResult(world), /declined to answer/);
});

test('claude permissions: without forms it is asked by named options, else in words', async () => {
  const world = await World.make();
  const { server: plain, session: unseen } = await world.open();
  await plain.prompt(unseen, ask(questions));
  assert.match(lastResult(world), /in your own words/);
  assert.ok(!plain.messages.some(({ method }) => method === 'session/request_permission'));
  const { server, session } = await world.open({}, 'zed');
  let label = 'Blue';
  const asked = answering(server, ({ options }) =>
    chosen(options.find(({ name }) => name.startsWith(label)).optionId));
  await server.prompt(session, ask(questions.slice(0, 1)));
  assert.equal(asked[0].toolCall.title, 'Which colour?');
  assert.match(asked[0].toolCall.content.at(-1).content.text, /\n- Red: red\n- Blue: blue$/);
  assert.match(lastResult(world), /Which colour\?\\*"=\\*"Blue/);
  label = 'Decline';
  await server.prompt(session, ask(questions));
  assert.match(lastResult(world), /declined to answer/);
  assert.equal(asked.length, 2);
});

test('claude permissions: the end of planning has three answers, each with its mode', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  let answer;
  const asked = answering(server, () => chosen(answer));
  const ends = async (optionId) => {
    answer = optionId;
    await server.request('session/set_mode', { sessionId: session, modeId: 'plan' });
    const from = server.updates(session, 'current_mode_update').length;
    await server.prompt(session, '[[call: ExitPlanMode {}]] [[say: ok]]');
    return server.updates(session, 'current_mode_update').slice(from)
      .map(({ currentModeId }) => currentModeId);
  };
  assert.deepEqual(await ends('reject_once'), []);
  assert.match(lastResult(world), /go on planning/);
  assert.deepEqual(await ends('allow_once'), ['default']);
  assert.deepEqual(await ends('allow_always'), ['acceptEdits']);
  assert.deepEqual(asked[0].options.map(({ kind }) => kind),
    ['allow_once', 'allow_always', 'reject_once']);
  assert.equal(asked[0].toolCall.kind, 'switch_mode');
  // In the last of them an edit is not asked about.
  const path = join(world.project, 'made.txt');
  const write = JSON.stringify({ file_path: path, content: 'hi' });
  await server.prompt(session, `[[call: Write ${write}]]`);
  assert.equal(asked.length, 3);
  assert.ok(existsSync(path));
});

// --- what is chosen between turns

test('claude permissions: mode, model and effort go with the next prompt', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: as it is]]');
  const before = lastBody(world);
  const set = (configId, value) => server.request('session/set_config_option',
    { sessionId: session, configId, value });
  await server.request('session/set_mode', { sessionId: session, modeId: 'acceptEdits' });
  const { configOptions } = await set('effort', 'low');
  // None of these models can do without thinking, so that is not offered.
  assert.deepEqual(configOptions.map(({ id }) => id), ['mode', 'model', 'effort']);
  const models = configOptions.find(({ id }) => id === 'model').options.map(({ value }) => value);
  assert.ok(models.includes('haiku') && models.length > 3, `${models}`);
  const asked = answering(server, () => chosen('reject_once'));
  await server.prompt(session, '[[run: touch one]] [[say: ok]]');
  assert.equal(lastBody(world).output_config.effort, 'low');
  assert.notEqual(before.output_config.effort, 'low');
  assert.equal(asked.length, 0);
  assert.ok(existsSync(join(world.project, 'one')));
  await set('model', 'haiku');
  await server.prompt(session, '[[say: another]]');
  assert.match(lastBody(world).model, /haiku/);
  await set('model', 'default');
  await set('effort', 'default');
  await server.prompt(session, '[[say: back]]');
  const back = lastBody(world);
  assert.deepEqual([back.model, back.output_config], [before.model, before.output_config]);
});

test('claude permissions: everything is allowed only where that is configured', async () => {
  const world = await World.make();
  const bypass = { modeId: 'bypassPermissions' };
  const first = await world.open();
  const fault = await first.server.request('session/set_mode',
    { sessionId: first.session, ...bypass }).catch((error) => error);
  assert.equal(fault.code, -32602, String(fault));
  // Claude Code refuses it to root anywhere else.
  world.configure(`command = ["${claude}"]\nallow_bypass = true\nenv = { IS_SANDBOX = "1" }`);
  const { server, session } = await world.open();
  const asked = answering(server, () => chosen('reject_once'));
  await server.request('session/set_mode', { sessionId: session, ...bypass });
  await server.prompt(session, '[[run: touch one]] [[say: ok]]');
  assert.equal(asked.length, 0);
  assert.ok(existsSync(join(world.project, 'one')));
});
