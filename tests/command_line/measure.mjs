// `measure`: what ways to ask cost, on rehearsal and on the real agents with a mocked model.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { World as ClaudeWorld } from '../claude/world.mjs';
import { program, test } from '../clients/cases.mjs';
import { environment, runProgram } from '../clients/server.mjs';
import { World as CodexWorld } from '../codex/world.mjs';
import { World as BothWorlds } from '../forks/world.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

/// Less what differs from run to run: times, and the summary of a soft fork, which names the folder.
const withoutTimes = (text) => text.replace(/^(soft +)(\d,\d{3}) {3}\2 {3}/m, '$1SOFT    SOFT    ')
  .replace(/\d+\.\d s$/gm, 'TIME').replace(/\d+ % (less|more) time/, 'N time');
/// What is left in a store, but for its log.
const kept = (state) => readdirSync(join(state, 'tine'), { recursive: true })
  .filter((name) => !/^(log|ephemeral$)/.test(name));

test('measure: a table of the rehearsal agent, and nothing is kept', async () => {
  const place = new Place();
  const text = withoutTimes(await place.says('measure'));
  assert.equal(text, `rehearsal, parrot (modelled: it asks no model)
way                       prompt  fresh   cached  written  output  hits  money  time
cold                      4,526   4,526   0       ?        1       0 %   ?      TIME
resume                    4,546   66      4,480   ?        1       99 %  ?      TIME
soft                      SOFT    SOFT    0       ?        1       0 %   ?      TIME
native warm               4,546   66      4,480   ?        1       99 %  ?      TIME
native cold               -
pty                       -
five delegations          22,632  22,632  0       ?        5       0 %   ?      TIME
one session with replies  22,830  4,718   18,112  ?        5       79 %  ?      TIME
native cold: not measured: the provider's cache must have forgotten the past; --wait 600 waits for that
pty: not measured: tine knows no way to fork rehearsal in a terminal
One session with replies beside five delegations: 79 % less read outside the cache, 1 % more read in all, N time.
`);
  assert.deepEqual(kept(place.state), []);
  const again = withoutTimes(await place.says('measure', '--times', '3'));
  assert.equal(again, text);
});

test('measure: as JSON, with each sample; the past is as long as it is asked to be', async () => {
  const place = new Place();
  const { backends: [figures], ...asked } = await place.json('measure', '--times', '2', '--past', '1000');
  assert.deepEqual(asked, { past: 1000, times: 2, wait: 0 });
  assert.deepEqual([figures.backend, figures.modelled], ['rehearsal', true]);
  const ways = Object.fromEntries(figures.ways.map((way) => [way.way, way]));
  assert.deepEqual(Object.keys(ways), ['cold', 'resume', 'soft', 'native warm', 'native cold', 'pty']);
  for (const way of ['cold', 'resume', 'soft', 'native warm']) assert.equal(ways[way].samples.length, 2, way);
  assert.deepEqual([ways['native cold'].samples, ways.pty.samples], [[], []]);
  assert.match(ways['native cold'].reason, /--wait/);
  assert.match(ways.pty.reason, /terminal/);
  assert.equal(ways.cold.median.tokens.cacheRead, 0);
  assert.ok(ways.cold.median.tokens.prompt > 2500 && ways.cold.median.tokens.prompt < 4000);
  assert.ok(ways['native warm'].median.tokens.cacheHitRatio > 0.9);
  const { delegations, replies, saved } = figures.questions;
  const uncached = ({ median: { tokens } }) => tokens.input + (tokens.cacheWrite ?? 0);
  assert.ok(Math.abs(saved.uncached - (1 - uncached(replies) / uncached(delegations))) < 1e-9);
});

test('measure: several backends; one that does not work is told of, and the others are measured', async () => {
  const place = new Place();
  place.configure('[backends.one]\nkind = "rehearsal"\n[backends.two]\nkind = "rehearsal"\n' +
    '[backends.broken]\nkind = "acp"\ncommand = ["/nowhere/at/all"]\n');
  const ended = await place.ends(11, 'measure', '--backend', 'one,broken,two,one', '--json', '--yes');
  const { backends } = JSON.parse(ended.stdout);
  assert.deepEqual(backends.map(({ backend, error }) => [backend, error?.data.tine.kind]),
    [['one', undefined], ['broken', 'backend_not_installed'], ['two', undefined]]);
  assert.match(ended.stderr, /^broken: up to 15 turns of its model/m);
  const { stderr } = await place.ends(2, 'measure', '--backend', 'onn');
  assert.match(stderr, /^tine: there is no backend onn; did you mean "one"\?\n/);
  for (const args of [['--times', '0'], ['--times', '21'], ['--past', '200001'], ['--wait', '86401']])
    await place.ends(2, 'measure', ...args);
});

