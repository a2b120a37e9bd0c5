// The program with the real Codex behind it, and a mocked model behind that, in a home of their own.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { defer, directory, skip } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

export const codex = resolve('tests/codex/node_modules/@openai/codex-linux-x64/vendor',
  'x86_64-unknown-linux-musl/bin/codex');
const mock = join(dirname(process.env.TINE), 'tests/mock/mock_model');

/// A mocked model service: its port, and what it was asked so far.
export async function startModel() {
  const recording = join(directory('model'), 'requests.jsonl');
  const child = spawn(mock, ['responses', recording], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((done) => { child.on('exit', done); });
  defer(() => child.stdin.end());
  const port = await new Promise((done) => {
    createInterface(child.stdout).once('line', done);
  });
  const lines = () => readFileSync(recording, 'utf8').split('\n').filter(Boolean)
    .map((line) => JSON.parse(line));
  return {
    port,
    requests: () => lines().filter(({ method }) => method),
    /// What the calls of a thread were counted as that came to their end, from the first on.
    counted: (thread) => {
      const all = lines();
      const ends = new Map(all.filter(({ completed }) => completed)
        .map(({ completed, counted }) => [completed, counted]));
      return all.filter(({ body, response }) =>
        body?.prompt_cache_key === thread && ends.has(response))
        .map(({ response, counted }) => ({ ...counted, ...ends.get(response) }));
    },
    stop: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

/// Where the kernel does not let Codex shut in what it runs, it runs nothing.
let sandbox = null;
function needSandbox() {
  sandbox ??= spawnSync(codex, ['sandbox', 'true'],
    { env: { HOME: directory('sandbox'), PATH: '/usr/bin:/bin' }, stdio: 'ignore' }).status === 0;
  if (!sandbox) skip('the sandbox of Codex does not work on this machine');
}

export class World {
  /// `provider` are more lines for Codex's configuration of the mocked provider, `codexConfig` for
  /// the rest of it, `tineConfig` for the backend in the program's own.
  static async make({ provider = '', codexConfig = '', tineConfig = '' } = {}) {
    needSandbox();
    const world = new World();
    world.model = await startModel();
    world.home = directory('codex-home');
    world.project = directory('project');
    mkdirSync(join(world.home, '.codex'));
    writeFileSync(join(world.home, '.codex/config.toml'), `
model = "gpt-5.5"
model_provider = "mock"
check_for_update_on_startup = false
# The sandbox makes mount points in what may be written, and leaves them there when it is killed.
[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
${codexConfig}
[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:${world.model.port}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
${provider}
[projects."${world.project}"]
trust_level = "trusted"
`);
    world.configure(`command = ["${codex}"]\n${tineConfig}`);
    return world;
  }

  /// Writes the program's own configuration; `backend` are the lines of its one backend.
  configure(backend) {
    mkdirSync(join(this.home, 'config/tine'), { recursive: true });
    const configuration = join(this.home, 'config/tine/config.toml');
    writeFileSync(configuration,
      `default_backend = "codex"\n[backends.codex]\nkind = "codex"\n${backend}\n`);
    chmodSync(configuration, 0o600);
  }

  environment() {
    return { HOME: this.home, XDG_CONFIG_HOME: `${this.home}/config`,
      XDG_STATE_HOME: `${this.home}/state`, OPENAI_API_KEY: 'very-secret-key' };
  }

  /// Starts the program; more than one may run.
  async serve(capabilities = {}) {
    const server = new Server({ env: this.environment(), cwd: this.project });
    await server.initialize(capabilities);
    return server;
  }

  /// What the program answers to initialize.
  initialize(capabilities) {
    return new Server({ env: this.environment(), cwd: this.project }).initialize(capabilities);
  }

  /// The program with a session.
  async open(capabilities = {}) {
    const server = await this.serve(capabilities);
    return { server, session: await server.newSession(this.project) };
  }
}
