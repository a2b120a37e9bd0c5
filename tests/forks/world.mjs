// The program with several backends at once: the real Codex and the real Claude Code, each with a
// mocked model, and two rehearsal agents, in one home.

import assert from 'node:assert/strict';
import {
  appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { apiKey, claude, World as ClaudeWorld } from '../claude/world.mjs';
import { codex, World as CodexWorld } from '../codex/world.mjs';

export const backends = ['rehearsal', 'other', 'codex', 'claude'];

export class World {
  /// `tables`: the keys of each backend's table; `variables`: of Claude Code's environment. A
  /// program of `programs` stands for that of its backend.
  static async make({ settings = '', tables = {}, variables = {}, programs = {} } = {}) {
    const world = new World();
    world.ofCodex = await CodexWorld.make();
    world.ofClaude = await ClaudeWorld.make({ variables });
    world.project = world.ofCodex.project;
    world.settings = settings;
    world.tables = tables;
    world.programs = { codex, claude, ...programs };
    return world;
  }

  get claudeRecord() { return join(this.ofClaude.home, '.claude/.claude.json'); }

  /// Has a person trust these folders in Codex and in Claude Code, which they have set up.
  trust(...folders) {
    const configuration = this.ofCodex.codexConfiguration;
    for (const each of folders) {
      const table = `[projects."${each}"]`;
      if (!readFileSync(configuration, 'utf8').includes(table))
        appendFileSync(configuration, `\n${table}\ntrust_level = "trusted"\n`);
    }
    if (!readFileSync(configuration, 'utf8').includes('[tui]'))
      appendFileSync(configuration, '\n[tui]\nscreen_reader_detection_done = true\n');
    const record = existsSync(this.claudeRecord)
      ? JSON.parse(readFileSync(this.claudeRecord, 'utf8')) : {};
    mkdirSync(join(this.ofClaude.home, '.claude'), { recursive: true });
    writeFileSync(this.claudeRecord, JSON.stringify({ ...record, hasCompletedOnboarding: true,
      customApiKeyResponses: { approved: [apiKey.slice(-20)], rejected: [] },
      projects: { ...record.projects,
        ...Object.fromEntries(folders.map((each) => [each, { hasTrustDialogAccepted: true }])) } }));
  }

  /// The requests of the model behind a backend, as texts.
  requests(backend) {
    const model = { codex: this.ofCodex, claude: this.ofClaude }[backend]?.model;
    return (model?.requests() ?? []).map(({ body }) => JSON.stringify(body ?? {}));
  }

  /// Writes the program's configuration, and gives the environment for it; `backend` is that of new
  /// sessions.
  configure(backend) {
    const file = join(this.ofCodex.home, 'config/tine/config.toml');
    const table = (name, kind, command) => `[backends.${name}]\nkind = "${kind}"\n` +
      (command ? `command = ["${command}"]\n` : '') + `${this.tables[name] ?? ''}\n`;
    writeFileSync(file, `default_backend = "${backend}"\n${this.settings}\n` +
      table('rehearsal', 'rehearsal') + table('other', 'rehearsal') +
      table('codex', 'codex', this.programs.codex) + table('claude', 'claude', this.programs.claude));
    chmodSync(file, 0o600);
    const ofClaude = this.ofClaude.environment();
    const ofCodex = this.ofCodex.environment();
    this.ofCodex.environment = () => ({ ...ofClaude, ...ofCodex });
    return this.ofCodex.environment();
  }

  /// Starts the program for a client of that name, or of none.
  async serve(backend, client = undefined) {
    this.configure(backend);
    return this.ofCodex.serve({ _meta: { tine: {} } }, client);
  }
}

/// Forks a session of the world; `cwd` is where the child works.
export const fork = (server, world, sessionId, wish = {}, cwd = world.project) =>
  server.request('session/fork', { sessionId, cwd, mcpServers: [], _meta: { tine: { fork: wish } } });

/// What the agent says in a turn.
async function answer(server, session, prompt) {
  const before = server.text(session).length;
  assert.equal((await server.prompt(session, prompt)).stopReason, 'end_turn');
  return server.text(session).slice(before);
}

/// What the child's backend has been told by the end of its first turn.
export async function told(server, world, child, backend) {
  const from = world.requests(backend).length;
  await answer(server, child, 'the word of the child');
  if (backend === 'rehearsal' || backend === 'other') return answer(server, child, '[[recall]]');
  return world.requests(backend).slice(from).filter((each) =>
    each.includes('the word of the child')).join('\n');
}
