// The faults of real agents that docs/conformance.md names are found in these agents.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, skip, test } from '../clients/cases.mjs';
import { files, scenariosOf } from './fixture.mjs';
import { agents, judge, oldCodex } from './real.mjs';

const page = readFileSync('docs/conformance.md', 'utf8');
const table = page.slice(page.indexOf('| fault | '), page.indexOf('What stands behind some'));

/// The ids that the page names for each agent that the tests have.
const byAgent = {};
for (const row of table.split('\n').slice(2).filter((line) => line.startsWith('| '))) {
  const [, , ids, found] = row.split('|');
  for (const [, name] of found.matchAll(/`([^`]+)`/g))
    (byAgent[name] ??= []).push(...ids.match(/ACP-[A-Z]+-\d+/g).slice(0, 1));
}
assert.ok(Object.keys(byAgent).length > 4, 'the table of faults is not found');

const cumulative = 'ACP-USAGE-004';

/// What is found in other scenarios: those of this one are enough.
const elsewhere = { [cumulative]: 'ACP-PROMPT-001', 'ACP-END-003': 'ACP-END-001' };

for (const [name, ids] of Object.entries(byAgent)) {
  test(`the faults of ${name} are found: ${ids.join(', ')}`, async () => {
    assert.ok(agents[name], 'there is no such agent');
    if (name === 'codex-acp-0.16.0' && !existsSync(oldCodex)) skip('the benchmarks are not installed');
    const report = join(directory(), 'report.json');
    const scenarios = directory('scenarios');
    const wanted = ids.map((id) => elsewhere[id] ?? id);
    for (const file of files) {
      const texts = scenariosOf(file).filter((each) => each.ids.some((id) => wanted.includes(id)))
        .map(({ lines }) => lines.join('\n'));
      if (texts.length > 0) writeFileSync(join(scenarios, file), `${texts.join('\n\n')}\n`);
    }
    await judge(name, report, ['--no-facts', '--scenarios', scenarios]);
    const { requirements, facts } = JSON.parse(readFileSync(report, 'utf8'));
    const found = requirements.filter(({ verdict }) => verdict === 'fail' || verdict === 'warning')
      .map(({ id }) => id);
    const usage = facts.find(({ id }) => id === cumulative)?.value;
    if (usage?.startsWith('cumulative')) found.push(cumulative);
    assert.deepEqual(ids.filter((id) => !found.includes(id)), [], `found: ${found.join(', ')}`);
  });
}
