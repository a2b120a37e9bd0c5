// The tool is made deaf in one place at a time: each place that can find a fault must be missed, as a
// fixture that breaks a requirement no longer fails it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { test } from '../clients/cases.mjs';
import { all, files, judge, play, scenariosOf } from './fixture.mjs';
import { leaveOutLines } from './lines.mjs';

const failed = (report) => report.requirements
  .filter(({ verdict }) => verdict === 'fail' || verdict === 'warning').map(({ id }) => id).sort();

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
  await all(files.flatMap(scenariosOf).map((scenario) => async () => {
    const { file, lines, ids } = scenario;
    // What is found by every message, or at the end, is found without any expectation.
    if (ids.every((id) => watched.includes(id) || id === 'ACP-END-001')) return;
    const without = lines.some((line) => line.startsWith('needs:') && line.includes('!loadSession'))
      ? ['without:loadSession'] : [];
    const broken = [...without, ...ids];
    const whole = failed(await play(scenario, lines, broken));
    const deaf = failed(await play(scenario, deafened(lines), broken));
    if (whole.join() !== [...ids].sort().join() || deaf.join() === whole.join()) {
      useless.push(`${file}: ${lines[0]}: ${whole} and, deaf, ${deaf}`);
    }
  }));
  assert.deepEqual(useless, []);
});

// --- scenarios: one line is left out

for (const file of files) leaveOutLines(file);
