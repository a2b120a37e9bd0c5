// More real ACP agents, and the models that are mocked for them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { apiKey } from '../acp/world.mjs';
import { startGeminiModel } from './gemini_model.mjs';

const packages = resolve('tests/acp_more/node_modules');
const node = process.env.TINE_NODE;
const run = (command) => `[[run: ${command}]]`;
/// Has the model call the agent's own tool for commands.
const calling = (tool) => (command) =>
  `[[call: ${tool} ${JSON.stringify({ command, description: 'Runs what the mock wants' })}]]`;

/// As the table of tests/acp/world.mjs.
export const agents = {
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

/// Agents that are judged (tests/conformance/matrix.mjs), and not tested behind the program.
export const judged = {
  'pi-acp': {
    dialect: 'messages',
    command: [node, join(packages, 'pi-acp/dist/index.js')],
    prepare({ home, model }) {
      mkdirSync(join(home, '.pi/agent'), { recursive: true });
      writeFileSync(join(home, '.pi/agent/models.json'), JSON.stringify({ providers: { mock: {
        baseUrl: `http://127.0.0.1:${model.port}`, api: 'anthropic-messages', apiKey,
        models: [{ id: 'claude-sonnet-4-5', input: ['text', 'image'] }],
      } } }));
      writeFileSync(join(home, '.pi/agent/settings.json'), JSON.stringify({
        defaultProvider: 'mock', defaultModel: 'claude-sonnet-4-5', quietStartup: true,
        enableInstallTelemetry: false,
      }));
    },
    environment: () => ({
      PI_ACP_PI_COMMAND: join(packages, '.bin/pi'), PI_OFFLINE: '1', PI_TELEMETRY: '0',
    }),
    ask: { run: calling('bash') },
  },
};
