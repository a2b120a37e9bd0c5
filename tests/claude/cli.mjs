// Claude Code itself against the mocked model: that the mock is good enough for it, and what the
// executor takes for granted of its streaming headless mode.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { test, until } from '../clients/cases.mjs';
import { Headless } from './headless.mjs';
import { apiKey, promptBlocks, promptTokens, World } from './world.mjs';

const asking = ['--permission-prompt-tool', 'stdio'];
const impatient = { CLAUDE_CODE_MAX_RETRIES: '0' };

/// The permission questions so far, each answered by `decide`.
function answering(run, decide) {
  const asked = [];
  run.onLine(({ type, ...line }) => {
    if (type !== 'control_request') return;
    asked.push(line.request);
    run.answer(line, decide(line.request));
  });
  return asked;
}
const allow = ({ input }) => ({ behavior: 'allow', updatedInput: input });

const text = (run) => run.of('stream_event').map(({ event }) => event.delta?.text ?? '').join('');
const retries = (run) => run.of('system', 'api_retry').map(({ error }) => error);

test('claude cli: a turn is told in blocks, with the ids of the session\'s file', async () => {
  const world = await World.make();
  const session = randomUUID();
  const run = new Headless(world, [...asking, '--session-id', session]);
  const result = await run.prompt('[[think: hmm]] [[say: hello from the mock]]');
  assert.equal(result.result, 'hello from the mock');
  assert.equal(result.is_error, false);
  assert.equal(text(run), 'hello from the mock');
  const told = run.of('assistant');
  assert.deepEqual(told.map(({ message }) => message.content[0].type), ['thinking', 'text']);
  assert.equal(new Set(told.map(({ message }) => message.id)).size, 1);
  assert.equal(await run.end(), 0);
  const folder = join(world.home, '.claude/projects');
  const [file] = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.jsonl'));
  const kept = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)
    .map((line) => JSON.parse(line)).filter(({ type }) => type === 'assistant');
  assert.deepEqual(kept.map(({ uuid }) => uuid), told.map(({ uuid }) => uuid));
  const [request] = world.model.requests();
  assert.equal(request.session, session);
  assert.ok(!JSON.stringify(request).includes(apiKey));
});

test('claude cli: a command is asked for; it runs when it is allowed, and not when it is denied',
  async () => {
    const world = await World.make();
    const run = new Headless(world, asking);
    let decide = allow;
    const asked = answering(run, (request) => decide(request));
    await run.prompt('[[run: touch one && echo made]] [[say: done]]');
    assert.equal(asked[0].tool_name, 'Bash');
    assert.ok(existsSync(join(world.project, 'one')));
    decide = () => ({ behavior: 'deny', message: 'not today' });
    const denied = await run.prompt('[[run: touch two]] [[say: then not]]');
    assert.equal(denied.result, 'then not');
    assert.ok(!existsSync(join(world.project, 'two')));
    const [made, refused] = run.of('user').map(({ message }) => message.content[0]);
    assert.deepEqual([made.content, made.is_error], ['made', false]);
    assert.deepEqual([refused.content, refused.is_error], ['not today', true]);
  });

test('claude cli: what is allowed for the session is not asked again, nor written anywhere',
  async () => {
    const world = await World.make();
    const run = new Headless(world, asking);
    const asked = answering(run, (request) => ({ ...allow(request),
      updatedPermissions: request.permission_suggestions
        .map((each) => ({ ...each, destination: 'session' })) }));
    await run.prompt('[[run: python3 -c "print(1)"]] [[run: python3 -c "print(1)"]]');
    assert.equal(asked.length, 1);
    assert.ok(!existsSync(join(world.project, '.claude')));
  });

