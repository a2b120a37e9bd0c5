// The program with the real Codex behind it, and a mocked model behind that, in a home of their own.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { AgentWorld } from '../clients/agent_world.mjs';
import { directory, skip } from '../clients/cases.mjs';
import { startModel } from '../mock/model.mjs';

/// The pinned Codex, or the one that npm has installed in another folder.
const packages = resolve(process.env.CODEX_FOLDER ?? 'tests/codex', 'node_modules/@openai');
export const codex = join(packages, 'codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex');
export const { version } = JSON.parse(readFileSync(join(packages, 'codex/package.json'), 'utf8'));

/// Where the kernel does not let Codex shut in what it runs, it runs nothing.
let sandbox = null;
function needSandbox() {
  sandbox ??= spawnSync(codex, ['sandbox', 'true'],
    { env: { HOME: directory('sandbox'), PATH: '/usr/bin:/bin' }, stdio: 'ignore' }).status === 0;
  if (!sandbox) skip('the sandbox of Codex does not work on this machine');
}

export class World extends AgentWorld {
  /// `provider` are more lines for Codex's configuration of the mocked provider, `codexConfig` for
  /// the rest of it, `codexTop` for its beginning, `tineConfig` for the backend in the program's own.
  /// Codex knows nothing of the project: it has not been trusted.
  static async make({ provider = '', codexConfig = '', codexTop = '', tineConfig = '' } = {}) {
    needSandbox();
    const world = new World('codex', await startModel('responses'));
    mkdirSync(join(world.home, '.codex'));
    writeFileSync(world.codexConfiguration, `
model = "gpt-5.5"
model_provider = "mock"
check_for_update_on_startup = false
${codexTop}
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
`);
    world.configure(`command = ["${codex}"]\n${tineConfig}`);
    return world;
  }

  get codexConfiguration() { return join(this.home, '.codex/config.toml'); }

  environment() {
    return { ...super.environment(), OPENAI_API_KEY: 'very-secret-key' };
  }
}
