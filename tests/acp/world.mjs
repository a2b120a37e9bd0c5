// The program with real ACP agents behind it, and mocked models behind those, in a home of their own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { AgentWorld } from '../clients/agent_world.mjs';
import { codex } from '../codex/world.mjs';
import { startModel } from '../mock/model.mjs';

const packages = resolve('tests/acp/node_modules');
const node = process.env.TINE_NODE;

/// Nothing but loopback can be reached: whatever else is tried ends at a port that nobody has.
const loopback = {
  HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1',
};

const outside = (command) => `[[escalate: ${command}]]`;
const run = (command) => `[[run: ${command}]]`;

/// No real key, and it does not look like one.
export const apiKey = 'very-secret-key';

/// By their names: the dialect of their model, how they are started and made ready, and how a model
/// has them `ask` before they run something. Of those that do not count tokens in the answer to a
/// prompt `counts` is false, of those that tell of a call only when it is over `ask.told` is the
/// update that does it, those that cannot open a session again `forgets`, `own` are requests that
/// they have of their own, and those that take seconds of processor time to start are `slow`.
export const agents = {
  'codex-acp': {
    dialect: 'responses',
    command: [node, join(packages, '@agentclientprotocol/codex-acp/dist/index.js')],
    prepare({ home, model }) {
      mkdirSync(join(home, '.codex'));
      writeFileSync(join(home, '.codex/config.toml'), `
model = "gpt-5.5"
model_provider = "mock"
check_for_update_on_startup = false
[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:${model.port}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
`);
    },
    environment: () => ({ OPENAI_API_KEY: apiKey, CODEX_PATH: codex }),
    ask: { run: outside, outside: true, mode: 'read-only' },
  },
  'claude-agent-acp': {
    dialect: 'messages',
    command: [node, join(packages, '@agentclientprotocol/claude-agent-acp/dist/index.js')],
    prepare() {},
    environment: ({ home, model }) => ({
      CLAUDE_CONFIG_DIR: `${home}/.claude`,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${model.port}`,
      ANTHROPIC_API_KEY: apiKey,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
    }),
    ask: { run, mode: 'default' },
  },
  opencode: {
    dialect: 'messages',
    command: [join(packages, 'opencode-linux-x64/bin/opencode'), 'acp'],
    prepare({ home, model }) {
      mkdirSync(join(home, 'config/opencode'), { recursive: true });
      writeFileSync(join(home, 'config/opencode/opencode.json'), JSON.stringify({
        $schema: 'https://opencode.ai/config.json',
        autoupdate: false,
        share: 'disabled',
        model: 'anthropic/claude-sonnet-4-5',
        small_model: 'anthropic/claude-sonnet-4-5',
        permission: { bash: 'ask', edit: 'ask' },
        provider: { anthropic: { options: {
          baseURL: `http://127.0.0.1:${model.port}/v1`, apiKey } } },
      }));
    },
    environment: ({ home }) => ({
      XDG_DATA_HOME: `${home}/data`, XDG_CACHE_HOME: `${home}/cache`,
      OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    }),
    ask: { run },
    slow: true,
  },
};

export class World extends AgentWorld {
  #agent;

  /// `agent` as above. Its model is the mock of the dialect, unless it brings one of its own.
  static async make(name, agent = agents[name], more = '') {
    const model = agent.startModel ? await agent.startModel() : await startModel(agent.dialect);
    const world = new World('acp', model, name);
    world.#agent = agent;
    agent.prepare(world);
    world.configure(`command = ${JSON.stringify(agent.command)}\n${more}`);
    return world;
  }

  async serve(...client) {
    const server = await super.serve(...client);
    for (const method of this.#agent.own ?? []) server.foreign.add(method);
    return server;
  }

  environment() {
    return { ...super.environment(), ...loopback, ...this.#agent.environment(this) };
  }

  /// What the model was told in the last call of a turn in which those words are, as text. Some
  /// agents have it write a title as well, without tools.
  toldWith(words) {
    return this.model.requests().filter(({ body }) => body?.tools?.length > 0)
      .map(({ body }) => JSON.stringify(body)).findLast((body) => body.includes(words)) ?? '';
  }
}
