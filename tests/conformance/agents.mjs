// tine judged by the tool, with each kind of backend behind it, and agents of others.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';

import { World as ClaudeWorld } from '../claude/world.mjs';
import { World as CodexWorld } from '../codex/world.mjs';
import { AgentWorld } from '../clients/agent_world.mjs';
import { program, test } from '../clients/cases.mjs';
import { modelPrompts, promptOptions } from './prompts.mjs';

const tool = join(dirname(process.env.TINE), 'acp-conform');

/// What the tool says of an agent.
const judge = async (options, environment, agent) => {
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    ['--env', `${name}=${value}`]);
  const { out, errors } = await new Promise((done) => {
    execFile(tool, ['--json', '-', '--strict', ...variables, ...options, '--', ...agent],
      { maxBuffer: 1 << 28, env: { PATH: process.env.PATH } }, (fault, text, rest) => done({ out: text, errors: rest }));
  });
  assert.notEqual(out, '', errors);
  return JSON.parse(out);
};

const idsOf = (report, verdict) => report.requirements
  .filter((each) => each.verdict === verdict).map(({ id }) => id);

const tine = [program, 'acp'];
const own = { HOME: '{folder}', XDG_CONFIG_HOME: '{folder}/config', XDG_STATE_HOME: '{folder}/state' };

const those = (report, ...verdicts) => report.requirements
  .filter(({ verdict }) => verdicts.includes(verdict))
  .map(({ id, verdict, evidence }) => `${id} ${verdict}: ${evidence[0]?.reason}`);

test('tine with the rehearsal agent passes all requirements', async () => {
  const report = await judge(['--prompts', 'tests/conformance/directives.toml'], own,
    [...tine, '--backend', 'rehearsal']);
  assert.deepEqual(those(report, 'fail', 'warning', 'not applicable', 'not exercised'), []);
  assert.equal(report.conforms, true);
});

/// Codex asks before it runs what may leave its sandbox.
const worlds = {
  Codex: { make: () => CodexWorld.make(), ask: (command) => `[[escalate: ${command}]]` },
  'Claude Code': { make: () => ClaudeWorld.make() },
};

for (const [name, { make, ask }] of Object.entries(worlds)) {
  test(`tine with ${name} fails no requirement`, async () => {
    const world = await make();
    const report = await judge(['--timeout', '60', ...promptOptions(modelPrompts({ ask }))],
      world.environment(), tine);
    assert.deepEqual(those(report, 'fail', 'warning'), []);
    assert.deepEqual(idsOf(report, 'not applicable'), ['ACP-PROMPTCAP-002']);  // no sounds
    // Neither program works through the client.
    assert.deepEqual(those(report, 'not exercised').filter((each) => !each.includes('no prompt')), []);
  }, 3);  // some ninety scenarios, each with the real program
}

test('tine with an ACP agent behind it fails no requirement', async () => {
  const world = new AgentWorld('acp', null, 'fixture');
  world.configure(`command = ["${join(dirname(process.env.TINE), 'conformance/fixture_agent')}"]`);
  const report = await judge(['--prompts', 'tests/conformance/directives.toml'],
    world.environment(), tine);
  assert.deepEqual(those(report, 'fail', 'warning'), []);
  // The options of the agent come with its conversation, which begins with the first prompt.
  assert.deepEqual(idsOf(report, 'not exercised'),
    ['ACP-CONFIG-002', 'ACP-CONFIG-003', 'ACP-CONFIG-004', 'ACP-MODES-002']);
  // Before it has run, tine does not know what it takes.
  assert.deepEqual(idsOf(report, 'not applicable'), ['ACP-SESSION-005', 'ACP-ADDDIRS-001',
    'ACP-PROMPTCAP-001', 'ACP-PROMPTCAP-002', 'ACP-PROMPTCAP-003']);
});
