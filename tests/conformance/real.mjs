// Real agents, with mocked models behind them, and what the tool says of them.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { agents as acpAgents, World } from '../acp/world.mjs';
import { agents as moreAgents, judged } from '../acp_more/world.mjs';
import { directory, program } from '../clients/cases.mjs';
import { modelPrompts, promptOptions } from './prompts.mjs';

const build = dirname(resolve(process.env.TINE));
export const tool = join(build, 'acp-conform');
const node = process.env.TINE_NODE;

/// The older adapter for Codex, of the benchmarks. It is sent no prompts.
export const oldCodex = resolve('tests/bench/node_modules/@zed-industries',
  `codex-acp-linux-${process.arch}/bin/codex-acp`);

const home = () => {
  const folder = directory('home');
  return { HOME: folder, XDG_CONFIG_HOME: `${folder}/config`, XDG_STATE_HOME: `${folder}/state` };
};
const directives = ['--prompts', 'tests/conformance/directives.toml'];

/// So that they ask before they do something, where they would not by themselves.
const cautious = {
  'codex-acp': ({ home }) => {
    const file = join(home, '.codex/config.toml');
    writeFileSync(file, 'approval_policy = "on-request"\nsandbox_mode = "read-only"\n' +
      readFileSync(file, 'utf8'));
  },
  'claude-agent-acp': ({ home }) => {
    mkdirSync(join(home, '.claude'), { recursive: true });
    writeFileSync(join(home, '.claude/settings.json'),
      JSON.stringify({ permissions: { defaultMode: 'default' } }));
  },
};

/// An agent of the tests' worlds, without tine before it. They share a home, which some lock.
const real = (name, agent) => async () => {
  const world = await World.make(name, agent);
  cautious[name]?.(world);
  return { command: agent.command, environment: world.environment(),
    options: ['--timeout', '30', '--jobs', '1', ...promptOptions(modelPrompts(agent.ask))] };
};

/// By their names: makes what it takes to judge one.
export const agents = {
  tine: async () => ({ command: [program, 'acp', '--backend', 'rehearsal'], environment: home(),
    options: directives }),
  fixture: async () => ({ command: [join(build, 'conformance/fixture_agent')], environment: {},
    options: directives }),
  'bare-sdk-agent': async () => ({ command: [node, resolve('tests/bench/sdk_agent.mjs')], environment: home(),
    options: directives }),
};
for (const [name, agent] of Object.entries({ ...acpAgents, ...moreAgents, ...judged }))
  agents[name] = real(name, agent);
agents['codex-acp-0.16.0'] = async () => {
  const made = await real('codex-acp', { ...acpAgents['codex-acp'], command: [oldCodex] })();
  return { ...made, options: ['--offline'] };
};

/// Has the tool write a report into a file, and gives the last that it says. `more` are options.
export const judge = async (name, into, more = []) => {
  const { command, environment, options } = await agents[name]();
  const variables = Object.entries(environment)
    .flatMap(([variable, value]) => ['--env', `${variable}=${value}`]);
  return new Promise((done) => {
    execFile(tool, ['--json', into, ...variables, ...options, ...more, '--', ...command],
      { maxBuffer: 1 << 28, env: { PATH: process.env.PATH } }, (fault, out, errors) =>
        done(out.trim().split('\n').at(-1) || errors));
  });
};
