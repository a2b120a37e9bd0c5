// The tool is made deaf in one place at a time: each place that can find a fault must be missed, as a
// fixture that breaks a requirement no longer fails it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';

const build = dirname(process.env.TINE);
const tool = join(build, 'acp-conform');
const fixture = join(build, 'conformance/fixture_agent');
const folder = 'conformance/scenarios';
const silence = '2';

const judge = (options, broken) => new Promise((done, failed) => {
  execFile(tool, ['--prompts', 'tests/conformance/directives.toml', '--timeout', silence, '--strict',
    '--json', '-', ...options, '--', fixture, ...broken], { maxBuffer: 1 << 28 },
  (fault, out, errors) => (out === '' ? failed(new Error(errors)) : done(JSON.parse(out))));
});

const failed = (report) => report.requirements
  .filter(({ verdict }) => verdict === 'fail' || verdict === 'warning').map(({ id }) => id).sort();

/// Runs the tasks, a few at a time: most wait for silence.
const all = async (tasks) => {
  const work = async () => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task();
  };
  await Promise.all([work(), work(), work(), work()]);
};

// --- the judges of every message: what they found is left out of the report

const requirements = readFileSync('conformance/requirements.toml', 'utf8').split(/^\[/m).slice(1);
const watched = requirements.filter((text) => /^watched = true/m.test(text))
  .map((text) => text.slice(0, text.indexOf(']')));

test('each place in the source that judges messages is missed when it is deaf', async () => {
  const places = readFileSync('conformance/tool/client.cpp', 'utf8').split('\n').flatMap((line, index) =>
    (/\bfind\((?:"ACP-|each\.requirement,)/.test(line) ? [`client.cpp:${index + 1}`] : []));
  assert.ok(places.length > 10, 'the places are not found in the source');
  const missed = new Set();
  await all(watched.map((id) => async () => {
    const { requirements: judged } = await judge([], [id]);
    for (const { verdict, evidence } of judged) {
      const bad = verdict === 'fail' || verdict === 'warning';
      // Without what the one place found nothing is left of the failure.
      if (bad && new Set(evidence.map((one) => one.judge)).size === 1) missed.add(evidence[0].judge);
    }
  }));
  assert.deepEqual(places.filter((place) => !missed.has(place)), []);
});

// --- scenarios: all that one expects is left out

const cases = () => readdirSync(folder).filter((name) => name.endsWith('.txt')).flatMap((name) =>
  readFileSync(join(folder, name), 'utf8').split(/^(?=== )/m).filter((text) => text.startsWith('== '))
    .map((text) => ({ name, lines: text.trimEnd().replace(/\n\s+/g, ' ').split('\n') })));

/// The lines without what they expect. Names that are sent later are still learned.
const deafened = (lines) => {
  const dropped = new Set();
  return lines.flatMap((line, index) => {
    if (line === 'use works' || /^exit /.test(line)) return [];
    const answered = /^-> (\$[A-Z]+) = /.exec(line)?.[1];
    if (answered !== undefined && dropped.has(answered)) return [];
    if (!/^(<-|<\*|\.\.\.)/.test(line)) return [line];
    const question = /^<- (\$[A-Z]+) /.exec(line)?.[1];
    if (question !== undefined) dropped.add(question);
    const sent = lines.slice(index + 1).filter((each) => each.startsWith('-> ')).join('\n');
    const learned = (line.match(/[:[](\$[A-Z]+)/g) ?? []).filter((name) =>
      name.slice(1) === '$S' || sent.includes(name.slice(1)));
    return question === undefined && /^<- \d+ = /.test(line) && learned.length > 0 ? ['...', line] : [];
  });
};

test('each scenario is missed when it expects nothing', async () => {
  const useless = [];
  await all(cases().map(({ name, lines }) => async () => {
    const ids = lines.find((line) => line.startsWith('tests: ')).slice(7).split(/[ ,]+/);
    // What is found by every message, or at the end, is found without any expectation.
    if (ids.every((id) => watched.includes(id) || id === 'ACP-END-001')) return;
    const options = ids.flatMap((id) => ['--only', id]);
    const without = lines.some((line) => line.startsWith('needs:') && line.includes('!loadSession'))
      ? ['without:loadSession'] : [];
    const play = async (each) => {
      const place = directory('deaf');
      writeFileSync(join(place, name), `${each.join('\n')}\n`);
      return failed(await judge([...options, '--scenarios', place], [...without, ...ids]));
    };
    const whole = await play(lines);
    const deaf = await play(deafened(lines));
    if (whole.join() !== ids.sort().join() || deaf.join() === whole.join()) {
      useless.push(`${name}: ${lines[0]}: ${whole} and, deaf, ${deaf}`);
    }
  }));
  assert.deepEqual(useless, []);
});