test('claude cli: a question and the end of planning are asked like permissions', async () => {
  const world = await World.make();
  const run = new Headless(world, [...asking, '--permission-mode', 'plan']);
  const questions = [{ question: 'Which colour?', header: 'Colour', multiSelect: false,
    options: [{ label: 'Red', description: 'warm' }, { label: 'Blue', description: 'cold' }] }];
  const asked = answering(run, ({ tool_name: tool, input }) => ({ behavior: 'allow',
    updatedInput: tool === 'AskUserQuestion' ? { ...input, answers: { 'Which colour?': 'Red' } }
      : input }));
  await run.prompt(`[[call: AskUserQuestion ${JSON.stringify({ questions })}]] ` +
    '[[call: ExitPlanMode {}]] [[say: done]]');
  assert.deepEqual(asked.map(({ tool_name: tool }) => tool), ['AskUserQuestion', 'ExitPlanMode']);
  const [answer] = run.of('user').map(({ message }) => message.content[0].content);
  assert.match(answer, /"Which colour\?"="Red"/);
  const modes = run.of('system', 'status').map(({ permissionMode }) => permissionMode);
  assert.ok(modes.includes('default'));
});

test('claude cli: a line in mid-turn joins that turn and has no result of its own', async () => {
  const world = await World.make();
  const run = new Headless(world, asking);
  const turn = run.prompt('[[run: touch one]] [[say: first]]');
  const question = await run.waitFor('the question', ({ type }) => type === 'control_request');
  const uuid = randomUUID();
  run.send({ type: 'user', uuid, message: { role: 'user', content: 'and this' } });
  const line = (wanted) => run.waitFor(`the line to be ${wanted}`, ({ command_uuid: id, state }) =>
    id === uuid && state === wanted);
  await line('queued');
  run.answer(question, allow(question.request));
  await turn;
  await line('completed');
  assert.equal(await run.end(), 0);
  assert.equal(run.of('result').length, 1);
  assert.ok(JSON.stringify(world.model.requests()[1].body.messages).includes('and this'));
});

/// Whether initialize alone starts what a project's own files name: a hook, an MCP server.
async function startedBy(args) {
  const world = await World.make();
  const touch = (name) => `touch ${join(world.home, name)}`;
  mkdirSync(join(world.project, '.claude'));
  writeFileSync(join(world.project, '.claude/settings.json'), JSON.stringify({ hooks: {
    SessionStart: [{ hooks: [{ type: 'command', command: touch('hook') }] }] } }));
  writeFileSync(join(world.project, '.mcp.json'), JSON.stringify({ mcpServers: {
    theirs: { command: 'sh', args: ['-c', touch('server')] } } }));
  const run = new Headless(world, [...asking, ...args]);
  await run.control({ subtype: 'initialize' });
  await run.prompt('[[say: ok]]');
  return ['hook', 'server'].filter((name) => existsSync(join(world.home, name)));
}

test('claude cli: a project\'s hooks and servers are started unless its settings are left out',
  async () => {
    assert.deepEqual(await startedBy([]), ['hook', 'server']);
    assert.deepEqual(await startedBy(['--setting-sources', 'user']), []);
  });

test('claude cli: an interrupt ends the stream, and the next prompt runs', async () => {
  const world = await World.make();
  const run = new Headless(world, asking);
  const turn = run.prompt('[[slow: 10000 20]]');
  await run.waitFor('the stream', ({ event }) => event?.delta?.text === '2 ');
  await run.control({ subtype: 'interrupt', cancel_queued: true });
  const result = await turn;
  assert.equal(result.is_error, true);
  assert.equal(result.terminal_reason, 'aborted_streaming');
  // Its own usage is unknown; what the model had told by then is in the other account.
  assert.equal(result.usage.cache_creation_input_tokens, 0);
  const [used] = Object.values(result.model_usage_since_last_result);
  assert.equal(used.cacheCreationInputTokens, promptTokens(world.model.requests()[0]));
  assert.equal((await run.prompt('[[say: still here]]')).result, 'still here');
});

