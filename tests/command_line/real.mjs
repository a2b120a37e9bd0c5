// The verbs that converse with the real Codex and the real Claude Code, a mocked model behind them.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { World as ClaudeWorld } from '../claude/world.mjs';
import { running, test, until } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { World as CodexWorld } from '../codex/world.mjs';
import { Screen } from './screen.mjs';

/// The texts of the person in a request to the model.
const texts = (content) => (typeof content === 'string' ? [content] : content.map(({ text }) => text));
const saidTo = {
  Codex: ({ body }) => body.input.filter(({ role }) => role === 'user').flatMap(({ content }) => texts(content)),
  'Claude Code': ({ body }) => body.messages.filter(({ role }) => role === 'user')
    .flatMap(({ content }) => texts(content)),
};
const items = { Codex: ({ body }) => body.input, 'Claude Code': ({ body }) => body.messages };

for (const [name, World] of [['Codex', CodexWorld], ['Claude Code', ClaudeWorld]]) {
  const tine = async (world, ...args) => {
    const ended = await runProgram(args, { env: world.environment(), cwd: world.project });
    assert.equal(ended.code, 0, `${args.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  };
  const json = async (world, ...args) => JSON.parse(await tine(world, ...args, '--json'));
  /// Requests that hold such a prompt.
  const asked = (world, prompt) => world.model.requests()
    .filter((each) => each.body && (each.body.input ?? each.body.messages) &&
      saidTo[name](each).some((text) => text?.includes(prompt)));

  test(`${name}: reply sends one new message, and the rest is read from the cache`, async () => {
    const world = await World.make();
    const { sessionId } = await json(world, 'run', '[[say: one]] first question');
    assert.equal(await tine(world, 'reply', sessionId, '[[say: two]] second question'), 'two\n');
    const { output, usage } = await json(world, 'reply', '--last', '[[say: three]] third question');
    assert.equal(output, 'three');
    assert.ok(usage.tokens.cacheRead > 0, JSON.stringify(usage.tokens));
    const [before] = asked(world, 'second question');
    const [request] = asked(world, 'third question');
    const shared = items[name](before).length;
    const added = items[name](request).slice(shared).filter(({ role }) => role === 'user');
    assert.equal(added.length, 1, JSON.stringify(added));
    assert.equal(saidTo[name](request).filter((text) => text.includes('first question')).length, 1);
  });

  test(`${name}: fork, dry run and fan-out know what was said`, async () => {
    const world = await World.make();
    const { sessionId } = await json(world, 'run', '[[say: noted]] The word is marmalade.');
    assert.match(await tine(world, 'fork', sessionId, '--dry-run'), /^native +yes/m);
    const forked = await json(world, 'run', '--fork-from', sessionId, '[[say: here]] branch');
    assert.deepEqual([forked.fork.strategy, forked.output], ['native', 'here']);
    assert.ok(saidTo[name](asked(world, 'branch')[0]).some((text) => text.includes('marmalade')));
    writeFileSync(join(world.project, 'prompts'), '[[say: a]] left\n[[say: b]] right\n');
    const fan = await json(world, 'fork', sessionId, '--prompts', join(world.project, 'prompts'));
    assert.deepEqual(fan.map(({ output, exit }) => [output, exit]), [['a', 0], ['b', 0]]);
    for (const word of ['left', 'right'])
      assert.ok(saidTo[name](asked(world, word)[0]).some((text) => text.includes('marmalade')), word);
    assert.ok(!saidTo[name](asked(world, 'right')[0]).some((text) => text.includes('left')));
  });

  test(`${name}: a command is run by the rule that allows it, and not where a rule denies it`, async () => {
    const world = await World.make();
    const command = name === 'Codex' ? '[[escalate: touch made]]' : '[[run: touch made]]';
    const answers = async (...flags) => {
      const { sessionId, output } = await json(world, 'run', ...flags, `${command} [[say: done]]`);
      assert.equal(output, 'done');
      return world.transcript(sessionId).split('\n').filter(Boolean).map((line) => JSON.parse(line))
        .filter(({ type }) => type === 'answer').map(({ data }) => data.result._meta.tine.permission);
    };
    assert.deepEqual(await answers('--allow', 'execute:touch *'),
      [{ verdict: 'allow', rule: 'execute:touch *', origin: '--allow' }]);
    assert.deepEqual(await answers('--approve', '--deny', 'execute:touch *'),
      [{ verdict: 'deny', rule: 'execute:touch *', origin: 'the client' }]);
    assert.deepEqual(await answers('--allow', 'execute:make *'),
      [{ verdict: 'deny', origin: 'there is no terminal to ask on' }]);
  });

  test(`${name}: an ephemeral session is given no documents of the project, any other is`, async () => {
    const world = await World.make();
    for (const file of ['AGENTS.md', 'CLAUDE.md'])
      writeFileSync(join(world.project, file), 'The house rule is: never say marmalade.\n');
    const given = (prompt) => asked(world, prompt)
      .some(({ body }) => JSON.stringify(body).includes('never say marmalade'));
    await tine(world, 'run', '--ephemeral', '[[say: fine]] without');
    assert.equal(given('without'), false);
    await tine(world, 'run', '[[say: fine]] with them');
    assert.equal(given('with them'), true);
    assert.equal((await json(world, 'session', 'list')).length, 1);
  });

  test(`${name}: a chat sends one new message a prompt, completes its commands, and is gone on with`, async () => {
    const world = await World.make();
    const screen = new Screen({ env: world.environment(), project: world.project }, { columns: 100 });
    screen.run('"$TINE" chat; echo "ended with $?"');
    await screen.shows(/^> ?$/m);
    screen.run('[[say: one]] first question');
    await screen.shows(/^one\n\n> ?$/m);
    screen.run('[[say: two]] second question');
    await screen.shows(/^two\n\n> ?$/m);
    const [before] = asked(world, 'first question');
    const [request] = asked(world, 'second question');
    const added = items[name](request).slice(items[name](before).length).filter(({ role }) => role === 'user');
    assert.equal(added.length, 1, JSON.stringify(added));
    screen.type('/compa');
    screen.press('Tab');
    await screen.shows(/^> \/compact$/m);
    screen.press('C-u');
    screen.run('[[say: on it]] [[hang]]');
    await screen.shows(/^(on it|working.*)$/m);
    screen.press('C-c');
    await screen.shows(/The turn ended early: cancelled\n\n> ?$/);
    screen.press('C-d');
    const text = await screen.shows(/^Go on with: tine chat 01\w+\nended with 0$/m);
    const [, sessionId] = text.match(/Go on with: tine chat (01\w+)/);
    screen.run(`"$TINE" chat ${sessionId}; echo "over with $?"`);
    await screen.shows(/^The last exchange[^]*\n> ?$/m);
    screen.run('/tine-fork');
    await screen.shows(/Forked native after turn \d\.[^]*\n> ?$/);
    screen.run('[[say: three]] third question');
    await screen.shows(/^three\n\n> ?$/m);
    assert.ok(saidTo[name](asked(world, 'third question')[0]).some((each) => each.includes('first question')));
    screen.press('C-d');
    await screen.shows(/^over with 0$/m);
    screen.close();
    await until('no process', () => running().length === 0);
  });

  test(`${name}: conclude keeps the summary, and result tells of it`, async () => {
    const world = await World.make();
    const { sessionId } = await json(world, 'run', '[[say: one]] first question');
    const { output, artifacts, exit } = await json(world, 'conclude', sessionId, '[[say: ## Found]] sum up');
    assert.deepEqual([output, exit], ['## Found', 0]);
    assert.equal(readFileSync(artifacts[0], 'utf8'), '## Found\n');
    const result = await json(world, 'session', 'result', sessionId);
    assert.deepEqual([result.output, result.stopReason, result.turn], ['## Found', 'end_turn', 2]);
    assert.ok(result.usage.tokens.output > 0, JSON.stringify(result.usage));
    const { code, stderr } = await runProgram(['session', 'compress', sessionId],
      { env: world.environment(), cwd: world.project });
    assert.equal(code, 1);
    assert.match(stderr, /^tine: the session is concluded\n/);
    assert.equal(await tine(world, 'fork', sessionId, '[[say: on]] go on'), 'on\n');
  });

  test(`${name}: modes by words for all backends`, async () => {
    const world = await World.make();
    for (const mode of ['read-only', 'auto'])
      assert.equal(await tine(world, 'run', '--mode', mode, '[[say: fine]]'), 'fine\n');
    const { code, stderr } = await runProgram(['run', '--mode', 'other', 'x'],
      { env: world.environment(), cwd: world.project });
    assert.equal(code, 2);
    assert.match(stderr, /It has the modes \w+/);
  });
}
