// More real ACP agents behind the program.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { playDay, playFork } from '../acp/day.mjs';
import { playAcpx, playSdk } from '../acp/stories.mjs';
import { apiKey, World } from '../acp/world.mjs';
import { test } from '../clients/cases.mjs';
import { startGeminiModel } from './gemini_model.mjs';

const packages = resolve('tests/acp_more/node_modules');
const node = process.env.TINE_NODE;
/// Has the model call the agent's own tool for commands.
const calling = (tool) => (command) =>
  `[[call: ${tool} ${JSON.stringify({ command, description: 'Runs what the mock wants' })}]]`;

const agents = {
  gemini: {
    startModel: startGeminiModel,
    command: [node, join(packages, '@google/gemini-cli/bundle/gemini.js'), '--acp',
      '--model', 'gemini-2.5-flash'],
    prepare({ home }) {
      mkdirSync(join(home, '.gemini'));
      writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        general: { enableAutoUpdate: false }, privacy: { usageStatisticsEnabled: false },
      }));
    },
    environment: ({ model }) => ({
      GEMINI_API_KEY: apiKey, GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${model.port}`,
    }),
    ask: { run: calling('run_shell_command'), told: 'tool_call_update' },
    counts: false,
    forgets: true,  // it keeps its sessions, and does not find them
  },
  qwen: {
    dialect: 'messages',
    command: [node, join(packages, '@qwen-code/qwen-code/cli-entry.js'), '--acp',
      '--auth-type', 'anthropic'],
    prepare({ home }) {
      mkdirSync(join(home, '.qwen'));
      writeFileSync(join(home, '.qwen/settings.json'), JSON.stringify({
        telemetry: { enabled: false }, privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true, disableUpdateNag: true },
      }));
    },
    environment: ({ model }) => ({
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${model.port}`, ANTHROPIC_API_KEY: apiKey,
      ANTHROPIC_MODEL: 'claude-sonnet-4-5',
    }),
    ask: { run: calling('run_shell_command'), mode: 'default' },
    counts: false,
    own: ['craft/drainMidTurnQueue'],
  },
  copilot: {
    dialect: 'messages',
    command: [join(packages, '@github/copilot-linux-x64/copilot'), '--acp'],
    prepare() {},
    environment: ({ model }) => ({
      COPILOT_OFFLINE: 'true', COPILOT_AUTO_UPDATE: 'false', COPILOT_PROVIDER_TYPE: 'anthropic',
      COPILOT_PROVIDER_BASE_URL: `http://127.0.0.1:${model.port}`,
      COPILOT_PROVIDER_API_KEY: apiKey, COPILOT_MODEL: 'claude-sonnet-4.5',
    }),
    ask: { run: calling('bash') },
  },
};

for (const [name, agent] of Object.entries(agents)) {
  playDay(name, agent);
  test(`${name}: a fork knows the past`, () => playFork(name, agent, 'soft'));
  test(`the SDK's client, with ${name}`, async () => playSdk(await World.make(name, agent), agent));
  test(`acpx, with ${name}`, async () => playAcpx(await World.make(name, agent), agent));
}

test('copilot: the tokens of a second turn are its own', async () => {
  const world = await World.make('copilot', agents.copilot);
  const { server, session } = await world.open({}, 'zed');
  const prompt = async () =>
    (await server.prompt(session, '[[say: well]]'))._meta.tine.usage.prompt;
  const first = await prompt();
  const second = await prompt();
  assert.ok(second >= first && second < first * 1.5, `${first}, then ${second}`);
});