test('claude cli: an interrupt at once ends the prompt by a result or by a cancelled line',
  async () => {
    const world = await World.make();
    const run = new Headless(world, asking);
    const turn = run.prompt('[[slow: 10000 20]]');
    const ended = run.waitFor('the end', ({ type, state }) =>
      type === 'result' || (type === 'command_lifecycle' && state === 'cancelled'));
    turn.catch(() => {});
    await run.control({ subtype: 'interrupt', cancel_queued: true });
    await ended;
    const from = run.lines.length;
    assert.equal((await run.prompt('[[say: still here]]')).result, 'still here');
    assert.equal(run.lines.slice(from).filter(({ type }) => type === 'result').length, 1);
  });

test('claude cli: a fork at a message extends what its parent had asked until then', async () => {
  const world = await World.make();
  const [parent, child] = [randomUUID(), randomUUID()];
  const first = new Headless(world, [...asking, '--session-id', parent]);
  answering(first, allow);
  await first.prompt('[[think: hmm]] [[run: touch one]] [[say: turn one]]');
  await first.prompt('[[say: turn two]]');
  const pin = first.of('assistant').at(-1).uuid;
  const before = world.model.requests().at(-1);
  await first.prompt('[[say: turn three]]');
  const fork = new Headless(world, [...asking, '--resume', parent, '--fork-session',
    '--session-id', child, '--resume-session-at', pin]);
  await fork.prompt('[[say: in the fork]]');
  const after = world.model.requests().at(-1);
  assert.equal(after.session, child);
  const [known, asked] = [promptBlocks(before), promptBlocks(after)];
  const differs = known.findIndex((block, i) => block !== asked[i]);
  assert.equal(differs, -1, `${known[differs]} became ${asked[differs]}`);
  assert.equal(after.body.model, before.body.model);
  assert.equal(after.usage.cache_read_input_tokens, promptTokens(before));
  assert.deepEqual(asked.slice(known.length).map((each) => JSON.parse(each).block.text),
    ['turn two', '[[say: in the fork]]']);
});

test('claude cli: what a turn used is what the model counted, its subagents included', async () => {
  const world = await World.make();
  const run = new Headless(world, asking);
  const agent = { description: 'Looks', subagent_type: 'general-purpose', run_in_background: false,
    prompt: '[[think: hm]] [[run: echo inside]] [[say: the report]]' };
  let from = 0;
  const used = async (prompt) => {
    const { model_usage_since_last_result: models } = await run.prompt(prompt);
    const counted = world.model.requests().slice(from).map(({ usage }) => usage);
    from += counted.length;
    const sum = (name) => counted.reduce((total, usage) => total + usage[name], 0);
    const [own] = Object.values(models);
    assert.equal(own.inputTokens, sum('input_tokens'));
    assert.equal(own.cacheReadInputTokens, sum('cache_read_input_tokens'));
    assert.equal(own.cacheCreationInputTokens, sum('cache_creation_input_tokens'));
    assert.equal(own.outputTokens, sum('output_tokens'));
    return counted.length;
  };
  assert.equal(await used(`[[call: Agent ${JSON.stringify(agent)}]] [[say: done]]`), 4);
  assert.ok(run.lines.some(({ parent_tool_use_id: tool, message }) =>
    tool && message.content[0].content === 'inside'));
  assert.equal(await used('[[say: more]]'), 1);
  assert.equal(await used('/compact'), 1);
  assert.equal(await used('[[say: after it]]'), 1);
});

const refusals = [
  { prompt: '[[status: 401]]', status: 401, reason: 'api_error' },
  { prompt: '[[status: 403]]', status: 403, reason: 'api_error' },
  { prompt: '[[status: 429]]', status: 429, reason: 'api_error' },
  { prompt: '[[status: 500]]', status: 500, reason: 'api_error' },
  { prompt: '[[context]]', status: 400, reason: 'prompt_too_long' },
];

test('claude cli: a refusal is a success that is an error, and the next prompt runs', async () => {
  const world = await World.make();
  const run = new Headless(world, asking, impatient);
  for (const { prompt, status, reason } of refusals) {
    const result = await run.prompt(prompt);
    assert.equal(result.subtype, 'success', prompt);
    assert.equal(result.is_error, true, prompt);
    assert.equal(result.api_error_status, status, JSON.stringify(result));
    assert.equal(result.terminal_reason, reason, prompt);
    const fine = await run.prompt(`[[say: fine after ${prompt.slice(2, -2)}]]`);
    assert.equal(fine.is_error, false);
  }
});

