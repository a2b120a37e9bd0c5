// usage: node tests/conformance/matrix.mjs FOLDER [NAME…]: judges tine and real agents, with mocked
// models behind them, writes what is found of each into FOLDER, and then a page and a table of all
// that are there. It takes minutes.

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { agents as acpAgents, World } from '../acp/world.mjs';
import { agents as moreAgents, judged } from '../acp_more/world.mjs';
import { directory, program } from '../clients/cases.mjs';
import { modelPrompts, promptOptions } from './prompts.mjs';

const build = dirname(resolve(process.env.TINE));
const tool = join(build, 'acp-conform');
const node = process.env.TINE_NODE;

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

const agents = {
  tine: async () => ({ command: [program, 'acp', '--backend', 'rehearsal'], environment: home(),
    options: directives }),
  fixture: async () => ({ command: [join(build, 'conformance/fixture_agent')], environment: {},
    options: directives }),
  'bare-sdk-agent': async () => ({ command: [node, resolve('tests/bench/sdk_agent.mjs')], environment: home(),
    options: directives }),
};
for (const [name, agent] of Object.entries({ ...acpAgents, ...moreAgents, ...judged }))
  agents[name] = real(name, agent);

const judge = ({ command, environment, options }, into) => new Promise((done) => {
  const variables = Object.entries(environment)
    .flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  execFile(tool, ['--json', into, ...variables, ...options, '--', ...command],
    { maxBuffer: 1 << 28, env: { PATH: process.env.PATH } }, (fault, out, errors) => done(out.trim().split('\n').at(-1) || errors));
});

const [folder = '', ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const name of names.length > 0 ? names : Object.keys(agents)) {
  const begin = Date.now();
  const verdict = await judge(await agents[name](), join(folder, `${name}.json`));
  console.log(`${name}: ${verdict} in ${Math.round((Date.now() - begin) / 1000)} s`);
}
const reports = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
execFileSync(tool, ['matrix', ...reports.map((name) => join(folder, name)),
  '--html', join(folder, 'agents.html'), '--markdown', join(folder, 'agents.md')],
{ stdio: 'inherit' });
process.exit(0);  // what was started ends with this process