test('measure: a signal ends it; what was measured is told, and nothing is kept', async () => {
  const place = new Place();
  const child = spawn(program, ['measure', '--wait', '80000'],
    { cwd: place.project, env: environment(place.env), stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (data) => { out += data; });
  const gone = new Promise((done) => { child.on('close', (code, signal) => done([code, signal])); });
  let err = '';
  await new Promise((done) => {
    child.stderr.on('data', (data) => { err += data; if (err.includes('waits 80000 seconds')) done(); });
  });
  child.kill('SIGINT');
  assert.deepEqual(await gone, [130, null]);
  assert.match(out, /^native warm +\d/m);
  assert.match(out, /^native cold: not measured: the measurement was ended$/m);
  assert.deepEqual(kept(place.state), []);
});

/// The tokens of a sample beside what the mocked model counted.
const sum = (samples) => samples.reduce((all, { tokens }) => all + tokens.prompt, 0);

for (const [name, World] of [['codex', CodexWorld], ['claude', ClaudeWorld]]) {
  const measure = (world, ...args) => runProgram(['measure', ...args],
    { env: world.environment(), cwd: world.project });

  test(`measure: ${name} is asked nothing before somebody agrees to what it costs`, async () => {
    const world = await World.make();
    const refused = await measure(world);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, new RegExp(`^${name}: up to 15 turns of its model, which read about [\\d,]+ tokens`));
    assert.match(refused.stderr, /that is not known here, and comes on top\.$/m);
    assert.match(refused.stderr, /^tine: there is no terminal to ask on whether to spend that\n {6}--yes spends it/m);
    assert.deepEqual(world.model.requests().filter(({ body }) => body?.input || body?.messages), []);
    // Once a session has shown what the backend tells its model, that is told, and what it costs.
    const run = await runProgram(['run', '--json', '[[say: fine]] hello'], { env: world.environment(), cwd: world.project });
    const { sessionId } = JSON.parse(run.stdout);
    const { stderr } = await measure(world);
    assert.match(stderr, new RegExp(`and [\\d,]+ that ${name} tells its model in each conversation \\(as session ${sessionId} has shown\\)`));
    assert.match(stderr, /^At the prices of \S+ that tine knows: about \$\d\.\d{4}\.$/m);
    const place = new Place();
    const screen = new Screen(Object.assign(place, { project: world.project, env: world.environment() }), { columns: 120 });
    const asked = world.model.requests().length;
    screen.begin('"$TINE" measure; echo "ended with $?"');
    await screen.shows(/Spend that\? \[y\/N\]$/);
    screen.run('n');
    assert.match(await screen.end(), /Nothing was spent\.\nended with 1\n$/);
    assert.equal(world.model.requests().length, asked);
  });

  test(`measure: ${name}, each way and what replies save, as the mocked model counted it`, async () => {
    const world = await World.make();
    const child = spawn(program, ['measure', '--yes', '--json', '--wait', '5'],
      { cwd: world.project, env: environment(world.environment()), stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = new Promise((done) => { child.on('close', done); });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => { out += data; });
    // While it waits the mocked provider's cache expires.
    const older = new Promise((done) => {
      child.stderr.on('data', (data) => {
        err += data;
        if (err.includes('waits 5 seconds')) done(world.model.putForward(7200));
      });
    });
    const code = await closed;
    await older;
    assert.equal(code, 0, err);
    assert.match(err, new RegExp(`^tine keeps none of its sessions\\. ${name} may keep files of its own of the \\d+ conversations`, 'm'));
    const { backends: [figures] } = JSON.parse(out);
    const ways = Object.fromEntries(figures.ways.map((way) => [way.way, way]));
    const hits = (way) => ways[way].median.tokens.cacheHitRatio;
    const dollars = (way) => ways[way].median.dollars;
    for (const way of ['cold', 'resume', 'soft', 'native warm', 'native cold'])
      assert.equal(ways[way].samples.length, 1, `${way}: ${ways[way].reason}`);
    assert.match(ways.pty.reason, /trust|set up in a terminal/);
    assert.ok(hits('native warm') > 0.9 && hits('resume') > 0.9, out);
    assert.ok(hits('native cold') < 0.1 && hits('cold') < hits('resume'), out);
    assert.ok(dollars('native warm') < dollars('native cold') / 3, out);
    assert.ok(ways.soft.median.tokens.prompt < ways['native warm'].median.tokens.prompt, out);
    const { delegations, replies, saved } = figures.questions;
    // The cache of Codex's provider has the list of each further delegation, as its prompt begins alike; that of
    // Claude Code's has only what stands before the first prompt.
    assert.ok(name === 'codex' ? Math.abs(saved.uncached) < 0.2 : saved.uncached > 0.5 && saved.dollars > 0.2,
      JSON.stringify(saved));
    // Every token that the model was asked about is in the figures, and no other.
    const counted = name === 'codex'
      ? world.model.requests().filter(({ body }) => body?.input).map(({ counted: { prompt } }) => prompt)
      : world.model.requests().filter(({ body }) => body?.messages && body.tools?.length)
        .map(({ usage }) => usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens);
    const told = figures.ways.flatMap(({ samples }) => samples);
    assert.equal(sum(told) + sum(delegations.samples) + sum(replies.samples),
      counted.reduce((all, each) => all + each, 0));
    const left = await runProgram(['session', 'list', '--all', '--json'], { env: world.environment(), cwd: world.project });
    assert.deepEqual(JSON.parse(left.stdout), []);
    assert.deepEqual(kept(join(world.home, 'state')).filter((file) => /sessions|ephemeral/.test(file)), []);
  });
}

test('measure: a fork in a terminal, in a folder that Codex trusts', async () => {
  const world = await BothWorlds.make();
  world.trust(world.project);
  const { code, stdout, stderr } = await runProgram(['measure', '--backend', 'codex', '--yes', '--json'],
    { env: world.ofCodex.environment(), cwd: world.project });
  assert.equal(code, 0, stderr);
  const { backends: [{ ways }] } = JSON.parse(stdout);
  const { samples: [pty], reason } = ways.find(({ way }) => way === 'pty');
  assert.ok(pty?.tokens.cacheHitRatio > 0.9, `${reason} ${JSON.stringify(pty)}`);
});