test('claude cli: the limit of a subscription tells when it ends', async () => {
  const world = await World.make();
  const run = new Headless(world, asking, { ...impatient, ANTHROPIC_API_KEY: undefined,
    CLAUDE_CODE_OAUTH_TOKEN: apiKey });
  const resets = Math.floor(Date.now() / 1000) + 7200;
  const result = await run.prompt(`[[limit: ${resets}]]`);
  assert.equal(result.api_error_status, 429);
  const [{ rate_limit_info: limit }] = run.of('rate_limit_event');
  assert.deepEqual([limit.status, limit.resetsAt], ['rejected', resets]);
});

const passing = [
  { prompt: '[[status: 529 1]] [[say: fine]]', told: ['overloaded'] },
  { prompt: '[[reset: 1]] [[say: fine]]', told: ['unknown'] },
  { prompt: '[[slow: 3 20]] [[drop: 1]]', told: ['unknown'] },
  { prompt: '[[say: half]] [[overloaded_event: 1]]', told: [] },
  { prompt: '[[say: half]] [[truncate: 1]]', told: [] },
  { prompt: '[[say: half]] [[stop: max_tokens 1]]', told: [] },
  { prompt: '[[say: half]] [[stop: refusal 1]]', told: [] },
];

for (const { prompt, told } of passing) {
  test(`claude cli: ${prompt} is tried again`, async () => {
    const world = await World.make();
    const run = new Headless(world, asking);
    const result = await run.prompt(prompt);
    assert.equal(result.is_error, false);
    assert.deepEqual(retries(run), told);
    assert.equal(world.model.requests().length, 2);
  });
}

for (const place of ['headers', 'body']) {
  test(`claude cli: a hang of the ${place} is ended by an interrupt`, async () => {
    const world = await World.make();
    const run = new Headless(world, asking);
    const turn = run.prompt(`[[say: half]] [[hang: ${place}]]`);
    await until('the request', () => world.model.requests().length === 1);
    await run.waitFor('the turn', ({ subtype }) => subtype === 'init');
    await run.control({ subtype: 'interrupt', cancel_queued: true });
    assert.equal((await turn).terminal_reason, 'aborted_streaming');
  });
}

test('claude cli: a rule that is handed over is read as what it was, whatever it holds', async () => {
  const world = await World.make();
  const cli = new Headless(world, ['--permission-prompt-tool', 'stdio']);
  await cli.control({ subtype: 'initialize' });
  const alphabet = '()\\,*:\'"` \n\t;|&$<>{}[]!#~ab-/=';
  let seed = 328;
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const contents = new Set(["python3 -c 'print(1),Bash(*),int(2)'", ') Bash(*', '\\', '\\)', '(*)']);
  while (contents.size < 400) {
    let content = '';
    for (let length = 1 + random(20); length > 0; length -= 1)
      content += alphabet[random(alphabet.length)];
    if (content !== '*') contents.add(content);
  }
  // As executor/claude/granted.cpp writes them.
  const rules = [...contents].map((each) => `Bash(${each.replace(/[\\()]/g, '\\$&')})`);
  const taken = await cli.control({ subtype: 'apply_flag_settings',
    settings: { permissions: { allow: rules } } });
  assert.equal(taken.subtype, 'success', taken.error);
  const { response } = await cli.control({ subtype: 'list_permission_rules' });
  // It lists what it has understood, written anew.
  const listed = response.state.rules.filter(({ source }) => source === 'flagSettings')
    .map(({ rule }) => rule);
  const odd = listed.filter((rule) => !rules.includes(rule));
  assert.deepEqual(odd, []);
  assert.ok(listed.length > 300, `${listed.length} of ${rules.length} were taken`);
});
